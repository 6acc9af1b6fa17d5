package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The B+-tree of a memtable against a sorted map, and while several threads write.
class MemtableRunTest {
    private record Version(String key, long ts) implements Comparable<Version> {
        @Override
        public int compareTo(Version other) {
            int order = key.compareTo(other.key); // ASCII: as by bytes
            return order != 0 ? order : Long.compare(other.ts, ts);
        }
    }

    /// A memtable with one run, driven with strings. Threading: as the run, each thread with its own
    /// [Hand].
    private static final class Subject implements AutoCloseable {
        final Memtable memtable;
        final MemtableRun run;

        Subject(long bytes) {
            memtable = new Memtable(1, bytes);
            MemtableRun created = MemtableRun.create(memtable);
            assertNotNull(created);
            run = created;
        }

        @Override
        public void close() {
            memtable.free();
        }
    }

    /// Scratch memory of one thread.
    private static final class Hand implements AutoCloseable {
        private final Subject subject;
        private final GrowableBuffer bytes = new GrowableBuffer(MemoryTag.of("test"));
        private final LsmValue value = new LsmValue();
        private EntrySorter sorter; // null: entries are inserted one by one

        Hand(Subject subject) {
            this.subject = subject;
        }

        private int load(String key, String text) {
            bytes.clear(1 << 20);
            bytes.reserve(key.length() + (text == null ? 0 : text.length()) + 8L);
            var all = LsmFixture.bytes(text == null ? key : key + text);
            omendb.memory.NativeMemory.copy(all, bytes.address());
            return key.length();
        }

        /// False if the memtable is full.
        boolean put(String key, long ts, String text) {
            int length = load(key, text);
            int textLength = text == null ? 0 : text.length();
            long room = MemtableEntry.bytesFor(length, text == null, textLength);
            long at = subject.memtable.reserve(room, MemtableNode.BYTES_PER_ENTRY);
            if (at != 0) {
                long address = text == null ? 0 : bytes.address() + length;
                insert(at, length, ts, address, textLength);
            }
            return at != 0;
        }

        private void insert(long at, int length, long ts, long address, int textLength) {
            MemtableRun run = subject.run;
            if (sorter == null) {
                run.insert(at, bytes.address(), length, ts, address, textLength);
            } else {
                MemtableEntry.write(run.base(), at, bytes.address(), length, ts, address, textLength);
                sorter.add(Keys.prefix(bytes.address(), length), MemtableEntry.reference(run.base(), at));
            }
        }

        /// What comes is sorted at the side, as by a replay, until [#build].
        void sort() {
            sorter = new EntrySorter(subject.run.base());
        }

        void build() {
            try (EntrySorter sorted = sorter) {
                sorter = null;
                subject.run.build(sorted);
            }
        }

        String get(String key, long ts) {
            int length = load(key, null);
            boolean found = subject.run.get(bytes.address(), length, Keys.prefix(bytes.address(), length), ts, value);
            return !found ? "none" : value.commitTs() + text(value.isDeleted(), value.address(), value.length());
        }

        void seek(RunCursor cursor, Version to) {
            int length = load(to.key(), null);
            cursor.seek(bytes.address(), length, Keys.prefix(bytes.address(), length), to.ts());
        }

        @Override
        public void close() {
            bytes.close();
        }
    }

    private static String text(boolean deleted, long address, int length) {
        return deleted ? " deleted" : "=" + LsmFixture.text(address, length);
    }

    private static Version at(RunCursor cursor) {
        return new Version(LsmFixture.text(cursor.keyAddress, cursor.keyLength), cursor.commitTs);
    }

    private static String randomKey(Random random, int range) {
        String number = Integer.toString(random.nextInt(range));
        return switch (random.nextInt(4)) {
            case 0 -> number;
            case 1 -> "sameprefix" + number;
            case 2 -> "sameprefix" + "long".repeat(40) + number;
            default -> "s".repeat(random.nextInt(12));
        };
    }

    @Property(tries = 60)
    void holds_versions_tombstones_equal_prefixes_and_long_keys_like_a_sorted_map(@ForAll long seed) {
        holdsAll(seed, 0, 0);
    }

