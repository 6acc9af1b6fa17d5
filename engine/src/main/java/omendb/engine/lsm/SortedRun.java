package omendb.engine.lsm;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// SSTables under construction from keys that arrive in ascending order; see [LsmStore#startRun].
///
/// Close without [#finish] to drop it. Threading: one thread.
public final class SortedRun implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("sorted-run");

    private final LsmStore store;
    private final VersionSet versions;
    private final LsmTree tree;
    private final long commitTs;
    private final TableBuilder builder;
    private final GrowableBuffer lastKey = new GrowableBuffer(TAG);
    private boolean empty = true;

    SortedRun(LsmStore store, VersionSet versions, LsmTree tree, long commitTs, TableBuilder builder) {
        this.store = store;
        this.versions = versions;
        this.tree = tree;
        this.commitTs = commitTs;
        this.builder = builder;
    }

    /// @throws IllegalArgumentException if the key is not greater than the one before
    public void put(long keyAddress, int keyLength, long valueAddress, int valueLength) {
        if (!empty && NativeMemory.compare(lastKey.address(), lastKey.size(), keyAddress, keyLength) >= 0) {
            throw new IllegalArgumentException("keys of a sorted run must ascend");
        }
        empty = false;
        lastKey.truncate(0);
        lastKey.append(keyAddress, keyLength);
        builder.add(keyAddress, keyLength, commitTs, false, valueAddress, valueLength, true);
    }

    /// As [#put(long, int, long, int)] with native segments.
    public void put(MemorySegment key, MemorySegment value) {
        put(
                Keys.addressOf(key),
                Math.toIntExact(key.byteSize()),
                Keys.addressOf(value),
                Math.toIntExact(value.byteSize()));
    }

    /// Syncs the tables and names them in the manifest: all of the run is in the tree, durably, or nothing
    /// of it.
    ///
    /// @throws IllegalStateException if the relation was dropped meanwhile
    public void finish() {
        List<Sstable> tables = builder.finish();
        store.flushTreeMemory(tree); // older versions of these keys must not lie in newer places
        tree.beginRun();
        try {
            versions.change(change -> {
                int level = store.levelForRun(tree, tables);
                Levels levels = tree.state().levels().with(Set.of(), level, tables);
                for (Sstable table : tables) {
                    change.edit().addTable(tree.relationId(), level, table.meta());
                }
                change.maxCommitTs(commitTs);
                change.swap(() -> {
                    tree.setStateLocked(tree.state().with(levels));
                    builder.keep();
                });
            });
        } finally {
            tree.endChange();
        }
        store.noteRun(builder.bytes());
    }

    @Override
    public void close() {
        builder.close();
        lastKey.close();
    }
}
