package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import omendb.memory.CrashableFileStore;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// A store with string keys and values, its file store and epochs; one commit per call, LSN = commit
/// timestamp.
final class LsmFixture implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("test");

    /// Sizes at which everything happens often, and nothing in the background.
    static final LsmOptions SMALL = LsmOptions.defaults()
            .withMemtableBytes(64 << 10)
            .withBlocks(4096, 10)
            .withLevels(2, 128 << 10, 4, 32 << 10)
            .withManifestRollBytes(16 << 10)
            .withCompactionThreads(0);

    /// Everything this package allocates under, and the epochs that free it.
    private static final Set<String> TAGS = Set.of(
            "block-cache",
            "compaction",
            "epochs",
            "lsm-cursor",
            "manifest",
            "memtable",
            "replay",
            "row-cache",
            "sorted-run",
            "sstable",
            "sstable-cursor",
            "sstable-writer",
            "test",
            "write-batch");

    private final LsmOptions options;
    private Supplier<FileStore> opener;
    private FileStore files;
    private Epochs epochs;
    private LsmStore store;

    private LsmFixture(Supplier<FileStore> opener, LsmOptions options) {
        this.opener = opener;
        this.options = options;
        openStore();
    }

    static LsmFixture open(Path directory, LsmOptions options) {
        return new LsmFixture(() -> FileStore.open(directory), options);
    }

    /// Owns `files`.
    static LsmFixture open(CrashableFileStore files, LsmOptions options) {
        return new LsmFixture(() -> files, options);
    }

    /// Cuts the power and opens what the disk kept. For fixtures over a crashable store.
    void crash(long seed) {
        store.close();
        epochs.close();
        CrashableFileStore after = ((CrashableFileStore) files).crash(seed);
        opener = () -> after;
        openStore();
    }

    private void openStore() {
        files = opener.get();
        epochs = new Epochs();
        try {
            store = LsmStore.open(files, options, epochs);
        } catch (RuntimeException e) {
            epochs.close();
            files.close();
            throw e;
        }
    }

    LsmStore store() {
        return store;
    }

    Epochs epochs() {
        return epochs;
    }

    void reopen() {
        close();
        openStore();
    }

    @Override
    public void close() {
        store.close();
        epochs.close();
        files.close();
    }

    /// Other tests of the same JVM may hold memory of other owners for good.
    static void assertNoLiveMemory() {
        var live = new TreeMap<>(MemoryAccount.snapshot());
        live.keySet().retainAll(TAGS);
        assertEquals(Map.of(), live);
    }

    static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(long address, int length) {
        byte[] bytes = new byte[length];
        NativeMemory.copy(address, bytes, 0, length);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /// What a check of the open store has to say.
    static List<String> problems(LsmStore store) {
        var problems = new ArrayList<String>();
        store.verify((path, position, problem) -> problems.add(path + " at " + position + ": " + problem));
        return problems;
    }

    void put(long relation, String key, String value, long ts) {
        try (var batch = new WriteBatch()) {
            batch.put(relation, bytes(key), bytes(value));
            store.apply(batch, ts, ts);
        }
    }

    void put(SortedRun run, String key, String value) {
        try (var arena = Arena.ofConfined()) {
            run.put(
                    arena.allocateFrom(ValueLayout.JAVA_BYTE, key.getBytes(StandardCharsets.UTF_8)),
                    arena.allocateFrom(ValueLayout.JAVA_BYTE, value.getBytes(StandardCharsets.UTF_8)));
        }
    }

    void delete(long relation, String key, long ts) {
        try (var batch = new WriteBatch()) {
            batch.delete(relation, bytes(key));
            store.apply(batch, ts, ts);
        }
    }

    void deleteRange(long relation, String from, String to, long ts) {
        try (var batch = new WriteBatch()) {
            batch.deleteRange(relation, bytes(from), bytes(to));
            store.apply(batch, ts, ts);
        }
    }

    String get(long relation, String key, long snapshot) {
        return get(epochs, store.tree(relation), key, snapshot, new LsmValue());
    }

    static String get(Epochs epochs, LsmTree tree, String key, long snapshot, LsmValue value) {
        byte[] raw = key.getBytes(StandardCharsets.UTF_8);
        long address = MemoryAccount.allocate(TAG, raw.length + 1);
        try (Epochs.Pin _ = epochs.pin()) {
            NativeMemory.copy(raw, 0, address, raw.length);
            return tree.get(address, raw.length, snapshot, value) ? text(value.address(), value.length()) : null;
        } finally {
            MemoryAccount.free(TAG, address, raw.length + 1);
        }
    }

    List<String> scan(long relation, String from, String to, long snapshot, boolean backward) {
        var rows = new ArrayList<String>();
        try (LsmCursor cursor = store.tree(relation)
                .scan(from == null ? null : bytes(from), to == null ? null : bytes(to), snapshot, backward)) {
            while (cursor.next()) {
                rows.add(text(cursor.keyAddress(), cursor.keyLength())
                        + "="
                        + text(cursor.valueAddress(), cursor.valueLength()));
            }
        }
        return rows;
    }
}
