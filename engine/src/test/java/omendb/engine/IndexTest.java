package omendb.engine;

import static omendb.engine.Fixture.committed;
import static omendb.engine.Fixture.statement;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import omendb.engine.Fixture.Item;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SchemaEditor;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.table.IndexAccess;
import omendb.engine.table.IndexScan;
import omendb.engine.table.InsertOutcome;
import omendb.engine.table.KeyRange;
import omendb.engine.table.RowFetch;
import omendb.engine.table.Table;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Types;
import omendb.engine.type.ValueArena;
import omendb.memory.LiveMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexTest {
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

    private IndexDef create(Transaction transaction, String name, boolean unique, IndexDef.Key... keys) {
        return database.schema(transaction)
                .createIndex(
                        items.oid(),
                        new SchemaEditor.NewIndex(name, IndexDef.BTREE, unique, true, List.of(keys), null, Map.of()));
    }

    private IndexDef create(String name, boolean unique, IndexDef.Key... keys) {
        return committed(database, t -> create(t, name, unique, keys));
    }

    private void insert(Item... rows) {
        committed(database, t -> {
            for (Item row : rows) {
                Fixture.insert(database, t, row);
            }
            return null;
        });
    }

    /// Ids in index order.
    private List<Integer> scan(Transaction transaction, IndexDef def, boolean backward, Consumer<KeyRange> bounds) {
        Table table = Fixture.table(database, transaction);
        IndexAccess access = table.index(def.oid());
        RowFetch fetch = table.fetch(transaction, new int[] {1});
        List<Integer> ids = new ArrayList<>();
        try (KeyRange range = access.newRange();
                Batch batch = Batch.allocate(List.of(Types.INT4))) {
            bounds.accept(range);
            try (IndexScan scan = access.scan(transaction, range, backward)) {
                while (scan.next()) {
                    batch.reset();
                    assertTrue(fetch.append(scan.rowId(), batch));
                    ids.add((int) batch.column(0).getLong(0));
                }
            }
        }
        return ids;
    }

    private List<Integer> scan(IndexDef def, boolean backward, Consumer<KeyRange> bounds) {
        return committed(database, t -> scan(t, def, backward, bounds));
    }

    private static void withText(String text, Consumer<ColumnVector> use) {
        try (ValueArena arena = new ValueArena();
                ColumnVector value = ColumnVector.allocate(Types.TEXT, arena)) {
            if (text == null) {
                value.setNull(0);
            } else {
                value.setString(0, text);
            }
            use.accept(value);
        }
    }

    private static Consumer<KeyRange> between(String lower, boolean lowerIn, String upper, boolean upperIn) {
        return range -> {
            if (lower != null) {
                withText(lower, value -> range.lower(value, 0, lowerIn));
            }
            if (upper != null) {
                withText(upper, value -> range.upper(value, 0, upperIn));
            }
        };
    }

    private static Item named(int id, String name) {
        return new Item(id, name, null);
    }

    @Test
    void ranges_mean_the_same_whatever_the_direction_of_the_index() {
        insert(
                named(1, "a"),
                named(2, "b"),
                named(3, "b"),
                named(4, "bb"),
                named(5, "c"),
                named(6, null),
                named(7, ""));
        IndexDef ascending = create("asc_idx", false, IndexDef.Key.ofColumn(2));
        IndexDef descending = create("desc_idx", false, new IndexDef.Key(2, null, null, true, true));
        for (IndexDef index : List.of(ascending, descending)) {
            boolean down = index == descending;
            assertEquals(
                    List.of(2, 3, 4),
                    scan(index, down, between("b", true, "c", false)).stream()
                            .sorted()
                            .toList());
            assertEquals(List.of(4, 5), scan(index, down, between("b", false, "c", true)));
            assertEquals(List.of(7, 1), scan(index, down, between(null, true, "b", false)));
            assertEquals(List.of(5), scan(index, down, between("bb", false, null, true)));
            assertEquals(List.of(), scan(index, down, between("x", true, null, true)));
            assertEquals(List.of(), scan(index, down, between("c", true, "b", true)));
            List<Integer> nulls = new ArrayList<>();
            withText(null, value -> nulls.addAll(scan(index, false, range -> range.equal(value, 0))));
            assertEquals(List.of(6), nulls);
        }
        assertEquals(List.of(7, 1, 2, 3, 4, 5, 6), scan(ascending, false, _ -> {}));
        assertEquals(List.of(6, 5, 4, 3, 2, 1, 7), scan(ascending, true, _ -> {}));
        assertEquals(List.of(6, 5, 4, 2, 3, 1, 7), scan(descending, false, _ -> {}));
    }

    @Test
    void random_ranges_agree_with_a_sorted_list() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        IndexDef index = create("name_idx", false, IndexDef.Key.ofColumn(2));
        List<Item> all = new ArrayList<>();
        for (int id = 0; id < 400; id++) {
            all.add(named(id, random.nextInt(10) == 0 ? null : Integer.toString(random.nextInt(100))));
        }
        insert(all.toArray(Item[]::new));
        for (int i = 0; i < 100; i++) {
            String lower = Integer.toString(random.nextInt(100));
            String upper = Integer.toString(random.nextInt(100));
            boolean lowerIn = random.nextBoolean();
            boolean upperIn = random.nextBoolean();
            List<Integer> expected = all.stream()
                    .filter(item -> item.name() != null)
                    .filter(item -> item.name().compareTo(lower) > (lowerIn ? -1 : 0))
                    .filter(item -> item.name().compareTo(upper) < (upperIn ? 1 : 0))
                    .sorted(java.util.Comparator.comparing(Item::name).thenComparing(Item::id))
                    .map(Item::id)
                    .toList();
            assertEquals(
                    expected,
                    scan(index, false, between(lower, lowerIn, upper, upperIn)),
                    "seed " + seed + ": " + lower + " " + upper);
        }
    }

    @Test
    void a_unique_index_over_duplicates_is_refused_and_leaves_nothing() {
        insert(named(1, "same"), named(2, "same"));
        OmenException refused =
                assertThrows(OmenException.class, () -> create("name_key", true, IndexDef.Key.ofColumn(2)));
        assertEquals(SqlState.UNIQUE_VIOLATION, refused.sqlState());
        assertEquals("could not create unique index \"name_key\"", refused.text());
        assertEquals("Key (name)=(same) is duplicated.", refused.detail());
        create("name_key", false, IndexDef.Key.ofColumn(2));
    }

    @Test
    void nulls_do_not_conflict_in_a_unique_index() {
        create("name_key", true, IndexDef.Key.ofColumn(2));
        insert(named(1, null), named(2, null), named(3, "x"));
        assertThrows(OmenException.class, () -> insert(named(4, "x")));
        assertEquals(3, Fixture.scan(database).size());
    }

    @Test
    void an_index_built_in_the_transaction_that_wrote_the_rows_has_them() {
        insert(named(1, "committed"), named(2, "deleted"));
        Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
        statement(transaction, t -> Fixture.insert(database, t, named(3, "own")));
        statement(transaction, t -> Fixture.delete(database, t, 2));
        IndexDef index = statement(transaction, t -> create(t, "name_idx", false, IndexDef.Key.ofColumn(2)));
        assertEquals(List.of(1, 3), statement(transaction, t -> scan(t, index, false, _ -> {})));
        transaction.commit(true);
        assertEquals(List.of(1, 3), scan(index, false, _ -> {}));
        insert(named(4, "d"));
        assertEquals(List.of(1, 4, 3), scan(index, false, _ -> {}));
    }

    @Test
    void a_snapshot_older_than_the_index_does_not_use_it() {
        insert(named(1, "one"));
        Transaction old = database.begin(Isolation.REPEATABLE_READ, true);
        statement(old, t -> Fixture.scan(database, t));
        committed(database, t -> Fixture.delete(database, t, 1));
        IndexDef index = create("name_idx", false, IndexDef.Key.ofColumn(2));
        boolean usable = statement(
                old, t -> Fixture.table(database, t).index(index.oid()).usableBy(t));
        assertFalse(usable);
        assertEquals(1, statement(old, t -> Fixture.scan(database, t)).size());
        old.commit(true);
        boolean usableNow = committed(
                database, t -> Fixture.table(database, t).index(index.oid()).usableBy(t));
        assertTrue(usableNow);
    }

    @Test
    void an_update_moves_the_entry_and_only_when_the_key_changes() {
        IndexDef index = create("name_idx", false, IndexDef.Key.ofColumn(2));
        insert(Item.of(1, "a"), Item.of(2, "b"));
        committed(database, t -> Fixture.rename(database, t, 1, "z"));
        committed(database, t -> Fixture.move(database, t, 2, Item.vector(77)));
        assertEquals(List.of(2, 1), scan(index, false, _ -> {}));
        committed(database, t -> Fixture.delete(database, t, 2));
        assertEquals(List.of(1), scan(index, false, _ -> {}));
    }

    @Test
    void on_conflict_finds_the_row_that_has_the_key() {
        long first = Fixture.insert(database, Item.of(1, "one"));
        InsertOutcome conflict = committed(database, t -> {
            try (Batch batch = Fixture.batch(Item.of(1, "other"))) {
                return Fixture.table(database, t).insertOrFind(t, batch, 0, List.of());
            }
        });
        assertFalse(conflict.inserted());
        assertEquals(first, conflict.rowId());
        assertEquals(Objects.requireNonNull(items.primaryKey()).indexOid(), conflict.indexOid());
        InsertOutcome inserted = committed(database, t -> {
            try (Batch batch = Fixture.batch(Item.of(2, "two"))) {
                return Fixture.table(database, t).insertOrFind(t, batch, 0, List.of());
            }
        });
        assertTrue(inserted.inserted());
        assertEquals(List.of(1, 2), List.copyOf(Fixture.scan(database).keySet()));
    }

    @Test
    void a_built_index_survives_a_restart() {
        for (int batch = 0; batch < 5; batch++) {
            int base = batch * 1_000;
            committed(database, t -> {
                for (int i = 0; i < 1_000; i++) {
                    Fixture.insert(database, t, named(base + i, "n" + (base + i) % 97));
                }
                return null;
            });
        }
        IndexDef index = create("name_idx", false, IndexDef.Key.ofColumn(2));
        database.close();
        database = Database.open(directory, DatabaseOptions.forTests());
        assertEquals(5_000, scan(index, false, _ -> {}).size());
        List<Integer> found = new ArrayList<>();
        withText("n13", value -> found.addAll(scan(index, false, range -> range.equal(value, 0))));
        assertEquals(52, found.size());
    }
}
