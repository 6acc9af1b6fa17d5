package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A bank whose vectors move along with the balances: whatever the snapshot, the balances have one sum and a search of
/// the vector index finds each vector exactly once.
@Timeout(120)
class MovingVectorsTest {
    private static final int ACCOUNTS = 30;
    private static final int TRANSFERS = 60;
    private static final int BALANCE = 100;

    @TempDir
    Path directory;

    private Database database;

    private static String vector(int number) {
        return "[" + number + "," + number % 7 + "," + number % 3 + "]";
    }

    @Test
    void a_search_at_any_snapshot_finds_every_vector_once() throws Exception {
        database = Database.open(directory, DatabaseOptions.forTests());
        try (SqlConnection first = new SqlConnection(database)) {
            first.run("CREATE EXTENSION vector");
            first.run("CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL, v vector(3) NOT NULL)");
            first.run("CREATE INDEX accounts_v ON accounts USING hnsw (v vector_l2_ops)");
            for (int id = 0; id < ACCOUNTS; id++) {
                first.run("INSERT INTO accounts VALUES (" + id + ", " + BALANCE + ", '" + vector(id) + "')");
            }
            first.run("SET enable_seqscan = off");
            String plan = String.join("\n", first.rows("EXPLAIN " + search(3)));
            assertTrue(plan.contains("Index Scan using accounts_v"), plan);
        }
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                long seed = i;
                writers.add(threads.submit(() -> transfer(new Random(seed))));
            }
            List<Future<Integer>> readers = List.of(
                    threads.submit(() -> audit("REPEATABLE READ", over)),
                    threads.submit(() -> audit("SERIALIZABLE READ ONLY", over)));
            try {
                for (Future<?> writer : writers) {
                    writer.get();
                }
            } finally {
                over.set(true);
            }
            for (Future<Integer> reader : readers) {
                assertTrue(reader.get() > 0);
            }
        }
        audit("READ COMMITTED", over);
        database.close();
    }

    private static String search(int target) {
        return "SELECT v::text, balance FROM accounts ORDER BY v <-> '" + vector(target) + "' LIMIT " + (ACCOUNTS + 5);
    }

    /// Moves money and swaps vectors between two accounts, in an order that makes no deadlock.
    private void transfer(Random random) {
        try (SqlConnection session = new SqlConnection(database)) {
            for (int i = 0; i < TRANSFERS; i++) {
                int a = random.nextInt(ACCOUNTS - 1);
                int b = a + 1 + random.nextInt(ACCOUNTS - a - 1);
                session.run("BEGIN");
                List<String> rows = session.rows(
                        "SELECT v::text FROM accounts WHERE id IN (" + a + ", " + b + ") ORDER BY id FOR UPDATE");
                assertEquals(2, rows.size());
                session.rows("UPDATE accounts SET balance = balance - 1, v = '" + rows.get(1) + "' WHERE id = " + a
                        + " RETURNING id");
                session.rows("UPDATE accounts SET balance = balance + 1, v = '" + rows.get(0) + "' WHERE id = " + b
                        + " RETURNING id");
                session.run(random.nextInt(8) == 0 ? "ROLLBACK" : "COMMIT");
            }
        }
    }

    /// Looks at snapshots until the writers are through; answers how many.
    private int audit(String level, AtomicBoolean over) {
        Random random = new Random(level.length());
        int audits = 0;
        try (SqlConnection session = new SqlConnection(database)) {
            session.run("SET enable_seqscan = off");
            List<String> all = new ArrayList<>();
            for (int id = 0; id < ACCOUNTS; id++) {
                all.add(vector(id));
            }
            all.sort(null);
            do {
                session.run("BEGIN ISOLATION LEVEL " + level);
                for (int look = 0; look < 3; look++) {
                    int target = random.nextInt(ACCOUNTS);
                    List<String> found = session.rows(search(target));
                    assertEquals(vector(target), found.getFirst().split("\\|")[0]);
                    assertEquals(
                            all,
                            found.stream()
                                    .map(row -> row.split("\\|")[0])
                                    .sorted()
                                    .toList());
                    assertEquals(
                            ACCOUNTS * BALANCE,
                            found.stream()
                                    .mapToInt(row -> Integer.parseInt(row.split("\\|")[1]))
                                    .sum());
                }
                assertEquals("COMMIT\n", session.run("COMMIT"));
                audits++;
            } while (!over.get());
        }
        return audits;
    }
}
