package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import omendb.memory.CrashableFileStore;
import omendb.memory.Epochs;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.junit.jupiter.api.Test;

class PositionModelPropertyTest {
    private static final MemoryTag TAG = MemoryTag.of("test");

    /// Numbers in the order of their bits, as separators of that many blocks.
    private static long[] numbers(int blocks, Random random, int shape) {
        long[] numbers = new long[blocks];
        for (int i = 0; i < blocks; i++) {
            numbers[i] = switch (shape) {
                case 0 -> 1_000_000L + 64L * i;
                case 1 -> random.nextLong();
                case 2 -> (long) Math.exp(20 + 4 * random.nextGaussian());
                default -> (i / 50) * (1L << 40) + random.nextInt(1 << 20); // clusters
            };
        }
        return sorted(numbers);
    }

    private static long[] sorted(long[] numbers) {
        return Arrays.stream(numbers)
                .map(n -> n ^ Long.MIN_VALUE)
                .sorted()
                .distinct()
                .map(n -> n ^ Long.MIN_VALUE)
                .toArray();
    }

    private static void fill(GrowableBuffer prefixes, long[] numbers) {
        for (long number : numbers) {
            prefixes.appendLong(number);
        }
    }

    @Property(tries = 300)
    void prediction_is_off_by_no_more_than_the_error_and_the_step_between_two_separators(@ForAll long seed) {
        var random = new Random(seed);
        long[] numbers = numbers(16 + random.nextInt(3_000), random, random.nextInt(4));
        try (var prefixes = new GrowableBuffer(TAG);
                var model = new GrowableBuffer(TAG)) {
            fill(prefixes, numbers);
            PositionModel.build(prefixes.address(), numbers.length, model);
            if (model.size() == 0) {
                return;
            }
            assertTrue(PositionModel.isKnown(model.address(), model.size()));
            for (int i = 0; i < numbers.length; i++) {
                check(model, numbers[i], i, numbers.length);
                long next = i + 1 < numbers.length ? numbers[i + 1] : -1L;
                check(model, numbers[i] + ((next - numbers[i]) >>> 1), i, numbers.length);
            }
        }
    }

    private static void check(GrowableBuffer model, long number, int block, int blocks) {
        int predicted = Math.min(blocks - 1, PositionModel.predict(model.address(), number));
        assertTrue(Math.abs(predicted - block) <= PositionModel.ERROR + 1, block + " predicted as " + predicted);
    }

    @Test
    void even_and_random_numbers_need_few_lines_and_texts_that_agree_have_none() {
        var random = new Random(5);
        try (var prefixes = new GrowableBuffer(TAG);
                var even = new GrowableBuffer(TAG);
                var spread = new GrowableBuffer(TAG);
                var none = new GrowableBuffer(TAG)) {
            fill(prefixes, numbers(8_000, random, 0));
            PositionModel.build(prefixes.address(), 8_000, even);
            assertEquals(1, PositionModel.lines(even.address()));
            prefixes.truncate(0);
            // separators of blocks of 64 random keys each
            long[] keys = sorted(random.longs(8_000 * 64).toArray());
            for (int i = 0; i < 8_000; i++) {
                prefixes.appendLong(keys[i * 64]);
            }
            PositionModel.build(prefixes.address(), 8_000, spread);
            int lines = PositionModel.lines(spread.address());
            assertTrue(lines < 8_000 / 16, lines + " lines for 8,000 blocks of random keys");
            NativeMemory.putLong(prefixes.address() + 8 * 5_001, NativeMemory.getLong(prefixes.address() + 8 * 5_000));
            PositionModel.build(prefixes.address(), 8_000, none);
            assertEquals(0, none.size());
        }
    }

    @Property(tries = 40)
    void table_with_a_model_finds_the_same_blocks_as_one_without(@ForAll long seed) {
        var random = new Random(seed);
        LsmOptions options = LsmFixture.SMALL.withMemtableBytes(8 << 20).withLevels(100, 1 << 30, 2, 1 << 30);
        int shape = random.nextInt(4);
        long[] numbers = numbers(4_000, random, shape);
        try (var lsm = LsmFixture.open(CrashableFileStore.create(), options)) {
            lsm.store().createTree(1);
            try (var key = new GrowableBuffer(TAG);
                    var batch = new WriteBatch()) {
                long address = key.reserve(16);
                for (long number : numbers) {
                    NativeMemory.putLong(address, Long.reverseBytes(number));
                    batch.put(1, address, 8, address, 8);
                }
                lsm.store().apply(batch, 1, 1);
                lsm.store().flush(1);
                Sstable table = lsm.store().tree(1).state().levels().level(0)[0];
                assertTrue(table.modelLines() > 0 || shape >= 2, "no model for shape " + shape);
                var out = new LsmValue();
                for (long number : numbers) {
                    for (long near = number - 1; near != number + 2; near++) {
                        NativeMemory.putLong(address, Long.reverseBytes(near));
                        assertEquals(
                                table.findBlockByIndex(address, 8, 5),
                                table.findBlock(address, 8, 5),
                                "key " + near + " of seed " + seed);
                    }
                    NativeMemory.putLong(address, Long.reverseBytes(number));
                    try (Epochs.Pin _ = lsm.epochs().pin()) {
                        assertTrue(lsm.store().tree(1).get(address, 8, 5, out), "key " + number + " of seed " + seed);
                    }
                }
            }
        }
        LsmFixture.assertNoLiveMemory();
    }
}
