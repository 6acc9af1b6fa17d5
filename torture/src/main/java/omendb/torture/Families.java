package omendb.torture;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Foreign keys by one client: parents and children of its own, with cascades, SET NULL and a deferred check. Facts:
/// `parents:ID` -> there, `children:ID` -> parent and guardian.
///
/// Threading: one thread.
final class Families {
    static final String PARENTS = "parents";
    static final String CHILDREN = "children";

    private static final int MOST_PARENTS = 12;
    private static final int MOST_CHILDREN = 60;
    private static final String VIOLATED = "23503";

    private final int first;
    private final Random random;
    private final Oracle oracle;

    Families(int lane, Random random, Oracle oracle) {
        this.first = lane * Workload.LANE_KEYS;
        this.random = random;
        this.oracle = oracle;
    }

    static void create(Statement statement) throws SQLException {
        statement.execute("CREATE TABLE parents (id int PRIMARY KEY)");
        statement.execute("CREATE TABLE children (id int PRIMARY KEY,"
                + " parent int NOT NULL REFERENCES parents ON DELETE CASCADE ON UPDATE CASCADE"
                + " DEFERRABLE INITIALLY DEFERRED,"
                + " guardian int REFERENCES parents ON DELETE SET NULL ON UPDATE CASCADE, v vector("
                + Content.DIMENSIONS + "))");
        statement.execute("CREATE INDEX children_parent ON children (parent)");
    }

    /// Does a few things in the running transaction and adds what they come to.
    void change(Statement statement, Map<String, @Nullable String> change) throws SQLException {
        Map<String, String> now = new TreeMap<>();
        for (String fact : oracle.seen().keySet()) {
            if (fact.startsWith(PARENTS + ":") || fact.startsWith(CHILDREN + ":")) {
                now.put(fact, oracle.seen().get(fact));
            }
        }
        Map<String, String> before = new HashMap<>(now);
        int steps = 1 + random.nextInt(4);
        for (int i = 0; i < steps; i++) {
            one(statement, now);
        }
        before.keySet().forEach(fact -> {
            if (!now.containsKey(fact)) {
                change.put(fact, null);
            }
        });
        now.forEach((fact, value) -> {
            if (!value.equals(before.get(fact))) {
                change.put(fact, value);
            }
        });
    }

    private void one(Statement statement, Map<String, String> now) throws SQLException {
        int parent = first + random.nextInt(MOST_PARENTS);
        int other = first + random.nextInt(MOST_PARENTS);
        int child = first + random.nextInt(MOST_CHILDREN);
        boolean there = now.containsKey(PARENTS + ":" + parent);
        switch (random.nextInt(10)) {
            case 0 -> {
                statement.execute("DELETE FROM parents WHERE id = " + parent);
                remove(now, parent);
            }
            case 1 -> {
                if (there && !now.containsKey(PARENTS + ":" + other)) {
                    statement.execute("UPDATE parents SET id = " + other + " WHERE id = " + parent);
                    rename(now, parent, other);
                }
            }
            case 2 -> {
                statement.execute("DELETE FROM children WHERE id = " + child);
                now.remove(CHILDREN + ":" + child);
            }
            case 3 -> {
                if (!there) {
                    refused(statement, child, parent);
                }
            }
            case 4, 5 -> {
                if (!there) {
                    statement.execute("INSERT INTO parents VALUES (" + parent + ")");
                    now.put(PARENTS + ":" + parent, "1");
                }
            }
            default -> {
                boolean guarded = now.containsKey(PARENTS + ":" + other) && random.nextBoolean();
                adopt(statement, now, child, parent, guarded ? Integer.toString(other) : "null");
                if (!there) { // the check of children.parent waits for the commit
                    statement.execute("INSERT INTO parents VALUES (" + parent + ")");
                    now.put(PARENTS + ":" + parent, "1");
                }
            }
        }
    }