    /// As a replay does it; also into a run that has entries, and with some inserted afterwards.
    @Property(tries = 60)
    void holds_the_same_when_its_nodes_are_built_over_sorted_entries(@ForAll long seed) {
        int from = Math.floorMod(seed, 3) == 0 ? (int) Math.floorMod(seed, 3000L) : 0;
        holdsAll(seed, from, from + (int) Math.floorMod(seed, 9000L));
    }

    /// @param sortedFrom ordinal of the first version that is sorted at the side
    /// @param sortedTo ordinal of the first that is not any more
    private static void holdsAll(long seed, int sortedFrom, int sortedTo) {
        var random = new Random(seed);
        var model = new TreeMap<Version, String>();
        try (var subject = new Subject(4 << 20);
                var hand = new Hand(subject)) {
            int range = 1 + random.nextInt(4000);
            int count = random.nextInt(6000);
            for (int i = 0; i <= count; i++) {
                if (i == sortedFrom && sortedTo > sortedFrom) {
                    hand.sort();
                }
                if (hand.sorter != null && (i == sortedTo || i == count)) {
                    hand.build();
                }
                var version = new Version(randomKey(random, range), 1 + random.nextInt(9));
                String text = random.nextInt(4) == 0 ? null : "v" + i;
                assertTrue(hand.put(version.key(), version.ts(), text));
                model.put(version, text == null ? " deleted" : "=" + text); // the last of one version wins
            }
            assertEquals(model.size(), subject.run.entries());
            var cursor = new MemtableCursor(subject.run);
            cursor.first();
            for (var entry : model.entrySet()) {
                assertEquals(entry.getKey(), at(cursor));
                assertEquals(entry.getValue(), text(cursor.tombstone, cursor.valueAddress, cursor.valueLength));
                cursor.next();
            }
            assertFalse(cursor.valid);
            cursor.last();
            for (Version version : model.descendingKeySet()) {
                assertEquals(version, at(cursor));
                cursor.previous();
            }
            assertFalse(cursor.valid);
            for (int i = 0; i < 300; i++) {
                var probe = new Version(randomKey(random, range), random.nextInt(11));
                var expected = model.ceilingEntry(probe);
                boolean exists = expected != null && expected.getKey().key().equals(probe.key());
                assertEquals(
                        exists ? expected.getKey().ts() + expected.getValue() : "none",
                        hand.get(probe.key(), probe.ts()));
                hand.seek(cursor, probe);
                assertEquals(expected == null ? null : expected.getKey(), cursor.valid ? at(cursor) : null);
            }
        }
        LsmFixture.assertNoLiveMemory();
    }

    /// What stood in the run when the cursor came in is met in order, once; what is inserted meanwhile may
    /// be.
    @Property(tries = 100)
    void cursor_misses_and_repeats_nothing_while_entries_are_inserted_around_it(@ForAll long seed) {
        var random = new Random(seed);
        boolean forward = random.nextBoolean();
        var before = new TreeMap<Version, Boolean>();
        try (var subject = new Subject(4 << 20);
                var hand = new Hand(subject)) {
            for (int i = random.nextInt(1500); i > 0; i--) {
                var version = new Version(randomKey(random, 5000), 1 + random.nextInt(3));
                hand.put(version.key(), version.ts(), "old");
                before.put(version, true);
            }
            var cursor = new MemtableCursor(subject.run);
            Version position = null;
            if (forward) {
                cursor.first();
            } else {
                cursor.last();
            }
            while (cursor.valid) {
                Version now = at(cursor);
                Version due = nextOf(before, position, forward);
                assertTrue(position == null || inOrder(position, now, forward), now + " after " + position);
                assertTrue(due == null || !inOrder(due, now, forward), due + " is missing before " + now);
                position = now;
                for (int i = random.nextInt(8); i > 0; i--) {
                    String near = random.nextBoolean() ? now.key() + random.nextInt(10) : randomKey(random, 5000);
                    hand.put(near.substring(0, Math.min(near.length(), 200)), 9 + random.nextInt(100), "new");
                }
                if (subject.memtable.usedBytes() > 3 << 20) {
                    break; // a forward cursor may be fed for ever
                }
                if (forward) {
                    cursor.next();
                } else {
                    cursor.previous();
                }
            }
            if (!cursor.valid) {
                assertEquals(null, nextOf(before, position, forward));
            }
        }
        LsmFixture.assertNoLiveMemory();
    }

