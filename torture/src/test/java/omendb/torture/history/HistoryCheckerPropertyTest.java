package omendb.torture.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import omendb.torture.history.HistoryTransaction.Outcome;

/// Random executions of models: what a model cannot do is not found, and a corruption is.
class HistoryCheckerPropertyTest {
    private static final int TRANSACTIONS = 60;
    private static final int KEYS = 5;

    @Property(tries = 300)
    void serial_executions_are_clean(@ForAll long seed) {
        assertEquals(List.of(), HistoryChecker.check(serial(new Random(seed)), IsolationLevel.SERIALIZABLE));
    }

    @Property(tries = 300)
    void snapshot_isolation_is_clean_at_repeatable_read(@ForAll long seed) {
        List<HistoryTransaction> history = new ModelDatabase(new Random(seed), true).run(TRANSACTIONS, KEYS);
        assertEquals(List.of(), HistoryChecker.check(history, IsolationLevel.REPEATABLE_READ));
    }

    /// Without first-committer-wins long runs on few keys lose updates.
    @Property(tries = 100)
    void lost_updates_of_a_database_without_write_conflicts_are_found(@ForAll long seed) {
        List<HistoryTransaction> history = new ModelDatabase(new Random(seed), false).run(400, 2);
        assertFalse(
                HistoryChecker.check(history, IsolationLevel.REPEATABLE_READ).isEmpty());
    }

    /// In real time a serial history leaves no room: any change of what a read showed is an anomaly.
    @Property(tries = 500)
    void a_corrupted_read_is_found(@ForAll long seed) {
        Random random = new Random(seed);
        List<HistoryTransaction> history = serial(random);
        List<int[]> reads = new ArrayList<>();
        for (int t = 0; t < history.size(); t++) {
            List<Operation> operations = history.get(t).operations();
            for (int o = 0; o < operations.size(); o++) {
                boolean full =
                        operations.get(o) instanceof Operation.ReadList(String _, List<Integer> e) && !e.isEmpty();
                if (full || operations.get(o) instanceof Operation.ReadRegister) {
                    reads.add(new int[] {t, o});
                }
            }
        }
        Assume.that(!reads.isEmpty());
        int[] at = reads.get(random.nextInt(reads.size()));
        HistoryTransaction victim = history.get(at[0]);
        List<Operation> operations = new ArrayList<>(victim.operations());
        operations.set(at[1], corrupted(operations.get(at[1]), random));
        history.set(at[0], with(victim, victim.outcome(), operations));
        assertFalse(HistoryChecker.check(history, IsolationLevel.SERIALIZABLE).isEmpty());
    }

    @Property(tries = 200)
    void a_commit_that_was_none_is_found_by_whoever_read_it(@ForAll long seed) {
        List<HistoryTransaction> history = serial(new Random(seed));
        HistoryTransaction last = history.getLast(); // reads everything
        Operation.ReadList read = (Operation.ReadList) last.operations().getFirst();
        Assume.that(!read.elements().isEmpty());
        int element =
                read.elements().get(new Random(seed).nextInt(read.elements().size()));
        for (int t = 0; t < history.size(); t++) {
            if (history.get(t).operations().contains(new Operation.Append(read.key(), element))) {
                history.set(
                        t, with(history.get(t), Outcome.ABORTED, history.get(t).operations()));
            }
        }
        assertFalse(HistoryChecker.check(history, IsolationLevel.READ_COMMITTED).isEmpty());
    }

    private static HistoryTransaction with(HistoryTransaction old, Outcome outcome, List<Operation> operations) {
        return new HistoryTransaction(
                old.id(), old.client(), outcome, List.copyOf(operations), old.invoked(), old.completed());
    }

    private static Operation corrupted(Operation read, Random random) {
        return switch (read) {
            case Operation.ReadList(String key, List<Integer> elements) -> {
                List<Integer> changed = new ArrayList<>(elements);
                switch (random.nextInt(3)) {
                    case 0 -> changed.removeLast();
                    case 1 -> changed.add(changed.getFirst());
                    default -> changed.set(random.nextInt(changed.size()), -1);
                }
                yield new Operation.ReadList(key, changed);
            }
            case Operation.ReadRegister(String key, int value, int version) ->
                version == 0
                        ? new Operation.ReadRegister(key, -1, 1)
                        : new Operation.ReadRegister(key, value, version + 1);
            case Operation.Append _, Operation.Write _ -> throw new IllegalArgumentException();
        };
    }

    /// One transaction after the other; the last reads every list.
    private static List<HistoryTransaction> serial(Random random) {
        Map<String, List<Integer>> lists = new HashMap<>();
        Map<String, int[]> registers = new HashMap<>();
        List<HistoryTransaction> history = new ArrayList<>();
        int value = 0;
        for (int id = 0; id < TRANSACTIONS; id++) {
            List<Operation> operations = new ArrayList<>();
            int count = 1 + random.nextInt(4);
            for (int i = 0; i < count; i++) {
                String list = "list" + random.nextInt(KEYS);
                String register = "register" + random.nextInt(KEYS);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        lists.computeIfAbsent(list, _ -> new ArrayList<>()).add(++value);
                        operations.add(new Operation.Append(list, value));
                    }
                    case 1 ->
                        operations.add(new Operation.ReadList(list, List.copyOf(lists.getOrDefault(list, List.of()))));
                    case 2 -> {
                        int[] now = registers.computeIfAbsent(register, _ -> new int[2]);
                        now[0] = ++value;
                        now[1]++;
                        operations.add(new Operation.Write(register, now[0], now[1]));
                    }
                    default -> {
                        int[] now = registers.getOrDefault(register, new int[2]);
                        operations.add(new Operation.ReadRegister(register, now[0], now[1]));
                    }
                }
            }
            history.add(new HistoryTransaction(id, 0, Outcome.COMMITTED, operations, 2L * id, 2L * id + 1));
        }
        List<Operation> all = new ArrayList<>();
        for (int key = 0; key < KEYS; key++) {
            String list = "list" + key;
            all.add(new Operation.ReadList(list, List.copyOf(lists.getOrDefault(list, List.of()))));
        }
        long end = 2L * TRANSACTIONS;
        history.add(new HistoryTransaction(TRANSACTIONS, 0, Outcome.COMMITTED, all, end, end + 1));
        return history;
    }
}
