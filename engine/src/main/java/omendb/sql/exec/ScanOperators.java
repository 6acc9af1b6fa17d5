package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import omendb.engine.error.OmenException;
import omendb.engine.table.IndexAccess;
import omendb.engine.table.IndexScan;
import omendb.engine.table.KeyRange;
import omendb.engine.table.RowFetch;
import omendb.engine.table.RowScan;
import omendb.engine.table.Table;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;
import omendb.sql.pgcatalog.VirtualTable;
import omendb.sql.plan.Field;
import omendb.sql.plan.PhysicalPlan;
import org.jspecify.annotations.Nullable;

/// Scans of stored tables and system views.
final class ScanOperators {
    private ScanOperators() {}

    /// The columns of a read as [Table] wants them.
    static int[] attnums(PhysicalPlan.TableRead read) {
        List<Field> fields = read.output();
        int[] attnums = new int[fields.size()];
        for (int i = 0; i < attnums.length; i++) {
            attnums[i] = fields.get(i).equals(read.rowId())
                    ? Table.ROW_ID
                    : fields.get(i).columnNumber();
        }
        return attnums;
    }

    /// All rows of a table.
    static final class Sequential extends Operator {
        private final int tableOid;
        private final int[] attnums;
        private @Nullable RowScan scan;

        Sequential(ExecutionContext context, PhysicalPlan.TableRead read) {
            super(context, batchOf(read.output()));
            this.tableOid = read.table().oid();
            this.attnums = attnums(read);
        }

        @Override
        void start() {
            finish();
            scan = context()
                    .database()
                    .table(context().transaction(), tableOid)
                    .scan(context().transaction(), attnums);
        }

        @Override
        boolean advance() {
            return Objects.requireNonNull(scan).next(out());
        }

        @Override
        void finish() {
            if (scan != null) {
                scan.close();
                scan = null;
            }
        }
    }

    /// Rows whose index keys lie within bounds, in index order.
    static final class ByIndex extends Operator {
        private final int tableOid;
        private final int indexOid;
        private final int[] attnums;
        private final boolean backward;
        private final PhysicalPlan.KeyBounds bounds;
        private final Program values;
        private final @Nullable ColumnVector element;
        private final ValueArena elementArena = new ValueArena();
        private @Nullable KeyRange range;
        private @Nullable IndexAccess index;
        private @Nullable RowFetch fetch;
        private @Nullable IndexScan scan;
        private @Nullable List<Integer> elements;
        private int nextElement;
        private boolean exhausted;

        /// @param values the bounds' values: equals, then any, lower and upper as far as there are
        ByIndex(ExecutionContext context, PhysicalPlan.IndexScan plan, Program values, @Nullable SqlType elementType) {
            super(context, batchOf(plan.read().output()));
            this.tableOid = plan.read().table().oid();
            this.indexOid = plan.index().oid();
            this.attnums = attnums(plan.read());
            this.backward = plan.backward();
            this.bounds = plan.bounds();
            this.values = values;
            this.element = elementType == null ? null : ColumnVector.allocate(elementType, elementArena);
        }

        @Override
        void start() {
            finish();
            Table table = context().database().table(context().transaction(), tableOid);
            index = table.index(indexOid);
            fetch = table.fetch(context().transaction(), attnums);
            values.reset();
            exhausted = false;
            elements = null;
            nextElement = 0;
            if (bounds.any() == null) {
                exhausted = !openRange(-1);
            } else {
                collectElements();
            }
        }

        /// Distinct elements of the array, in order: each is one range.
        private void collectElements() {
            ColumnVector array = value(bounds.equals().size());
            List<Integer> wanted = new ArrayList<>();
            if (!array.isNull(0)) {
                ArrayValue list = ArrayValue.read(array, 0);
                SortedElements sorted = new SortedElements(list, Objects.requireNonNull(element));
                wanted = sorted.distinct();
            }
            if (backward) {
                wanted = wanted.reversed();
            }
            elements = wanted;
        }

        private ColumnVector value(int at) {
            return values.evaluator(at).value(new ColumnVector[0], 1);
        }

        /// Opens the range of an element of the array (-1 = no array); false = it can hold no row.
        private boolean openRange(int elementIndex) {
            KeyRange keys = range;
            if (keys == null) {
                keys = Objects.requireNonNull(index).newRange();
                range = keys;
            }
            keys.reset();
            int at = 0;
            for (; at < bounds.equals().size(); at++) {
                ColumnVector value = value(at);
                if (value.isNull(0)) {
                    return false;
                }
                keys.equal(value, 0);
            }
            if (elementIndex >= 0) {
                ColumnVector member = Objects.requireNonNull(element);
                ArrayValue.read(value(at), 0).get(elementIndex, member, 0);
                keys.equal(member, 0);
                at++;
            }
            PhysicalPlan.Bound lower = bounds.lower();
            if (lower != null) {
                ColumnVector value = value(at++);
                if (value.isNull(0)) {
                    return false;
                }
                keys.lower(value, 0, lower.inclusive());
            }
            PhysicalPlan.Bound upper = bounds.upper();
            if (upper != null) {
                ColumnVector value = value(at);
                if (value.isNull(0)) {
                    return false;
                }
                keys.upper(value, 0, upper.inclusive());
            }
            scan = Objects.requireNonNull(index).scan(context().transaction(), keys, backward);
            return true;
        }

        @Override
        boolean advance() {
            out().reset();
            while (!out().isFull()) {
                IndexScan current = scan;
                if (current != null && current.next()) {
                    Objects.requireNonNull(fetch).append(current.rowId(), out());
                } else if (!nextRange()) {
                    break;
                }
            }
            return out().rowCount() > 0;
        }