    private void adopt(Statement statement, Map<String, String> now, int child, int parent, String guardian)
            throws SQLException {
        statement.execute("INSERT INTO children VALUES (" + child + ", " + parent + ", " + guardian + ", '"
                + Content.vector(child, parent)
                + "') ON CONFLICT (id) DO UPDATE SET parent = EXCLUDED.parent, guardian = EXCLUDED.guardian");
        now.put(CHILDREN + ":" + child, parent + " " + guardian);
    }

    /// A child without a parent, and a guardian that is not there.
    private void refused(Statement statement, int child, int nobody) throws SQLException {
        for (String sql : List.of(
                "INSERT INTO children VALUES (" + child + ", " + nobody + ", null, null) ON CONFLICT (id) DO UPDATE SET"
                        + " parent = EXCLUDED.parent; SET CONSTRAINTS ALL IMMEDIATE",
                "UPDATE children SET guardian = " + nobody + " WHERE id = (SELECT min(id) FROM children WHERE id >= "
                        + first + " AND id < " + (first + MOST_CHILDREN) + ")")) {
            statement.execute("SAVEPOINT refused");
            try {
                statement.execute(sql);
            } catch (SQLException failed) {
                if (!VIOLATED.equals(failed.getSQLState())) {
                    throw failed;
                }
            }
            statement.execute("ROLLBACK TO SAVEPOINT refused");
        }
    }

    private static void remove(Map<String, String> now, int parent) {
        now.remove(PARENTS + ":" + parent);
        now.entrySet()
                .removeIf(fact ->
                        fact.getKey().startsWith(CHILDREN) && fact.getValue().startsWith(parent + " "));
        now.replaceAll((fact, value) -> value.endsWith(" " + parent) ? value.replace(" " + parent, " null") : value);
    }

    private static void rename(Map<String, String> now, int old, int parent) {
        now.remove(PARENTS + ":" + old);
        now.put(PARENTS + ":" + parent, "1");
        now.replaceAll((fact, value) -> {
            String moved = value.startsWith(old + " ") ? parent + value.substring(value.indexOf(' ')) : value;
            return moved.endsWith(" " + old) ? moved.substring(0, moved.indexOf(' ')) + " " + parent : moved;
        });
    }

    /// Everybody's families.
    ///
    /// @throws Violation if a child has no parent, or an index does not find it
    static void read(Statement statement, Map<String, String> facts) throws SQLException {
        Map<String, String> children = new TreeMap<>();
        try (ResultSet rows = statement.executeQuery("SELECT id FROM parents")) {
            while (rows.next()) {
                facts.put(PARENTS + ":" + rows.getInt(1), "1");
            }
        }
        try (ResultSet rows = statement.executeQuery("SELECT id, parent, guardian FROM children")) {
            while (rows.next()) {
                String guardian = String.valueOf(rows.getString(3));
                children.put(CHILDREN + ":" + rows.getInt(1), rows.getInt(2) + " " + guardian);
                boolean guarded = guardian.equals("null") || facts.containsKey(PARENTS + ":" + guardian);
                if (!facts.containsKey(PARENTS + ":" + rows.getInt(2)) || !guarded) {
                    throw new Violation("child " + rows.getInt(1) + " refers to parent " + rows.getInt(2)
                            + " and guardian " + guardian + ", not both of whom are there");
                }
            }
        }
        facts.putAll(children);
        int byIndex = 0;
        try (ResultSet rows = statement.executeQuery("SELECT id, parent FROM children ORDER BY parent")) {
            while (rows.next()) {
                byIndex++;
                String there = children.get(CHILDREN + ":" + rows.getInt(1));
                if (there == null || !there.startsWith(rows.getInt(2) + " ")) {
                    throw new Violation(
                            "child " + rows.getInt(1) + " of " + rows.getInt(2) + " is " + there + " to a scan");
                }
            }
        }
        if (byIndex != children.size()) {
            throw new Violation(byIndex + " children by parent, " + children.size() + " by a scan");
        }
    }
}
