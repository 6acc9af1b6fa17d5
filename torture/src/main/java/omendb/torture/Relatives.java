package omendb.torture;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import omendb.torture.history.IsolationLevel;

/// Families that several clients share, so that a parent goes while another client gives it a child: nobody may ever
/// see
/// a child without its parent. What exactly is there is not foretold.
///
/// Threading: one thread each; several work on the same rows.
final class Relatives implements Client {
    /// Keys of no lane's.
    private static final int FIRST = 9 * Workload.LANE_KEYS;

    private static final int PARENTS = 6;
    private static final int CHILDREN = 40;

    private final Random random;
    private long transactions;
    private String lastStep = "nothing";

    Relatives(Random random) {
        this.random = random;
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
                statement.execute("BEGIN ISOLATION LEVEL " + level.sql());
                if (random.nextInt(4) == 0) {
                    lookForOrphans(statement, level);
                }
                int count = 1 + random.nextInt(3);
                for (int i = 0; i < count; i++) {
                    lastStep = any();
                    statement.execute(lastStep);
                }
                statement.execute("COMMIT");
            } catch (SQLException failed) {
                Workload.rollbackQuietly(statement);
                if (!String.valueOf(failed.getSQLState()).startsWith("23")) {
                    throw failed;
                }
                return; // no such parent, or the name is taken
            }
        }
        transactions++;
    }

    private String any() {
        int parent = FIRST + random.nextInt(PARENTS);
        int other = FIRST + random.nextInt(PARENTS);
        int child = FIRST + random.nextInt(CHILDREN);
        return switch (random.nextInt(7)) {
            case 0 -> "DELETE FROM parents WHERE id = " + parent;
            case 1 -> "UPDATE parents SET id = " + other + " WHERE id = " + parent;
            case 2 -> "UPDATE children SET parent = " + parent + ", guardian = " + other + " WHERE id = " + child;
            case 3, 4 -> "INSERT INTO parents VALUES (" + parent + ") ON CONFLICT DO NOTHING";
            default ->
                "INSERT INTO children VALUES (" + child + ", " + parent + ", " + (random.nextBoolean() ? other : "null")
                        + ", null) ON CONFLICT (id) DO UPDATE SET parent = EXCLUDED.parent,"
                        + " guardian = EXCLUDED.guardian";
        };
    }

    private void lookForOrphans(Statement statement, IsolationLevel level) throws SQLException {
        lastStep = "look for orphans at " + level.sql();
        try (ResultSet orphans = statement.executeQuery("SELECT id, parent, guardian FROM children c WHERE NOT EXISTS"
                + " (SELECT 1 FROM parents p WHERE p.id = c.parent) OR (guardian IS NOT NULL AND NOT EXISTS"
                + " (SELECT 1 FROM parents p WHERE p.id = c.guardian))")) {
            if (orphans.next()) {
                throw new Violation("child " + orphans.getInt(1) + " has parent " + orphans.getInt(2) + " and guardian "
                        + orphans.getString(3) + ", not both of whom are there");
            }
        }
    }
}
