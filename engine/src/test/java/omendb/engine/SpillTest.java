package omendb.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeMap;
import omendb.engine.Fixture.Item;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.PreparedTransactions;
import omendb.engine.txn.Transaction;
import omendb.memory.CrashableFileStore;
import omendb.memory.MemoryAccount;
import org.junit.jupiter.api.Test;

/// Transactions that write more than they may keep in memory.
class SpillTest {
    private static final int LIMIT = 16 << 10;
    private static final int ROWS = 1_500;
    private static final PreparedTransactions.Caller CALLER = new PreparedTransactions.Caller("u", true, "d");

    private static DatabaseOptions options() {
        return DatabaseOptions.forTests().withBulkBytes(2_000).withWriteSetBytes(LIMIT);
    }

    private static void insert(Database database, Transaction transaction, int from, int to, Map<Integer, Item> model) {
        Fixture.statement(transaction, t -> {
            for (int id = from; id < to; id++) {
                Item item = Item.of(id, "row " + id);
                Fixture.insert(database, t, item);
                model.put(id, item);
            }
            return null;
        });
    }

    @Test
    void memory_stays_bounded_and_everything_is_read_back() {
        try (CrashableFileStore disk = CrashableFileStore.create();
                Database database = Database.open(disk, options())) {
            Fixture.createItems(database);
            Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
            Map<Integer, Item> model = new TreeMap<>();
            long most = 0;
            long mostLocks = 0;
            for (int from = 0; from < ROWS; from += 50) {
                insert(database, transaction, from, from + 50, model);
                most = Math.max(most, MemoryAccount.snapshot().getOrDefault("write-set", 0L));
                mostLocks = Math.max(mostLocks, database.lockCount());
            }
            assertTrue(most < 20L * LIMIT, most + " bytes"); // pooled sets keep a chunk each
            assertTrue(mostLocks < ROWS / 2, mostLocks + " locks");
            assertEquals(model, Fixture.statement(transaction, t -> Fixture.scan(database, t)));
            assertEquals(Map.of(), Fixture.scan(database));
            transaction.commit(true);
            assertEquals(0, database.lockCount());
            assertEquals(model, Fixture.scan(database));
            database.checkpoint();
            assertTrue(DirectoryCheck.run(disk.copy()).isHealthy());
        }
    }

    @Test
    void rollback_to_a_savepoint_before_a_spill_undoes_rows_and_locks() {
        try (CrashableFileStore disk = CrashableFileStore.create();
                Database database = Database.open(disk, options())) {
            Fixture.createItems(database);
            Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
            Map<Integer, Item> model = new TreeMap<>();
            insert(database, transaction, 0, 300, model);
            Transaction.Mark mark = transaction.mark();
            insert(database, transaction, 300, 900, new TreeMap<>());
            Transaction other = database.begin(Isolation.READ_COMMITTED, false);
            other.setLockTimeoutMillis(1);
            assertLocked(database, other, 10);
            assertLocked(database, other, 400);
            transaction.rollbackTo(mark);
            assertEquals(model, Fixture.statement(transaction, t -> Fixture.scan(database, t)));
            assertLocked(database, other, 10);
            Fixture.statement(other, t -> Fixture.insert(database, t, Item.of(400, "other")));
            other.rollback();
            insert(database, transaction, 600, 1_000, model);
            transaction.commit(true);
            assertEquals(model, Fixture.scan(database));
            assertEquals(0, database.lockCount());
        }
    }

    private static void assertLocked(Database database, Transaction other, int id) {
        OmenException refused = assertThrows(
                OmenException.class,
                () -> Fixture.statement(other, t -> Fixture.insert(database, t, Item.of(id, "other"))));
        assertEquals(SqlState.LOCK_NOT_AVAILABLE, refused.sqlState());
    }

