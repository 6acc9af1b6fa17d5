package omendb.engine;

import static omendb.engine.Fixture.committed;
import static omendb.engine.Fixture.statement;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.LongRange;
import omendb.engine.Fixture.Item;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaEditor;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.table.IndexAccess;
import omendb.engine.table.IndexScan;
import omendb.engine.table.KeyRange;
import omendb.engine.table.RowScan;
import omendb.engine.table.Table;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.type.Types;
import omendb.memory.CrashableFileStore;
import omendb.memory.LiveMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashRecoveryTest {
    /// Small limits, so that a short history meets flushes, checkpoints and bulk loads.
    /// Every second history has transactions that spill.
    private static DatabaseOptions options(long seed) {
        DatabaseOptions small = DatabaseOptions.forTests().withBulkBytes(2_000);
        return seed % 2 == 0 ? small : small.withWriteSetBytes(4_000);
    }

    /// A database on a disk that loses power, and what it acknowledged.
    private static final class Machine {
        private final Random random;
        private final long seed;
        private CrashableFileStore disk = CrashableFileStore.create();
        private Database database;
        private Map<Integer, Item> acknowledged = new TreeMap<>();
        private final Set<String> sideTables = new TreeSet<>();
        private boolean nameIndex;
        private int nextId;

        Machine(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.database = Database.open(disk, options(seed));
            Fixture.createItems(database);
        }

        void step() {
            switch (random.nextInt(15)) {
                case 0 -> database.checkpoint();
                case 1 -> database.vacuum();
                case 2 -> database.indexTails();
                case 3 -> write(200); // bulk: vectors are synced, not logged
                case 4 -> rolledBack();
                case 5 -> sideTable();
                case 6 -> nameIndex();
                case 7 -> truncate();
                default -> write(1 + random.nextInt(5));
            }
        }

        private void write(int rows) {
            Map<Integer, Item> after = new TreeMap<>(acknowledged);
            Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
            change(transaction, rows, after);
            transaction.commit(true);
            acknowledged = after;
        }

        /// Creates a table with rows in one transaction, or drops one.
        private void sideTable() {
            if (sideTables.size() < 3) {
                String name = "side" + nextId++;
                committed(database, t -> {
                    TableDef table = Fixture.createItems(database, t, name);
                    try (Batch batch = Fixture.batch(Item.of(1, name))) {
                        database.table(t, table.oid()).insert(t, batch, 0);
                    }
                    return null;
                });
                sideTables.add(name);
            } else {
                String name = sideTables.iterator().next();
                committed(database, t -> {
                    database.schema(t).dropTable(relation(name).oid());
                    return null;
                });
                sideTables.remove(name);
            }
        }

        private RelationDef relation(String name) {
            return database.catalog().relation(Catalog.PUBLIC_OID, name);
        }

        private void nameIndex() {
            committed(database, t -> {
                if (nameIndex) {
                    database.schema(t).dropIndex(relation("name_idx").oid());
                } else {
                    database.schema(t)
                            .createIndex(
                                    relation("items").oid(),
                                    new SchemaEditor.NewIndex(
                                            "name_idx",
                                            IndexDef.BTREE,
                                            false,
                                            true,
                                            List.of(IndexDef.Key.ofColumn(2)),
                                            null,
                                            Map.of()));
                }
                return null;
            });
            nameIndex = !nameIndex;
        }

        private void truncate() {
            if (random.nextInt(4) == 0) {
                committed(database, t -> {
                    database.schema(t).truncate(List.of(relation("items").oid()));
                    return null;
                });
                acknowledged.clear();
            }
        }

        private void checkDefinitions() {
            Set<String> found = new TreeSet<>();
            database.catalog().tables().forEach(table -> found.add(table.name()));
            Set<String> expected = new TreeSet<>(sideTables);
            expected.add("items");
            assertEquals(expected, found, "seed " + seed);
            assertEquals(nameIndex, relation("name_idx") != null, "seed " + seed);
            committed(database, t -> {
                for (String name : sideTables) {
                    Table table = database.table(t, relation(name).oid());
                    assertEquals(1, table.estimatedRowCount(), "seed " + seed);
                    try (Batch batch = Batch.allocate(List.of(Types.TEXT));
                            RowScan scan = table.scan(t, new int[] {2})) {
                        assertTrue(scan.next(batch));
                        assertEquals(name, batch.column(0).getString(0));
                    }
                }
                if (nameIndex) {
                    IndexAccess access = Fixture.table(database, t)
                            .index(relation("name_idx").oid());
                    int entries = 0;
                    try (KeyRange all = access.newRange();
                            IndexScan scan = access.scan(t, all, false)) {
                        while (scan.next()) {
                            entries++;
                        }
                    }
                    assertEquals(acknowledged.size(), entries, "seed " + seed);
                }
                assertEquals(acknowledged.size(), Fixture.table(database, t).estimatedRowCount(), "seed " + seed);
                return null;
            });
        }

        private void rolledBack() {
            Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
            change(transaction, 10, new TreeMap<>(acknowledged));
            transaction.rollback();
        }

        private void change(Transaction transaction, int rows, Map<Integer, Item> after) {
            for (int i = 0; i < rows; i++) {
                statement(transaction, t -> {
                    int kind = random.nextInt(10);
                    List<Integer> ids = List.copyOf(after.keySet());
                    if (kind < 7 || ids.isEmpty()) {
                        Item item = Item.of(nextId++, "n" + random.nextInt());
                        Fixture.insert(database, t, item);
                        after.put(item.id(), item);
                    } else {
                        int id = ids.get(random.nextInt(ids.size()));
                        if (kind == 7) {
                            Fixture.delete(database, t, id);
                            after.remove(id);
                        } else if (kind == 8) {
                            Fixture.rename(database, t, id, "renamed");
                            after.put(id, new Item(id, "renamed", after.get(id).embedding()));
                        } else {
                            List<Float> moved = Item.vector(random.nextInt(1_000_000));
                            Fixture.move(database, t, id, moved);
                            after.put(id, new Item(id, after.get(id).name(), moved));
                        }
                    }
                    return null;
                });
            }
        }

        /// Cuts the power, here or in the middle of a transaction that is not acknowledged.
        void cut() {
            Map<Integer, Item> doubtful = acknowledged;
            if (random.nextBoolean()) {
                Map<Integer, Item> after = new TreeMap<>(acknowledged);
                Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
                change(transaction, 1 + random.nextInt(60), after);
                if (random.nextBoolean()) {
                    transaction.commit(false); // not awaited: all of it or nothing
                    doubtful = after;
                }
            }
            CrashableFileStore survivor = disk.crash(random.nextLong());
            database.closeAbruptly();
            disk = survivor;
            database = Database.open(disk, options(seed));
            Map<Integer, Item> found = Fixture.scan(database);
            if (!found.equals(acknowledged)) {
                assertEquals(doubtful, found, "seed " + seed);
                acknowledged = doubtful;
            }
            checkIndexes();
            checkDefinitions();
        }

        /// Every row by its key, and every vector by its index, exactly once.
        private void checkIndexes() {
            committed(database, t -> {
                for (Item item : acknowledged.values()) {
                    assertEquals(item, Fixture.get(database, t, item.id()), "seed " + seed);
                }
                if (Fixture.table(database, t).indexes().stream().anyMatch(IndexDef::isVector)) {
                    List<Integer> all = Fixture.nearest(database, t, Item.vector(0), Integer.MAX_VALUE);
                    assertEquals(acknowledged.size(), all.size(), "seed " + seed);
                }
                return null;
            });
        }
    }

    @Property(tries = 40, shrinking = ShrinkingMode.OFF)
    void after_any_power_cut_exactly_the_acknowledged_transactions_are_there(
            @ForAll @LongRange(min = 0, max = Long.MAX_VALUE) long seed) {
        LiveMemory memory = LiveMemory.now();
        Machine machine = new Machine(seed);
        for (int cut = 0; cut < 3; cut++) {
            int steps = machine.random.nextInt(12);
            for (int step = 0; step < steps; step++) {
                machine.step();
            }
            machine.cut();
        }
        machine.database.close();
        machine.disk.close();
        memory.assertUnchanged();
    }

    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void after_any_power_cut_every_vector_is_found_through_the_index(
            @ForAll @LongRange(min = 0, max = Long.MAX_VALUE) long seed) {
        LiveMemory memory = LiveMemory.now();
        Machine machine = new Machine(seed);
        Fixture.createVectorIndex(machine.database, Fixture.items(machine.database));
        for (int cut = 0; cut < 3; cut++) {
            int steps = machine.random.nextInt(12);
            for (int step = 0; step < steps; step++) {
                machine.step();
            }
            machine.cut();
            machine.database.indexTails();
        }
        machine.database.close();
        machine.disk.close();
        memory.assertUnchanged();
    }

    @TempDir
    Path directory;

    /// Copies the files of a running database, as a kill leaves them: what was written, synced or not.
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

    @Test
    void a_killed_database_comes_back_with_everything_acknowledged() throws IOException {
        Path live = directory.resolve("live");
        Path killed = directory.resolve("killed");
        Database database = Database.open(live, options(0));
        Fixture.createItems(database);
        Fixture.createVectorIndex(database, Fixture.items(database));
        for (int id = 0; id < 100; id++) {
            Fixture.insert(database, Item.of(id, "n" + id));
        }
        database.indexTails();
        database.checkpoint();
        for (int id = 100; id < 150; id++) {
            Fixture.insert(database, Item.of(id, "n" + id));
        }
        Transaction open = database.begin(Isolation.READ_COMMITTED, false);
        statement(open, t -> Fixture.insert(database, t, Item.of(999, "never committed")));
        copy(live, killed);
        database.closeAbruptly();

        try (Database recovered = Database.open(killed, options(0))) {
            Map<Integer, Item> found = Fixture.scan(recovered);
            assertEquals(150, found.size());
            for (int id = 0; id < 150; id++) {
                assertEquals(Item.of(id, "n" + id), found.get(id));
            }
            // the index is there at once: its checkpoint plus the tail, without a rebuild
            committed(recovered, t -> {
                var table = Fixture.table(recovered, t);
                var access = table.vectorIndex(table.indexes().getLast().oid());
                assertTrue(access.ready());
                assertTrue(access.tailLength() >= 50);
                assertEquals(List.of(140), Fixture.nearest(recovered, t, Item.vector(140), 1));
                return null;
            });
        }
    }

    @Test
    void sequences_never_repeat_after_a_kill() throws IOException {
        Path live = directory.resolve("live");
        Path killed = directory.resolve("killed");
        Database database = Database.open(live, options(0));
        SequenceDef sequence = committed(
                database,
                t -> database.schema(t)
                        .createSequence(
                                Catalog.PUBLIC_OID,
                                new SchemaEditor.NewSequence("s", Types.INT8, 1, 1, 1, Long.MAX_VALUE, 1, false)));
        long last = 0;
        for (int i = 0; i < 70; i++) {
            long value = committed(database, t -> database.nextval(t, sequence.oid()));
            assertEquals(last + 1, value);
            last = value;
        }
        copy(live, killed);
        database.close();
        try (Database recovered = Database.open(killed, options(0))) {
            long next = committed(recovered, t -> recovered.nextval(t, sequence.oid()));
            assertTrue(next > last, "gave out " + last + " before, now " + next);
        }
        // a clean close loses nothing
        try (Database reopened = Database.open(live, options(0))) {
            long next = committed(reopened, t -> reopened.nextval(t, sequence.oid()));
            assertEquals(last + 1, next);
        }
    }

    @Test
    void a_full_disk_fails_the_statement_and_the_database_lives() {
        CrashableFileStore disk = CrashableFileStore.create();
        Database database = Database.open(disk, options(0));
        Fixture.createItems(database);
        Fixture.insert(database, Item.of(1, "one"));
        disk.failAt(CrashableFileStore.Operation.PREALLOCATE, "vec/", 1, CrashableFileStore.Fault.DISK_FULL);
        OmenException full = assertThrows(
                OmenException.class, () -> committed(database, t -> Fixture.createItems(database, t, "more")));
        assertEquals(SqlState.DISK_FULL, full.sqlState());
        Fixture.insert(database, Item.of(2, "two"));
        assertEquals(2, Fixture.scan(database).size());
        committed(database, t -> Fixture.createItems(database, t, "more"));
        database.close();
        disk.close();
    }

    @Test
    void after_a_failed_log_commits_are_refused_and_recovery_has_all_that_was_acknowledged() {
        CrashableFileStore disk = CrashableFileStore.create();
        Database database = Database.open(disk, options(0));
        Fixture.createItems(database);
        Fixture.insert(database, Item.of(1, "one"));
        disk.failAt(CrashableFileStore.Operation.SYNC, ".wal", 1, CrashableFileStore.Fault.IO_ERROR); // not a spare's
        OmenException failed =
                assertThrows(OmenException.class, () -> Fixture.insert(database, Item.of(2, "in doubt")));
        assertEquals(SqlState.IO_ERROR, failed.sqlState());
        OmenException refused =
                assertThrows(OmenException.class, () -> Fixture.insert(database, Item.of(3, "refused")));
        assertEquals(SqlState.IO_ERROR, refused.sqlState());
        assertNotNull(refused.hint());
        // reading goes on
        assertEquals(Item.of(1, "one"), Fixture.scan(database).get(1));
        CrashableFileStore survivor = disk.crash(7);
        database.closeAbruptly();
        try (Database recovered = Database.open(survivor, options(0))) {
            Map<Integer, Item> found = Fixture.scan(recovered);
            assertEquals(Item.of(1, "one"), found.get(1));
            assertTrue(found.keySet().stream().allMatch(id -> id <= 2));
        }
        survivor.close();
    }

    @Test
    void a_transaction_that_undid_all_it_did_does_not_keep_the_log_from_being_read() {
        CrashableFileStore disk = CrashableFileStore.create();
        Database database = Database.open(disk, options(0));
        Fixture.createItems(database);
        Transaction undone = database.begin(Isolation.READ_COMMITTED, false);
        Transaction.Mark savepoint = undone.mark();
        statement(undone, t -> Fixture.insert(database, t, Item.of(1, "undone")));
        undone.rollbackTo(savepoint);
        undone.commit(true);
        Fixture.insert(database, Item.of(2, "two"));
        CrashableFileStore survivor = disk.crash(1);
        database.closeAbruptly();
        assertEquals(List.of(), DirectoryCheck.run(survivor).problems());
        try (Database recovered = Database.open(survivor, options(0))) {
            assertEquals(Map.of(2, Item.of(2, "two")), Fixture.scan(recovered));
        }
        survivor.close();
    }

    @Test
    void vacuum_marks_no_slot_for_a_commit_that_the_log_loses() {
        for (long seed = 0; seed < 8; seed++) {
            CrashableFileStore disk = CrashableFileStore.create();
            Database database = Database.open(disk, options(0));
            Fixture.createItems(database);
            for (int id = 0; id < 20; id++) {
                Fixture.insert(database, Item.of(id, "n" + id));
            }
            database.checkpoint();
            disk.failAt(CrashableFileStore.Operation.SYNC, ".wal", 1, CrashableFileStore.Fault.IO_ERROR);
            Transaction delete = database.begin(Isolation.READ_COMMITTED, false);
            statement(delete, t -> {
                for (int id = 0; id < 20; id++) {
                    Fixture.delete(database, t, id);
                }
                return null;
            });
            delete.commit(false); // visible, and lost
            OmenException refused = assertThrows(OmenException.class, database::vacuum);
            assertEquals(SqlState.IO_ERROR, refused.sqlState());
            CrashableFileStore survivor = disk.crash(seed);
            database.closeAbruptly();
            assertEquals(List.of(), DirectoryCheck.run(survivor).problems(), "seed " + seed);
            try (Database recovered = Database.open(survivor, options(0))) {
                int found = Fixture.scan(recovered).size();
                assertTrue(found == 20 || found == 0, "seed " + seed + ": " + found);
            }
            survivor.close();
        }
    }

    @Test
    void a_bulk_load_and_a_new_table_whose_commits_are_in_doubt_come_back_whole() {
        for (int kind = 0; kind < 2; kind++) {
            CrashableFileStore disk = CrashableFileStore.create();
            Database database = Database.open(disk, options(0));
            Fixture.createItems(database);
            disk.failAt(CrashableFileStore.Operation.SYNC, ".wal", 1, CrashableFileStore.Fault.IO_ERROR);
            boolean bulk = kind == 0;
            assertThrows(
                    OmenException.class,
                    () -> committed(database, t -> {
                        for (int id = 0; bulk && id < 200; id++) {
                            Fixture.insert(database, t, Item.of(id, "n" + id));
                        }
                        return bulk ? null : Fixture.createItems(database, t, "more");
                    }));
            for (long seed = 0; seed < 5; seed++) {
                CrashableFileStore kept = disk.copy(); // as if the log had reached the disk
                assertEquals(List.of(), DirectoryCheck.run(kept).problems());
                try (Database recovered = Database.open(kept, options(0))) {
                    assertEquals(bulk ? 200 : 0, Fixture.scan(recovered).size());
                    assertEquals(bulk ? 1 : 2, recovered.catalog().tables().size());
                }
                kept.close();
            }
            database.closeAbruptly();
            disk.close();
        }
    }

    @Test
    void a_full_disk_refuses_commits_when_the_log_needs_a_segment_and_takes_them_again_later() {
        CrashableFileStore disk = CrashableFileStore.create();
        Database database = Database.open(disk, options(0));
        Fixture.createItems(database);
        disk.setFull(true);
        int id = 0;
        OmenException full = null;
        while (full == null) {
            try {
                Fixture.insert(database, Item.of(id++, "n".repeat(10_000)));
            } catch (OmenException refused) {
                full = refused;
            }
        }
        int refusedId = id - 1;
        assertEquals(SqlState.DISK_FULL, full.sqlState());
        assertEquals(refusedId, Fixture.scan(database).size());
        disk.setFull(false);
        Fixture.insert(database, Item.of(refusedId, "room again"));
        CrashableFileStore survivor = disk.crash(3);
        database.closeAbruptly();
        try (Database recovered = Database.open(survivor, options(0))) {
            assertEquals(refusedId + 1, Fixture.scan(recovered).size());
        }
        survivor.close();
    }

    @Test
    void a_flipped_bit_in_a_vector_is_an_error_and_never_data() {
        CrashableFileStore disk = CrashableFileStore.create();
        try (Database database = Database.open(disk, options(0))) {
            Fixture.createItems(database);
            Fixture.insert(database, Item.of(1, "one"));
        }
        String file = disk.files().stream()
                .filter(name -> name.endsWith("vectors-0.vec"))
                .findFirst()
                .orElseThrow();
        disk.flip(file, 4096 + 5, 3);
        try (Database database = Database.open(disk, options(0))) {
            OmenException damaged = assertThrows(OmenException.class, () -> Fixture.scan(database));
            assertEquals(SqlState.DATA_CORRUPTED, damaged.sqlState());
            assertTrue(damaged.text().contains("vectors-0.vec"), damaged.text());
            assertTrue(damaged.text().contains("slots-0.map"), damaged.text());
        }
        disk.close();
    }
}
