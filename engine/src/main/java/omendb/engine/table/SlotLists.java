package omendb.engine.table;

import omendb.engine.catalog.SystemTrees;
import omendb.engine.lsm.LsmCursor;
import omendb.engine.lsm.LsmStore;
import omendb.engine.lsm.LsmValue;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Looks into the lists of dead and free vector slots ([SystemTrees]).
///
/// Threading: one thread, with an epoch pin for [#contains] while others write.
public final class SlotLists implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("slot-lists");
    private static final long[] TREES = {SystemTrees.DEAD_SLOTS, SystemTrees.FREE_SLOTS};

    private final LsmStore lsm;
    private final LsmValue value = new LsmValue();
    private final long from = MemoryAccount.allocate(TAG, SlotKey.BYTES);
    private final long to = MemoryAccount.allocate(TAG, SlotKey.BYTES);

    public SlotLists(LsmStore lsm) {
        this.lsm = lsm;
    }

    /// Whether one of the lists names a slot: no row refers to it.
    public boolean contains(long storageId, int attnum, long slot, long timestamp) {
        SlotKey.write(from, storageId, attnum, slot);
        boolean listed = false;
        for (long tree : TREES) {
            listed |= lsm.tree(tree).get(from, SlotKey.BYTES, timestamp, value);
        }
        return listed;
    }

    /// End of the slots of a column that the lists name.
    public long end(long storageId, int attnum, long timestamp) {
        SlotKey.write(from, storageId, attnum, 0);
        SlotKey.write(to, storageId, attnum, Long.MAX_VALUE);
        long end = 0;
        for (long tree : TREES) {
            try (LsmCursor cursor = lsm.tree(tree)
                    .scan(
                            NativeMemory.segment(from, SlotKey.BYTES),
                            NativeMemory.segment(to, SlotKey.BYTES),
                            timestamp,
                            true)) {
                if (cursor.next()) {
                    end = Math.max(end, SlotKey.slot(cursor.keyAddress()) + 1);
                }
            }
        }
        return end;
    }

    @Override
    public void close() {
        MemoryAccount.free(TAG, from, SlotKey.BYTES);
        MemoryAccount.free(TAG, to, SlotKey.BYTES);
    }
}
