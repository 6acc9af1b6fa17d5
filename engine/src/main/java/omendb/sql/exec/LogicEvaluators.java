package omendb.sql.exec;

import java.util.List;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Types;
import omendb.engine.type.ValueArena;
import omendb.sql.function.BatchFunction;

/// Three-valued logic.
final class LogicEvaluators {
    private LogicEvaluators() {}

    private static final int FALSE = 0;
    private static final int TRUE = 1;

    /// AND and OR. An operand is evaluated only for the rows that the operands before it have not decided.
    static final class Connective extends Evaluator {
        private final Evaluator[] args;
        private final Subset[] subsets;
        private final int deciding;

        /// @param subsets one per argument
        Connective(boolean and, List<Evaluator> args, List<Subset> subsets, ValueArena arena) {
            super(Types.BOOL, arena);
            this.args = args.toArray(Evaluator[]::new);
            this.subsets = subsets.toArray(Subset[]::new);
            this.deciding = and ? FALSE : TRUE;
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            out.copyAll(args[0].value(input, count), count);
            for (int arg = 1; arg < args.length; arg++) {
                Subset open = subsets[arg];
                open.clear();
                for (int row = 0; row < count; row++) {
                    if (out.isNull(row) || out.getLong(row) != deciding) {
                        open.add(row);
                    }
                }
                if (open.count() == 0) {
                    return;
                }
                merge(open, open.evaluate(args[arg], input, count), out);
            }
        }

        private void merge(Subset open, ColumnVector values, ColumnVector out) {
            for (int i = 0; i < open.count(); i++) {
                int row = open.row(i);
                if (values.isNull(i)) {
                    out.setNull(row);
                } else if (values.getLong(i) == deciding) {
                    out.setLong(row, deciding);
                }
            }
        }

        @Override
        public void close() {
            super.close();
            for (Evaluator arg : args) {
                arg.close();
            }
            for (Subset subset : subsets) {
                subset.close();
            }
        }
    }

    static final class Not extends Evaluator {
        private final Evaluator operand;

        Not(Evaluator operand, ValueArena arena) {
            super(Types.BOOL, arena);
            this.operand = operand;
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            ColumnVector value = operand.value(input, count);
            for (int i = 0; i < count; i++) {
                if (value.isNull(i)) {
                    out.setNull(i);
                } else {
                    out.setBoolean(i, !value.getBoolean(i));
                }
            }
        }

        @Override
        public void close() {
            super.close();
            operand.close();
        }
    }

    static final class IsNull extends Evaluator {
        private final Evaluator operand;
        private final boolean negated;

        IsNull(Evaluator operand, boolean negated, ValueArena arena) {
            super(Types.BOOL, arena);
            this.operand = operand;
            this.negated = negated;
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            ColumnVector value = operand.value(input, count);
            for (int i = 0; i < count; i++) {
                out.setBoolean(i, value.isNull(i) != negated);
            }
        }

        @Override
        public void close() {
            super.close();
            operand.close();
        }
    }

    static final class IsBoolean extends Evaluator {
        private final Evaluator operand;
        private final boolean wanted;
        private final boolean negated;

        IsBoolean(Evaluator operand, boolean wanted, boolean negated, ValueArena arena) {
            super(Types.BOOL, arena);
            this.operand = operand;
            this.wanted = wanted;
            this.negated = negated;
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            ColumnVector value = operand.value(input, count);
            for (int i = 0; i < count; i++) {
                boolean is = !value.isNull(i) && value.getBoolean(i) == wanted;
                out.setBoolean(i, is != negated);
            }
        }

        @Override
        public void close() {
            super.close();
            operand.close();
        }
    }

    /// IS [NOT] DISTINCT FROM by the types' equality function.
    static final class IsDistinct extends Evaluator {
        private final ExecutionContext context;
        private final Evaluator left;
        private final Evaluator right;
        private final BatchFunction equality;
        private final boolean negated;
        private final ColumnVector equal;

        IsDistinct(
                ExecutionContext context,
                Evaluator left,
                Evaluator right,
                BatchFunction equality,
                boolean negated,
                ValueArena arena) {
            super(Types.BOOL, arena);
            this.context = context;
            this.left = left;
            this.right = right;
            this.equality = equality;
            this.negated = negated;
            this.equal = ColumnVector.allocate(Types.BOOL, arena);
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            ColumnVector a = left.value(input, count);
            ColumnVector b = right.value(input, count);
            equality.apply(context.evaluation(), new ColumnVector[] {a, b}, equal, count);
            for (int i = 0; i < count; i++) {
                boolean anyNull = a.isNull(i) || b.isNull(i);
                boolean same = anyNull ? a.isNull(i) == b.isNull(i) : equal.getBoolean(i);
                out.setBoolean(i, same == negated);
            }
        }

        @Override
        public void close() {
            super.close();
            left.close();
            right.close();
            equal.close();
        }
    }
}
