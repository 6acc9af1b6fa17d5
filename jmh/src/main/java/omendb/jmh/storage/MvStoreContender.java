package omendb.jmh.storage;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Iterator;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;

/// H2's MVStore with keys and values on the heap, as it keeps them; a cache that holds all data. It has no log:
/// a put is safe once its background thread has committed, within a second or 16 MiB, so its unsynced figures
/// promise less than the others'. A synced commit is `commit` and `sync`.
final class MvStoreContender implements Contender {
    private static final int CACHE_MEGABYTES = 1024;
    private static final int BUFFER_KILOBYTES = 16 << 10;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final MVStore store;
    private final MVMap<byte[], byte[]> map;

    MvStoreContender(Path directory) {
        store = new MVStore.Builder()
                .fileName(directory.resolve("rows.mv").toString())
                .cacheSize(CACHE_MEGABYTES)
                .autoCommitBufferSize(BUFFER_KILOBYTES)
                .open();
        map = store.openMap(
                "rows",
                new MVMap.Builder<byte[], byte[]>()
                        .keyType(ByteArrayDataType.INSTANCE)
                        .valueType(ByteArrayDataType.INSTANCE));
    }

    @Override
    public String name() {
        return "MVStore";
    }

    @Override
    public void bulkLoad(Rows rows) {
        try (Arena arena = Arena.ofConfined()) {
            var row = rows.row(arena);
            for (int i = 0; i < rows.count(); i++) {
                rows.fill(row, i, 0);
                map.append(row.keyArray(), row.valueArray());
            }
        }
        settle();
    }

    @Override
    public void settle() {
        store.commit();
        store.sync();
    }

    @Override
    public Session session(Rows rows) {
        return new MvSession(rows);
    }

    @Override
    public void close() {
        store.close();
    }

    private final class MvSession implements Session {
        private final Rows rows;

        MvSession(Rows rows) {
            this.rows = rows;
        }

        @Override
        public void put(Row row) {
            map.put(row.keyArray(), row.valueArray());
        }

        @Override
        public void commit(Row row) {
            map.put(row.keyArray(), row.valueArray());
            store.commit();
            store.sync();
        }

        @Override
        public void putAll(int[] ordinals, int from, int to) {
            try (Arena arena = Arena.ofConfined()) {
                var row = rows.row(arena);
                for (int i = from; i < to; i++) {
                    rows.fill(row, ordinals[i], 0);
                    put(row);
                }
            }
        }

        @Override
        public long get(Row row) {
            byte[] value = map.get(row.keyArray());
            return value == null ? -1 : (long) LONG.get(value, 0);
        }

        @Override
        public long range(Row from, int limit) {
            long sum = 0;
            var cursor = map.cursor(from.keyArray());
            Iterator<byte[]> keys = cursor;
            for (int i = 0; i < limit && keys.hasNext(); i++) {
                keys.next();
                sum += (long) LONG.get(cursor.getValue(), 0);
            }
            return sum;
        }

        @Override
        public void close() {}
    }
}
