package omendb.engine.alex;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Iterator;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import omendb.memory.Epochs;
import omendb.memory.LiveMemory;

/// The index and a sorted set of pairs, told the same things, say the same.
class AlexModelPropertyTest {
    private static final long ABSENT = -77;

    @Property(tries = 120)
    void any_history_leaves_what_a_sorted_set_has(
            @ForAll KeyShapes shape,
            @ForAll @IntRange(min = 0, max = 12_000) int loaded,
            @ForAll @IntRange(min = 0, max = 12_000) int operations,
            @ForAll @IntRange(min = 0, max = 100) int removals,
            @ForAll boolean distinctPayloads,
            @ForAll long seed) {
        var live = LiveMemory.now();
        try (Epochs epochs = new Epochs();
                AlexIndex index = AlexIndex.create(epochs)) {
            var random = new Random(seed);
            var model = new TreeSet<Pair>();
            long[] keys = shape.keys(loaded + operations, random);
            for (int i = 0; i < loaded; i++) {
                model.add(new Pair(keys[i], payload(i, distinctPayloads, random)));
            }
            index.bulkLoad(new PairStream(model));
            StructureCheck.check(index);
            for (int i = loaded; i < keys.length; i++) {
                if (random.nextInt(100) < removals && !model.isEmpty()) {
                    Pair probe =
                            new Pair(keys[random.nextInt(i)], payload(random.nextInt(i), distinctPayloads, random));
                    Pair victim = model.ceiling(probe);
                    if (victim == null || random.nextInt(8) == 0) {
                        victim = probe;
                    }
                    assertEquals(model.remove(victim), index.remove(victim.key(), victim.payload()));
                } else {
                    Pair added = new Pair(keys[i], payload(i, distinctPayloads, random));
                    assertEquals(model.add(added), index.add(added.key(), added.payload()));
                }
            }
            StructureCheck.check(index);
            compare(index, model, keys, epochs, random);
        }
        live.assertUnchanged();
    }

    private static long payload(int i, boolean distinct, Random random) {
        return distinct ? i : random.nextInt(3) * Long.MAX_VALUE - random.nextInt(2);
    }

    private static void compare(AlexIndex index, TreeSet<Pair> model, long[] keys, Epochs epochs, Random random) {
        assertEquals(model.size(), index.size());
        AlexCursor cursor = index.cursor();
        cursor.seekFirst();
        expect(model.iterator(), cursor, Integer.MAX_VALUE);
        cursor.seekLast();
        expect(model.descendingIterator(), cursor, Integer.MAX_VALUE);
        for (int i = 0; i < 200 && keys.length > 0; i++) {
            long key = keys[random.nextInt(keys.length)] + random.nextInt(3) - 1;
            try (Epochs.Pin _ = epochs.pin()) {
                Pair first = model.ceiling(new Pair(key, Long.MIN_VALUE));
                long expected = first != null && first.key() == key ? first.payload() : ABSENT;
                assertEquals(expected, index.findFirst(key, ABSENT));
                assertEquals(model.contains(new Pair(key, 5)), index.contains(key, 5));
                if (first != null) {
                    assertTrue(index.contains(first.key(), first.payload()));
                }
            }
            Pair bound = new Pair(key, random.nextInt(keys.length));
            cursor.seekForward(bound.key(), bound.payload());
            expect(model.tailSet(bound, true).iterator(), cursor, 30);
            cursor.seekBackward(bound.key(), bound.payload());
            expect(model.headSet(bound, true).descendingIterator(), cursor, 30);
        }
    }

    private static void expect(Iterator<Pair> expected, AlexCursor cursor, int limit) {
        for (int i = 0; i < limit && expected.hasNext(); i++) {
            Pair pair = expected.next();
            assertTrue(cursor.next(), "ends in front of " + pair);
            assertEquals(pair, new Pair(cursor.key(), cursor.payload()));
        }
        if (!expected.hasNext() && limit == Integer.MAX_VALUE) {
            assertFalse(cursor.next(), "more than there is");
        }
    }
}
