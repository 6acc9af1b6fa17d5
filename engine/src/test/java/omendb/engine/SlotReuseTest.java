package omendb.engine;

import static omendb.engine.Fixture.committed;
import static omendb.engine.Fixture.statement;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import omendb.engine.Fixture.Item;
import omendb.engine.catalog.TableDef;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.Transaction;
import omendb.memory.CrashableFileStore;
import omendb.memory.CrashableFileStore.Fault;
import omendb.memory.CrashableFileStore.Operation;
import omendb.memory.LiveMemory;
import org.junit.jupiter.api.Test;

/// Vector slots of rows that are gone are written again, and never while anybody may still want what is in them.
class SlotReuseTest {
    private static final int SLOT_ENTRY_BYTES = 16;
    private static final int HEADER_BYTES = 4096;

    /// 2,000 bytes of vectors of 16 are a bulk load.
    private static DatabaseOptions options() {
        return DatabaseOptions.forTests().withBulkBytes(2_000);
    }

    /// Slots of `items` that anything was ever written to, as the file says.
    private static int writtenSlots(CrashableFileStore disk, Database database) {
        TableDef items = Fixture.items(database);
        ByteBuffer content = ByteBuffer.wrap(disk.content("vec/" + items.storageId() + ".3/slots-0.map"))
                .order(ByteOrder.LITTLE_ENDIAN);
        int written = 0;
        for (int at = HEADER_BYTES; at < content.capacity(); at += SLOT_ENTRY_BYTES) {
            written += content.getInt(at + 12) == 0 ? 0 : 1;
        }
        return written;
    }

    private static void moveAll(Database database, int rows, int version) {
        committed(database, t -> {
            for (int id = 0; id < rows; id++) {
                Fixture.move(database, t, id, Item.vector(id + version));
            }
            return null;
        });
    }

    private static void insertAll(Database database, int rows) {
        for (int id = 0; id < rows; id++) {
            Fixture.insert(database, Item.of(id, "n" + id));
        }
    }

    @Test
    void files_do_not_grow_under_repeated_update_and_vacuum() {
        try (CrashableFileStore disk = CrashableFileStore.create();
                Database database = Database.open(disk, options())) {
            Fixture.createItems(database);
            insertAll(database, 50);
            for (int round = 1; round <= 40; round++) {
                moveAll(database, 50, round);
                Transaction givenUp = database.begin(Isolation.READ_COMMITTED, false);
                statement(givenUp, t -> Fixture.move(database, t, 7, Item.vector(1)));
                givenUp.rollback();
                database.vacuum();
            }
            int written = writtenSlots(disk, database);
            assertTrue(written <= 110, written + " slots for 50 rows");
            assertEquals(Item.vector(49 + 40), Fixture.scan(database).get(49).embedding());
        }
    }

    @Test
    void free_slots_are_known_after_a_restart() {
        try (CrashableFileStore disk = CrashableFileStore.create()) {
            for (int life = 0; life < 6; life++) {
                try (Database database = Database.open(disk, options())) {
                    if (life == 0) {
                        Fixture.createItems(database);
                        insertAll(database, 50);
                    }
                    database.vacuum();
                    moveAll(database, 50, life);
                    database.vacuum();
                    int written = writtenSlots(disk, database);
                    assertTrue(written <= 100, written + " slots for 50 rows in life " + life);
                }
                assertEquals(List.of(), DirectoryCheck.run(disk).problems());
            }
        }
    }

    @Test
    void a_snapshot_keeps_the_slots_that_it_sees() {
        try (CrashableFileStore disk = CrashableFileStore.create();
                Database database = Database.open(disk, options())) {
            Fixture.createItems(database);
            insertAll(database, 20);
            Transaction reader = database.begin(Isolation.REPEATABLE_READ, true);
            Map<Integer, Item> seen = statement(reader, t -> Fixture.scan(database, t));
            for (int round = 1; round <= 5; round++) {
                moveAll(database, 20, round);
                database.vacuum();
                assertEquals(seen, statement(reader, t -> Fixture.scan(database, t)));
            }
            assertEquals(120, writtenSlots(disk, database));
            reader.rollback();
            database.vacuum();
            moveAll(database, 20, 6);
            assertEquals(120, writtenSlots(disk, database));
        }
    }

