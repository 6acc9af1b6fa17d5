package omendb.sql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;

/// A database in a directory of its own with one connection, for properties (which have no `@TempDir`).
final class TestDatabase implements AutoCloseable {
    private final Path directory;
    private final Database database;
    private final SqlConnection connection;

    TestDatabase() {
        try {
            directory = Files.createTempDirectory("omendb-property");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        database = Database.open(directory, DatabaseOptions.forTests());
        connection = new SqlConnection(database);
    }

    SqlConnection connection() {
        return connection;
    }

    /// Runs statements that must succeed.
    void execute(String... statements) {
        for (String statement : statements) {
            String answer = connection.run(statement);
            if (answer.contains("ERROR ")) {
                throw new AssertionError(statement + " -> " + answer);
            }
        }
    }

    @Override
    public void close() {
        connection.close();
        database.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
