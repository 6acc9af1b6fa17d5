package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Makes the waiting tables of one spill part of their trees, stamped with a commit's timestamp, by one manifest edit.
///
/// Threading: one thread.
final class SpillAdoption {
    private final VersionSet versions;
    private final CompactionPicker picker;
    private final long spill;
    private final long commitTs;
    private final List<Sstable> opened = new ArrayList<>();
    private final Map<LsmTree, List<Sstable>> added = new java.util.LinkedHashMap<>();
    private boolean done;

    SpillAdoption(VersionSet versions, CompactionPicker picker, long spill, long commitTs) {
        this.versions = versions;
        this.picker = picker;
        this.spill = spill;
        this.commitTs = commitTs;
    }

    /// @param logged false = in memory only
    void run(boolean logged) {
        List<WaitingTable> waiting = versions.waiting(spill);
        if (waiting == null) {
            return; // before a crash
        }
        try {
            var begun = new ArrayList<LsmTree>();
            try {
                open(waiting);
                added.keySet().forEach(tree -> {
                    begun.add(tree);
                    tree.beginRun();
                });
                versions.change(this::prepare, logged);
            } finally {
                begun.forEach(LsmTree::endChange);
            }
        } finally {
            if (!done) {
                opened.forEach(Sstable::close);
            }
        }
    }

    private void open(List<WaitingTable> waiting) {
        Map<Long, LsmTree> trees = versions.trees();
        Map<LsmTree, List<Sstable>> byTree = new TreeMap<>(java.util.Comparator.comparingLong(LsmTree::relationId));
        for (WaitingTable table : waiting) {
            LsmTree tree = trees.get(table.relationId());
            if (tree != null) { // else it was dropped later: of a dropped tree no file is kept
                Sstable open =
                        versions.openTable(table.relationId(), table.meta().stampedAt(commitTs));
                opened.add(open);
                byTree.computeIfAbsent(tree, _ -> new ArrayList<>()).add(open);
            }
        }
        added.putAll(byTree);
    }

    private void prepare(VersionSet.Change change) {
        versions.endWaiting(spill, change);
        change.maxCommitTs(commitTs);
        added.forEach((tree, tables) -> {
            int level = picker.levelForRun(tree.state().levels(), tables, tree.runningJob());
            Levels levels = tree.state().levels().with(Set.of(), level, tables);
            tables.forEach(table -> change.edit().addTable(tree.relationId(), level, table.meta()));
            change.swap(() -> tree.setStateLocked(tree.state().with(levels)));
        });
        change.swap(() -> done = true);
    }
}
