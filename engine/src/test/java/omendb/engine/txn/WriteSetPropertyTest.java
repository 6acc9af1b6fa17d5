package omendb.engine.txn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import omendb.engine.lsm.LsmOptions;
import omendb.engine.lsm.LsmStore;
import omendb.engine.lsm.LsmValue;
import omendb.engine.lsm.SpilledRuns;
import omendb.engine.lsm.WriteBatch;
import omendb.memory.CrashableFileStore;
import omendb.memory.Epochs;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

class WriteSetPropertyTest {
    private static final MemoryTag TAG = MemoryTag.of("test");
    private static final long RELATION = 7;

    sealed interface Op {
        record Put(int key, int value) implements Op {}

        record Delete(int key) implements Op {}

        record Mark() implements Op {}

        record Undo() implements Op {}

        record Spill() implements Op {}
    }

    /// What is expected: values by key, null = tombstone.
    private record State(TreeMap<Integer, Integer> content, WriteSet.Position position) {}

    /// A store with one tree and the runs of one transaction.
    private static final class Store implements AutoCloseable {
        private final CrashableFileStore disk = CrashableFileStore.create();
        private final Epochs epochs = new Epochs();
        private final LsmStore lsm = LsmStore.open(
                disk,
                LsmOptions.defaults()
                        .withMemtableBytes(64 << 10)
                        .withTableBytes(4 << 10)
                        .withCompactionThreads(0),
                epochs);
        private final SpilledRuns runs;

        Store() {
            lsm.createTree(RELATION);
            runs = lsm.startSpilledRuns();
        }

        /// The tree after a commit at timestamp 5.
        TreeMap<Integer, Integer> commit(WriteSet set, long key) {
            set.spill(runs, _ -> true, (_, _, _, _, _) -> {}, Runnable::run);
            assertTrue(set.memoryBytes() == 0);
            runs.seal(_ -> false);
            runs.adopt(5);
            lsm.verify();
            TreeMap<Integer, Integer> rows = new TreeMap<>();
            LsmValue value = new LsmValue();
            try (Epochs.Pin _ = epochs.pin()) {
                for (int k = 0; k < 100; k++) {
                    putKey(key, k);
                    assertFalse(lsm.tree(RELATION).get(key, 4, 4, value));
                    if (lsm.tree(RELATION).get(key, 4, 5, value)) {
                        assertEquals(5, value.commitTs());
                        rows.put(k, NativeMemory.getInt(value.address()));
                    }
                }
            }
            return rows;
        }

        @Override
        public void close() {
            runs.close();
            lsm.close();
            epochs.advance();
            epochs.close();
            disk.close();
        }
    }

    @Property(tries = 400)
    void behaves_like_a_sorted_map_with_savepoints(@ForAll("histories") List<Op> history) {
        long key = MemoryAccount.allocate(TAG, 16);
        try (Store store = new Store();
                WriteSet set = new WriteSet()) {
            TreeMap<Integer, Integer> model = new TreeMap<>();
            Deque<State> marks = new ArrayDeque<>();
            for (Op op : history) {
                switch (op) {
                    case Op.Put(int k, int value) -> {
                        putKey(key, k);
                        NativeMemory.putInt(set.reservePut(RELATION, key, 4, 4), value);
                        model.put(k, value);
                    }
                    case Op.Delete(int k) -> {
                        putKey(key, k);
                        set.delete(RELATION, key, 4);
                        model.put(k, null);
                    }
                    case Op.Spill() -> set.spill(store.runs, _ -> true, (_, _, _, _, _) -> {}, Runnable::run);
                    case Op.Mark() -> marks.push(new State(new TreeMap<>(model), set.position()));
                    case Op.Undo() -> {
                        if (!marks.isEmpty()) {
                            State state = marks.pop();
                            set.rollbackTo(state.position());
                            model = new TreeMap<>(state.content());
                        }
                    }
                }
            }
            assertEquals(new ArrayList<>(model.entrySet()), entries(set, null, null, false));
            assertEquals(new ArrayList<>(model.descendingMap().entrySet()), entries(set, null, null, true));
            checkRange(set, key, model, 20, 60);
            checkFind(set, key, model);
            if (set.spilled() == null) {
                checkDrain(set, model);
            }
            model.values().removeIf(Objects::isNull);
            assertEquals(model, store.commit(set, key));
        } finally {
            MemoryAccount.free(TAG, key, 16);
        }
    }

