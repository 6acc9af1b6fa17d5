package omendb.engine;

import java.util.HashMap;
import java.util.Map;
import omendb.engine.catalog.SystemTrees;
import omendb.engine.lsm.LsmCursor;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.WriteBatch;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// What a checkpoint remembers beside the data, as rows of [SystemTrees#STATE]:
///
///     key   kind (1), id (8, big-endian), attnum (2, big-endian)
///     kind  1  checkpoint: value = LSN after which vectors must be restored from the log (8)
///           2  oids: value = next free oid (8)
///           3  table (id = storage id): value = next row id (8), rows (8)
///           4  vector column (id = storage id, attnum): value = resolved limit (8)
final class StateStore {
    private static final MemoryTag TAG = MemoryTag.of("state");
    private static final int KEY_BYTES = 11;
    private static final int CHECKPOINT = 1;
    private static final int OIDS = 2;
    private static final int TABLE = 3;
    private static final int COLUMN = 4;

    /// @param nextRowId row ids below were given out
    record TableState(long nextRowId, long rows) {}

    /// Names a vector column.
    record ColumnId(long storageId, int attnum) {}

    /// Everything that was remembered.
    static final class State {
        private long checkpointLsn;
        private long nextOid;
        private final Map<Long, TableState> tables = new HashMap<>();
        private final Map<ColumnId, Long> resolvedLimits = new HashMap<>();

        long checkpointLsn() {
            return checkpointLsn;
        }

        long nextOid() {
            return nextOid;
        }

        TableState table(long storageId) {
            return tables.getOrDefault(storageId, new TableState(1, 0));
        }

        long resolvedLimit(ColumnId column) {
            return resolvedLimits.getOrDefault(column, 0L);
        }
    }

    private StateStore() {}

    static State read(LsmTree tree, long timestamp) {
        State state = new State();
        try (LsmCursor cursor = tree.scan(null, null, timestamp, false)) {
            while (cursor.next()) {
                long key = cursor.keyAddress();
                long id = Long.reverseBytes(NativeMemory.getLong(key + 1));
                int attnum = Short.reverseBytes(NativeMemory.getShort(key + 9)) & 0xffff;
                long value = cursor.valueAddress();
                long first = NativeMemory.getLong(value);
                switch (NativeMemory.getByte(key)) {
                    case CHECKPOINT -> state.checkpointLsn = first;
                    case OIDS -> state.nextOid = first;
                    case TABLE -> state.tables.put(id, new TableState(first, NativeMemory.getLong(value + Long.BYTES)));
                    case COLUMN -> state.resolvedLimits.put(new ColumnId(id, attnum), first);
                    default -> {
                        // written by a newer server that kept the format: not needed here
                    }
                }
            }
        }
        return state;
    }

    static void putCheckpoint(WriteBatch batch, long lsn) {
        put(batch, CHECKPOINT, 0, 0, lsn);
    }

    static void putNextOid(WriteBatch batch, long oid) {
        put(batch, OIDS, 0, 0, oid);
    }

    static void putTable(WriteBatch batch, long storageId, TableState table) {
        put(batch, TABLE, storageId, 0, table.nextRowId(), table.rows());
    }

    static void putColumn(WriteBatch batch, ColumnId column, long resolvedLimit) {
        put(batch, COLUMN, column.storageId(), column.attnum(), resolvedLimit);
    }

    private static void put(WriteBatch batch, int kind, long id, int attnum, long... values) {
        try (Key key = new Key(kind, id, attnum)) {
            long target = batch.reservePut(SystemTrees.STATE, key.address, KEY_BYTES, Long.BYTES * values.length);
            for (int i = 0; i < values.length; i++) {
                NativeMemory.putLong(target + (long) Long.BYTES * i, values[i]);
            }
        }
    }

    /// An encoded key in memory of its own.
    private static final class Key implements AutoCloseable {
        private final long address = MemoryAccount.allocate(TAG, 16);

        private Key(int kind, long id, int attnum) {
            NativeMemory.putByte(address, (byte) kind);
            NativeMemory.putLong(address + 1, Long.reverseBytes(id));
            NativeMemory.putShort(address + 9, Short.reverseBytes((short) attnum));
        }

        @Override
        public void close() {
            MemoryAccount.free(TAG, address, 16);
        }
    }
}
