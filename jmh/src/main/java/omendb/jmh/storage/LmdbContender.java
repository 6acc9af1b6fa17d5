package omendb.jmh.storage;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.lmdbjava.Cursor;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.GetOp;
import org.lmdbjava.PutFlags;
import org.lmdbjava.Txn;

/// LMDB by lmdbjava, direct buffers by its fastest proxy. No sync at commit (what the process wrote survives
/// its death, as with a log that is not synced); the writable map, its fastest way to write. Each read renews a kept
/// transaction, the cheapest way to see the newest state.
/// Bulk load: one transaction of appends.
///
/// For synced commits the store is opened by [#synced], without those flags: LMDB then syncs every commit
/// itself.
final class LmdbContender implements Contender {
    private static final long MAP_BYTES = 64L << 30;

    private final Env<ByteBuffer> environment;
    private final Dbi<ByteBuffer> database;

    LmdbContender(Path directory) {
        this(directory, EnvFlags.MDB_WRITEMAP, EnvFlags.MDB_NOSYNC);
    }

    private LmdbContender(Path directory, EnvFlags... flags) {
        environment = Env.create()
                .setMapSize(MAP_BYTES)
                .setMaxDbs(1)
                .setMaxReaders(64)
                .open(directory.toFile(), flags);
        database = environment.openDbi("rows", DbiFlags.MDB_CREATE);
    }

    /// A store whose every commit is synced as LMDB itself does it.
    static LmdbContender synced(Path directory) {
        return new LmdbContender(directory, new EnvFlags[0]);
    }

    @Override
    public String name() {
        return "LMDB";
    }

    @Override
    public void bulkLoad(Rows rows) {
        try (Arena arena = Arena.ofConfined();
                Txn<ByteBuffer> transaction = environment.txnWrite()) {
            var row = rows.row(arena);
            try (Cursor<ByteBuffer> cursor = database.openCursor(transaction)) {
                for (int i = 0; i < rows.count(); i++) {
                    rows.fill(row, i, 0);
                    cursor.put(row.key.clear(), row.value.clear(), PutFlags.MDB_APPEND);
                }
            }
            transaction.commit();
        }
        environment.sync(true);
    }

    @Override
    public void settle() {
        environment.sync(true);
    }

    @Override
    public Session session(Rows rows) {
        return new LmdbSession(rows);
    }

    @Override
    public void close() {
        environment.sync(true);
        environment.close();
    }

    private final class LmdbSession implements Session {
        private final Arena arena = Arena.ofConfined();
        private final Rows rows;
        private final Row scratch;
        private final Txn<ByteBuffer> reading = environment.txnRead();
        private final Cursor<ByteBuffer> cursor = database.openCursor(reading);

        LmdbSession(Rows rows) {
            this.rows = rows;
            this.scratch = rows.row(arena);
            reading.reset();
        }

        @Override
        public void put(Row row) {
            try (Txn<ByteBuffer> transaction = environment.txnWrite()) {
                database.put(transaction, row.key.clear(), row.value.clear());
                transaction.commit();
            }
        }

        /// Synced by the commit itself where the store was opened by [LmdbContender#synced].
        @Override
        public void commit(Row row) {
            put(row);
        }

        @Override
        public void putAll(int[] ordinals, int from, int to) {
            try (Txn<ByteBuffer> transaction = environment.txnWrite()) {
                for (int i = from; i < to; i++) {
                    rows.fill(scratch, ordinals[i], 0);
                    database.put(transaction, scratch.key.clear(), scratch.value.clear());
                }
                transaction.commit();
            }
        }

        @Override
        public long get(Row row) {
            reading.renew();
            try {
                ByteBuffer found = database.get(reading, row.key.clear());
                return found == null ? -1 : found.order(ByteOrder.LITTLE_ENDIAN).getLong(0);
            } finally {
                reading.reset();
            }
        }

        @Override
        public long range(Row from, int limit) {
            reading.renew();
            try {
                cursor.renew(reading);
                long sum = 0;
                boolean valid = cursor.get(from.key.clear(), GetOp.MDB_SET_RANGE);
                for (int i = 0; i < limit && valid; i++) {
                    sum += cursor.val().order(ByteOrder.LITTLE_ENDIAN).getLong(0);
                    valid = cursor.next();
                }
                return sum;
            } finally {
                reading.reset();
            }
        }

        @Override
        public void close() {
            cursor.close();
            reading.close();
            arena.close();
        }
    }
}
