package omendb.torture;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/// One client's random statements: transactions of inserts, updates and deletes with savepoints and rollbacks, bulk
/// loads, definitions, index builds, VACUUM, TRUNCATE, CHECKPOINT. Tells the oracle what it was answered.
///
/// Threading: one thread.
final class Workload implements Client {
    static final int KEYS = 400;
    /// Keys of a client: `[lane * LANE_KEYS, ...)`.
    static final int LANE_KEYS = 100_000;

    /// With a vector index, and without one: there the vector slots of rows that are gone are written again.
    static final String INDEXED = "kv";

    static final String PLAIN = "plain";

    private static final int PLAIN_KEYS = 40; // few, so that the same slots go round all the time
    private static final int SIDES = 3;

    private final int lane;
    private final Random random;
    private final Oracle oracle;
    private final boolean maintains;
    private int nextSide;
    private final Map<String, Integer> nextBulkKeys = new TreeMap<>();
    private long transactions;
    private String lastStep = "nothing";

    /// @param maintains whether this client also defines, vacuums and checkpoints
    Workload(int lane, Random random, Oracle oracle, boolean maintains) {
        this.lane = lane;
        this.random = random;
        this.oracle = oracle;
        this.maintains = maintains;
    }

    /// The tables that everything happens on.
    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE EXTENSION IF NOT EXISTS vector");
            for (String table : List.of(INDEXED, PLAIN)) {
                statement.execute("CREATE TABLE " + table
                        + " (id int PRIMARY KEY, version int NOT NULL, payload text, v vector(" + Content.DIMENSIONS
                        + "))");
            }
            statement.execute("CREATE INDEX kv_version ON kv (version, id)");
            statement.execute("CREATE INDEX kv_v ON kv USING hnsw (v vector_l2_ops)");
            statement.execute("CREATE SEQUENCE numbers");
            HistoryWorkload.create(statement);
        }
    }

    @Override
    public long transactions() {
        return transactions;
    }

    @Override
    public String lastStep() {
        return lastStep;
    }

    /// One random thing. An SQLException says that it did not work; the oracle knows by then what that means.
    @Override
    public void step(Connection connection) throws SQLException {
        int kind = random.nextInt(maintains ? 100 : 70);
        if (kind < 60) {
            transaction(connection);
        } else if (kind < 70) {
            bulkLoad(connection);
        } else if (kind < 74) {
            maintain(connection, "CHECKPOINT");
            oracle.everythingIsDurable();
        } else if (kind < 83) {
            maintain(connection, "VACUUM");
        } else if (kind < 89) {
            side(connection);
        } else if (kind < 94) {
            index(connection);
        } else if (kind < 96) {
            truncateSide(connection);
        } else {
            transaction(connection);
        }
    }

    private void maintain(Connection connection, String sql) throws SQLException {
        lastStep = sql;
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    // ---- rows ----

    private void transaction(Connection connection) throws SQLException {
        boolean synced = random.nextInt(5) != 0;
        int rows = switch (random.nextInt(6)) {
            case 0 -> 1 + random.nextInt(60);
            case 1, 2 -> 1 + random.nextInt(6);
            default -> 1;
        };
        lastStep = "transaction of " + rows + " rows, synchronous_commit " + synced;
        Map<String, @Nullable String> change = new TreeMap<>();
        boolean givenUp = random.nextInt(12) == 0;
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            if (!synced) {
                statement.execute("SET LOCAL synchronous_commit = off");
            }
            for (int i = 0; i < rows; i++) {
                change(statement, change);
                if (random.nextInt(20) == 0) {
                    rolledBackToSavepoint(statement, change);
                }
            }
        } catch (SQLException failed) {
            rollbackQuietly(connection);
            throw failed;
        }
        if (givenUp) {
            connection.rollback();
            connection.setAutoCommit(true);
        } else {
            commit(connection, change, synced);
        }
    }

    private void change(Statement statement, Map<String, @Nullable String> change) throws SQLException {
        String table = random.nextInt(5) < 2 ? PLAIN : INDEXED;
        int key = lane * LANE_KEYS + random.nextInt(table.equals(PLAIN) ? PLAIN_KEYS : KEYS);
        String fact = table + ":" + key;
        String current =
                change.containsKey(fact) ? change.get(fact) : oracle.seen().get(fact);
        int kind = random.nextInt(10);
        if (current == null) {
            put(statement, change, table, key, 0);
        } else if (kind < 2) {
            statement.execute("DELETE FROM " + table + " WHERE id = " + key);
            change.put(fact, null);
        } else if (kind < 4) { // a new version without a new vector: version 1,000 and above share those of 999
            put(statement, change, table, key, Integer.parseInt(current) + 1);
        } else {
            put(statement, change, table, key, Integer.parseInt(current) + 1 + random.nextInt(3));
        }
    }

    private static void put(
            Statement statement, Map<String, @Nullable String> change, String table, int key, int version)
            throws SQLException {
        statement.execute(
                "INSERT INTO " + table + " VALUES (" + key + ", " + version + ", '" + Content.payload(key, version)
                        + "', '" + Content.vector(key, version)
                        + "') ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, payload = EXCLUDED.payload,"
                        + " v = EXCLUDED.v");
        change.put(table + ":" + key, Integer.toString(version));
    }

    private void rolledBackToSavepoint(Statement statement, Map<String, @Nullable String> change) throws SQLException {
        statement.execute("SAVEPOINT s");
        Map<String, @Nullable String> forgotten = new TreeMap<>(change);
        for (int i = 0; i < 3; i++) {
            change(statement, forgotten);
        }
        statement.execute("ROLLBACK TO SAVEPOINT s");
    }

    private void commit(Connection connection, Map<String, @Nullable String> change, boolean synced)
            throws SQLException {
        try {
            connection.commit();
        } catch (SQLException failed) {
            oracle.unanswered(change);
            rollbackQuietly(connection);
            throw failed;
        }
        oracle.acknowledged(change, synced);
        transactions++;
        connection.setAutoCommit(true);
    }

    private static void rollbackQuietly(Connection connection) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException gone) {
            // the connection is; the caller sees the first failure
        }
    }

    /// Many rows in one COPY: their vectors are synced in their files, not logged. Keys of their own range.
    private void bulkLoad(Connection connection) throws SQLException {
        int rows = 70 + random.nextInt(200);
        String table = random.nextInt(3) == 0 ? PLAIN : INDEXED;
        lastStep = "bulk load of " + rows + " rows into " + table;
        int nextBulkKey = nextBulkKeys.getOrDefault(table, 0);
        Map<String, @Nullable String> change = new TreeMap<>();
        StringBuilder data = new StringBuilder();
        int bulkStart = lane * LANE_KEYS + KEYS;
        int first = bulkStart + nextBulkKey;
        nextBulkKey += rows;
        nextBulkKeys.put(table, nextBulkKey);
        for (int key = first; key < first + rows; key++) {
            data.append(key)
                    .append('\t')
                    .append(1)
                    .append('\t')
                    .append(Content.payload(key, 1))
                    .append('\t')
                    .append(Content.vector(key, 1))
                    .append('\n');
            change.put(table + ":" + key, "1");
        }
        connection.setAutoCommit(false);
        try {
            if (nextBulkKey > (table.equals(PLAIN) ? 300 : 1500)) { // keep the table small
                forgetBulk(connection, table, bulkStart, first, change);
            }
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + table + " FROM STDIN", new StringReader(data.toString()));
        } catch (IOException | SQLException failed) {
            rollbackQuietly(connection);
            throw failed instanceof SQLException sql ? sql : new SQLException(failed);
        }
        commit(connection, change, true);
    }

    private void forgetBulk(
            Connection connection, String table, int first, int end, Map<String, @Nullable String> change)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DELETE FROM " + table + " WHERE id >= " + first + " AND id < " + end);
        }
        for (String fact : oracle.seen().keySet()) {
            String prefix = table + ":";
            int key = fact.startsWith(prefix) ? Integer.parseInt(fact.substring(prefix.length())) : -1;
            if (key >= first && key < end) {
                change.put(fact, null);
            }
        }
    }

    // ---- definitions ----

    /// Creates a table with a row in one transaction, or drops one.
    private void side(Connection connection) throws SQLException {
        String existing = anyFact("side:");
        Map<String, @Nullable String> change = new TreeMap<>();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            if (existing == null
                    || oracle.seen().keySet().stream()
                                    .filter(fact -> fact.startsWith("side:"))
                                    .count()
                            < SIDES) {
                String name = "side" + lane + "_" + nextSide++;
                lastStep = "CREATE TABLE " + name;
                statement.execute("CREATE TABLE " + name + " (id int PRIMARY KEY, v vector(4))");
                statement.execute("INSERT INTO " + name + " VALUES (1, '[1,2,3,4]')");
                change.put("side:" + name, "1");
            } else {
                String name = existing.substring("side:".length());
                lastStep = "DROP TABLE " + name;
                statement.execute("DROP TABLE " + name);
                change.put(existing, null);
            }
        } catch (SQLException failed) {
            rollbackQuietly(connection);
            throw failed;
        }
        commit(connection, change, true);
    }

    private void truncateSide(Connection connection) throws SQLException {
        String existing = anyFact("side:");
        if (existing == null) {
            return;
        }
        lastStep = "TRUNCATE " + existing;
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("TRUNCATE " + existing.substring("side:".length()));
        } catch (SQLException failed) {
            rollbackQuietly(connection);
            throw failed;
        }
        Map<String, @Nullable String> change = new TreeMap<>();
        change.put(existing, "0");
        commit(connection, change, true);
    }

    private void index(Connection connection) throws SQLException {
        boolean vector = random.nextBoolean();
        String name = vector ? "kv_cosine" : "kv_payload";
        boolean there = oracle.seen().containsKey("index:" + name);
        lastStep = (there ? "DROP INDEX " : "CREATE INDEX ") + name;
        Map<String, @Nullable String> change = new TreeMap<>();
        change.put("index:" + name, there ? null : "1");
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    there
                            ? "DROP INDEX " + name
                            : "CREATE INDEX " + name
                                    + (vector ? " ON kv USING hnsw (v vector_cosine_ops)" : " ON kv (payload)"));
        } catch (SQLException failed) {
            rollbackQuietly(connection);
            throw failed;
        }
        commit(connection, change, true);
    }

    private @Nullable String anyFact(String prefix) {
        return oracle.seen().keySet().stream()
                .filter(fact -> fact.startsWith(prefix))
                .findFirst()
                .orElse(null);
    }
}
