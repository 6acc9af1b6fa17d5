package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Statements with the answers PostgreSQL 15 gave (`src/test/oracle/record_statements.py` records them).
class RecordedStatementsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "windows",
                "explain",
                "queries",
                "aggregates",
                "types",
                "changes",
                "foreign_keys",
                "cursors",
                "deferrable_unique",
                "alter_table",
                "indexes",
                "views",
                "temporary_tables",
                "table_from",
                "limits",
                "full_text",
                "inverted",
                "json_paths"
            })
    void answers_are_postgresqls(String name) throws IOException {
        List<String> expected = recorded(name);
        List<String> actual = new ArrayList<>();
        try (Database database = Database.open(directory, DatabaseOptions.forTests());
                SqlConnection connection = new SqlConnection(database)) {
            for (String line : expected) {
                if (line.startsWith("> ")) {
                    actual.add(line);
                    connection.run(line.substring(2)).lines().forEach(actual::add);
                }
            }
        }
        assertEquals(String.join("\n", expected), String.join("\n", actual));
    }

    private static List<String> recorded(String name) throws IOException {
        try (InputStream in = RecordedStatementsTest.class.getResourceAsStream("/statements/" + name + ".txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        }
    }
}
