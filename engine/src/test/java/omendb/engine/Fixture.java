package omendb.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SchemaEditor;
import omendb.engine.catalog.TableDef;
import omendb.engine.table.IndexAccess;
import omendb.engine.table.KeyRange;
import omendb.engine.table.RowFetch;
import omendb.engine.table.RowLock;
import omendb.engine.table.RowScan;
import omendb.engine.table.Table;
import omendb.engine.table.VectorIndexAccess;
import omendb.engine.table.VectorSearch;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.RowLockMode;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.engine.type.ValueArena;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// A table `items (id int4 primary key, name text, embedding vector(4))` and short words for using it.
public final class Fixture {
    public static final int DIMENSIONS = 4;
    private static final MemoryTag TAG = MemoryTag.of("test");

    private Fixture() {}

    /// A row of the table.
    public record Item(int id, String name, List<Float> embedding) {
        public static Item of(int id, String name) {
            return new Item(id, name, vector(id));
        }

        public static List<Float> vector(int seed) {
            return List.of((float) seed, (float) (seed % 7), (float) (seed % 11), 1f);
        }
    }

    /// Work inside a transaction's statement.
    @FunctionalInterface
    public interface Work<T> {
        T run(Transaction transaction) throws Exception;
    }

    public static TableDef createItems(Database database) {
        return committed(database, transaction -> createItems(database, transaction, "items"));
    }

    public static TableDef createItems(Database database, Transaction transaction, String name) {
        SchemaEditor schema = database.schema(transaction);
        TableDef table = schema.createTable(
                Catalog.PUBLIC_OID,
                name,
                List.of(
                        new ColumnDef(1, "id", Types.INT4, -1, true, null, ColumnDef.Identity.NONE),
                        new ColumnDef(2, "name", Types.TEXT, -1, false, null, ColumnDef.Identity.NONE),
                        new ColumnDef(3, "embedding", Types.VECTOR, DIMENSIONS, false, null, ColumnDef.Identity.NONE)));
        return schema.addKeyConstraint(
                table.oid(), name + "_pkey", true, List.of(1), omendb.engine.catalog.ConstraintDef.Timing.IMMEDIATE);
    }

    public static IndexDef createVectorIndex(Database database, TableDef table) {
        return committed(
                database,
                transaction -> database.schema(transaction)
                        .createIndex(
                                table.oid(),
                                new SchemaEditor.NewIndex(
                                        table.name() + "_embedding_idx",
                                        IndexDef.HNSW,
                                        false,
                                        true,
                                        List.of(new IndexDef.Key(3, null, "vector_l2_ops", false, false)),
                                        null,
                                        Map.of("m", "8", "ef_construction", "32"))));
    }

    public static TableDef items(Database database) {
        return (TableDef) database.catalog().relation(Catalog.PUBLIC_OID, "items");
    }

    /// Runs one statement in a transaction of its own and commits it.
    public static <T> T committed(Database database, Work<T> work) {
        Transaction transaction = database.begin(Isolation.READ_COMMITTED, false);
        boolean done = false;
        try {
            T result = statement(transaction, work);
            transaction.commit(true);
            done = true;
            return result;
        } finally {
            if (!done) {
                transaction.rollback();
            }
        }
    }

    /// Runs one statement; a failure undoes it alone.
    public static <T> T statement(Transaction transaction, Work<T> work) {
        transaction.startStatement();
        Transaction.Mark mark = transaction.mark();
        try {
            return work.run(transaction);
        } catch (RuntimeException failed) {
            transaction.rollbackTo(mark);
            throw failed;
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        } finally {
            transaction.endStatement();
        }
    }

    public static Batch batch(Item item) {
        Batch batch = Batch.allocate(List.of(Types.INT4, Types.TEXT, Types.VECTOR));
        fill(batch, 0, item);
        batch.setRowCount(1);
        return batch;
    }

    public static void fill(Batch batch, int row, Item item) {
        batch.column(0).setLong(row, item.id());
        if (item.name() == null) {
            batch.column(1).setNull(row);
        } else {
            batch.column(1).setString(row, item.name());
        }
        setVector(batch.column(2), row, item.embedding());
    }

    public static void setVector(ColumnVector column, int row, List<Float> vector) {
        if (vector == null) {
            column.setNull(row);
            return;
        }
        byte[] bytes = new byte[vector.size() * 4];
        for (int i = 0; i < vector.size(); i++) {
            int bits = Float.floatToRawIntBits(vector.get(i));
            for (int b = 0; b < 4; b++) {
                bytes[4 * i + b] = (byte) (bits >>> 8 * b);
            }
        }
        column.setBytes(row, bytes);
    }

    public static long insert(Database database, Transaction transaction, Item item) {
        Table table = table(database, transaction);
        try (Batch batch = batch(item)) {
            return table.insert(transaction, batch, 0);
        }
    }

    public static Table table(Database database, Transaction transaction) {
        return database.table(
                transaction,
                database.catalog(transaction)
                        .relation(Catalog.PUBLIC_OID, "items")
                        .oid());
    }

    public static long insert(Database database, Item item) {
        return committed(database, transaction -> insert(database, transaction, item));
    }

    private static final int[] ALL = {Table.ROW_ID, 1, 2, 3};

