package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Random concurrent transactions that append to lists and read them, by key, by range and by scan: the
/// dependencies that the lists show (Elle's list-append method) must have no cycle.
@Timeout(120)
class SerializableHistoryTest {
    private static final int CLIENTS = 5;
    private static final int TRANSACTIONS = 60;
    private static final int KEYS = 6;

    @TempDir
    Path directory;

    private Database database;
    private final AtomicInteger nextValue = new AtomicInteger(1);

    /// One operation of a committed transaction: an append, or what a read of a key gave.
    private record Op(int key, int appended, List<Integer> read) {}

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
        try (SqlConnection setup = new SqlConnection(database)) {
            setup.run("CREATE TABLE lists (k int PRIMARY KEY, g int, l text NOT NULL)");
            setup.run("CREATE INDEX ON lists (g)");
            setup.run("INSERT INTO lists SELECT n, n / 2, '' FROM generate_series(1, " + KEYS + ") n");
        }
    }

    @AfterEach
    void close() {
        database.close();
    }

    @RepeatedTest(4)
    void histories_have_no_cycle_of_dependencies(RepetitionInfo repetition) throws Exception {
        long seed = 7919L * repetition.getCurrentRepetition();
        List<List<Op>> committed = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
            List<Callable<List<List<Op>>>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(seed + i);
                clients.add(() -> client(random));
            }
            for (Future<List<List<Op>>> client : threads.invokeAll(clients)) {
                committed.addAll(client.get());
            }
        }
        Map<Integer, List<Integer>> lists = new HashMap<>();
        try (SqlConnection reader = new SqlConnection(database)) {
            for (String row : reader.rows("SELECT k, l FROM lists")) {
                int bar = row.indexOf('|');
                lists.put(Integer.parseInt(row.substring(0, bar)), values(row.substring(bar + 1)));
            }
        }
        String label = "seed " + seed;
        assertTrue(committed.size() > TRANSACTIONS, label + ": too few committed");
        assertFalse(hasCycle(edges(committed, lists, label)), label + ": a cycle of ww, wr and rw edges");
    }

    private static List<Integer> values(String text) {
        List<Integer> values = new ArrayList<>();
        for (int start = 0; start < text.length(); ) {
            int comma = text.indexOf(',', start);
            values.add(Integer.parseInt(text.substring(start, comma)));
            start = comma + 1;
        }
        return values;
    }

    private List<List<Op>> client(Random random) {
        List<List<Op>> done = new ArrayList<>();
        try (SqlConnection session = new SqlConnection(database)) {
            for (int i = 0; i < TRANSACTIONS; i++) {
                List<Op> ops = new ArrayList<>();
                boolean fine =
                        !session.run("BEGIN ISOLATION LEVEL SERIALIZABLE").contains("ERROR");
                for (int n = 1 + random.nextInt(3); n > 0 && fine; n--) {
                    fine = operate(session, random, ops);
                }
                String end = session.run(random.nextInt(12) == 0 ? "ROLLBACK" : "COMMIT");
                if (fine && end.equals("COMMIT\n")) {
                    done.add(ops);
                } else if (end.contains("ERROR")) {
                    assertTrue(end.contains("40001"), end);
                }
            }
        }
        return done;
    }

    private boolean operate(SqlConnection session, Random random, List<Op> ops) {
        int key = 1 + random.nextInt(KEYS);
        if (random.nextInt(5) < 2) {
            int value = nextValue.getAndIncrement();
            String result = session.run("UPDATE lists SET l = l || '" + value + ",' WHERE k = " + key);
            ops.add(new Op(key, value, List.of()));
            return isFine(result);
        }
        String condition = switch (random.nextInt(3)) {
            case 0 -> "k = " + key;
            case 1 -> "g = " + key / 2;
            default -> "l LIKE '%'";
        };
        String result = session.run("SELECT k, l FROM lists WHERE " + condition);
        if (!isFine(result)) {
            return false;
        }
        for (String line : result.lines().filter(line -> line.contains("|")).toList()) {
            int bar = line.indexOf('|');
            ops.add(new Op(Integer.parseInt(line.substring(0, bar)), 0, values(line.substring(bar + 1))));
        }
        return true;
    }

    private static boolean isFine(String result) {
        if (result.contains("ERROR")) {
            assertTrue(result.contains("40001") || result.contains("40P01"), result);
            return false;
        }
        return true;
    }

    private static Map<Integer, Set<Integer>> edges(
            List<List<Op>> transactions, Map<Integer, List<Integer>> lists, String label) {
        Map<Integer, Integer> writers = new HashMap<>();
        for (int n = 0; n < transactions.size(); n++) {
            for (Op op : transactions.get(n)) {
                if (op.appended() > 0) {
                    writers.put(op.appended(), n);
                }
            }
        }
        int appended = lists.values().stream().mapToInt(List::size).sum();
        assertEquals(writers.size(), appended, label + ": appends lost or left over");
        Map<Integer, Set<Integer>> edges = new HashMap<>();
        lists.values().forEach(list -> {
            for (int i = 1; i < list.size(); i++) {
                add(edges, writers.get(list.get(i - 1)), writers.get(list.get(i)));
            }
        });
        for (int n = 0; n < transactions.size(); n++) {
            for (Op op : transactions.get(n)) {
                if (op.appended() == 0) {
                    addRead(edges, n, op, lists.get(op.key()), writers, label);
                }
            }
        }
        return edges;
    }

    private static void addRead(
            Map<Integer, Set<Integer>> edges,
            int reader,
            Op op,
            List<Integer> list,
            Map<Integer, Integer> writers,
            String label) {
        List<Integer> read = new ArrayList<>(op.read());
        while (!read.isEmpty() && Integer.valueOf(reader).equals(writers.get(read.getLast()))) {
            read.removeLast();
        }
        assertEquals(list.subList(0, read.size()), read, label + ": a read is no prefix of the list");
        if (!read.isEmpty()) {
            add(edges, writers.get(read.getLast()), reader);
        }
        if (read.size() < list.size()) {
            add(edges, reader, writers.get(list.get(read.size())));
        }
    }

    private static void add(Map<Integer, Set<Integer>> edges, int from, int to) {
        if (from != to) {
            edges.computeIfAbsent(from, _ -> new HashSet<>()).add(to);
        }
    }

    private static boolean hasCycle(Map<Integer, Set<Integer>> edges) {
        Map<Integer, Integer> incoming = new HashMap<>();
        edges.forEach((from, targets) -> {
            incoming.putIfAbsent(from, 0);
            targets.forEach(to -> incoming.merge(to, 1, Integer::sum));
        });
        List<Integer> free = new ArrayList<>();
        incoming.forEach((node, count) -> {
            if (count == 0) {
                free.add(node);
            }
        });
        int seen = 0;
        while (!free.isEmpty()) {
            int node = free.removeLast();
            seen++;
            for (int next : edges.getOrDefault(node, Set.of())) {
                if (incoming.merge(next, -1, Integer::sum) == 0) {
                    free.add(next);
                }
            }
        }
        return seen < incoming.size();
    }
}
