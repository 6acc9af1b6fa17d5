package omendb.torture;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A deferrable unique key by one client: rows that change places, so that there are duplicates until the commit.
/// Facts:
/// `places:ID` -> place.
///
/// Threading: one thread.
final class Places {
    static final String TABLE = "places";
    private static final int MOST = 20;

    private final int first;
    private final Random random;
    private final Oracle oracle;

    Places(int lane, Random random, Oracle oracle) {
        this.first = lane * Workload.LANE_KEYS;
        this.random = random;
        this.oracle = oracle;
    }

    static void create(Statement statement) throws SQLException {
        statement.execute(
                "CREATE TABLE places (id int PRIMARY KEY, place int NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED)");
    }

    /// Does one thing in the running transaction and adds what it comes to.
    void change(Statement statement, Map<String, @Nullable String> change) throws SQLException {
        List<Integer> ids = new ArrayList<>();
        for (String fact : oracle.seen().keySet()) {
            if (fact.startsWith(TABLE + ":")) {
                ids.add(Integer.parseInt(fact.substring(TABLE.length() + 1)));
            }
        }
        int kind = random.nextInt(6);
        if (ids.size() < 3 || (kind == 0 && ids.size() < MOST)) {
            insert(statement, change, ids);
        } else if (kind == 1) {
            int id = ids.get(random.nextInt(ids.size()));
            statement.execute("DELETE FROM places WHERE id = " + id);
            change.put(TABLE + ":" + id, null);
        } else {
            rotate(statement, change, ids);
        }
    }

    private String place(int id) {
        return String.valueOf(oracle.seen().get(TABLE + ":" + id));
    }

    private void insert(Statement statement, Map<String, @Nullable String> change, List<Integer> ids)
            throws SQLException {
        List<String> taken = new ArrayList<>();
        ids.forEach(id -> taken.add(place(id)));
        int free = first;
        while (ids.contains(free)) {
            free++;
        }
        int place = first;
        while (taken.contains(Integer.toString(place))) {
            place++;
        }
        statement.execute("INSERT INTO places VALUES (" + free + ", " + place + ")");
        change.put(TABLE + ":" + free, Integer.toString(place));
    }

    /// Two or three rows take each other's places.
    private void rotate(Statement statement, Map<String, @Nullable String> change, List<Integer> ids)
            throws SQLException {
        int count = 2 + random.nextInt(2);
        int start = random.nextInt(ids.size());
        Map<Integer, String> moved = new HashMap<>();
        for (int i = 0; i < count; i++) {
            moved.put(ids.get((start + i) % ids.size()), place(ids.get((start + (i + 1) % count) % ids.size())));
        }
        for (Map.Entry<Integer, String> move : moved.entrySet()) {
            statement.execute("UPDATE places SET place = " + move.getValue() + " WHERE id = " + move.getKey());
            change.put(TABLE + ":" + move.getKey(), move.getValue());
        }
    }

    /// Everybody's places.
    ///
    /// @throws Violation if one is taken twice, or the unique index disagrees
    static void read(Statement statement, Map<String, String> facts) throws SQLException {
        Map<Integer, Integer> places = new HashMap<>();
        try (ResultSet rows = statement.executeQuery("SELECT id, place FROM places")) {
            while (rows.next()) {
                facts.put(TABLE + ":" + rows.getInt(1), rows.getString(2));
                Integer other = places.put(rows.getInt(2), rows.getInt(1));
                if (other != null) {
                    throw new Violation("place " + rows.getInt(2) + " has " + other + " and " + rows.getInt(1));
                }
            }
        }
        int byIndex = 0;
        try (ResultSet rows = statement.executeQuery("SELECT place, id FROM places WHERE place >= 0 ORDER BY place")) {
            while (rows.next()) {
                byIndex++;
                if (!Integer.valueOf(rows.getInt(2)).equals(places.get(rows.getInt(1)))) {
                    throw new Violation("place " + rows.getInt(1) + " has " + rows.getInt(2) + " by its index");
                }
            }
        }
        if (byIndex != places.size()) {
            throw new Violation(byIndex + " places by their index, " + places.size() + " by a scan");
        }
    }
}
