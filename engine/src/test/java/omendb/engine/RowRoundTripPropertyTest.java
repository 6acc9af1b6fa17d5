package omendb.engine;

import static omendb.engine.Fixture.committed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.table.RowScan;
import omendb.engine.table.Table;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.RowLockMode;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.memory.CrashableFileStore;

/// Rows of random tables come back bit for bit: after insert, after an update of some columns, after a
/// restart.
class RowRoundTripPropertyTest {
    private static final List<SqlType> CHOICE = List.of(
            Types.BOOL,
            Types.INT2,
            Types.INT4,
            Types.INT8,
            Types.OID,
            Types.FLOAT4,
            Types.FLOAT8,
            Types.DATE,
            Types.TIMESTAMPTZ,
            Types.TEXT,
            Types.BYTEA,
            Types.UUID,
            Types.VECTOR);

    /// A value: null, a lane, or bytes.
    private record Value(boolean isNull, long lane, List<Byte> bytes) {}

    @Property(tries = 40, shrinking = ShrinkingMode.OFF)
    void rows_come_back_bit_for_bit(@ForAll long seed) {
        Random random = new Random(seed);
        CrashableFileStore disk = CrashableFileStore.create();
        Database database = Database.open(disk, DatabaseOptions.forTests());
        TableDef def =
                committed(database, t -> database.schema(t).createTable(Catalog.PUBLIC_OID, "t", columns(random)));
        List<List<Value>> rows = new ArrayList<>();
        committed(database, t -> {
            Table table = database.table(t, def.oid());
            for (int i = 0; i < 20; i++) {
                List<Value> row = def.columns().stream()
                        .map(column -> value(column, random))
                        .toList();
                rows.add(row);
                try (Batch batch = batch(def.columns(), row)) {
                    table.insert(t, batch, 0);
                }
            }
            return null;
        });
        check(database, def, rows, seed);
        committed(database, t -> {
            update(database.table(t, def.oid()), t, rows, random);
            return null;
        });
        check(database, def, rows, seed);
        database.close();
        Database reopened = Database.open(disk, DatabaseOptions.forTests());
        check(reopened, def, rows, seed);
        reopened.close();
        disk.close();
    }

    private static List<ColumnDef> columns(Random random) {
        List<ColumnDef> columns = new ArrayList<>();
        int count = 1 + random.nextInt(20);
        for (int attnum = 1; attnum <= count; attnum++) {
            SqlType type = CHOICE.get(random.nextInt(CHOICE.size()));
            int typmod = type == Types.VECTOR && random.nextBoolean() ? 1 + random.nextInt(5) : -1;
            columns.add(new ColumnDef(attnum, "c" + attnum, type, typmod, false, null, ColumnDef.Identity.NONE));
        }
        return columns;
    }

    private static Value value(ColumnDef column, Random random) {
        if (random.nextInt(4) == 0) {
            return new Value(true, 0, List.of());
        }
        SqlType type = column.type();
        if (type.kind() == SqlType.Kind.BYTES) {
            int length = random.nextInt(50) == 0 ? 100_000 : random.nextInt(40);
            if (type == Types.UUID) {
                length = 16;
            } else if (type == Types.VECTOR) {
                length = 4 * (column.typmod() > 0 ? column.typmod() : 1 + random.nextInt(6));
            }
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            return new Value(false, 0, list(bytes));
        }
        long lane = random.nextLong();
        if (type.kind() == SqlType.Kind.DOUBLE) {
            double number = random.nextGaussian() * Math.pow(10, random.nextInt(10));
            lane = Double.doubleToRawLongBits(type == Types.FLOAT4 ? (float) number : number);
        } else if (type == Types.BOOL) {
            lane &= 1;
        } else if (type == Types.OID) {
            lane &= 0xffff_ffffL;
        } else {
            int bits = 64 - 8 * type.storageWidth();
            lane = lane << bits >> bits;
        }
        return new Value(false, lane, List.of());
    }

    private static List<Byte> list(byte[] bytes) {
        List<Byte> list = new ArrayList<>(bytes.length);
        for (byte each : bytes) {
            list.add(each);
        }
        return list;
    }

    private static Batch batch(List<ColumnDef> columns, List<Value> values) {
        Batch batch = Batch.allocate(columns.stream().map(ColumnDef::type).toList());
        for (int i = 0; i < values.size(); i++) {
            Value value = values.get(i);
            ColumnVector column = batch.column(i);
            if (value.isNull()) {
                column.setNull(0);
            } else if (columns.get(i).type().kind() == SqlType.Kind.BYTES) {
                byte[] bytes = new byte[value.bytes().size()];
                for (int b = 0; b < bytes.length; b++) {
                    bytes[b] = value.bytes().get(b);
                }
                column.setBytes(0, bytes);
            } else {
                column.setLong(0, value.lane());
            }
        }
        batch.setRowCount(1);
        return batch;
    }

    private static void update(
            Table table, omendb.engine.txn.Transaction transaction, List<List<Value>> rows, Random random) {
        for (int i = 0; i < rows.size(); i++) {
            if (random.nextBoolean()) {
                continue;
            }
            List<ColumnDef> changed = table.def().columns().stream()
                    .filter(_ -> random.nextInt(3) == 0)
                    .toList();
            List<Value> values =
                    changed.stream().map(column -> value(column, random)).toList();
            List<Value> row = new ArrayList<>(rows.get(i));
            for (int c = 0; c < changed.size(); c++) {
                row.set(changed.get(c).attnum() - 1, values.get(c));
            }
            rows.set(i, row);
            long rowId = i + 1L;
            table.lockRow(transaction, rowId, RowLockMode.UPDATE, LockWaiting.WAIT);
            try (Batch batch = batch(changed, values)) {
                table.update(
                        transaction,
                        rowId,
                        changed.stream().mapToInt(ColumnDef::attnum).toArray(),
                        batch,
                        0);
            }
        }
    }

    private static void check(Database database, TableDef def, List<List<Value>> rows, long seed) {
        committed(database, t -> {
            int[] attnums = def.columns().stream().mapToInt(ColumnDef::attnum).toArray();
            Table table = database.table(t, def.oid());
            try (Batch batch = Batch.allocate(
                            def.columns().stream().map(ColumnDef::type).toList());
                    RowScan scan = table.scan(t, attnums)) {
                assertTrue(scan.next(batch));
                assertEquals(rows.size(), batch.rowCount());
                for (int row = 0; row < rows.size(); row++) {
                    checkRow(def, batch, row, rows.get(row), "seed " + seed + ", row " + row);
                }
            }
            return null;
        });
    }

    private static void checkRow(TableDef def, Batch batch, int row, List<Value> expected, String where) {
        for (int i = 0; i < expected.size(); i++) {
            Value value = expected.get(i);
            ColumnVector column = batch.column(i);
            String what = where + ", " + def.columns().get(i);
            assertEquals(value.isNull(), column.isNull(row), what);
            if (value.isNull()) {
                continue;
            }
            if (column.type().kind() == SqlType.Kind.BYTES) {
                assertArrayEquals(
                        value.bytes().toArray(), list(column.getBytes(row)).toArray(), what);
            } else {
                assertEquals(value.lane(), column.getLong(row), what);
            }
        }
    }
}
