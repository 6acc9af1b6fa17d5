package omendb.jmh.storage;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import omendb.engine.lsm.LsmCursor;
import omendb.engine.lsm.LsmOptions;
import omendb.engine.lsm.LsmReplay;
import omendb.engine.lsm.LsmStats;
import omendb.engine.lsm.LsmStore;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.LsmValue;
import omendb.engine.lsm.SortedRun;
import omendb.engine.lsm.WriteBatch;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.NativeMemory;
import omendb.wal.Wal;
import omendb.wal.WalOptions;

/// OmenDB's storage engine as the server uses it: one [LsmStore] and one [Wal] with their default settings. A
/// put is logged, applied, published; a commit waits for the log's sync in between. Reads hold an epoch pin.
final class OmenContender implements Contender {
    private static final long RELATION = 1;
    private static final int RECORD = 1;
    private static final long NEWEST = Long.MAX_VALUE - 1;

    private final FileStore files;
    private final Epochs epochs = new Epochs();
    private final Wal wal;
    private final LsmStore store;
    private final LsmTree tree;
    private final ReentrantLock commitLock = new ReentrantLock();
    private final AtomicLong published = new AtomicLong();
    private volatile boolean logOpen;
    private long timestamp;
    private long releasedLsn;

    OmenContender(Path directory) {
        files = FileStore.open(directory);
        wal = Wal.open(files, WalOptions.DEFAULTS);
        store = LsmStore.open(
                files,
                LsmOptions.defaults().withOldestSnapshot(() -> Long.MAX_VALUE).withLogBarrier(this::awaitLog),
                epochs);
        LsmTree found = store.findTree(RELATION);
        timestamp = store.maxCommitTs();
        long from = store.flushedLsn();
        try (LsmReplay applying = store.startReplay()) {
            wal.replay(from, (lsn, _, _, payload) -> {
                try (WriteBatch batch = WriteBatch.wrap(payload)) {
                    applying.add(batch, ++timestamp, lsn);
                }
            });
            applying.finish();
        }
        logOpen = true;
        tree = found == null ? store.createTree(RELATION) : found;
    }

    private void awaitLog() {
        if (logOpen) { // what is replayed is durable already
            wal.awaitDurable(wal.appendedLsn());
        }
    }

    @Override
    public String name() {
        return "OmenDB";
    }

    @Override
    public void bulkLoad(Rows rows) {
        try (var arena = Arena.ofConfined();
                SortedRun run = store.startRun(RELATION, ++timestamp)) {
            var row = rows.row(arena);
            for (int i = 0; i < rows.count(); i++) {
                rows.fill(row, i, 0);
                run.put(row.keyAddress, Row.KEY_BYTES, row.valueAddress, row.valueBytes);
            }
            run.finish();
        }
    }

    @Override
    public void settle() {
        long lsn = wal.appendedLsn();
        wal.awaitDurable(lsn);
        store.flush(lsn);
        store.compactPending();
        wal.release(lsn);
    }

    LsmStats stats() {
        return store.stats();
    }

    @Override
    public Session session(Rows rows) {
        return new OmenSession(rows);
    }

    @Override
    public void close() {
        long lsn = wal.appendedLsn();
        wal.awaitDurable(lsn);
        store.flush(lsn);
        store.close();
        wal.close();
        epochs.close();
        files.close();
    }

    /// Not flushed: what a crash leaves is in the log.
    private void append(WriteBatch batch, boolean durable) {
        store.admit(batch.byteSize());
        long lsn;
        long ts;
        if (durable) {
            commitLock.lock();
            try {
                lsn = wal.append(RECORD, 0, batch.segment());
                ts = ++timestamp;
            } finally {
                commitLock.unlock();
            }
            wal.awaitDurable(lsn);
            store.apply(batch, ts, lsn);
        } else {
            lsn = wal.append(RECORD, 0, batch.segment());
            store.apply(batch, ++timestamp, lsn);
            if (store.flushedLsn() > releasedLsn) {
                releasedLsn = store.flushedLsn();
                wal.release(releasedLsn);
            }
        }
        published.set(lsn);
    }

    private final class OmenSession implements Session {
        private final WriteBatch batch = new WriteBatch();
        private final LsmValue value = new LsmValue();
        private final Arena arena = Arena.ofConfined();
        private final Rows rows;
        private final Row scratch;

        OmenSession(Rows rows) {
            this.rows = rows;
            this.scratch = rows.row(arena);
        }

        @Override
        public void put(Row row) {
            batch.clear();
            batch.put(RELATION, row.keyAddress, Row.KEY_BYTES, row.valueAddress, row.valueBytes);
            append(batch, false);
        }

        @Override
        public void commit(Row row) {
            batch.clear();
            batch.put(RELATION, row.keyAddress, Row.KEY_BYTES, row.valueAddress, row.valueBytes);
            append(batch, true);
        }

        @Override
        public void putAll(int[] ordinals, int from, int to) {
            batch.clear();
            for (int i = from; i < to; i++) {
                rows.fill(scratch, ordinals[i], 0);
                batch.put(RELATION, scratch.keyAddress, Row.KEY_BYTES, scratch.valueAddress, scratch.valueBytes);
            }
            append(batch, false);
        }

        @Override
        public long get(Row row) {
            try (Epochs.Pin _ = epochs.pin()) {
                return tree.get(row.keyAddress, Row.KEY_BYTES, NEWEST, value)
                        ? NativeMemory.getLong(value.address())
                        : -1;
            }
        }

        @Override
        public long range(Row from, int limit) {
            long sum = 0;
            try (LsmCursor cursor =
                    tree.scan(NativeMemory.segment(from.keyAddress, Row.KEY_BYTES), null, NEWEST, false)) {
                for (int i = 0; i < limit && cursor.next(); i++) {
                    sum += NativeMemory.getLong(cursor.valueAddress());
                }
            }
            return sum;
        }

        @Override
        public void close() {
            batch.close();
            arena.close();
        }
    }
}
