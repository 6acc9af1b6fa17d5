package omendb.sql.exec;

import java.util.List;
import java.util.Map;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.sql.plan.Field;
import org.jspecify.annotations.Nullable;

/// Operators that look at one row at a time: projection, filter, limit, literal rows, DISTINCT ON.
final class RowOperators {
    private RowOperators() {}

    /// Computes columns.
    static final class Project extends UnaryOperator {
        private final Program program;
        private final LazyErrors errors = new LazyErrors();
        private long limit = Long.MAX_VALUE;
        private long left;

        Project(ExecutionContext context, Operator input, List<Field> fields, Program program) {
            super(context, input, batchOf(fields));
            this.program = program;
        }

        @Override
        void limitTo(long rows) {
            limit = rows;
            input().limitTo(rows);
        }

        @Override
        void start() {
            errors.clear();
            left = limit;
            super.start();
        }

        @Override
        boolean advance() {
            errors.rethrow();
            if (left == 0 || !input().next()) {
                return false;
            }
            int count = errors.apply((int) Math.min(left, input().out().rowCount()), this::compute);
            left -= count;
            out().setRowCount(count);
            return true;
        }

        private void compute(int count) {
            out().reset();
            program.reset();
            for (int i = 0; i < columns().length; i++) {
                program.evaluator(i).into(input().columns(), count, columns()[i]);
            }
        }

        @Override
        public void close() {
            super.close();
            program.close();
        }
    }

    /// Keeps the rows for which a condition is true.
    static final class Filter extends UnaryOperator {
        private final RowFilter filter;
        private final LazyErrors errors = new LazyErrors();
        private long removed;

        Filter(ExecutionContext context, Operator input, Program condition) {
            super(context, input, input.out());
            this.filter = new RowFilter(condition);
        }

        long removed() {
            return removed;
        }

        /// The scan below is one node with its filter.
        @Override
        Map<String, String> details() {
            return input().details();
        }

        @Override
        void start() {
            super.start();
            errors.clear();
            removed = 0;
        }

        @Override
        boolean advance() {
            errors.rethrow();
            while (input().next()) {
                int before = errors.apply(out().rowCount(), count -> filter.test(columns(), count));
                out().setRowCount(before);
                filter.keep(out(), columns());
                removed += before - out().rowCount();
                if (out().rowCount() > 0) {
                    return true;
                }
                errors.rethrow();
            }
            return false;
        }

        @Override
        public void close() {
            super.close();
            filter.close();
        }
    }

    /// LIMIT and OFFSET.
    static final class Limit extends UnaryOperator {
        private final LimitValues limits;
        private long skip;
        private long left;

        Limit(ExecutionContext context, Operator input, LimitValues limits) {
            super(context, input, input.out());
            this.limits = limits;
        }

        @Override
        void start() {
            skip = limits.offset();
            left = limits.count();
            input().limitTo(limits.needed());
            super.start();
        }

        @Override
        boolean advance() {
            while (left > 0 && input().next()) {
                int count = out().rowCount();
                if (skip >= count) {
                    skip -= count;
                    continue;
                }
                int first = (int) skip;
                int kept = (int) Math.min(left, count - first);
                if (first > 0) {
                    for (ColumnVector column : columns()) {
                        for (int i = 0; i < kept; i++) {
                            column.copyFrom(column, first + i, i);
                        }
                    }
                }
                skip = 0;
                left -= kept;
                out().setRowCount(kept);
                return true;
            }
            return false;
        }

        @Override
        public void close() {
            super.close();
            limits.close();
        }
    }

    /// Values of LIMIT and OFFSET, read once per run.
    static final class LimitValues implements AutoCloseable {
        private final @Nullable Program count;
        private final @Nullable Program offset;

        LimitValues(@Nullable Program count, @Nullable Program offset) {
            this.count = count;
            this.offset = offset;
        }

        long count() {
            return read(count, Long.MAX_VALUE, "LIMIT", SqlState.INVALID_ROW_COUNT_IN_LIMIT_CLAUSE);
        }

