package omendb.torture;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A table whose columns come, go, and change name and type while rows are written, by one client. Facts:
/// `shape:columns` -> names, types and defaults, if not those of the beginning; `shaped:ID` -> every column's value.
///
/// Threading: one thread.
final class Shapes {
    static final String TABLE = "shaped";
    static final String COLUMNS = "shape:columns";

    private static final int ROWS = 25;
    private static final int MOST_COLUMNS = 5;
    private static final String FIRST = "base integer 0";

    private final Random random;
    private final Oracle oracle;
    private int nextColumn;

    Shapes(Random random, Oracle oracle) {
        this.random = random;
        this.oracle = oracle;
    }

    static void create(Statement statement) throws SQLException {
        statement.execute("CREATE TABLE shaped (id int PRIMARY KEY, base integer DEFAULT 0)");
    }

    private record Column(String name, String type, String initial) {
        @Override
        public String toString() {
            return name + " " + type + " " + initial;
        }
    }

    /// What the table is, inside the running transaction.
    private static final class State {
        final List<Column> columns = new ArrayList<>();
        final TreeMap<Integer, Map<String, String>> rows = new TreeMap<>();

        String columnsFact() {
            return String.join(
                    ";", columns.stream().map(Column::toString).sorted().toList());
        }

        static String rowFact(Map<String, String> row) {
            List<String> values = new ArrayList<>();
            new TreeMap<>(row).forEach((column, value) -> values.add(column + "=" + value));
            return String.join(";", values);
        }
    }

    private State read() {
        State state = new State();
        for (String column : oracle.seen().getOrDefault(COLUMNS, FIRST).split(";", -1)) {
            String[] parts = column.split(" ", -1);
            state.columns.add(new Column(parts[0], parts[1], parts[2]));
        }
        oracle.seen().forEach((fact, values) -> {
            if (fact.startsWith(TABLE + ":")) {
                Map<String, String> row = new TreeMap<>();
                for (String value : values.split(";", -1)) {
                    int equals = value.indexOf('=');
                    row.put(value.substring(0, equals), value.substring(equals + 1));
                }
                state.rows.put(Integer.parseInt(fact.substring(TABLE.length() + 1)), row);
            }
        });
        return state;
    }

    /// Does a few things in the running transaction and adds what they come to.
    void change(Statement statement, Map<String, @Nullable String> change) throws SQLException {
        State state = read();
        int steps = 1 + random.nextInt(3);
        for (int i = 0; i < steps; i++) {
            if (random.nextInt(3) == 0) {
                reshape(statement, state);
            } else {
                write(statement, state);
            }
        }
        Map<String, String> now = new TreeMap<>();
        if (!state.columnsFact().equals(FIRST)) {
            now.put(COLUMNS, state.columnsFact());
        }
        state.rows.forEach((id, row) -> now.put(TABLE + ":" + id, State.rowFact(row)));
        oracle.seen().forEach((fact, value) -> {
            boolean own = fact.startsWith(TABLE + ":") || fact.equals(COLUMNS);
            if (own && !now.containsKey(fact)) {
                change.put(fact, null);
            }
        });
        now.forEach((fact, value) -> {
            if (!value.equals(oracle.seen().get(fact))) {
                change.put(fact, value);
            }
        });
    }

    private void reshape(Statement statement, State state) throws SQLException {
        int at = random.nextInt(state.columns.size());
        Column column = state.columns.get(at);
        int kind = random.nextInt(4);
        if (kind == 0 && state.columns.size() > 1) {
            statement.execute("ALTER TABLE shaped DROP COLUMN " + column.name);
            state.columns.remove(at);
            state.rows.values().forEach(row -> row.remove(column.name));
        } else if (kind == 1) {
            String name = "r" + nextColumn++;
            statement.execute("ALTER TABLE shaped RENAME COLUMN " + column.name + " TO " + name);
            state.columns.set(at, new Column(name, column.type, column.initial));
            state.rows.values().forEach(row -> {
                String value = row.remove(column.name);
                if (value != null) {
                    row.put(name, value);
                }
            });
        } else if (kind == 2 && column.type.equals("integer")) {
            String type = random.nextBoolean() ? "bigint" : "text";
            statement.execute("ALTER TABLE shaped ALTER COLUMN " + column.name + " TYPE " + type);
            state.columns.set(at, new Column(column.name, type, column.initial));
        } else if (state.columns.size() < MOST_COLUMNS) {
            int number = nextColumn++;
            String name = "c" + number;
            statement.execute("ALTER TABLE shaped ADD COLUMN " + name + " integer NOT NULL DEFAULT " + number);
            state.columns.add(new Column(name, "integer", Integer.toString(number)));
            state.rows.values().forEach(row -> row.put(name, Integer.toString(number)));
        }
    }

    private void write(Statement statement, State state) throws SQLException {
        int id = random.nextInt(ROWS);
        Column column = state.columns.get(random.nextInt(state.columns.size()));
        Map<String, String> row = state.rows.get(id);
        String value = Integer.toString(random.nextInt(1000));
        if (row == null) {
            statement.execute("INSERT INTO shaped (id, " + column.name + ") VALUES (" + id + ", '" + value + "')");
            Map<String, String> fresh = new TreeMap<>();
            state.columns.forEach(each -> fresh.put(each.name, each.initial));
            fresh.put(column.name, value);
            state.rows.put(id, fresh);
        } else if (random.nextInt(4) == 0) {
            statement.execute("DELETE FROM shaped WHERE id = " + id);
            state.rows.remove(id);
        } else {
            statement.execute("UPDATE shaped SET " + column.name + " = '" + value + "' WHERE id = " + id);
            row.put(column.name, value);
        }
    }

    /// The table as it is.
    static void read(Statement statement, Map<String, String> facts) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("SELECT attname, format_type(atttypid, atttypmod),"
                + " pg_get_expr(adbin, adrelid) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND"
                + " adnum = attnum WHERE attrelid = 'shaped'::regclass AND attnum > 1 AND NOT attisdropped")) {
            while (rows.next()) {
                String initial = rows.getString(3).replaceAll("[^0-9]", "");
                columns.add(new Column(rows.getString(1), rows.getString(2), initial).toString());
            }
        }
        columns.sort(null);
        String shape = String.join(";", columns);
        if (!shape.equals(FIRST)) {
            facts.put(COLUMNS, shape);
        }
        try (ResultSet rows = statement.executeQuery("SELECT * FROM shaped")) {
            ResultSetMetaData names = rows.getMetaData();
            while (rows.next()) {
                Map<String, String> row = new TreeMap<>();
                for (int i = 2; i <= names.getColumnCount(); i++) {
                    row.put(names.getColumnName(i), String.valueOf(rows.getString(i)));
                }
                facts.put(TABLE + ":" + rows.getInt(1), State.rowFact(row));
            }
        }
    }
}
