package omendb.torture;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import omendb.torture.history.IsolationLevel;

/// Accounts whose balances and vectors move together: whatever the snapshot, the balances have one sum and every vector
/// is found exactly once, by a scan and by the vector index.
///
/// Threading: one thread each; several work on the same accounts.
final class Bank implements Client {
    private static final int ACCOUNTS = 24;
    private static final int BALANCE = 100;
    private static final int VECTOR_VERSION = 77;

    private final Random random;
    private long transactions;
    private String lastStep = "nothing";

    Bank(Random random) {
        this.random = random;
    }

    static void create(Statement statement) throws SQLException {
        statement.execute("CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL, v vector("
                + Content.DIMENSIONS + ") NOT NULL)");
        statement.execute("CREATE INDEX accounts_v ON accounts USING hnsw (v vector_l2_ops)");
        StringBuilder rows = new StringBuilder();
        for (int id = 0; id < ACCOUNTS; id++) {
            rows.append(id == 0 ? "" : ", ")
                    .append("(" + id + ", " + BALANCE + ", '" + Content.vector(id, VECTOR_VERSION) + "')");
        }
        statement.execute("INSERT INTO accounts VALUES " + rows);
    }

    @Override
    public long transactions() {
        return transactions;
    }

    @Override
    public String lastStep() {
        return lastStep;
    }

    @Override
    public void step(Connection connection) throws SQLException {
        IsolationLevel level = List.of(IsolationLevel.values()).get(random.nextInt(3));
        try (Statement statement = connection.createStatement()) {
            try {
                if (random.nextInt(4) == 0) {
                    IsolationLevel snapshot =
                            level == IsolationLevel.READ_COMMITTED ? IsolationLevel.REPEATABLE_READ : level;
                    lastStep = "audit at " + snapshot.sql();
                    statement.execute("BEGIN ISOLATION LEVEL " + snapshot.sql());
                    audit(statement);
                } else {
                    lastStep = "transfer at " + level.sql();
                    statement.execute("BEGIN ISOLATION LEVEL " + level.sql());
                    transfer(statement);
                }
                statement.execute(random.nextInt(12) == 0 ? "ROLLBACK" : "COMMIT");
            } catch (SQLException failed) {
                Workload.rollbackQuietly(statement);
                throw failed;
            }
        }
        transactions++;
    }

    private record Account(int id, int balance, String vector) {}

    private void transfer(Statement statement) throws SQLException {
        int from = random.nextInt(ACCOUNTS);
        int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        int amount = random.nextInt(20);
        Account[] both = new Account[2];
        int count = 0;
        try (ResultSet rows = statement.executeQuery("SELECT id, balance, v::text FROM accounts WHERE id IN (" + from
                + ", " + to + ") ORDER BY id FOR UPDATE")) {
            while (rows.next()) {
                both[count++ % 2] = new Account(rows.getInt(1), rows.getInt(2), rows.getString(3));
            }
        }
        if (count != 2) {
            throw new Violation(count + " rows of accounts " + from + " and " + to);
        }
        set(statement, both[0].id, both[0].balance - amount, both[1].vector);
        set(statement, both[1].id, both[1].balance + amount, both[0].vector);
    }

    /// In one update or in two.
    private void set(Statement statement, int id, int balance, String vector) throws SQLException {
        if (random.nextInt(4) == 0) {
            statement.execute("UPDATE accounts SET balance = " + balance + " WHERE id = " + id);
            statement.execute("UPDATE accounts SET v = '" + vector + "' WHERE id = " + id);
        } else {
            statement.execute("UPDATE accounts SET balance = " + balance + ", v = '" + vector + "' WHERE id = " + id);
        }
    }

    /// Looks at one snapshot in every way there is.
    ///
    /// @throws Violation if a balance or a vector is missing or there twice
    static void audit(Statement statement) throws SQLException {
        Set<String> expected = new HashSet<>();
        for (int id = 0; id < ACCOUNTS; id++) {
            expected.add(Content.vector(id, VECTOR_VERSION));
        }
        look(statement, "SELECT id, balance, v::text FROM accounts", "a scan", expected);
        look(statement, "SELECT id, balance, v::text FROM accounts WHERE id >= 0 ORDER BY id", "key", expected);
        statement.execute("SET enable_seqscan = off"); // so few rows would be read whole
        look(
                statement,
                "SELECT id, balance, v::text FROM accounts ORDER BY v <-> '" + Content.vector(3, VECTOR_VERSION)
                        + "' LIMIT " + (ACCOUNTS + 10),
                "vector index",
                expected);
        for (int id = 0; id < ACCOUNTS; id += 5) {
            String vector = Content.vector(id, VECTOR_VERSION);
            try (ResultSet row =
                    statement.executeQuery("SELECT v::text FROM accounts ORDER BY v <-> '" + vector + "' LIMIT 1")) {
                if (!row.next() || !row.getString(1).equals(vector)) {
                    throw new Violation("nearest to " + vector + " is another vector");
                }
            }
        }
        statement.execute("RESET enable_seqscan");
    }

    private static void look(Statement statement, String sql, String way, Set<String> expected) throws SQLException {
        Set<Integer> ids = new HashSet<>();
        Set<String> vectors = new HashSet<>();
        int sum = 0;
        int count = 0;
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                count++;
                ids.add(rows.getInt(1));
                sum += rows.getInt(2);
                vectors.add(rows.getString(3));
            }
        }
        if (count != ACCOUNTS || ids.size() != ACCOUNTS || sum != ACCOUNTS * BALANCE || !vectors.equals(expected)) {
            Set<String> missing = new HashSet<>(expected);
            missing.removeAll(vectors);
            throw new Violation("accounts by " + way + ": " + count + " rows, " + ids.size() + " ids, sum " + sum + ", "
                    + vectors.size() + " vectors, missing " + missing);
        }
    }
}