    private static boolean inOrder(Version first, Version second, boolean forward) {
        return forward ? first.compareTo(second) < 0 : first.compareTo(second) > 0;
    }

    private static Version nextOf(TreeMap<Version, Boolean> before, Version position, boolean forward) {
        if (before.isEmpty()) {
            return null;
        }
        if (position == null) {
            return forward ? before.firstKey() : before.lastKey();
        }
        return forward ? before.higherKey(position) : before.lowerKey(position);
    }

    private enum Order {
        ASCENDING,
        DESCENDING,
        RANDOM,
        ALTERNATING
    }

    /// Entries are as small as can be: versions of the empty key.
    @ParameterizedTest
    @EnumSource(Order.class)
    void nodes_fit_into_the_room_that_the_smallest_entries_reserve_for_them(Order order) {
        fill(order, 0);
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void nodes_fit_too_if_they_were_built_over_the_first_entries(Order order) {
        for (int built = 1; built <= 16_384; built *= 2) {
            fill(order, built);
            fill(order, built + 1);
        }
    }

    /// @param built the first so many entries are sorted at the side
    private static void fill(Order order, int built) {
        try (var subject = new Subject(1 << 20);
                var hand = new Hand(subject)) {
            int room = (1 << 20) / 48;
            var timestamps = new ArrayList<Integer>();
            for (int i = 1; i <= room; i++) {
                timestamps.add(
                        switch (order) {
                            case ASCENDING -> i;
                            case DESCENDING -> room + 1 - i;
                            case RANDOM -> i;
                            case ALTERNATING -> i % 2 == 0 ? i / 2 : room - i / 2;
                        });
            }
            if (order == Order.RANDOM) {
                Collections.shuffle(timestamps, new Random(5));
            }
            int inserted = 0;
            if (built > 0) {
                hand.sort();
                for (; inserted < built; inserted++) {
                    assertTrue(hand.put("", timestamps.get(inserted), null));
                }
                hand.build();
            }
            while (inserted < room && hand.put("", timestamps.get(inserted), null)) { // asserts its room
                inserted++;
            }
            assertTrue(inserted > room * 9 / 10, inserted + " entries fit");
            assertEquals(inserted, subject.run.entries());
        }
        LsmFixture.assertNoLiveMemory();
    }

    /// The full leaf that an ascending key leaves behind is halved by the next entry: two splits for 66 entries. Many
    /// runs that do so use up what they were promised, and not a byte more (the memtable asserts it).
    @Test
    void nodes_fit_when_a_full_leaf_is_left_behind_and_halved_at_once() {
        Memtable memtable = new Memtable(1, 64 << 10);
        try (var keys = new GrowableBuffer(MemoryTag.of("test"))) {
            keys.reserve(Long.BYTES);
            long room = MemtableEntry.bytesFor(Long.BYTES, true, 0);
            MemtableRun run = MemtableRun.create(memtable);
            int runs = 0;
            while (run != null) {
                for (int i = 0; i < 66; i++) {
                    long at = memtable.reserve(room, MemtableNode.BYTES_PER_ENTRY);
                    if (at != 0) {
                        NativeMemory.putLong(keys.address(), Long.reverseBytes(i == 65 ? 1 : 2L * i));
                        run.insert(at, keys.address(), Long.BYTES, 1, 0, 0);
                    }
                }
                runs++;
                run = MemtableRun.create(memtable);
            }
            assertTrue(runs > 5, runs + " runs");
        } finally {
            memtable.free();
        }
    }

    @Test
    void ascending_keys_leave_full_leaves() {
        try (var subject = new Subject(16 << 20);
                var hand = new Hand(subject)) {
            int count = 64_000;
            long entryBytes = 0;
            for (int i = 0; i < count; i++) {
                hand.put("%08d".formatted(i), 1, null);
                entryBytes += MemtableEntry.bytesFor(8, true, 0);
            }
            long nodeBytes = subject.memtable.usedBytes() - entryBytes;
            assertEquals(1_000 * MemtableNode.LEAF_BYTES, nodeBytes, 40.0 * MemtableNode.INNER_BYTES);
        }
        LsmFixture.assertNoLiveMemory();
    }

    private static final int WRITERS = 4;
    private static final int KEYS = 30_000;

    /// Each writer inserts its own keys, neighbours of the others', and counts them; whoever read the
    /// counts before must find all those keys, in order, whichever way it looks.
    @Test
    void readers_find_in_order_all_that_was_inserted_before_they_came() throws Exception {
        long seed = Long.getLong("omendb.seed", 17);
        var orders = new ArrayList<List<Integer>>();
        for (int writer = 0; writer < WRITERS; writer++) {
            var order = new ArrayList<Integer>();
            for (int i = 0; i < KEYS; i++) {
                order.add(i);
            }
            if (writer > 0) { // the first one ascends
                Collections.shuffle(order, new Random(seed + writer));
            }
            orders.add(order);
        }
        var done = new AtomicIntegerArray(WRITERS);
        var running = new AtomicInteger(WRITERS);
        try (var subject = new Subject(64 << 20);
                var pool = Executors.newFixedThreadPool(WRITERS + 2)) {
            var threads = new ArrayList<Future<?>>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int me = writer;
                threads.add(pool.submit(() -> {
                    try (var hand = new Hand(subject)) {
                        for (int i = 0; i < KEYS; i++) {
                            assertTrue(hand.put(key(me, orders.get(me).get(i)), 1, i % 3 == 0 ? null : "v" + me));
                            done.set(me, i + 1);
                        }
                    } finally {
                        running.decrementAndGet();
                    }
                }));
            }
            threads.add(pool.submit(() -> {
                do {
                    checkWalk(subject, orders, done, true);
                    checkWalk(subject, orders, done, false);
                } while (running.get() > 0);
            }));
            threads.add(pool.submit(() -> {
                var random = new Random(seed);
                try (var hand = new Hand(subject)) {
                    while (running.get() > 0) {
                        int writer = random.nextInt(WRITERS);
                        int known = done.get(writer);
                        if (known > 0) {
                            int i = known - 1 - random.nextInt(Math.min(known, 50));
                            String expected = i % 3 == 0 ? "1 deleted" : "1=v" + writer;
                            assertEquals(
                                    expected,
                                    hand.get(key(writer, orders.get(writer).get(i)), 5),
                                    "seed " + seed);
                        }
                    }
                }
            }));
            for (Future<?> thread : threads) {
                thread.get();
            }
            assertEquals(WRITERS * KEYS, subject.run.entries());
            checkWalk(subject, orders, done, true);
        }
        LsmFixture.assertNoLiveMemory();
    }

