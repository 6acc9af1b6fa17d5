package omendb.torture;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/// Reads everything, by every way there is, and compares.
final class Verifier {
    private Verifier() {}

    /// The facts of a database, as [Oracle] names them. Every row's content must be what its key and version say; scan
    /// and indexes must agree.
    static Map<String, String> facts(Connection connection) throws SQLException {
        Map<String, String> facts = new TreeMap<>();
        try (Statement statement = connection.createStatement()) {
            readTable(statement, facts, Workload.PLAIN);
            Map<String, String> indexed = readTable(statement, facts, Workload.INDEXED);
            compareIds(statement, indexed, "SELECT id FROM kv ORDER BY version, id", Workload.INDEXED, "kv_version");
            compareIds(
                    statement,
                    indexed,
                    "SELECT id FROM kv ORDER BY v <-> '[0,0,0,0,0,0,0,0]' LIMIT " + (indexed.size() + 10),
                    Workload.INDEXED,
                    "kv_v");
            Map<String, String> twoPhase = readTable(statement, facts, TwoPhase.TABLE);
            compareIds(
                    statement,
                    twoPhase,
                    "SELECT id FROM twophase ORDER BY v <-> '[0,0,0,0,0,0,0,0]' LIMIT " + (twoPhase.size() + 10),
                    TwoPhase.TABLE,
                    "twophase_v");
            readPrepared(statement, facts);
            Families.read(statement, facts);
            Places.read(statement, facts);
            Shapes.read(statement, facts);
            Bank.audit(statement);
            readDefinitions(statement, facts);
        }
        return facts;
    }

    /// Rows of one table, also added to the facts.
    private static Map<String, String> readTable(Statement statement, Map<String, String> facts, String table)
            throws SQLException {
        Map<String, String> rows = new TreeMap<>();
        readRows(statement, rows, table);
        compareIds(statement, rows, "SELECT id FROM " + table + " WHERE id >= 0 ORDER BY id", table, "primary key");
        facts.putAll(rows);
        return rows;
    }

    private static void readRows(Statement statement, Map<String, String> facts, String table) throws SQLException {
        try (ResultSet rows = statement.executeQuery("SELECT id, version, payload, v::text FROM " + table)) {
            while (rows.next()) {
                int id = rows.getInt(1);
                int version = rows.getInt(2);
                if (!Content.payload(id, version).equals(rows.getString(3))) {
                    throw new Violation("row " + id + " version " + version + " has payload " + rows.getString(3));
                }
                if (!Content.vector(id, version).equals(rows.getString(4))) {
                    throw new Violation("row " + id + " version " + version + " has vector " + rows.getString(4)
                            + ", not " + Content.vector(id, version));
                }
                if (facts.put(table + ":" + id, Integer.toString(version)) != null) {
                    throw new Violation("row " + id + " is there twice");
                }
            }
        }
    }

    private static void compareIds(Statement statement, Map<String, String> facts, String sql, String table, String way)
            throws SQLException {
        int count = 0;
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                count++;
                if (!facts.containsKey(table + ":" + rows.getInt(1))) {
                    throw new Violation(
                            "row " + rows.getInt(1) + " of " + table + " is found by " + way + " but not by a scan");
                }
            }
        }
        if (count != facts.size()) {
            throw new Violation(count + " rows of " + table + " by " + way + ", " + facts.size() + " by a scan");
        }
    }

    private static void readPrepared(Statement statement, Map<String, String> facts) throws SQLException {
        try (ResultSet rows = statement.executeQuery("SELECT gid FROM pg_prepared_xacts")) {
            while (rows.next()) {
                facts.put(TwoPhase.FACT + rows.getString(1), "1");
            }
        }
    }

    private static void readDefinitions(Statement statement, Map<String, String> facts) throws SQLException {
        Map<String, String> sides = new TreeMap<>();
        try (ResultSet rows = statement.executeQuery(
                "SELECT relname, relkind FROM pg_class WHERE relname LIKE 'side%' OR relkind = 'i'")) {
            while (rows.next()) {
                String name = rows.getString(1);
                if (name.startsWith("side") && rows.getString(2).equals("r")) {
                    sides.put(name, "");
                } else if (Workload.INDEXES.containsKey(name)) {
                    facts.put("index:" + name, "1");
                }
            }
        }
        for (String side : sides.keySet()) {
            try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + side)) {
                rows.next();
                facts.put("side:" + side, rows.getString(1));
            }
        }
    }

    /// The facts of one client: its keys, and all definitions if it is the one that makes them.
    static Map<String, String> ofLane(Map<String, String> facts, int lane) {
        Map<String, String> own = new TreeMap<>();
        facts.forEach((fact, value) -> {
            if (laneOf(fact) == lane) {
                own.put(fact, value);
            }
        });
        return own;
    }

    private static int laneOf(String fact) {
        String what = fact.substring(0, fact.indexOf(':') + 1);
        String which = fact.substring(what.length());
        if (what.equals(TwoPhase.FACT)) {
            return Integer.parseInt(which.substring(0, which.indexOf('_')));
        }
        return what.equals("side:") || what.equals("shape:") || what.equals("index:")
                ? 0
                : Integer.parseInt(which) / Workload.LANE_KEYS;
    }
}
