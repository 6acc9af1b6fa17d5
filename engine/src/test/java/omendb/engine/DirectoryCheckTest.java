package omendb.engine;

import static omendb.engine.Fixture.committed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import omendb.engine.Fixture.Item;
import omendb.memory.DirectoryInUseException;
import omendb.memory.MissingFileException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryCheckTest {
    @TempDir
    Path temporary;

    private Path data;

    @BeforeEach
    void write_a_database() {
        data = temporary.resolve("data");
        try (Database database = Database.open(data, DatabaseOptions.forTests().withBulkBytes(2_000))) {
            Fixture.createItems(database);
            Fixture.createVectorIndex(database, Fixture.items(database));
            for (int id = 0; id < 300; id++) {
                Fixture.insert(database, Item.of(id, "n" + id));
            }
            committed(database, t -> {
                Fixture.delete(database, t, 17);
                Fixture.rename(database, t, 18, "renamed");
                Fixture.move(database, t, 19, Item.vector(5));
                return null;
            });
            database.indexTails();
        }
    }

    @Test
    void a_healthy_directory_is_healthy_and_nothing_in_it_changes() throws IOException {
        var before = contents();
        CheckReport report = DirectoryCheck.run(data);
        assertEquals(List.of(), report.problems());
        assertTrue(report.isHealthy());
        assertTrue(report.summary().startsWith("1 tables with 299 rows"), report.summary());
        assertEquals(before, contents());
    }

    @Test
    void what_only_the_log_holds_is_checked_too() throws IOException {
        Path killed = temporary.resolve("killed");
        Database database = Database.open(data, DatabaseOptions.forTests());
        for (int id = 1000; id < 1100; id++) {
            Fixture.insert(database, Item.of(id, "n" + id));
        }
        copy(data, killed);
        database.close();
        CheckReport report = DirectoryCheck.run(killed);
        assertEquals(List.of(), report.problems());
        assertTrue(report.summary().contains("399 rows"), report.summary());
    }

    @Test
    void a_directory_in_use_and_a_missing_one_are_refused() {
        try (Database database = Database.open(data, DatabaseOptions.forTests())) {
            assertTrue(database.catalog().tables().size() == 1);
            assertThrows(DirectoryInUseException.class, () -> DirectoryCheck.run(data));
            assertThrows(DirectoryInUseException.class, () -> DirectoryStats.read(data));
        }
        Path missing = temporary.resolve("missing");
        assertThrows(MissingFileException.class, () -> DirectoryCheck.run(missing));
        assertTrue(Files.notExists(missing));
        assertThrows(MissingFileException.class, () -> DirectoryCheck.run(temporary));
    }

    /// A flipped bit is found and its file named, or it does not matter: the database then has every row as before.
    @Test
    void a_flipped_bit_is_named_or_does_not_matter() throws IOException {
        var rows = rows();
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int named = 0;
        for (Path file : files(data)) {
            byte[] pristine = Files.readAllBytes(file);
            // a spare segment of the log is all zeros: nothing of it is used
            for (int flip = 0; flip < 6 && !allZero(pristine); flip++) {
                int at = usedByte(pristine, random);
                byte[] damaged = pristine.clone();
                damaged[at] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, damaged);
                String where = data.relativize(file) + " at " + at + ", seed " + seed;
                CheckReport report = DirectoryCheck.run(data);
                if (report.isHealthy()) {
                    assertEquals(rows, rows(), where);
                } else {
                    named++;
                    String name = file.getFileName().toString();
                    assertTrue(
                            report.problems().stream().anyMatch(problem -> problem.contains(name)),
                            where + ": " + report.problems());
                }
                Files.write(file, pristine);
            }
        }
        assertTrue(named > 20, named + " flips were named, seed " + seed);
    }

    @Test
    void stats_count_the_rows_of_every_tree() {
        DirectoryStats stats = DirectoryStats.read(data);
        DirectoryStats.Tree items = stats.trees().stream()
                .filter(tree -> tree.name().equals("items"))
                .findFirst()
                .orElseThrow();
        assertTrue(items.figures().entries() >= 299, items.toString());
        assertTrue(stats.store().spaceAmplification() >= 1);
        assertTrue(stats.store().writeAmplification() > 0);
        assertTrue(
                stats.vectors().stream().anyMatch(files -> files.directory().startsWith("idx/") && files.bytes() > 0));
    }

    private static boolean allZero(byte[] content) {
        for (byte b : content) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /// A byte of the written part: not inside a run of zeros.
    private static int usedByte(byte[] content, Random random) {
        int at = random.nextInt(content.length);
        for (int tries = 0; content[at] == 0 && tries < 10_000; tries++) {
            at = random.nextInt(content.length);
        }
        return at; // of a file of zeros any byte will do
    }

    private java.util.Map<Integer, Item> rows() throws IOException {
        Path copy = temporary.resolve("copy");
        copy(data, copy);
        try (Database database = Database.open(copy, DatabaseOptions.forTests())) {
            return Fixture.scan(database);
        } finally {
            deleteTree(copy);
        }
    }

    private java.util.Map<String, List<Byte>> contents() throws IOException {
        var contents = new TreeMap<String, List<Byte>>();
        for (Path file : files(data)) {
            byte[] bytes = Files.readAllBytes(file);
            contents.put(file.toString(), List.of((byte) java.util.Arrays.hashCode(bytes), (byte) bytes.length));
        }
        return contents;
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("LOCK"))
                    .sorted()
                    .toList();
        }
    }

    private static void deleteTree(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
