package omendb.sql.exec;

import java.util.List;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;
import omendb.sql.function.BatchFunction;
import omendb.sql.plan.Datum;

/// Evaluators of leaves and calls.
final class BasicEvaluators {
    private BasicEvaluators() {}

    /// A column of the input.
    static final class Column extends Evaluator {
        private final int index;

        Column(int index, SqlType type, ValueArena arena) {
            super(type, arena);
            this.index = index;
        }

        @Override
        ColumnVector value(ColumnVector[] input, int count) {
            return input[index];
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            out.copyAll(input[index], count);
        }
    }

    /// One value repeated; the vector is filled once as far as it was ever needed.
    abstract static class Repeated extends Evaluator {
        private final ValueArena values;
        private int filled;

        /// @param values an arena of its own: the value outlives batches
        private Repeated(SqlType type, ValueArena values) {
            super(type, values);
            this.values = values;
        }

        /// Puts the value into row 0 of [#own] if it is not there; true = it changed.
        abstract boolean refresh();

        final ValueArena values() {
            return values;
        }

        @Override
        final ColumnVector value(ColumnVector[] input, int count) {
            if (refresh()) {
                filled = 1;
            }
            if (filled < count) {
                repeat(own(), filled, count);
                filled = count;
            }
            return own();
        }

        private static void repeat(ColumnVector vector, int from, int to) {
            for (int i = from; i < to; i++) {
                vector.copyFrom(vector, 0, i);
            }
        }

        @Override
        final void into(ColumnVector[] input, int count, ColumnVector out) {
            out.copyAll(value(input, count), count);
        }

        @Override
        public void close() {
            super.close();
            values.close();
        }
    }

    static final class Constant extends Repeated {
        private final Datum datum;
        private boolean stored;

        Constant(ExecutionContext context, SqlType type, Datum datum) {
            super(type, context.newArena());
            this.datum = datum;
        }

        @Override
        boolean refresh() {
            if (stored) {
                return false;
            }
            datum.store(own(), 0);
            stored = true;
            return true;
        }
    }

    /// A parameter of the execution; by reference, since parameters live as long as it.
    static final class Parameter extends Repeated {
        private final ExecutionContext context;
        private final int number;
        private long generation = -1;

        Parameter(ExecutionContext context, int number, SqlType type) {
            super(type, context.newArena());
            this.context = context;
            this.number = number;
        }

        @Override
        boolean refresh() {
            if (generation == context.generation()) {
                return false;
            }
            generation = context.generation();
            own().copyFrom(context.parameter(number), 0, 0);
            return true;
        }
    }

    /// A column of an enclosing query, whose current row stands in a cell.
    static final class Outer extends Repeated {
        private final OuterCell cell;
        private long version = -1;

        Outer(ExecutionContext context, OuterCell cell, SqlType type) {
            super(type, context.newArena());
            this.cell = cell;
        }

        @Override
        boolean refresh() {
            if (version == cell.version()) {
                return false;
            }
            version = cell.version();
            own().copyFrom(cell.value(), 0, 0);
            return true;
        }
    }

    /// An expression without columns: computed once per execution, then repeated.
    static final class Stable extends Repeated {
        private final ExecutionContext context;
        private final Evaluator inner;
        private long generation = -1;

        Stable(ExecutionContext context, Evaluator inner) {
            super(inner.type(), context.newArena());
            this.context = context;
            this.inner = inner;
        }

        @Override
        boolean refresh() {
            if (generation == context.generation()) {
                return false;
            }
            values().reset();
            own().copyValueFrom(inner.value(new ColumnVector[0], 1), 0, 0);
            generation = context.generation();
            return true;
        }

        @Override
        public void close() {
            super.close();
            inner.close();
        }
    }

    static final class Call extends Evaluator {
        private final ExecutionContext context;
        private final BatchFunction body;
        private final boolean uniform;
        private final Evaluator[] args;
        private final ColumnVector[] values;

        /// @param uniform the value is the same for all rows of a batch: it is computed once
        Call(
                ExecutionContext context,
                BatchFunction body,
                boolean uniform,
                List<Evaluator> args,
                SqlType type,
                ValueArena arena) {
            super(type, arena);
            this.context = context;
            this.body = body;
            this.uniform = uniform;
            this.args = args.toArray(Evaluator[]::new);
            this.values = new ColumnVector[this.args.length];
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            int computed = uniform ? Math.min(count, 1) : count;
            for (int i = 0; i < args.length; i++) {
                values[i] = args[i].value(input, computed);
            }
            body.apply(context.evaluation(), values, out, computed);
            if (computed < count) {
                out.repeatFirst(count);
            }
        }

        @Override
        public void close() {
            super.close();
            for (Evaluator arg : args) {
                arg.close();
            }
        }
    }

    /// The operand's values under another type.
    static final class Relabel extends Evaluator {
        private final Evaluator operand;

        Relabel(Evaluator operand, SqlType type, ValueArena arena) {
            super(type, arena);
            this.operand = operand;
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            ColumnVector value = operand.value(input, count);
            if (value.type().kind() == out.type().kind()) {
                out.copyAll(value, count);
            } else {
                throw new IllegalStateException(value.type() + " does not lie in memory as " + out.type());
            }
        }

        @Override
        public void close() {
            super.close();
            operand.close();
        }
    }

    /// Output function of one type, input function of the other.
    static final class ViaText extends Evaluator {
        private final ExecutionContext context;
        private final Evaluator operand;
        private final int typmod;
        private final omendb.engine.type.NativeBytesWriter text = new omendb.engine.type.NativeBytesWriter();

        ViaText(ExecutionContext context, Evaluator operand, SqlType type, int typmod, ValueArena arena) {
            super(type, arena);
            this.context = context;
            this.operand = operand;
            this.typmod = typmod;
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            ColumnVector value = operand.value(input, count);
            for (int i = 0; i < count; i++) {
                if (value.isNull(i)) {
                    out.setNull(i);
                    continue;
                }
                text.clear();
                value.type().io().print(context.evaluation().types(), value, i, text);
                out.type().io().parse(context.evaluation().types(), text.address(), text.position(), typmod, out, i);
            }
        }

        @Override
        public void close() {
            super.close();
            operand.close();
            text.close();
        }
    }
}
