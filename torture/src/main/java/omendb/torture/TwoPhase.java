package omendb.torture;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Two-phase commit by one client: prepares changes of a table of its own, and commits or rolls them back later,
/// perhaps
/// after a kill. A prepared transaction is a fact, `prepared:gid`; its rows are facts once it is committed.
///
/// Threading: one thread.
final class TwoPhase {
    static final String TABLE = "twophase";
    static final String FACT = "prepared:";

    private static final int KEYS = 60;
    private static final int MOST_PREPARED = 3;

    private final int lane;
    private final Random random;
    private final Oracle oracle;
    private final Map<String, Map<String, @Nullable String>> prepared = new TreeMap<>();
    /// Whose end, or beginning, got no answer: left alone until a restart shows what it is.
    private final Set<String> doubtful = new HashSet<>();

    private int nextGid;
    private String lastStep = "nothing";

    TwoPhase(int lane, Random random, Oracle oracle) {
        this.lane = lane;
        this.random = random;
        this.oracle = oracle;
    }

    String lastStep() {
        return lastStep;
    }

    /// The database was opened again: what is prepared is what it says.
    void restarted() {
        doubtful.clear();
        prepared.keySet().removeIf(gid -> !oracle.seen().containsKey(FACT + gid));
    }

    /// Prepares or ends a transaction.
    ///
    /// @return whether something was committed
    boolean step(Connection connection) throws SQLException {
        String ready = prepared.keySet().stream()
                .filter(gid -> !doubtful.contains(gid))
                .findFirst()
                .orElse(null);
        if (ready != null && (prepared.size() >= MOST_PREPARED || random.nextBoolean())) {
            return end(connection, ready);
        }
        if (prepared.size() < MOST_PREPARED) {
            prepare(connection);
        }
        return false;
    }

    private void prepare(Connection connection) throws SQLException {
        String gid = lane + "_" + nextGid++;
        int rows = 1 + random.nextInt(random.nextInt(4) == 0 ? 25 : 4);
        lastStep = "PREPARE TRANSACTION '" + gid + "' of " + rows + " rows";
        Set<String> locked = new HashSet<>();
        prepared.values().forEach(change -> locked.addAll(change.keySet()));
        Map<String, @Nullable String> change = new TreeMap<>();
        try (Statement statement = connection.createStatement()) {
            try {
                statement.execute("BEGIN");
                for (int i = 0; i < rows; i++) {
                    change(statement, locked, change);
                }
            } catch (SQLException failed) {
                Workload.rollbackQuietly(statement);
                throw failed;
            }
            Map<String, @Nullable String> fact = new HashMap<>();
            fact.put(FACT + gid, "1");
            prepared.put(gid, change);
            try {
                statement.execute("PREPARE TRANSACTION '" + gid + "'");
            } catch (SQLException failed) {
                oracle.unanswered(fact);
                doubtful.add(gid);
                Workload.rollbackQuietly(statement);
                throw failed;
            }
            oracle.acknowledged(fact, true);
        }
    }

    private void change(Statement statement, Set<String> locked, Map<String, @Nullable String> change)
            throws SQLException {
        int key = lane * Workload.LANE_KEYS + random.nextInt(KEYS);
        String fact = TABLE + ":" + key;
        if (locked.contains(fact)) {
            return;
        }
        String current =
                change.containsKey(fact) ? change.get(fact) : oracle.seen().get(fact);
        if (current != null && random.nextInt(4) == 0) {
            statement.execute("DELETE FROM " + TABLE + " WHERE id = " + key);
            change.put(fact, null);
        } else {
            int version = current == null ? 0 : Integer.parseInt(current) + 1;
            Workload.put(statement, change, TABLE, key, version);
        }
    }

    private boolean end(Connection connection, String gid) throws SQLException {
        boolean commits = random.nextInt(3) != 0;
        lastStep = (commits ? "COMMIT" : "ROLLBACK") + " PREPARED '" + gid + "'";
        Map<String, @Nullable String> change = new TreeMap<>();
        change.put(FACT + gid, null);
        if (commits) {
            change.putAll(prepared.getOrDefault(gid, Map.of()));
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(lastStep);
        } catch (SQLException failed) {
            oracle.unanswered(change);
            doubtful.add(gid);
            throw failed;
        }
        prepared.remove(gid);
        oracle.acknowledged(change, true);
        return commits;
    }
}
