package omendb.jmh.storage;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.EnvOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SstFileWriter;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/// RocksDB by rocksdbjni, direct buffers throughout. Its defaults (64-MiB memtables, leveled compaction), and
/// where they would hold it back: a block cache that holds all data, 10 bits of bloom filter a key, no
/// compression (the values do not compress), two background jobs for two cores. Bulk load: SstFileWriter and
/// ingestion.
final class RocksContender implements Contender {
    private static final long CACHE_BYTES = 4L << 30;
    private static final int FILTER_BITS = 10;

    static {
        RocksDB.loadLibrary();
    }

    private final Path directory;
    private final Options options;
    private final RocksDB store;
    private final WriteOptions unsynced = new WriteOptions();
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final ReadOptions reading = new ReadOptions().setVerifyChecksums(true);

    RocksContender(Path directory) {
        this.directory = directory;
        this.options = new Options()
                .setCreateIfMissing(true)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setMaxBackgroundJobs(2)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(new LRUCache(CACHE_BYTES))
                        .setFilterPolicy(new BloomFilter(FILTER_BITS, false)));
        this.store = attempt(() -> RocksDB.open(options, directory.toString()));
    }

    private interface Attempt<T> {
        T run() throws RocksDBException;
    }

    private static <T> T attempt(Attempt<T> attempt) {
        try {
            return attempt.run();
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String name() {
        return "RocksDB";
    }

    @Override
    public void bulkLoad(Rows rows) {
        String file = directory.resolveSibling("bulk.sst").toString();
        try (var environment = new EnvOptions();
                var writer = new SstFileWriter(environment, options);
                var ingestion = new IngestExternalFileOptions().setMoveFiles(true);
                Arena arena = Arena.ofConfined()) {
            writer.open(file);
            var row = rows.row(arena);
            for (int i = 0; i < rows.count(); i++) {
                rows.fill(row, i, 0);
                writer.put(row.key.clear(), row.value.clear());
            }
            writer.finish();
            store.ingestExternalFile(List.of(file), ingestion);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void settle() {
        attempt(() -> {
            try (var waiting = new FlushOptions().setWaitForFlush(true)) {
                store.flush(waiting);
            }
            while (store.getLongProperty("rocksdb.num-running-compactions") > 0
                    || store.getLongProperty("rocksdb.compaction-pending") > 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            return true;
        });
    }

    @Override
    public Session session(Rows rows) {
        return new RocksSession(rows);
    }

    @Override
    public void close() {
        store.close();
        unsynced.close();
        synced.close();
        reading.close();
        options.close();
    }

    private final class RocksSession implements Session {
        private final Arena arena = Arena.ofConfined();
        private final ByteBuffer key = ByteBuffer.allocateDirect(Row.KEY_BYTES);
        private final Rows rows;
        private final Row scratch;
        private final ByteBuffer value;

        RocksSession(Rows rows) {
            this.rows = rows;
            this.scratch = rows.row(arena);
            this.value = ByteBuffer.allocateDirect(rows.valueBytes()).order(ByteOrder.LITTLE_ENDIAN);
        }

        @Override
        public void put(Row row) {
            write(unsynced, row);
        }

        @Override
        public void commit(Row row) {
            write(synced, row);
        }

        private void write(WriteOptions how, Row row) {
            attempt(() -> {
                store.put(how, row.key.clear(), row.value.clear());
                return true;
            });
        }

        @Override
        public void putAll(int[] ordinals, int from, int to) {
            attempt(() -> {
                try (var batch = new WriteBatch()) {
                    for (int i = from; i < to; i++) {
                        rows.fill(scratch, ordinals[i], 0);
                        batch.put(scratch.key.clear(), scratch.value.clear());
                    }
                    store.write(unsynced, batch);
                }
                return true;
            });
        }

        @Override
        public long get(Row row) {
            return attempt(() ->
                    store.get(reading, row.key.clear(), value.clear()) == RocksDB.NOT_FOUND ? -1L : value.getLong(0));
        }

        @Override
        public long range(Row from, int limit) {
            long sum = 0;
            try (RocksIterator iterator = store.newIterator(reading)) {
                iterator.seek(from.key.clear());
                for (int i = 0; i < limit && iterator.isValid(); i++) {
                    iterator.key(key.clear());
                    iterator.value(value.clear());
                    sum += value.getLong(0);
                    iterator.next();
                }
            }
            return sum;
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
