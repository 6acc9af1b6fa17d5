package omendb.torture;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
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

    /// Indexes that come and go; of `twophase` none, since a prepared transaction holds its lock.
    static final SortedMap<String, String> INDEXES = new TreeMap<>(Map.of(
            "kv_cosine", "kv USING hnsw (v vector_cosine_ops)",
            "kv_payload", "kv (payload)",
            "plain_version", "plain (version, id)",
            "accounts_balance", "accounts (balance)",
            "accounts_cosine", "accounts USING hnsw (v vector_cosine_ops)",
            "lists_both", "lists (alternate, id)",
            "children_guardian", "children (guardian)"));

    private static final int PLAIN_KEYS = 40; // few, so that the same slots go round all the time
    private static final int SIDES = 3;

    private final int lane;
    private final Random random;
    private final Oracle oracle;
    private final boolean maintains;
    private final Numbers numbers;
    private final TwoPhase twoPhase;
    private final Families families;
    private final Places places;
    private final Shapes shapes;
    private final Bank bank;
    private int nextSide;
    private final Map<String, Integer> nextBulkKeys = new TreeMap<>();
    private long transactions;
    private String lastStep = "nothing";

    /// @param numbers   what the sequence gave to all clients
    /// @param maintains whether this client also defines, vacuums and checkpoints
    Workload(int lane, Random random, Oracle oracle, boolean maintains, Numbers numbers) {
        this.lane = lane;
        this.random = random;
        this.oracle = oracle;
        this.maintains = maintains;
        this.numbers = numbers;
        this.twoPhase = new TwoPhase(lane, new Random(random.nextLong()), oracle);
        this.families = new Families(lane, new Random(random.nextLong()), oracle);
        this.places = new Places(lane, new Random(random.nextLong()), oracle);
        this.shapes = new Shapes(new Random(random.nextLong()), oracle);
        this.bank = new Bank(new Random(random.nextLong()));
    }

    /// The tables that everything happens on.
    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE EXTENSION IF NOT EXISTS vector");
            for (String table : List.of(INDEXED, PLAIN, TwoPhase.TABLE)) {
                statement.execute("CREATE TABLE " + table
                        + " (id int PRIMARY KEY, version int NOT NULL, payload text, v vector(" + Content.DIMENSIONS
                        + "))" + (table.equals(PLAIN) ? " WITH (compression = lz4)" : ""));
            }
            statement.execute("CREATE INDEX kv_version ON kv (version, id)");
            statement.execute("CREATE INDEX kv_v ON kv USING hnsw (v vector_l2_ops)");
            statement.execute("CREATE INDEX twophase_v ON twophase USING hnsw (v vector_l2_ops)");
            statement.execute("CREATE SEQUENCE numbers");
            Families.create(statement);
            Places.create(statement);
            Shapes.create(statement);
            Bank.create(statement);
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
        int kind = random.nextInt(maintains ? 130 : 100);
        if (kind < 48) {
            transaction(connection);
        } else if (kind < 56) {
            bulkLoad(connection);
        } else if (kind < 72) {
            twoPhase(connection);
        } else if (kind < 100) {
            constrained(connection);
        } else if (kind < 104) {
            maintain(connection, "CHECKPOINT");
            oracle.everythingIsDurable();
        } else if (kind < 112) {
            maintain(connection, "VACUUM");
        } else if (kind < 118) {
            side(connection);
        } else if (kind < 122) {
            index(connection);
        } else if (kind < 124) {
            truncateSide(connection);
        } else {
            bank(connection);
        }
    }

    /// The database was opened again, and the oracle has compared.
    void restarted() {
        twoPhase.restarted();
        numbers.restarted();
    }

    private void twoPhase(Connection connection) throws SQLException {
        try {
            transactions += twoPhase.step(connection) ? 1 : 0;
        } finally {
            lastStep = twoPhase.lastStep();
        }
    }

    private void bank(Connection connection) throws SQLException {
        long before = bank.transactions();
        try {
            bank.step(connection);
        } finally {
            lastStep = bank.lastStep();
            transactions += bank.transactions() - before;
        }
    }

    /// Foreign keys, deferred unique keys, columns that come and go.
    private void constrained(Connection connection) throws SQLException {
        boolean synced = random.nextInt(5) != 0;
        int kind = random.nextInt(maintains ? 5 : 3);
        lastStep = List.of("parents and children", "parents and children", "places", "columns", "columns")
                        .get(kind) + ", synchronous_commit " + synced;
        Map<String, @Nullable String> change = new TreeMap<>();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            if (!synced) {
                statement.execute("SET LOCAL synchronous_commit = off");
            }
            switch (kind) {
                case 0, 1 -> families.change(statement, change);
                case 2 -> places.change(statement, change);
                default -> shapes.change(statement, change);
            }
        } catch (SQLException failed) {
            rollbackQuietly(connection);
            throw failed;
        }
        commit(connection, change, synced);
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
        List<Long> values = new ArrayList<>();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            if (!synced) {
                statement.execute("SET LOCAL synchronous_commit = off");
            }
            for (int i = 0; i < rows; i++) {
                change(statement, change);
                if (random.nextInt(4) == 0) {
                    values.add(nextNumber(statement));
                }
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
            if (synced) {
                values.forEach(numbers::taken);
            }
        }
    }

    private long nextNumber(Statement statement) throws SQLException {
        try (ResultSet value = statement.executeQuery("SELECT nextval('numbers')")) {
            value.next();
            numbers.given(value.getLong(1));
            return value.getLong(1);
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

    static void put(Statement statement, Map<String, @Nullable String> change, String table, int key, int version)
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

    static void rollbackQuietly(Statement statement) {
        try {
            statement.execute("ROLLBACK");
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
        String name = List.copyOf(INDEXES.keySet()).get(random.nextInt(INDEXES.size()));
        boolean there = oracle.seen().containsKey("index:" + name);
        lastStep = (there ? "DROP INDEX " : "CREATE INDEX ") + name;
        Map<String, @Nullable String> change = new TreeMap<>();
        change.put("index:" + name, there ? null : "1");
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(there ? "DROP INDEX " + name : "CREATE INDEX " + name + " ON " + INDEXES.get(name));
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
