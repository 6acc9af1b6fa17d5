package omendb.engine.lsm;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import omendb.memory.CorruptFileException;
import omendb.memory.FileStore;
import omendb.memory.StorageException;

/// Compares everything that can be compared: files with their checksums, tables with the manifest, levels
/// with their order.
///
/// Threading: one thread; tables of an open store are read under the caller's pin.
final class StoreCheck {
    private final LsmReport report;

    StoreCheck(LsmReport report) {
        this.report = report;
    }

    /// Checks the store in `files` without changing a byte. A directory without a store is a healthy one.
    void checkFiles(FileStore files) {
        Manifest.Recovered recovered;
        try {
            recovered = Manifest.recover(files);
        } catch (StorageException e) {
            report(e);
            return;
        }
        if (recovered == null) {
            return;
        }
        ManifestState state = recovered.state();
        for (Map.Entry<Long, List<List<TableMeta>>> tree : state.trees().entrySet()) {
            checkTree(files, tree.getKey(), tree.getValue(), state);
        }
        state.waiting().forEach((spill, tables) -> tables.forEach(table -> checkWaiting(files, spill, table, state)));
        reportLeftovers(files, state, recovered.number());
    }

    private void checkTree(FileStore files, long relationId, List<List<TableMeta>> metas, ManifestState state) {
        Levels levels = Levels.EMPTY;
        try {
            for (int level = 0; level < metas.size(); level++) {
                for (TableMeta meta : metas.get(level).reversed()) { // level 0: the oldest first
                    String path = SstableFormat.fileName(relationId, meta.number());
                    report.table(path, relationId, level, meta.bytes(), meta.entries());
                    checkMeta(path, meta, state);
                    try {
                        Sstable table = Sstable.open(files, relationId, meta, null);
                        levels = levels.withUnchecked(level, table);
                        new TableCheck(table, path, report).run();
                    } catch (StorageException e) {
                        report(e);
                    }
                }
            }
            checkOrder(levels, relationId);
        } finally {
            levels.all().forEach(Sstable::close);
        }
    }

    /// A table that waits for the log to tell what became of its transaction.
    private void checkWaiting(FileStore files, long spill, WaitingTable waiting, ManifestState state) {
        String path =
                SstableFormat.fileName(waiting.relationId(), waiting.meta().number());
        if (spill >= state.nextNumber() || waiting.meta().number() >= state.nextNumber()) {
            report.problem(path, 0, "has a number that the manifest has yet to give out, " + state.nextNumber());
        }
        if (!state.trees().containsKey(waiting.relationId())) {
            report.leftover(path); // its transaction made the relation and was undone
        }
        try (Sstable table = Sstable.open(files, waiting.relationId(), waiting.meta(), null)) {
            new TableCheck(table, path, report).run();
        } catch (StorageException e) {
            report(e);
        }
    }

    private void checkMeta(String path, TableMeta meta, ManifestState state) {
        if (meta.number() >= state.nextNumber()) {
            report.problem(path, 0, "has a number that the manifest has yet to give out, " + state.nextNumber());
        }
        if (meta.maxCommitTs() > state.maxCommitTs()) {
            report.problem(
                    path,
                    0,
                    "holds commit timestamp %d, the manifest knows none after %d"
                            .formatted(meta.maxCommitTs(), state.maxCommitTs()));
        }
    }

    /// Checks the tables of one tree of an open store.
    void checkLevels(Levels levels, long relationId) {
        for (int level = 0; level < Levels.COUNT; level++) {
            for (Sstable table : levels.level(level)) {
                TableMeta meta = table.meta();
                report.table(table.path(), relationId, level, meta.bytes(), meta.entries());
                try {
                    new TableCheck(table, table.path(), report).run();
                } catch (CorruptFileException e) {
                    report(e);
                }
            }
        }
        checkOrder(levels, relationId);
    }

    private void checkOrder(Levels levels, long relationId) {
        for (int level = 1; level < Levels.COUNT; level++) {
            Sstable[] tables = levels.level(level);
            for (int i = 1; i < tables.length; i++) {
                if (!tables[i - 1].isBefore(tables[i])) {
                    report.problem(
                            tables[i].path(),
                            0,
                            "overlaps %s on level %d of relation %d"
                                    .formatted(tables[i - 1].path(), level, relationId));
                }
            }
        }
    }

    private void reportLeftovers(FileStore files, ManifestState state, long manifest) {
        var named = new TreeSet<String>();
        state.trees()
                .forEach((relationId, levels) -> levels.forEach(
                        level -> level.forEach(meta -> named.add(SstableFormat.fileName(relationId, meta.number())))));
        state.waiting().values().stream()
                .flatMap(List::stream)
                .forEach(table -> named.add(
                        SstableFormat.fileName(table.relationId(), table.meta().number())));
        for (String directory : files.list("rel")) {
            for (String name : files.list("rel/" + directory)) {
                String path = "rel/" + directory + "/" + name;
                if (!named.contains(path)) {
                    report.leftover(path);
                }
            }
        }
        for (String name : files.list("")) {
            if (name.startsWith(ManifestFormat.MANIFEST_PREFIX)
                    && !name.equals(ManifestFormat.manifestName(manifest))) {
                report.leftover(name);
            }
        }
    }

    private void report(StorageException e) {
        report.problem(e.path(), e.position(), String.valueOf(e.getMessage()));
    }
}