    @Test
    void no_slot_is_written_again_while_an_index_refers_to_slots() {
        try (CrashableFileStore disk = CrashableFileStore.create();
                Database database = Database.open(disk, options())) {
            TableDef items = Fixture.createItems(database);
            insertAll(database, 20);
            int index = Fixture.createVectorIndex(database, items).oid();
            moveAll(database, 20, 1);
            database.vacuum();
            database.checkpoint();
            moveAll(database, 20, 2);
            assertEquals(60, writtenSlots(disk, database));
            committed(database, t -> {
                database.schema(t).dropIndex(index);
                return null;
            });
            database.vacuum();
            database.checkpoint();
            database.vacuum();
            moveAll(database, 20, 3);
            moveAll(database, 20, 4);
            assertEquals(60, writtenSlots(disk, database));
        }
    }

    @Test
    void replay_of_an_earlier_owner_leaves_the_slots_of_a_bulk_load_alone() {
        for (long seed = 0; seed < 6; seed++) {
            CrashableFileStore disk = CrashableFileStore.create();
            Database database = Database.open(disk, options());
            Fixture.createItems(database);
            insertAll(database, 40); // logged, and replayed after the crash
            committed(database, t -> {
                for (int id = 0; id < 40; id++) {
                    Fixture.delete(database, t, id);
                }
                return null;
            });
            database.vacuum();
            committed(database, t -> {
                for (int id = 100; id < 300; id++) {
                    Fixture.insert(database, t, Item.of(id, "bulk"));
                }
                return null;
            });
            Map<Integer, Item> expected = Fixture.scan(database);
            assertEquals(200, expected.size());
            assertTrue(writtenSlots(disk, database) < 240, "the load began with free slots");
            CrashableFileStore survivor = disk.crash(seed);
            database.closeAbruptly();
            assertEquals(List.of(), DirectoryCheck.run(survivor).problems(), "seed " + seed);
            try (Database recovered = Database.open(survivor, options())) {
                recovered.vacuum();
                assertEquals(expected, Fixture.scan(recovered), "seed " + seed);
            }
            survivor.close();
        }
    }

    @Test
    void a_slot_whose_writing_failed_half_way_is_free_as_before() {
        try (CrashableFileStore disk = CrashableFileStore.create();
                Database database = Database.open(disk, options())) {
            Fixture.createItems(database);
            insertAll(database, 10);
            moveAll(database, 10, 1);
            database.vacuum();
            for (String file : List.of("vectors-0", "slots-0")) {
                disk.failAt(Operation.WRITE, file, 1, Fault.SHORT_WRITE);
                Transaction failing = database.begin(Isolation.READ_COMMITTED, false);
                boolean failed = false;
                try {
                    statement(failing, t -> Fixture.insert(database, t, Item.of(100, "fails")));
                } catch (RuntimeException expected) {
                    failed = true;
                }
                failing.rollback();
                assertTrue(failed, file);
            }
            moveAll(database, 10, 2);
            assertEquals(20, writtenSlots(disk, database));
            assertEquals(Item.vector(11), Fixture.scan(database).get(9).embedding());
        }
    }

    /// A database, what it acknowledged, and readers that hold on to snapshots.
    private static final class Machine {
        private final long seed;
        private final Random random;
        private final List<Reader> readers = new ArrayList<>();
        private CrashableFileStore disk = CrashableFileStore.create();
        private Database database = Database.open(disk, options());
        private Map<Integer, Item> rows = new TreeMap<>();
        private int version;

        private record Reader(Transaction transaction, Map<Integer, Item> rows) {}

        Machine(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            Fixture.createItems(database);
        }

