package omendb.engine;

import static omendb.engine.Fixture.committed;
import static omendb.engine.Fixture.statement;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import omendb.engine.Fixture.Item;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.Transaction;
import omendb.memory.LiveMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
    @TempDir
    Path directory;

    private final LiveMemory memory = LiveMemory.now();
    private Database database;

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
    }

    @AfterEach
    void close() {
        database.close();
        memory.assertUnchanged();
    }

    private void reopen() {
        database.close();
        open();
    }

    @Test
    void rows_come_back_as_they_were_written() {
        Fixture.createItems(database);
        Item plain = Item.of(1, "one");
        Item nulls = new Item(2, null, null);
        Fixture.insert(database, plain);
        Fixture.insert(database, nulls);
        assertEquals(Map.of(1, plain, 2, nulls), Fixture.scan(database));
        reopen();
        assertEquals(Map.of(1, plain, 2, nulls), Fixture.scan(database));
    }

    @Test
    void a_transaction_sees_its_own_writes_and_others_do_not() {
        Fixture.createItems(database);
        Transaction writer = database.begin(Isolation.READ_COMMITTED, false);
        statement(writer, t -> Fixture.insert(database, t, Item.of(1, "one")));
        assertEquals(Item.of(1, "one"), statement(writer, t -> Fixture.get(database, t, 1)));
        assertTrue(Fixture.scan(database).isEmpty());
        writer.commit(true);
        assertEquals(Map.of(1, Item.of(1, "one")), Fixture.scan(database));
    }

    @Test
    void a_statement_does_not_see_what_it_writes_itself() {
        Fixture.createItems(database);
        committed(database, t -> {
            Fixture.insert(database, t, Item.of(1, "one"));
            assertTrue(Fixture.scan(database, t).isEmpty());
            return null;
        });
    }

    @Test
    void update_and_delete_keep_every_index_in_step() {
        Fixture.createItems(database);
        Fixture.insert(database, Item.of(1, "one"));
        committed(database, t -> Fixture.rename(database, t, 1, "uno"));
        assertEquals(
                "uno", committed(database, t -> Fixture.get(database, t, 1)).name());
        assertEquals(
                Item.vector(1),
                committed(database, t -> Fixture.get(database, t, 1)).embedding());
        committed(database, t -> Fixture.delete(database, t, 1));
        assertNull(committed(database, t -> Fixture.get(database, t, 1)));
        assertTrue(Fixture.scan(database).isEmpty());
        Fixture.insert(database, Item.of(1, "again"));
        assertEquals(
                "again", committed(database, t -> Fixture.get(database, t, 1)).name());
    }

    @Test
    void duplicate_key_is_23505_with_postgres_wording() {
        Fixture.createItems(database);
        Fixture.insert(database, Item.of(5, "five"));
        OmenException refused = assertThrows(OmenException.class, () -> Fixture.insert(database, Item.of(5, "other")));
        assertEquals(SqlState.UNIQUE_VIOLATION, refused.sqlState());
        assertEquals("duplicate key value violates unique constraint \"items_pkey\"", refused.text());
        assertEquals("Key (id)=(5) already exists.", refused.detail());
        assertEquals("items_pkey", refused.constraintName());
        assertEquals("items", refused.tableName());
    }

    @Test
    void not_null_is_23502_and_shows_the_row() {
        Fixture.createItems(database);
        OmenException refused = assertThrows(
                OmenException.class,
                () -> committed(database, t -> {
                    try (var batch = Fixture.batch(Item.of(1, "one"))) {
                        batch.column(0).setNull(0);
                        return Fixture.table(database, t).insert(t, batch, 0);
                    }
                }));
        assertEquals(SqlState.NOT_NULL_VIOLATION, refused.sqlState());
        assertEquals("null value in column \"id\" of relation \"items\" violates not-null constraint", refused.text());
        assertEquals("Failing row contains (null, one, [1,1,1,1]).", refused.detail());
    }

    @Test
    void a_failed_statement_leaves_earlier_work_of_the_transaction() {
        Fixture.createItems(database);
        Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
        statement(transaction, t -> Fixture.insert(database, t, Item.of(1, "one")));
        assertThrows(
                OmenException.class,
                () -> statement(transaction, t -> {
                    Fixture.insert(database, t, Item.of(2, "two"));
                    return Fixture.insert(database, t, Item.of(1, "one again"));
                }));
        statement(transaction, t -> Fixture.insert(database, t, Item.of(3, "three")));
        transaction.commit(true);
        assertEquals(List.of(1, 3), List.copyOf(Fixture.scan(database).keySet()));
        Fixture.insert(database, Item.of(2, "two at last"));
    }

    @Test
    void ddl_rolls_back_with_its_transaction() {
        Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
        statement(transaction, t -> Fixture.createItems(database, t, "items"));
        statement(transaction, t -> Fixture.insert(database, t, Item.of(1, "one")));
        assertEquals(1, statement(transaction, t -> Fixture.scan(database, t)).size());
        assertNull(database.catalog().relation(Catalog.PUBLIC_OID, "items"));
        transaction.rollback();
        assertNull(database.catalog().relation(Catalog.PUBLIC_OID, "items"));
        reopen();
        Fixture.createItems(database);
        assertTrue(Fixture.scan(database).isEmpty());
    }

    @Test
    void a_dropped_table_is_gone_after_restart_and_its_name_is_free() {
        TableDef dropped = Fixture.createItems(database);
        Fixture.insert(database, Item.of(1, "one"));
        committed(database, t -> {
            database.schema(t).dropTable(dropped.oid());
            return null;
        });
        database.vacuum();
        reopen();
        TableDef created = Fixture.createItems(database);
        assertTrue(created.oid() > dropped.oid());
        assertTrue(Fixture.scan(database).isEmpty());
    }

    @Test
    void truncate_empties_a_table_and_can_be_rolled_back() {
        TableDef items = Fixture.createItems(database);
        Fixture.insert(database, Item.of(1, "one"));
        Transaction undone = database.begin(Isolation.READ_COMMITTED, false);
        statement(undone, t -> {
            database.schema(t).truncate(List.of(items.oid()));
            return null;
        });
        assertTrue(statement(undone, t -> Fixture.scan(database, t)).isEmpty());
        undone.rollback();
        assertEquals(1, Fixture.scan(database).size());
        committed(database, t -> {
            database.schema(t).truncate(List.of(items.oid()));
            return null;
        });
        assertTrue(Fixture.scan(database).isEmpty());
        Fixture.insert(database, Item.of(1, "new one"));
        reopen();
        assertEquals(List.of(1), List.copyOf(Fixture.scan(database).keySet()));
    }

    @Test
    void nothing_stays_locked_or_allocated() {
        Fixture.createItems(database);
        for (int i = 0; i < 100; i++) {
            Fixture.insert(database, Item.of(i, "n" + i));
        }
        assertEquals(0, database.lockCount());
        assertTrue(database.activeTransactions().isEmpty());
    }
}
