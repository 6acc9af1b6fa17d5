package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import omendb.engine.type.ValueArena;
import omendb.memory.CrashableFileStore;
import omendb.memory.Epochs;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Reads of compressed tables that go on under one pin hold as much memory as their batches need, not the table.
class CompressedReadMemoryTest {
    private static final MemoryTag TAG = MemoryTag.of("test");
    private static final MemoryTag BLOCKS = MemoryTag.of("block-cache");
    private static final long REL = 1;
    private static final long NOW = 1_000_000;
    private static final int ROWS = 20_000;
    private static final int BATCH = 500;
    private static final long CACHE = 64 << 10;

    private static final LsmOptions OPTIONS = LsmFixture.SMALL
            .withMemtableBytes(16 << 20)
            .withTableBytes(1 << 20)
            .withBlockCacheBytes(CACHE)
            .withCompressed(_ -> true);

    @AfterEach
    void no_off_heap_memory_is_left() {
        LsmFixture.assertNoLiveMemory();
    }

    private static String text(int i) {
        return "the value of row " + i + ", which says nothing new";
    }

    private static byte[] key(int i) {
        return "key-%05d".formatted(i).getBytes(StandardCharsets.UTF_8);
    }

    private static LsmFixture filled() {
        var lsm = LsmFixture.open(CrashableFileStore.create(), OPTIONS);
        lsm.store().createTree(REL);
        for (int i = 0; i < ROWS; i++) {
            lsm.put(REL, "key-%05d".formatted(i), text(i), 1);
        }
        lsm.store().flush(1);
        return lsm;
    }

    @Test
    void scan_in_batches_holds_the_blocks_of_a_batch() {
        try (var lsm = filled()) {
            for (boolean backward : new boolean[] {false, true}) {
                scan(lsm.store().tree(REL), backward);
            }
        }
    }

    private static void scan(LsmTree tree, boolean backward) {
        long[] addresses = new long[BATCH];
        int[] lengths = new int[BATCH];
        long most = 0;
        try (LsmCursor cursor = tree.scan(null, null, NOW, backward)) {
            for (int from = 0; from < ROWS; from += BATCH) {
                cursor.releasePassed();
                for (int i = 0; i < BATCH; i++) {
                    assertTrue(cursor.next());
                    addresses[i] = cursor.valueAddress();
                    lengths[i] = cursor.valueLength();
                }
                for (int i = 0; i < BATCH; i++) { // all of them are good until the next batch
                    int row = backward ? ROWS - 1 - from - i : from + i;
                    assertEquals(text(row), LsmFixture.text(addresses[i], lengths[i]));
                }
                most = Math.max(most, BLOCKS.liveBytes());
            }
        }
        assertTrue(most > 0 && most < 8 * BATCH * 60, most + " bytes of blocks");
    }

    @Test
    void look_ups_under_one_pin_hold_the_cache_and_the_memory_of_their_batch() {
        var random = new Random(1);
        var value = new LsmValue();
        long key = MemoryAccount.allocate(TAG, 9);
        long most = 0;
        try (var lsm = filled();
                var arena = new ValueArena();
                Epochs.Pin _ = lsm.epochs().pin()) {
            LsmTree tree = lsm.store().tree(REL);
            value.useMemory(arena::allocate);
            for (int i = 0; i < 5_000; i++) {
                if (i % 100 == 0) {
                    arena.reset();
                }
                int row = random.nextInt(ROWS);
                NativeMemory.copy(key(row), 0, key, 9);
                assertTrue(tree.get(key, 9, NOW, value));
                assertEquals(text(row), LsmFixture.text(value.address(), value.length()));
                most = Math.max(most, BLOCKS.liveBytes());
            }
            assertTrue(most > CACHE / 2 && most < 2 * CACHE, most + " bytes of blocks");
        } finally {
            MemoryAccount.free(TAG, key, 9);
        }
    }
}