        void step() {
            switch (random.nextInt(16)) {
                case 0, 1, 2 -> database.vacuum();
                case 3 -> database.checkpoint();
                case 4 -> write(150 + random.nextInt(100), true); // bulk
                case 5, 6 -> write(1 + random.nextInt(20), false);
                case 7 -> openReader();
                case 8 -> closeReader();
                default -> write(1 + random.nextInt(20), true);
            }
            readers.forEach(reader -> assertEquals(
                    reader.rows(),
                    statement(reader.transaction(), t -> Fixture.scan(database, t)),
                    () -> "snapshot, seed " + seed));
        }

        private void openReader() {
            if (readers.size() < 3) {
                Transaction transaction = database.begin(Isolation.REPEATABLE_READ, true);
                readers.add(new Reader(transaction, statement(transaction, t -> Fixture.scan(database, t))));
            }
        }

        private void closeReader() {
            if (!readers.isEmpty()) {
                readers.remove(random.nextInt(readers.size())).transaction().rollback();
            }
        }

        private void write(int changes, boolean commits) {
            Map<Integer, Item> after = new TreeMap<>(rows);
            Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
            for (int i = 0; i < changes; i++) {
                if (random.nextInt(8) == 0) {
                    Transaction.Mark savepoint = transaction.mark();
                    change(transaction, new TreeMap<>(after));
                    transaction.rollbackTo(savepoint);
                } else {
                    change(transaction, after);
                }
            }
            if (commits) {
                transaction.commit(true);
                rows = after;
            } else {
                transaction.rollback();
            }
        }

        private void change(Transaction transaction, Map<Integer, Item> after) {
            int id = random.nextInt(60);
            version++;
            statement(transaction, t -> {
                if (!after.containsKey(id)) {
                    Item item = new Item(id, "n" + version, Item.vector(version));
                    Fixture.insert(database, t, item);
                    after.put(id, item);
                } else if (random.nextInt(3) == 0) {
                    Fixture.delete(database, t, id);
                    after.remove(id);
                } else {
                    Fixture.move(database, t, id, Item.vector(version));
                    after.put(id, new Item(id, after.get(id).name(), Item.vector(version)));
                }
                return null;
            });
        }

        void check() {
            assertEquals(rows, Fixture.scan(database), () -> "seed " + seed);
        }

        void crash() {
            Transaction unfinished = database.begin(Isolation.READ_COMMITTED, false);
            Map<Integer, Item> never = new TreeMap<>(rows);
            for (int changes = random.nextInt(6); changes > 0; changes--) {
                change(unfinished, never); // takes free slots, and does not commit
            }
            CrashableFileStore survivor = disk.crash(random.nextLong());
            database.closeAbruptly();
            readers.clear();
            disk = survivor;
            assertEquals(List.of(), DirectoryCheck.run(disk).problems(), () -> "check, seed " + seed);
            database = Database.open(disk, options());
            check();
            database.vacuum();
            check();
        }

        int written() {
            return writtenSlots(disk, database);
        }

        void close() {
            readers.forEach(reader -> reader.transaction().rollback());
            database.close();
            disk.close();
        }
    }

    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void rows_and_old_snapshots_read_what_a_model_holds(@ForAll long seed) {
        LiveMemory memory = LiveMemory.now();
        Machine machine = new Machine(seed);
        for (int i = 0; i < 80; i++) {
            machine.step();
            machine.check();
        }
        machine.close();
        memory.assertUnchanged();
    }

    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void after_power_cuts_every_row_has_its_own_vector(@ForAll long seed) {
        LiveMemory memory = LiveMemory.now();
        Machine machine = new Machine(seed);
        for (int life = 0; life < 4; life++) {
            for (int i = 0; i < 25; i++) {
                machine.step();
            }
            machine.crash();
        }
        int written = machine.written();
        machine.close();
        assertTrue(written < 2_500, written + " slots for 60 rows, seed " + seed);
        memory.assertUnchanged();
    }
}
