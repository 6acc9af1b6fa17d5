package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.sql.exec.RowOperators.LimitValues;
import org.jspecify.annotations.Nullable;

/// Sorting, whole or only the first rows.
final class SortOperators {
    private SortOperators() {}

    /// Keeps rows as (keys, columns).
    abstract static class Sorting extends UnaryOperator {
        private final Program keys;
        private final RowOrder order;
        private final int keyCount;
        private MaterializedRows kept;
        private int[] sorted = new int[0];
        private int next;
        private int end;

        Sorting(ExecutionContext context, Operator input, Program keys, RowOrder order) {
            super(context, input, Batch.allocate(columnTypes(input)));
            this.keys = keys;
            this.order = order;
            this.keyCount = order.keyCount();
            this.kept = newRows();
        }

        private static List<SqlType> columnTypes(Operator input) {
            List<SqlType> types = new ArrayList<>();
            for (ColumnVector column : input.columns()) {
                types.add(column.type());
            }
            return types;
        }

        private MaterializedRows newRows() {
            List<SqlType> types = new ArrayList<>(keys.types());
            types.addAll(columnTypes(input()));
            return new MaterializedRows(types);
        }

        final RowOrder order() {
            return order;
        }

        final MaterializedRows kept() {
            return kept;
        }

        /// The keys of the input's current batch.
        final ColumnVector[] keys() {
            keys.reset();
            return keys.values(input().columns(), input().out().rowCount());
        }

        /// Sorts what is kept; rows `[from, to)` will be handed out.
        final void sort(long from, long to) {
            sorted = order.sort(kept, 0);
            next = (int) Math.min(from, sorted.length);
            end = (int) Math.min(to, sorted.length);
        }

        /// Replaces what is kept by its first rows.
        final void keepFirst(int count) {
            int[] best = order.sort(kept, 0);
            MaterializedRows fewer = newRows();
            ColumnVector[] row = new ColumnVector[kept.types().size()];
            for (int i = 0; i < Math.min(count, best.length); i++) {
                for (int column = 0; column < row.length; column++) {
                    row[column] = kept.column(column, best[i]);
                }
                fewer.append(row, MaterializedRows.rowIn(best[i]));
            }
            kept.close();
            kept = fewer;
        }

        @Override
        void start() {
            kept.clear();
            next = 0;
            end = 0;
            super.start();
            consume();
        }

        abstract void consume();

        @Override
        boolean advance() {
            out().reset();
            int count = Math.min(Batch.CAPACITY, end - next);
            for (int i = 0; i < count; i++) {
                int row = sorted[next + i];
                for (int column = 0; column < columns().length; column++) {
                    columns()[column].copyFrom(kept.column(keyCount + column, row), MaterializedRows.rowIn(row), i);
                }
            }
            next += Math.max(count, 0);
            out().setRowCount(Math.max(count, 0));
            return count > 0;
        }

        @Override
        void finish() {
            super.finish();
            kept.clear();
            sorted = new int[0];
            next = 0;
            end = 0;
        }

        @Override
        public void close() {
            super.close();
            keys.close();
            kept.close();
        }
    }

    /// All rows in order, or, with limits, the first ones: then no more than about twice as many are ever kept.
    static final class Sort extends Sorting {
        private final @Nullable LimitValues limits;

        Sort(ExecutionContext context, Operator input, Program keys, RowOrder order, @Nullable LimitValues limits) {
            super(context, input, keys, order);
            this.limits = limits;
        }

        @Override
        void consume() {
            long needed = limits == null ? Long.MAX_VALUE : limits.needed();
            long offset = limits == null ? 0 : limits.offset();
            if (needed > 0) {
                collect(needed);
            }
            sort(offset, needed);
        }

        private void collect(long needed) {
            boolean bounded = needed < Integer.MAX_VALUE / 4;
            int room = bounded ? (int) Math.max(2 * needed, Batch.CAPACITY) : Integer.MAX_VALUE;
            boolean full = false;
            while (input().next()) {
                ColumnVector[] values = keys();
                int count = input().out().rowCount();
                for (int row = 0; row < count; row++) {
                    if (full && !beatsWorst(values, row, (int) needed)) {
                        continue;
                    }
                    kept().append(values, input().columns(), row);
                    if (kept().count() >= room) {
                        keepFirst((int) needed);
                        full = true;
                    }
                }
            }
        }

        /// After [#keepFirst] row `needed - 1` is the worst of those that count.
        private boolean beatsWorst(ColumnVector[] values, int row, int needed) {
            int worst = needed - 1;
            int at = MaterializedRows.rowIn(worst);
            ColumnVector[] kept = new ColumnVector[order().keyCount()];
            for (int i = 0; i < kept.length; i++) {
                kept[i] = kept().column(i, worst);
            }
            return order().compare(values, row, kept, at) < 0;
        }

        @Override
        public void close() {
            super.close();
            if (limits != null) {
                limits.close();
            }
        }
    }

    /// The first rows of an input that comes nearly in order, sorted.
    static final class Nearest extends Sorting {
        private final LimitValues limits;
        private final RowDemand demand;

        /// @param demand what the scan at the bottom is told of
        Nearest(
                ExecutionContext context,
                Operator input,
                Program keys,
                RowOrder order,
                LimitValues limits,
                RowDemand demand) {
            super(context, input, keys, order);
            this.limits = limits;
            this.demand = demand;
        }

        @Override
        void start() {
            demand.begin();
            super.start();
        }

        @Override
        void consume() {
            long needed = limits.needed();
            while (kept().count() < needed && input().next()) {
                ColumnVector[] values = keys();
                int count = (int) Math.min(input().out().rowCount(), needed - kept().count());
                for (int row = 0; row < count; row++) {
                    kept().append(values, input().columns(), row);
                }
                demand.receive(count);
            }
            sort(limits.offset(), needed);
        }

        @Override
        public void close() {
            super.close();
            limits.close();
        }
    }
}
