package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import omendb.memory.Checksum;
import omendb.memory.CorruptFileException;
import omendb.memory.CrashableFileStore;
import omendb.memory.Epochs;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockCompressionPropertyTest {
    private static final MemoryTag TAG = MemoryTag.of("test");
    private static final long REL = 1;
    private static final long NOW = 1_000_000;

    @AfterEach
    void no_off_heap_memory_is_left() {
        LsmFixture.assertNoLiveMemory();
    }

    @Property(tries = 300)
    void compressed_bytes_come_back_and_damaged_ones_stay_within_their_bounds(@ForAll long seed) {
        var random = new Random(seed);
        byte[] raw = new byte[1 + random.nextInt(20_000)];
        int kinds = 1 + random.nextInt(256);
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (byte) random.nextInt(kinds);
        }
        long source = MemoryAccount.allocate(TAG, raw.length);
        long packed = MemoryAccount.allocate(TAG, Lz4.maxBytes(raw.length));
        long target = MemoryAccount.allocate(TAG, raw.length);
        try {
            NativeMemory.copy(raw, 0, source, raw.length);
            int bytes = Lz4.compress(source, raw.length, packed);
            assertTrue(bytes <= Lz4.maxBytes(raw.length));
            assertTrue(Lz4.decompress(packed, bytes, target, raw.length));
            assertTrue(NativeMemory.equal(source, raw.length, target, raw.length));
            assertFalse(Lz4.decompress(packed, bytes - 1, target, raw.length), "cut");
            long at = packed + random.nextInt(bytes);
            NativeMemory.putByte(at, (byte) (NativeMemory.getByte(at) ^ 1 << random.nextInt(8)));
            Lz4.decompress(packed, bytes, target, raw.length); // whatever it says
        } finally {
            MemoryAccount.free(TAG, source, raw.length);
            MemoryAccount.free(TAG, packed, Lz4.maxBytes(raw.length));
            MemoryAccount.free(TAG, target, raw.length);
        }
        LsmFixture.assertNoLiveMemory();
    }

    private static String text(int i) {
        return "the value of row " + i + ", which says nothing new, ".repeat(1 + i % 7);
    }

    private static void fill(LsmFixture lsm, int rows, long ts) {
        for (int i = 0; i < rows; i++) {
            lsm.put(REL, "key-%05d".formatted(i), text(i), ts);
        }
        lsm.store().flush(ts);
    }

    private static List<String> rows(int count) {
        var rows = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            rows.add("key-%05d=%s".formatted(i, text(i)));
        }
        return rows;
    }

    @Test
    void tree_goes_from_raw_to_compressed_and_back_and_may_be_mixed() {
        var compressed = new AtomicBoolean();
        LsmOptions options = LsmFixture.SMALL
                .withBlockCacheBytes(40 << 10)
                .withOldestSnapshot(() -> NOW)
                .withCompressed(_ -> compressed.get());
        int rows = 2_000;
        try (var lsm = LsmFixture.open(CrashableFileStore.create(), options)) {
            lsm.store().createTree(REL);
            fill(lsm, rows, 1);
            lsm.store().compact(REL);
            long raw = lsm.store().tree(REL).approximateBytes();
            compressed.set(true);
            for (int i = 0; i < rows; i += 3) {
                lsm.put(REL, "key-%05d".formatted(i), text(i), 2);
            }
            lsm.store().flush(2);
            List<Boolean> kinds = lsm.store().tree(REL).state().levels().all().stream()
                    .map(Sstable::isCompressed)
                    .distinct()
                    .toList();
            assertEquals(2, kinds.size(), "mixed");
            check(lsm, rows);
            lsm.store().compact(REL);
            long packed = lsm.store().tree(REL).approximateBytes();
            assertTrue(packed < raw / 2, packed + " of " + raw + " bytes");
            check(lsm, rows);
            lsm.crash(3);
            check(lsm, rows);
            compressed.set(false);
            lsm.put(REL, "key-00000", text(0), 3);
            lsm.store().compact(REL);
            assertTrue(lsm.store().tree(REL).state().levels().all().stream().noneMatch(Sstable::isCompressed));
            check(lsm, rows);
        }
    }

    @Test
    void table_of_several_writes_ends_with_a_whole_page() {
        LsmOptions options = LsmFixture.SMALL
                .withMemtableBytes(16 << 20)
                .withTableBytes(16 << 20)
                .withBlockCacheBytes(40 << 10)
                .withCompressed(_ -> true);
        var random = new Random(9);
        try (var lsm = LsmFixture.open(CrashableFileStore.create(), options)) {
            lsm.store().createTree(REL);
            for (int i = 0; i < 6_000; i++) {
                var digits = new StringBuilder(); // four bits of chance in each byte
                random.longs(1 + i % 50).forEach(number -> digits.append(Long.toHexString(number)));
                lsm.put(REL, "key-%05d".formatted(i), digits.toString(), 1);
            }
            lsm.store().flush(1);
            assertTrue(lsm.store().tree(REL).approximateBytes() > 1 << 20, "more than one write");
            assertEquals(6_000, lsm.scan(REL, null, null, NOW, false).size());
            assertEquals(List.of(), LsmFixture.problems(lsm.store()));
        }
    }

    private static void check(LsmFixture lsm, int rows) {
        List<String> expected = rows(rows);
        assertEquals(expected, lsm.scan(REL, null, null, NOW, false));
        assertEquals(expected.reversed(), lsm.scan(REL, null, null, NOW, true));
        assertEquals(expected.subList(500, 600), lsm.scan(REL, "key-00500", "key-00600", NOW, false));
        for (int i = 0; i < rows; i += 7) {
            assertEquals(text(i), lsm.get(REL, "key-%05d".formatted(i), NOW));
        }
        assertEquals(List.of(), LsmFixture.problems(lsm.store()));
        assertTrue(lsm.store().blockCacheBytes() <= 40 << 10, lsm.store().blockCacheBytes() + " bytes cached");
    }

    @Test
    void bytes_that_do_not_shrink_are_stored_as_they_are() {
        var random = new Random(5);
        try (var lsm = LsmFixture.open(CrashableFileStore.create(), LsmFixture.SMALL.withCompressed(_ -> true))) {
            lsm.store().createTree(REL);
            for (int i = 0; i < 200; i++) {
                byte[] value = new byte[500];
                random.nextBytes(value);
                try (var batch = new WriteBatch()) {
                    batch.put(REL, LsmFixture.bytes("key" + i), MemorySegment.ofArray(value));
                    lsm.store().apply(batch, 1, 1);
                }
            }
            lsm.store().flush(1);
            for (int i = 0; i < 200; i++) {
                assertTrue(lsm.get(REL, "key" + i, NOW) != null);
            }
            assertEquals(0, lsm.store().blockCacheBytes());
        }
    }

    @Test
    void address_in_an_evicted_block_stays_good_as_long_as_the_pin() {
        LsmOptions options = LsmFixture.SMALL.withBlockCacheBytes(0).withCompressed(_ -> true);
        try (var lsm = LsmFixture.open(CrashableFileStore.create(), options)) {
            lsm.store().createTree(REL);
            fill(lsm, 500, 1);
            LsmTree tree = lsm.store().tree(REL);
            var values = new ArrayList<LsmValue>();
            long key = MemoryAccount.allocate(TAG, 9);
            try (Epochs.Pin _ = lsm.epochs().pin()) {
                for (int i = 0; i < 500; i++) {
                    NativeMemory.copy("key-%05d".formatted(i).getBytes(StandardCharsets.UTF_8), 0, key, 9);
                    var value = new LsmValue();
                    assertTrue(tree.get(key, 9, NOW, value));
                    values.add(value);
                }
                assertEquals(0, lsm.store().blockCacheBytes());
                for (int i = 0; i < 500; i++) {
                    LsmValue value = values.get(i);
                    assertEquals(text(i), LsmFixture.text(value.address(), value.length()));
                }
            } finally {
                MemoryAccount.free(TAG, key, 9);
            }
            lsm.epochs().advance();
            assertEquals(null, MemoryAccount.snapshot().get("block-cache"));
        }
    }

    @Test
    void readers_at_once_share_a_small_cache() throws InterruptedException {
        LsmOptions options = LsmFixture.SMALL.withBlockCacheBytes(30 << 10).withCompressed(_ -> true);
        try (var lsm = LsmFixture.open(CrashableFileStore.create(), options)) {
            lsm.store().createTree(REL);
            fill(lsm, 1_000, 1);
            var failures = new ConcurrentLinkedQueue<Throwable>();
            var threads = new ArrayList<Thread>();
            for (int t = 0; t < 4; t++) {
                var random = new Random(t);
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        for (int i = 0; i < 3_000; i++) {
                            int row = random.nextInt(1_000);
                            assertEquals(text(row), lsm.get(REL, "key-%05d".formatted(row), NOW));
                            assertTrue(lsm.store().blockCacheBytes() <= 30 << 10);
                        }
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(List.of(), List.copyOf(failures));
            assertTrue(lsm.store().blockCacheBytes() > 15 << 10, lsm.store().blockCacheBytes() + " bytes");
        }
    }

    @Test
    void flip_in_a_compressed_block_is_named_even_when_its_checksum_was_made_to_fit(@TempDir Path directory)
            throws IOException {
        LsmOptions options = LsmFixture.SMALL.withCompressed(_ -> true);
        try (var lsm = LsmFixture.open(directory, options)) {
            lsm.store().createTree(REL);
            fill(lsm, 300, 1);
        }
        Path table;
        try (var walk = Files.walk(directory)) {
            table = walk.filter(file -> file.toString().endsWith(".sst"))
                    .findFirst()
                    .orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(table);
        var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0, in.getInt(4096), "the first block is compressed");
        for (int at : List.of(4096, 4100, 4104, 4112, 4160)) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= 0x55;
            write(table, damaged);
            assertNamed(directory, options, table);
        }
        for (int at : List.of(4100, 4104)) { // lengths that lie, under a right checksum
            byte[] damaged = bytes.clone();
            damaged[at] ^= 0x55;
            fixChecksums(damaged, in);
            write(table, damaged);
            assertNamed(directory, options, table);
        }
    }

    private static void assertNamed(Path directory, LsmOptions options, Path table) {
        try (var lsm = LsmFixture.open(directory, options)) {
            var refused = assertThrows(CorruptFileException.class, () -> lsm.get(REL, "key-00001", NOW));
            assertEquals(table.toString(), refused.path());
            assertEquals(4096, refused.position());
            assertFalse(LsmFixture.problems(lsm.store()).isEmpty());
        }
    }

    /// Makes the checksums of the first block, of the table of checksums and of the footer those of the bytes.
    private static void fixChecksums(byte[] bytes, ByteBuffer original) throws IOException {
        int footer = bytes.length - 4096;
        int index = (int) original.getLong(footer + SstableFormat.FOOTER_INDEX);
        int blocks = original.getInt(footer + SstableFormat.FOOTER_BLOCKS);
        int end = original.getInt(index + 8 * blocks + 4) << SstableFormat.COMPRESSED_UNIT;
        int checksums = (int) original.getLong(footer + SstableFormat.FOOTER_CHECKSUMS);
        int checksumBytes = (int) original.getLong(footer + SstableFormat.FOOTER_CHECKSUMS + 8);
        long number = original.getLong(footer + SstableFormat.FOOTER_NUMBER);
        var out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(checksums, SstableFormat.blockChecksum(hash(bytes, 4096, end - 4096), 4096, number));
        out.putLong(footer + SstableFormat.FOOTER_CHECKSUMS + 16, hash(bytes, checksums, checksumBytes));
        out.putLong(footer + SstableFormat.FOOTER_CHECKSUM, hash(bytes, footer, SstableFormat.FOOTER_CHECKSUM));
    }

    private static long hash(byte[] bytes, int from, int length) {
        long copy = MemoryAccount.allocate(TAG, length);
        try {
            NativeMemory.copy(bytes, from, copy, length);
            return Checksum.xxh3(copy, length);
        } finally {
            MemoryAccount.free(TAG, copy, length);
        }
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.write(bytes);
        }
    }
}
