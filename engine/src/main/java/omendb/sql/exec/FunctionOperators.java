package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;
import omendb.sql.function.SetFunction;
import omendb.sql.plan.Field;
import org.jspecify.annotations.Nullable;

/// Set-returning functions, in FROM and in select lists.
final class FunctionOperators {
    private FunctionOperators() {}

    /// One call: a set function with its arguments, or a scalar expression, which yields one row.
    ///
    /// @param body null for a scalar: then the program's only evaluator is its value
    record SetCall(@Nullable SetFunction body, boolean strict, Program arguments, int width) {
        /// Opens the rows for one row of arguments; null = none.
        SetFunction.@Nullable Cursor open(ExecutionContext context, ColumnVector[] input, int count, int row) {
            ColumnVector[] args = arguments.values(input, count).clone();
            if (body == null) {
                return once(args[0], row);
            }
            if (strict) {
                for (ColumnVector arg : args) {
                    if (arg.isNull(row)) {
                        return null;
                    }
                }
            }
            return body.open(context.evaluation(), args, row);
        }

        private static SetFunction.Cursor once(ColumnVector value, int row) {
            boolean[] done = new boolean[1];
            return (out, offset, capacity) -> {
                if (done[0] || capacity == 0) {
                    return 0;
                }
                done[0] = true;
                out[0].copyFrom(value, row, offset);
                return 1;
            };
        }
    }

    /// Functions in FROM, side by side; shorter ones are filled up with NULLs.
    static final class Scan extends Operator {
        private final List<SetCall> calls;
        private final boolean ordinality;
        private final List<SetFunction.@Nullable Cursor> cursors = new ArrayList<>();
        private long ordinal;

        Scan(ExecutionContext context, List<SetCall> calls, boolean ordinality, List<Field> fields) {
            super(context, batchOf(fields));
            this.calls = calls;
            this.ordinality = ordinality;
        }

        @Override
        void start() {
            cursors.clear();
            ordinal = 0;
            for (SetCall call : calls) {
                call.arguments().reset();
                cursors.add(call.open(context(), new ColumnVector[0], 1, 0));
            }
        }

        @Override
        boolean advance() {
            out().reset();
            int[] filled = new int[calls.size()];
            int rows = 0;
            int column = 0;
            for (int i = 0; i < filled.length; i++) {
                ColumnVector[] target = slice(columns(), column, calls.get(i).width());
                filled[i] = fill(i, target);
                rows = Math.max(rows, filled[i]);
                column += calls.get(i).width();
            }
            pad(filled, rows);
            if (ordinality) {
                for (int row = 0; row < rows; row++) {
                    columns()[column].setLong(row, ++ordinal);
                }
            }
            out().setRowCount(rows);
            return rows > 0;
        }

        private int fill(int call, ColumnVector[] target) {
            SetFunction.Cursor cursor = cursors.get(call);
            int filled = 0;
            while (cursor != null && filled < Batch.CAPACITY) {
                int more = cursor.fill(target, filled, Batch.CAPACITY - filled);
                if (more == 0) {
                    cursors.set(call, null);
                    break;
                }
                filled += more;
            }
            return filled;
        }

        private void pad(int[] filled, int rows) {
            int column = 0;
            for (int i = 0; i < filled.length; i++) {
                for (int c = 0; c < calls.get(i).width(); c++, column++) {
                    for (int row = filled[i]; row < rows; row++) {
                        columns()[column].setNull(row);
                    }
                }
            }
        }

        private static ColumnVector[] slice(ColumnVector[] columns, int from, int width) {
            return java.util.Arrays.copyOfRange(columns, from, from + width);
        }

        @Override
        void finish() {
            cursors.clear();
        }

        @Override
        public void close() {
            super.close();
            calls.forEach(call -> call.arguments().close());
        }
    }

    /// Functions in a select list: each input row is repeated as often as its longest function yields rows.
    static final class ProjectSet extends UnaryOperator {
        private final Program scalars;
        private final List<@Nullable SetCall> calls;
        private final ValueArena arena = new ValueArena();
        private final ColumnVector[] cell;
        private final List<SetFunction.@Nullable Cursor> cursors = new ArrayList<>();
        private ColumnVector[] values = new ColumnVector[0];
        private int row;
        private int count;
        private boolean open;

        /// @param scalars one evaluator per column (for a function's column a constant that is not used)
        /// @param calls   per column the function, or null
        ProjectSet(
                ExecutionContext context,
                Operator input,
                List<Field> fields,
                Program scalars,
                List<@Nullable SetCall> calls) {
            super(context, input, batchOf(fields));
            this.scalars = scalars;
            this.calls = calls;
            this.cell = new ColumnVector[fields.size()];
            List<SqlType> types = types(fields);
            for (int i = 0; i < cell.length; i++) {
                cell[i] = ColumnVector.allocate(types.get(i), arena);
            }
        }

        @Override
        void start() {
            row = 0;
            count = 0;
            open = false;
            super.start();
        }

        @Override
        boolean advance() {
            out().reset();
            arena.reset();
            int filled = 0;
            while (filled < Batch.CAPACITY) {
                if (!open && !openRow(filled)) {
                    break;
                }
                if (step(filled)) {
                    filled++;
                } else {
                    open = false;
                    row++;
                }
            }
            out().setRowCount(filled);
            return filled > 0;
        }

        /// Opens the functions of the next input row; false = no rows are left, or they must wait for the next
        /// batch.
        private boolean openRow(int filled) {
            if (row == count) {
                // what is already in the batch may refer to the current input batch
                if (filled > 0 || !input().next()) {
                    return false;
                }
                row = 0;
                count = input().out().rowCount();
                scalars.reset();
                values = scalars.values(input().columns(), count).clone();
                for (SetCall call : calls) {
                    if (call != null) {
                        call.arguments().reset();
                    }
                }
            }
            cursors.clear();
            for (SetCall call : calls) {
                cursors.add(call == null ? null : call.open(context(), input().columns(), count, row));
            }
            open = true;
            return true;
        }

        /// Puts one output row; false = all functions are exhausted.
        private boolean step(int at) {
            boolean any = false;
            for (int i = 0; i < cell.length; i++) {
                SetCall call = calls.get(i);
                if (call == null) {
                    columns()[i].copyFrom(values[i], row, at);
                    continue;
                }
                SetFunction.Cursor cursor = cursors.get(i);
                ColumnVector[] one = {cell[i]};
                if (cursor != null && cursor.fill(one, 0, 1) == 1) {
                    columns()[i].copyFrom(cell[i], 0, at);
                    any = true;
                } else {
                    cursors.set(i, null);
                    columns()[i].setNull(at);
                }
            }
            return any;
        }

        @Override
        void finish() {
            super.finish();
            cursors.clear();
        }

        @Override
        public void close() {
            super.close();
            scalars.close();
            for (SetCall call : calls) {
                if (call != null) {
                    call.arguments().close();
                }
            }
            for (ColumnVector vector : cell) {
                vector.close();
            }
            arena.close();
        }
    }
}