        private boolean nextRange() {
            closeScan();
            List<Integer> wanted = elements;
            if (wanted == null || exhausted || nextElement == wanted.size()) {
                exhausted = true;
                return false;
            }
            if (!openRange(wanted.get(nextElement++))) {
                exhausted = true;
                return false;
            }
            return true;
        }

        private void closeScan() {
            if (scan != null) {
                scan.close();
                scan = null;
            }
        }

        @Override
        void finish() {
            closeScan();
            index = null;
            fetch = null;
            if (range != null) {
                range.close();
                range = null;
            }
        }

        @Override
        public void close() {
            super.close();
            values.close();
            if (element != null) {
                element.close();
            }
            elementArena.close();
        }
    }

    /// The row of one row id.
    static final class ByRowId extends Operator {
        private final int tableOid;
        private final int[] attnums;
        private final Program value;
        private boolean done;

        /// @param value the row id
        ByRowId(ExecutionContext context, PhysicalPlan.TableRead read, Program value) {
            super(context, batchOf(read.output()));
            this.tableOid = read.table().oid();
            this.attnums = attnums(read);
            this.value = value;
        }

        @Override
        void start() {
            value.reset();
            done = false;
        }

        @Override
        boolean advance() {
            out().reset();
            if (done) {
                return false;
            }
            done = true;
            ColumnVector rowId = value.evaluator(0).value(new ColumnVector[0], 1);
            return !rowId.isNull(0)
                    && rowId.getLong(0) >= 0
                    && context()
                            .database()
                            .table(context().transaction(), tableOid)
                            .fetch(context().transaction(), attnums)
                            .append(rowId.getLong(0), out());
        }

        @Override
        void finish() {}

        @Override
        public void close() {
            super.close();
            value.close();
        }
    }

    /// Indexes of an array's elements in the order of their values, without NULLs and duplicates.
    private record SortedElements(ArrayValue array, ColumnVector scratch) {
        List<Integer> distinct() {
            List<Integer> indexes = new ArrayList<>();
            for (int i = 0; i < array.count(); i++) {
                if (!array.isNull(i)) {
                    indexes.add(i);
                }
            }
            indexes.sort(this::compare);
            List<Integer> distinct = new ArrayList<>();
            for (int index : indexes) {
                if (distinct.isEmpty() || compare(distinct.getLast(), index) != 0) {
                    distinct.add(index);
                }
            }
            return distinct;
        }

        private int compare(int a, int b) {
            array.get(a, scratch, 1);
            array.get(b, scratch, 2);
            return scratch.type().compare(scratch, 1, scratch, 2);
        }
    }

    /// Rows of a system view, made at the start.
    static final class Virtual extends Operator {
        private final VirtualTable table;
        private final MaterializedRows rows;
        private int next;

        Virtual(ExecutionContext context, VirtualTable table, List<Field> fields) {
            super(context, batchOf(fields));
            this.table = table;
            this.rows = new MaterializedRows(types(fields));
        }

        @Override
        void start() {
            rows.clear();
            next = 0;
            try (Writer writer = new Writer()) {
                table.source().emit(context().system(), writer);
                writer.flush();
            }
        }

        @Override
        boolean advance() {
            next = emit(rows, next, this);
            return out().rowCount() > 0;
        }

        @Override
        void finish() {
            rows.clear();
        }

        @Override
        public void close() {
            super.close();
            rows.close();
        }

        /// Collects one row at a time in a batch and moves it to the rows kept.
        private final class Writer implements VirtualTable.RowWriter, AutoCloseable {
            private final Batch row = Batch.allocate(rows.types());
            private final ColumnVector[] columns = new ColumnVector[row.columnCount()];
            private boolean pending;

            Writer() {
                for (int i = 0; i < columns.length; i++) {
                    columns[i] = row.column(i);
                }
            }

            void flush() {
                if (pending) {
                    rows.append(columns, 0);
                    pending = false;
                }
            }

            @Override
            public VirtualTable.RowWriter row() {
                flush();
                row.reset();
                for (ColumnVector column : columns) {
                    column.setNull(0);
                }
                pending = true;
                return this;
            }

            @Override
            public VirtualTable.RowWriter set(int column, long value) {
                columns[column].setLong(0, value);
                return this;
            }

            @Override
            public VirtualTable.RowWriter set(int column, boolean value) {
                columns[column].setBoolean(0, value);
                return this;
            }

            @Override
            public VirtualTable.RowWriter set(int column, double value) {
                columns[column].setDouble(0, value);
                return this;
            }

            @Override
            public VirtualTable.RowWriter set(int column, String text) {
                ColumnVector vector = columns[column];
                try {
                    vector.type().io().parse(context().evaluation().types(), text, -1, vector, 0);
                } catch (OmenException e) {
                    throw new IllegalStateException(
                            table.name() + "." + table.columns().get(column).name() + ": " + text, e);
                }
                return this;
            }

            @Override
            public void close() {
                row.close();
            }
        }
    }

    /// Fills the operator's batch with kept rows from `next` on, by reference; answers where it stopped.
    static int emit(MaterializedRows rows, int next, Operator operator) {
        Batch out = operator.out();
        out.reset();
        int count = Math.min(Batch.CAPACITY, rows.count() - next);
        for (int i = 0; i < count; i++) {
            rows.copyTo(next + i, operator.columns(), 0, operator.columns().length, i);
        }
        out.setRowCount(Math.max(count, 0));
        return next + Math.max(count, 0);
    }
}