    /// Long enough that prefixes tie within a group, and neighbours belong to different writers.
    private static String key(int writer, int i) {
        return "%07d-%d-%d".formatted(i / 20, i % 20 + 10, writer);
    }

    private static void checkWalk(
            Subject subject, List<List<Integer>> orders, AtomicIntegerArray done, boolean forward) {
        int[] known = new int[WRITERS];
        for (int writer = 0; writer < WRITERS; writer++) {
            known[writer] = done.get(writer);
        }
        var seen = new boolean[WRITERS][KEYS];
        var cursor = new MemtableCursor(subject.run);
        Version last = null;
        if (forward) {
            cursor.first();
        } else {
            cursor.last();
        }
        while (cursor.valid) {
            Version now = at(cursor);
            assertTrue(last == null || inOrder(last, now, forward), now + " after " + last);
            last = now;
            String[] parts = now.key().split("-");
            int i = Integer.parseInt(parts[0]) * 20 + Integer.parseInt(parts[1]) - 10;
            seen[Integer.parseInt(parts[2])][i] = true;
            if (forward) {
                cursor.next();
            } else {
                cursor.previous();
            }
        }
        for (int writer = 0; writer < WRITERS; writer++) {
            for (int n = 0; n < known[writer]; n++) {
                int i = orders.get(writer).get(n);
                assertTrue(seen[writer][i], key(writer, i) + " is missing, inserted as number " + n);
            }
        }
    }
}
