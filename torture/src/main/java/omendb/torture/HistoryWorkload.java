package omendb.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import omendb.torture.history.Anomaly;
import omendb.torture.history.HistoryChecker;
import omendb.torture.history.HistoryTransaction;
import omendb.torture.history.HistoryTransaction.Outcome;
import omendb.torture.history.IsolationLevel;
import omendb.torture.history.Operation;

/// The history that several clients make on the same few lists and registers, across kills: recorded, and checked
/// after every restart. One isolation level at a time; after some restarts a new history begins.
///
/// Threading: any thread; [#begin] and [#check] while no client works.
final class HistoryWorkload {
    static final String LISTS = "lists";
    static final String REGISTERS = "registers";

    /// Keys that are written at the same time; so few that clients meet.
    private static final int WINDOW = 5;

    /// After so many writes for each key of the window the next keys have their turn, which keeps lists short.
    private static final int WRITES_PER_KEY = 30;

    private static final int ROUNDS = 3;
    private static final int MOST_REPORTED = 5;

    private final Random random;
    private final List<HistoryTransaction> history = new ArrayList<>();
    private final AtomicInteger values = new AtomicInteger();
    private final AtomicInteger transactionIds = new AtomicInteger();
    private final AtomicInteger writes = new AtomicInteger();
    private IsolationLevel level = IsolationLevel.SERIALIZABLE;
    private int firstKey;
    private int rounds = ROUNDS;

    HistoryWorkload(Random random) {
        this.random = random;
    }

    /// A history of one level to its end.
    HistoryWorkload(IsolationLevel level) {
        this.random = new Random(0);
        this.level = level;
        this.rounds = 0;
    }

    static void create(Statement statement) throws SQLException {
        statement.execute(
                "CREATE TABLE " + LISTS + " (id int PRIMARY KEY, alternate int NOT NULL, elements text NOT NULL)");
        statement.execute("CREATE INDEX lists_alternate ON " + LISTS + " (alternate)");
        statement.execute(
                "CREATE TABLE " + REGISTERS + " (id int PRIMARY KEY, value int NOT NULL, version int NOT NULL)");
    }

    /// Before clients start: goes on with the history, or begins another one with other keys.
    void begin(Connection connection) throws SQLException {
        if (rounds++ < ROUNDS) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(random.nextBoolean() ? "TRUNCATE lists, registers" : "DELETE FROM lists");
        }
        synchronized (history) {
            history.clear();
        }
        firstKey = lastKey() + 1;
        writes.set(0);
        level = List.of(IsolationLevel.values()).get(random.nextInt(IsolationLevel.values().length));
        rounds = 1;
    }

    IsolationLevel level() {
        return level;
    }

    int anyKey(Random clientRandom) {
        return firstKey + writes.get() / (WINDOW * WRITES_PER_KEY) * WINDOW + clientRandom.nextInt(WINDOW);
    }

    private int lastKey() {
        return firstKey + writes.get() / (WINDOW * WRITES_PER_KEY) * WINDOW + WINDOW - 1;
    }

    /// A value that nobody has written.
    int newValue() {
        writes.incrementAndGet();
        return values.incrementAndGet();
    }

    /// @param invoked what [System#nanoTime] said before its first statement
    void record(int client, Outcome outcome, List<Operation> operations, long invoked) {
        long completed = System.nanoTime();
        HistoryTransaction transaction = new HistoryTransaction(
                transactionIds.incrementAndGet(), client, outcome, List.copyOf(operations), invoked, completed);
        synchronized (history) {
            history.add(transaction);
        }
    }

    /// Reads everything after a restart, and looks for anomalies in the history up to here.
    ///
    /// @param file if there are any, the history is written here
    /// @throws Violation if the level forbids what is there
    void check(Connection connection, Path file) throws SQLException {
        long invoked = System.nanoTime();
        List<Operation> reads = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN ISOLATION LEVEL " + level.sql());
            Map<Integer, List<Integer>> lists = readLists(statement, "");
            Map<Integer, int[]> registers = readRegisters(statement, "");
            statement.execute("COMMIT");
            for (int key = firstKey; key <= lastKey(); key++) {
                reads.add(readOf(key, lists));
                reads.add(registerOf(key, registers));
            }
        }
        record(-1, Outcome.COMMITTED, reads, invoked);
        List<Anomaly> anomalies = anomalies(level);
        if (!anomalies.isEmpty()) {
            throw violation(anomalies, recorded(), file);
        }
    }

    private List<HistoryTransaction> recorded() {
        synchronized (history) {
            return List.copyOf(history);
        }
    }

    /// What is in the history so far that a level forbids, be it the history's own or another.
    List<Anomaly> anomalies(IsolationLevel judged) {
        return HistoryChecker.check(recorded(), judged);
    }

    private Violation violation(List<Anomaly> anomalies, List<HistoryTransaction> recorded, Path file) {
        String kept = file.toString();
        try {
            Files.write(
                    file, recorded.stream().map(HistoryTransaction::toString).toList());
        } catch (IOException unwritable) {
            kept = "nowhere: " + unwritable;
        }
        StringBuilder text = new StringBuilder("the history of " + recorded.size() + " transactions is not "
                + level.sql() + ", " + anomalies.size() + " anomalies (history in " + kept + ")");
        anomalies
                .subList(0, Math.min(MOST_REPORTED, anomalies.size()))
                .forEach(anomaly -> text.append("\n  ").append(anomaly));
        return new Violation(text.toString());
    }

    // ---- reading ----

    static Operation readOf(int key, Map<Integer, List<Integer>> lists) {
        return new Operation.ReadList("list " + key, lists.getOrDefault(key, List.of()));
    }

    static Operation registerOf(int key, Map<Integer, int[]> registers) {
        int[] found = registers.getOrDefault(key, new int[2]);
        return new Operation.ReadRegister("register " + key, found[0], found[1]);
    }

    /// @param condition what comes after the table's name
    static Map<Integer, List<Integer>> readLists(Statement statement, String condition) throws SQLException {
        Map<Integer, List<Integer>> lists = new TreeMap<>();
        try (ResultSet rows = statement.executeQuery("SELECT id, elements FROM " + LISTS + condition)) {
            while (rows.next()) {
                List<Integer> elements = new ArrayList<>();
                for (String element : rows.getString(2).split(",", -1)) {
                    elements.add(Integer.parseInt(element));
                }
                if (lists.put(rows.getInt(1), elements) != null) {
                    throw new Violation("list " + rows.getInt(1) + " is there twice");
                }
            }
        }
        return lists;
    }

    static Map<Integer, int[]> readRegisters(Statement statement, String condition) throws SQLException {
        Map<Integer, int[]> registers = new TreeMap<>();
        try (ResultSet rows = statement.executeQuery("SELECT id, value, version FROM " + REGISTERS + condition)) {
            while (rows.next()) {
                if (registers.put(rows.getInt(1), new int[] {rows.getInt(2), rows.getInt(3)}) != null) {
                    throw new Violation("register " + rows.getInt(1) + " is there twice");
                }
            }
        }
        return registers;
    }
}