    private static void checkRange(WriteSet set, long key, TreeMap<Integer, Integer> model, int from, int to) {
        putKey(key, from);
        putKey(key + 8, to);
        MemorySegment lower = NativeMemory.segment(key, 4);
        MemorySegment upper = NativeMemory.segment(key + 8, 4);
        NavigableMap<Integer, Integer> part = model.subMap(from, true, to, false);
        assertEquals(new ArrayList<>(part.entrySet()), entries(set, lower, upper, false));
        assertEquals(new ArrayList<>(part.descendingMap().entrySet()), entries(set, lower, upper, true));
    }

    private static void checkFind(WriteSet set, long key, Map<Integer, Integer> model) {
        for (int k = 0; k < 100; k++) {
            putKey(key, k);
            OwnVersion version = new OwnVersion();
            boolean found = set.find(RELATION, key, 4, Long.MAX_VALUE, version);
            assertEquals(model.containsKey(k), found);
            if (found) {
                assertEquals(model.get(k) == null, version.isTombstone());
                assertEquals(
                        model.get(k), version.isTombstone() ? null : (Integer) NativeMemory.getInt(version.address()));
            }
        }
    }

    private static void checkDrain(WriteSet set, Map<Integer, Integer> model) {
        try (WriteBatch batch = new WriteBatch()) {
            set.drainTo(batch, _ -> false);
            assertEquals(model.size(), batch.count());
        }
        try (WriteBatch batch = new WriteBatch()) {
            set.drainTo(batch, relation -> relation == RELATION);
            assertTrue(batch.isEmpty());
        }
    }

    @Property(tries = 50)
    void a_version_is_seen_only_from_its_sequence_on(@ForAll("histories") List<Op> history) {
        long key = MemoryAccount.allocate(TAG, 16);
        try (WriteSet set = new WriteSet()) {
            putKey(key, 1);
            NativeMemory.putInt(set.reservePut(RELATION, key, 4, 4), 11);
            long before = set.sequence();
            NativeMemory.putInt(set.reservePut(RELATION, key, 4, 4), 22);
            OwnVersion version = new OwnVersion();
            assertTrue(set.find(RELATION, key, 4, before, version));
            assertEquals(11, NativeMemory.getInt(version.address()));
            assertTrue(set.find(RELATION, key, 4, set.sequence(), version));
            assertEquals(22, NativeMemory.getInt(version.address()));
            assertFalse(set.find(RELATION, key, 4, before - 1, version));
            WriteCursor early = set.cursor(RELATION, null, null, false, before - 1);
            assertNotNull(early);
            assertFalse(early.next());
        } finally {
            MemoryAccount.free(TAG, key, 16);
        }
    }

    private static List<Map.Entry<Integer, Integer>> entries(
            WriteSet set, MemorySegment from, MemorySegment to, boolean backward) {
        TreeMap<Integer, Integer> found = new TreeMap<>();
        List<Map.Entry<Integer, Integer>> list = new ArrayList<>();
        WriteCursor cursor = set.cursor(RELATION, from, to, backward, Long.MAX_VALUE);
        while (cursor != null && cursor.next()) {
            int key = Integer.reverseBytes(NativeMemory.getInt(cursor.keyAddress()));
            Integer value = cursor.isTombstone() ? null : (Integer) NativeMemory.getInt(cursor.valueAddress());
            found.put(key, value);
            list.add(new java.util.AbstractMap.SimpleEntry<>(key, value));
        }
        if (cursor != null) {
            cursor.close();
        }
        assertEquals(found.size(), list.size());
        return list;
    }

    private static void putKey(long address, int key) {
        NativeMemory.putInt(address, Integer.reverseBytes(key));
    }

    @Provide
    Arbitrary<List<Op>> histories() {
        Arbitrary<Integer> keys = Arbitraries.integers().between(0, 99);
        Arbitrary<Op> put = Combinators.combine(keys, Arbitraries.integers()).as(Op.Put::new);
        Arbitrary<Op> delete = keys.map(Op.Delete::new);
        return Arbitraries.frequencyOf(
                        Tuple.of(8, put),
                        Tuple.of(3, delete),
                        Tuple.of(1, Arbitraries.just(new Op.Mark())),
                        Tuple.of(1, Arbitraries.just(new Op.Undo())),
                        Tuple.of(1, Arbitraries.just(new Op.Spill())))
                .list()
                .ofMaxSize(300);
    }
}