    /// Cuts the power after the nth change of the disk, for n all through a spilled commit.
    @Test
    void a_power_cut_at_any_step_of_the_commit_leaves_all_or_nothing() {
        boolean committed = false;
        for (int changes = 0; !committed; changes += 1 + changes / 12) {
            try (CrashableFileStore disk = CrashableFileStore.create()) {
                Map<Integer, Item> before = new TreeMap<>();
                Map<Integer, Item> after = new TreeMap<>();
                Database database = Database.open(disk, options());
                Fixture.createItems(database);
                Transaction first = database.begin(Isolation.READ_COMMITTED, false);
                insert(database, first, 0, 40, before);
                first.commit(true);
                Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
                after.putAll(before);
                insert(database, transaction, 40, 400, after);
                Fixture.statement(transaction, t -> {
                    for (int id = 0; id < 40; id++) {
                        Fixture.rename(database, t, id, "renamed");
                        after.put(id, new Item(id, "renamed", Item.vector(id)));
                    }
                    return null;
                });
                disk.cutAfter(changes);
                boolean acknowledged = false;
                try {
                    transaction.commit(true);
                    acknowledged = !disk.isCut();
                } catch (RuntimeException cut) {
                    assertTrue(disk.isCut(), cut.toString());
                }
                committed = acknowledged;
                CrashableFileStore survivor = disk.crash(changes);
                database.closeAbruptly();
                try (survivor) {
                    assertTrue(DirectoryCheck.run(survivor).isHealthy(), "after " + changes);
                    checkOutcome(survivor, acknowledged, before, after, "after " + changes);
                }
            }
        }
    }

    private static void checkOutcome(
            CrashableFileStore disk,
            boolean acknowledged,
            Map<Integer, Item> before,
            Map<Integer, Item> after,
            String what) {
        try (Database recovered = Database.open(disk, options())) {
            Map<Integer, Item> found = Fixture.scan(recovered);
            assertTrue(found.equals(after) || (!acknowledged && found.equals(before)), what);
            for (int id : after.keySet()) {
                Item item = Fixture.committed(recovered, t -> Fixture.get(recovered, t, id));
                assertEquals(found.get(id), item, what);
            }
            Fixture.committed(recovered, t -> Fixture.rename(recovered, t, 0, "later"));
            recovered.checkpoint();
            assertEquals("later", Fixture.scan(recovered).get(0).name(), what);
        }
        try (Database again = Database.open(disk, options())) {
            assertEquals("later", Fixture.scan(again).get(0).name(), what);
        }
    }

    @Test
    void a_prepared_transaction_keeps_what_it_spilled_over_a_crash() {
        for (boolean commits : new boolean[] {true, false}) {
            try (CrashableFileStore disk = CrashableFileStore.create()) {
                Database database = Database.open(disk, options());
                Fixture.createItems(database);
                Map<Integer, Item> model = new TreeMap<>();
                Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
                insert(database, transaction, 0, 500, model);
                database.preparedTransactions().prepare(transaction, "g", 0, "u", "d");
                CrashableFileStore survivor = disk.crash(1);
                database.closeAbruptly();
                try (survivor) {
                    assertTrue(DirectoryCheck.run(survivor).isHealthy());
                    try (Database recovered = Database.open(survivor, options())) {
                        assertEquals(Map.of(), Fixture.scan(recovered));
                        Transaction other = recovered.begin(Isolation.READ_COMMITTED, false);
                        other.setLockTimeoutMillis(1);
                        assertLocked(recovered, other, 7);
                        other.rollback();
                        if (commits) {
                            recovered.preparedTransactions().commit("g", CALLER);
                        } else {
                            recovered.preparedTransactions().rollback("g", CALLER);
                            model.clear();
                        }
                        assertEquals(model, Fixture.scan(recovered));
                        assertEquals(0, recovered.lockCount());
                    }
                    try (Database again = Database.open(survivor, options())) {
                        assertEquals(model, Fixture.scan(again));
                    }
                }
            }
        }
    }

    @Test
    void a_rollback_leaves_no_file() {
        try (CrashableFileStore disk = CrashableFileStore.create();
                Database database = Database.open(disk, options())) {
            Fixture.createItems(database);
            database.checkpoint();
            long tables = tables(disk);
            Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
            insert(database, transaction, 0, 500, new TreeMap<>());
            assertTrue(tables(disk) > tables);
            transaction.rollback();
            database.vacuum();
            database.vacuum();
            assertEquals(tables, tables(disk));
            assertNotNull(Fixture.items(database));
            assertFalse(DirectoryCheck.run(disk.copy()).problems().iterator().hasNext());
        }
    }

    private static long tables(CrashableFileStore disk) {
        return disk.files().stream().filter(name -> name.endsWith(".sst")).count();
    }
}
