package omendb.sql.pgcatalog;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;

/// What PostgreSQL 15's system views look like and what its fixed catalogs hold, recorded from a real one
/// (`engine/src/test/oracle/record_system_views.sh`).
final class ViewShapes {
    /// Name, oid and columns of a view.
    record Shape(String schema, String name, int oid, List<VirtualTable.Column> columns) {}

    private static final String NULL = "\\N";

    private ViewShapes() {}

    /// Shapes of all views by `schema.name`.
    static Map<String, Shape> load() {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (String line : lines("view-columns.tsv")) {
            List<String> cells = cells(line);
            String key = cells.get(0) + "." + cells.get(1);
            Shape shape = shapes.computeIfAbsent(
                    key, _ -> new Shape(cells.get(0), cells.get(1), Integer.parseInt(cells.get(2)), new ArrayList<>()));
            // a type that we do not have stands in views that have no rows here
            SqlType type = Types.byName(cells.get(4));
            shape.columns().add(new VirtualTable.Column(cells.get(3), type == null ? Types.TEXT : type));
        }
        return shapes;
    }

    /// Rows of a recorded catalog: column name to text, NULLs left out.
    static List<Map<String, String>> rows(String catalog) {
        List<String> lines = lines(catalog + ".tsv");
        List<String> names = cells(lines.getFirst());
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            List<String> cells = cells(line);
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 0; i < cells.size(); i++) {
                if (!cells.get(i).equals(NULL)) {
                    row.put(names.get(i), cells.get(i));
                }
            }
            rows.add(row);
        }
        return rows;
    }

    /// Names of the functions that recorded regproc columns speak of, with their oids.
    static Map<String, Integer> procedures() {
        Map<String, Integer> oids = new LinkedHashMap<>();
        for (String line : lines("type-procedures.tsv")) {
            List<String> cells = cells(line);
            oids.putIfAbsent(cells.get(1), Integer.parseInt(cells.get(0)));
        }
        return oids;
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        int start = 0;
        for (int tab = line.indexOf('\t'); tab >= 0; tab = line.indexOf('\t', start)) {
            cells.add(line.substring(start, tab));
            start = tab + 1;
        }
        cells.add(line.substring(start));
        return cells;
    }

    private static List<String> lines(String resource) {
        try (InputStream in = ViewShapes.class.getResourceAsStream("/omendb/sql/pgcatalog/" + resource)) {
            if (in == null) {
                throw new IllegalStateException("missing resource " + resource);
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            return reader.lines().filter(line -> !line.isEmpty()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }
}
