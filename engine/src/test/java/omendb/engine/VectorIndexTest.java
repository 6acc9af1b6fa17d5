package omendb.engine;

import static omendb.engine.Fixture.committed;
import static omendb.engine.Fixture.statement;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import omendb.engine.Fixture.Item;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SchemaEditor;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.table.Table;
import omendb.engine.table.VectorIndexAccess;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.Transaction;
import omendb.memory.LiveMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorIndexTest {
    @TempDir
    Path directory;

    private final LiveMemory memory = LiveMemory.now();
    private Database database;
    private TableDef items;

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
        items = Fixture.createItems(database);
    }

    @AfterEach
    void close() {
        database.close();
        memory.assertUnchanged();
    }

    private void reopen() {
        database.close();
        database = Database.open(directory, DatabaseOptions.forTests());
    }

    private void insert(int from, int to) {
        committed(database, t -> {
            for (int id = from; id < to; id++) {
                Fixture.insert(database, t, Item.of(id, "n" + id));
            }
            return null;
        });
    }

    private List<Integer> nearest(int id, int k) {
        return committed(database, t -> Fixture.nearest(database, t, Item.vector(id), k));
    }

    private VectorIndexAccess access() {
        return committed(database, t -> {
            Table table = Fixture.table(database, t);
            return table.vectorIndex(table.indexes().stream()
                    .filter(IndexDef::isVector)
                    .findFirst()
                    .orElseThrow()
                    .oid());
        });
    }

    @Test
    void an_index_over_existing_rows_finds_them() {
        insert(0, 300);
        Fixture.createVectorIndex(database, items);
        assertEquals(0, access().tailLength());
        for (int id = 0; id < 300; id += 17) {
            assertEquals(List.of(id), nearest(id, 1));
        }
    }

    @Test
    void rows_are_found_before_and_after_they_are_linked() {
        insert(0, 50);
        Fixture.createVectorIndex(database, items);
        insert(50, 100);
        assertEquals(50, access().tailLength());
        assertEquals(List.of(73), nearest(73, 1));
        database.indexTails();
        assertEquals(0, access().tailLength());
        assertEquals(List.of(73), nearest(73, 1));
    }

    @Test
    void a_search_sees_own_uncommitted_rows_and_nobody_elses() {
        insert(0, 20);
        Fixture.createVectorIndex(database, items);
        Transaction writer = database.begin(Isolation.READ_COMMITTED, false);
        statement(writer, t -> Fixture.insert(database, t, Item.of(500, "mine")));
        assertEquals(List.of(500), statement(writer, t -> Fixture.nearest(database, t, Item.vector(500), 1)));
        assertFalse(nearest(500, 20).contains(500));
        writer.rollback();
        assertFalse(nearest(500, 20).contains(500));
        database.indexTails();
        assertEquals(20, nearest(500, 21).size());
    }

    @Test
    void a_transaction_that_stays_open_does_not_hold_back_the_others_for_ever() {
        insert(0, 3_000);
        Fixture.createVectorIndex(database, items);
        Transaction idle = database.begin(Isolation.READ_COMMITTED, false);
        List<Float> between = List.of(2_500.5f, 1f, 3f, 1f);
        statement(idle, t -> Fixture.insert(database, t, new Item(9_999, "idle", between)));
        insert(3_000, 4_000);
        database.indexTails();
        assertEquals(1_001, access().tailLength());
        for (int thousand = 4; thousand < 9; thousand++) {
            insert(1_000 * thousand, 1_000 * (thousand + 1));
        }
        database.indexTails();
        assertEquals(0, access().tailLength());
        assertEquals(List.of(9_999), statement(idle, t -> Fixture.nearest(database, t, between, 1)));
        idle.rollback();
        assertFalse(committed(database, t -> Fixture.nearest(database, t, between, 10))
                .contains(9_999));
        assertEquals(List.of(5_432), nearest(5_432, 1));
    }

    @Test
    void a_moved_vector_is_found_once_and_at_its_new_place() {
        insert(0, 40);
        Fixture.createVectorIndex(database, items);
        Transaction old = database.begin(Isolation.REPEATABLE_READ, true);
        assertEquals(List.of(7), statement(old, t -> Fixture.nearest(database, t, Item.vector(7), 1)));
        committed(database, t -> Fixture.move(database, t, 7, Item.vector(9_000)));
        assertEquals(List.of(7), nearest(9_000, 1));
        assertEquals(1, nearest(7, 40).stream().filter(id -> id == 7).count());
        // the old snapshot still finds it where it was
        assertEquals(List.of(7), statement(old, t -> Fixture.nearest(database, t, Item.vector(7), 1)));
        assertEquals(0, database.vacuum());
        old.commit(true);
        assertEquals(1, database.vacuum());
        assertEquals(40, nearest(7, 41).size());
    }

    @Test
    void deleted_rows_are_not_found_and_their_slots_die_once_nobody_sees_them() {
        insert(0, 40);
        Fixture.createVectorIndex(database, items);
        committed(database, t -> Fixture.delete(database, t, 3));
        assertFalse(nearest(3, 40).contains(3));
        assertEquals(1, database.vacuum());
        assertEquals(39, nearest(3, 40).size());
        reopen();
        assertEquals(39, nearest(3, 40).size());
    }

    @Test
    void the_index_is_ready_after_a_restart_without_a_rebuild() {
        insert(0, 300);
        Fixture.createVectorIndex(database, items);
        insert(300, 310);
        database.indexTails();
        reopen();
        assertTrue(access().ready());
        assertEquals(0, access().tailLength());
        assertEquals(List.of(305), nearest(305, 1));
    }

    @Test
    void a_damaged_index_is_rebuilt_and_the_server_starts() throws IOException {
        insert(0, 300);
        IndexDef index = Fixture.createVectorIndex(database, items);
        database.close();
        try (Stream<Path> files = Files.walk(directory.resolve("idx/" + index.storageId()))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                for (int i = 0; i < 64 && i < bytes.length; i++) {
                    bytes[i] = 1;
                }
                Files.write(file, bytes);
            }
        }
        database = Database.open(directory, DatabaseOptions.forTests());
        assertFalse(access().ready());
        database.indexTails();
        assertTrue(access().ready());
        assertEquals(List.of(123), nearest(123, 1));
    }

    @Test
    void a_flipped_bit_in_a_page_is_found_while_the_index_is_in_use_and_it_is_built_again() throws IOException {
        insert(0, 300);
        IndexDef index = Fixture.createVectorIndex(database, items);
        database.close();
        try (Stream<Path> files = Files.walk(directory.resolve("idx/" + index.storageId()))) {
            Path graph = files.filter(file -> file.toString().endsWith(".graph"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(graph);
            bytes[3 * 4096 + 17] ^= 4;
            Files.write(graph, bytes);
        }
        assertFalse(DirectoryCheck.run(directory).isHealthy());
        database = Database.open(directory, DatabaseOptions.forTests());
        assertTrue(access().ready(), "opening reads headers only");

        database.indexTails();

        assertTrue(access().ready());
        assertEquals(List.of(123), nearest(123, 1));
        database.close();
        assertEquals(List.of(), DirectoryCheck.run(directory).problems());
        database = Database.open(directory, DatabaseOptions.forTests());
        insert(300, 301);
        database.indexTails();
        assertEquals(List.of(300), nearest(300, 1));
    }

    @Test
    void a_missing_index_is_rebuilt() throws IOException {
        insert(0, 100);
        IndexDef index = Fixture.createVectorIndex(database, items);
        database.close();
        Path folder = directory.resolve("idx/" + index.storageId());
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
        database = Database.open(directory, DatabaseOptions.forTests());
        assertFalse(access().ready());
        database.indexTails();
        assertEquals(List.of(42), nearest(42, 1));
    }

    @Test
    void dropping_the_index_leaves_the_rows() {
        insert(0, 20);
        IndexDef index = Fixture.createVectorIndex(database, items);
        committed(database, t -> {
            database.schema(t).dropIndex(index.oid());
            return null;
        });
        database.vacuum();
        assertFalse(Files.exists(directory.resolve("idx/" + index.storageId())));
        assertEquals(20, Fixture.scan(database).size());
        reopen();
        assertEquals(20, Fixture.scan(database).size());
    }

    @Test
    void bad_options_are_refused_in_pgvectors_words() {
        OmenException refused = assertThrows(
                OmenException.class,
                () -> committed(
                        database,
                        t -> database.schema(t)
                                .createIndex(
                                        items.oid(),
                                        new SchemaEditor.NewIndex(
                                                "i",
                                                IndexDef.HNSW,
                                                false,
                                                true,
                                                List.of(new IndexDef.Key(3, null, "vector_l2_ops", false, false)),
                                                null,
                                                Map.of("m", "1")))));
        assertEquals("value 1 out of bounds for option \"m\"", refused.text());
        assertEquals("Valid values are between \"2\" and \"100\".", refused.detail());
        // nothing is left of it
        Fixture.createVectorIndex(database, items);
    }

    @Test
    void wrong_dimensions_are_refused() {
        OmenException refused =
                assertThrows(OmenException.class, () -> Fixture.insert(database, new Item(1, "x", List.of(1f, 2f))));
        assertEquals("expected 4 dimensions, not 2", refused.text());
        assertTrue(Fixture.scan(database).isEmpty());
    }
}