    private static Batch readBatch() {
        List<SqlType> types = List.of(Types.INT8, Types.INT4, Types.TEXT, Types.VECTOR);
        return Batch.allocate(types);
    }

    private static Item item(Batch batch, int row) {
        return new Item(
                (int) batch.column(1).getLong(row),
                batch.column(2).isNull(row) ? null : batch.column(2).getString(row),
                batch.column(3).isNull(row) ? null : floats(batch.column(3), row));
    }

    private static List<Float> floats(ColumnVector column, int row) {
        List<Float> values = new ArrayList<>();
        for (int i = 0; i < column.length(row) / 4; i++) {
            values.add(NativeMemory.getFloat(column.address(row) + 4L * i));
        }
        return values;
    }

    /// All rows the statement sees, by id.
    public static Map<Integer, Item> scan(Database database, Transaction transaction) {
        Map<Integer, Item> items = new TreeMap<>();
        try (Batch batch = readBatch();
                RowScan scan = table(database, transaction).scan(transaction, ALL)) {
            while (scan.next(batch)) {
                for (int row = 0; row < batch.rowCount(); row++) {
                    Item item = item(batch, row);
                    if (items.put(item.id(), item) != null) {
                        throw new AssertionError("id " + item.id() + " twice");
                    }
                }
            }
        }
        return items;
    }

    public static Map<Integer, Item> scan(Database database) {
        return committed(database, transaction -> scan(database, transaction));
    }

    /// Row id by primary key as the statement sees it; -1 = none.
    public static long find(Database database, Transaction transaction, int id) {
        Table table = table(database, transaction);
        IndexAccess index = table.index(table.def().primaryKey().indexOid());
        try (ValueArena arena = new ValueArena();
                ColumnVector value = ColumnVector.allocate(Types.INT4, arena);
                KeyRange range = index.newRange()) {
            value.setLong(0, id);
            return index.find(transaction, range.equal(value, 0));
        }
    }

    /// The row of a primary key as the statement sees it, or null.
    public static Item get(Database database, Transaction transaction, int id) {
        long rowId = find(database, transaction, id);
        if (rowId < 0) {
            return null;
        }
        try (Batch batch = readBatch()) {
            RowFetch fetch = table(database, transaction).fetch(transaction, ALL);
            if (!fetch.append(rowId, batch)) {
                throw new AssertionError("index entry of id " + id + " without its row");
            }
            return item(batch, 0);
        }
    }

    /// UPDATE items SET name = ... WHERE id = ...; what lockRow said.
    public static RowLock rename(Database database, Transaction transaction, int id, String name) {
        long rowId = find(database, transaction, id);
        Table table = table(database, transaction);
        RowLock lock = table.lockRow(transaction, rowId, RowLockMode.UPDATE, LockWaiting.WAIT);
        if (lock == RowLock.UNCHANGED || lock == RowLock.CHANGED) {
            try (Batch batch = Batch.allocate(List.of(Types.TEXT))) {
                batch.column(0).setString(0, name);
                table.update(transaction, rowId, new int[] {2}, batch, 0);
            }
        }
        return lock;
    }

    public static RowLock move(Database database, Transaction transaction, int id, List<Float> embedding) {
        long rowId = find(database, transaction, id);
        Table table = table(database, transaction);
        RowLock lock = table.lockRow(transaction, rowId, RowLockMode.UPDATE, LockWaiting.WAIT);
        if (lock == RowLock.UNCHANGED || lock == RowLock.CHANGED) {
            try (Batch batch = Batch.allocate(List.of(Types.VECTOR))) {
                setVector(batch.column(0), 0, embedding);
                table.update(transaction, rowId, new int[] {3}, batch, 0);
            }
        }
        return lock;
    }

    public static RowLock delete(Database database, Transaction transaction, int id) {
        long rowId = find(database, transaction, id);
        Table table = table(database, transaction);
        RowLock lock = table.lockRow(transaction, rowId, RowLockMode.UPDATE, LockWaiting.WAIT);
        if (lock == RowLock.UNCHANGED || lock == RowLock.CHANGED) {
            table.delete(transaction, rowId);
        }
        return lock;
    }

    /// Ids of the rows nearest to a vector, nearest first.
    public static List<Integer> nearest(Database database, Transaction transaction, List<Float> query, int k) {
        Table table = table(database, transaction);
        IndexDef def =
                table.indexes().stream().filter(IndexDef::isVector).findFirst().orElseThrow();
        VectorIndexAccess index = table.vectorIndex(def.oid());
        List<Integer> ids = new ArrayList<>();
        long bytes = 4L * query.size();
        long address = MemoryAccount.allocate(TAG, bytes);
        try (Batch batch = readBatch()) {
            for (int i = 0; i < query.size(); i++) {
                NativeMemory.putFloat(address + 4L * i, query.get(i));
            }
            RowFetch fetch = table.fetch(transaction, ALL);
            try (VectorSearch search = index.search(transaction, NativeMemory.segment(address, bytes), k, 40, null)) {
                while (ids.size() < k && search.next()) {
                    batch.reset();
                    search.appendTo(fetch, batch);
                    ids.add(item(batch, 0).id());
                }
            }
        } finally {
            MemoryAccount.free(TAG, address, bytes);
        }
        return ids;
    }
}
