package omendb.sql.exec;

import java.util.Arrays;
import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan.SetKind;

/// DISTINCT, UNION, INTERSECT and EXCEPT.
final class SetOperators {
    private SetOperators() {}

    /// The first row of each distinct one, as they come.
    static final class Distinct extends UnaryOperator {
        private final RowHashTable seen;
        private final int[] kept = new int[Batch.CAPACITY];

        Distinct(ExecutionContext context, Operator input, List<Field> fields) {
            super(context, input, input.out());
            this.seen = new RowHashTable(types(fields), fields.size());
        }

        @Override
        void start() {
            seen.clear();
            super.start();
        }

        @Override
        boolean advance() {
            while (input().next()) {
                int count = out().rowCount();
                int keep = 0;
                for (int row = 0; row < count; row++) {
                    int before = seen.count();
                    if (seen.findOrAdd(columns(), row) == before) {
                        kept[keep++] = row;
                    }
                }
                if (keep > 0) {
                    RowFilter.compact(out(), columns(), kept, keep);
                    return true;
                }
            }
            return false;
        }

        @Override
        void finish() {
            super.finish();
            seen.clear();
        }

        @Override
        public void close() {
            super.close();
            seen.close();
        }
    }

    /// One input after the other.
    static final class Append extends BinaryOperator {
        private boolean onRight;

        Append(ExecutionContext context, Operator left, Operator right, List<Field> fields) {
            super(context, left, right, batchOf(fields));
        }

        @Override
        void start() {
            onRight = false;
            left().open();
        }

        @Override
        boolean advance() {
            if (!onRight) {
                if (left().next()) {
                    return pass(left());
                }
                left().finish();
                onRight = true;
                right().open();
            }
            return right().next() && pass(right());
        }

        private boolean pass(Operator source) {
            int count = source.out().rowCount();
            out().reset();
            for (int i = 0; i < columns().length; i++) {
                columns()[i].copyAll(source.columns()[i], count);
            }
            out().setRowCount(count);
            return true;
        }
    }

    /// INTERSECT and EXCEPT: counts the right side's rows, then lets rows of the left side through.
    static final class Compare extends BinaryOperator {
        private final SetKind kind;
        private final boolean all;
        private final RowHashTable rows;
        private long[] counts = new long[64];
        private final int[] kept = new int[Batch.CAPACITY];

        Compare(
                ExecutionContext context,
                SetKind kind,
                boolean all,
                Operator left,
                Operator right,
                List<Field> fields) {
            super(context, left, right, left.out());
            this.kind = kind;
            this.all = all;
            this.rows = new RowHashTable(types(fields), fields.size());
        }

        @Override
        void start() {
            rows.clear();
            Arrays.fill(counts, 0);
            right().open();
            while (right().next()) {
                for (int row = 0; row < right().out().rowCount(); row++) {
                    int entry = entry(right().columns(), row);
                    counts[entry]++;
                }
            }
            right().finish();
            left().open();
        }

        private int entry(ColumnVector[] columns, int row) {
            int entry = rows.findOrAdd(columns, row);
            if (entry >= counts.length) {
                counts = Arrays.copyOf(counts, entry * 2);
            }
            return entry;
        }

        @Override
        boolean advance() {
            while (left().next()) {
                int keep = 0;
                int count = out().rowCount();
                for (int row = 0; row < count; row++) {
                    if (passes(entry(columns(), row))) {
                        kept[keep++] = row;
                    }
                }
                if (keep > 0) {
                    RowFilter.compact(out(), columns(), kept, keep);
                    return true;
                }
            }
            return false;
        }

        /// Positive counts are rows of the right side; -1 marks a row already handed out.
        private boolean passes(int entry) {
            if (kind == SetKind.INTERSECT) {
                if (counts[entry] <= 0) {
                    return false;
                }
                counts[entry] = all ? counts[entry] - 1 : -1;
                return true;
            }
            if (counts[entry] > 0) {
                counts[entry] -= all ? 1 : 0;
                return false;
            }
            if (counts[entry] < 0) {
                return false;
            }
            counts[entry] = all ? 0 : -1;
            return true;
        }

        @Override
        void finish() {
            super.finish();
            rows.clear();
        }

        @Override
        public void close() {
            super.close();
            rows.close();
        }
    }
}