        long offset() {
            return read(offset, 0, "OFFSET", SqlState.INVALID_ROW_COUNT_IN_RESULT_OFFSET_CLAUSE);
        }

        /// Rows the input has to deliver at most.
        long needed() {
            long rows = count();
            long skipped = offset();
            return rows > Long.MAX_VALUE - skipped ? Long.MAX_VALUE : rows + skipped;
        }

        private static long read(@Nullable Program program, long absent, String clause, SqlState state) {
            if (program == null) {
                return absent;
            }
            program.reset();
            ColumnVector value = program.evaluator(0).value(new ColumnVector[0], 1);
            if (value.isNull(0)) {
                return absent;
            }
            if (value.getLong(0) < 0) {
                throw new UserException(state, clause + " must not be negative");
            }
            return value.getLong(0);
        }

        @Override
        public void close() {
            if (count != null) {
                count.close();
            }
            if (offset != null) {
                offset.close();
            }
        }
    }

    /// Literal rows.
    static final class Values extends Operator {
        private final List<Program> rows;
        private int next;

        /// @param rows one program per row, one evaluator per column
        Values(ExecutionContext context, List<Field> fields, List<Program> rows) {
            super(context, batchOf(fields));
            this.rows = rows;
        }

        @Override
        void start() {
            next = 0;
        }

        @Override
        boolean advance() {
            if (next == rows.size()) {
                return false;
            }
            out().reset();
            int row = 0;
            ColumnVector[] none = new ColumnVector[0];
            while (next < rows.size() && row < Batch.CAPACITY) {
                Program program = rows.get(next++);
                program.reset();
                for (int i = 0; i < columns().length; i++) {
                    columns()[i].copyValueFrom(program.evaluator(i).value(none, 1), 0, row);
                }
                row++;
            }
            out().setRowCount(row);
            return true;
        }

        @Override
        void finish() {}

        @Override
        public void close() {
            super.close();
            rows.forEach(Program::close);
        }
    }

    /// DISTINCT ON: the first row of each run of equal keys in sorted input.
    static final class DistinctOn extends UnaryOperator {
        private final Program keys;
        private final MaterializedRows previous;
        private final int[] kept = new int[Batch.CAPACITY];

        DistinctOn(ExecutionContext context, Operator input, Program keys) {
            super(context, input, input.out());
            this.keys = keys;
            this.previous = new MaterializedRows(keys.types());
        }

        @Override
        void start() {
            previous.clear();
            super.start();
        }

        @Override
        boolean advance() {
            while (input().next()) {
                keys.reset();
                int count = out().rowCount();
                ColumnVector[] values = keys.values(columns(), count);
                int keep = 0;
                for (int row = 0; row < count; row++) {
                    boolean fresh = row > 0
                            ? !same(values, row, values, row - 1)
                            : previous.count() == 0 || !samePrevious(values);
                    if (fresh) {
                        kept[keep++] = row;
                    }
                }
                previous.clear();
                previous.append(values, count - 1);
                if (keep > 0) {
                    RowFilter.compact(out(), columns(), kept, keep);
                    return true;
                }
            }
            return false;
        }

        private boolean samePrevious(ColumnVector[] values) {
            ColumnVector[] last = new ColumnVector[values.length];
            for (int i = 0; i < last.length; i++) {
                last[i] = previous.column(i, 0);
            }
            return same(values, 0, last, 0);
        }

        private static boolean same(ColumnVector[] a, int rowA, ColumnVector[] b, int rowB) {
            for (int i = 0; i < a.length; i++) {
                boolean isNull = a[i].isNull(rowA);
                if (isNull != b[i].isNull(rowB) || (!isNull && !a[i].type().equal(a[i], rowA, b[i], rowB))) {
                    return false;
                }
            }
            return true;
        }

        @Override
        void finish() {
            super.finish();
            previous.clear();
        }

        @Override
        public void close() {
            super.close();
            keys.close();
            previous.close();
        }
    }
}
