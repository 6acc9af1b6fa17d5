package omendb.sql.exec;

import java.util.List;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;

/// CASE, COALESCE, NULLIF, GREATEST and LEAST: a row evaluates only the branches it takes.
final class BranchEvaluators {
    private BranchEvaluators() {}

    static final class Case extends Evaluator {
        private final Evaluator[] conditions;
        private final Evaluator[] results;
        private final Subset open;
        private final Subset rest;
        private final Subset taken;

        /// @param results one per condition, then ELSE
        Case(
                List<Evaluator> conditions,
                List<Evaluator> results,
                List<Subset> subsets,
                SqlType type,
                ValueArena arena) {
            super(type, arena);
            this.conditions = conditions.toArray(Evaluator[]::new);
            this.results = results.toArray(Evaluator[]::new);
            this.open = subsets.get(0);
            this.rest = subsets.get(1);
            this.taken = subsets.get(2);
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            Subset undecided = open;
            Subset spare = rest;
            undecided.clear();
            for (int row = 0; row < count; row++) {
                undecided.add(row);
            }
            for (int i = 0; i < conditions.length && undecided.count() > 0; i++) {
                ColumnVector holds = undecided.evaluate(conditions[i], input, count);
                taken.clear();
                spare.clear();
                for (int j = 0; j < undecided.count(); j++) {
                    boolean takes = !holds.isNull(j) && holds.getBoolean(j);
                    (takes ? taken : spare).add(undecided.row(j));
                }
                take(results[i], input, count, out);
                Subset previous = undecided;
                undecided = spare;
                spare = previous;
            }
            taken.clear();
            for (int j = 0; j < undecided.count(); j++) {
                taken.add(undecided.row(j));
            }
            take(results[conditions.length], input, count, out);
        }

        private void take(Evaluator result, ColumnVector[] input, int count, ColumnVector out) {
            if (taken.count() > 0) {
                taken.scatter(taken.evaluate(result, input, count), out);
            }
        }

        @Override
        public void close() {
            super.close();
            for (Evaluator condition : conditions) {
                condition.close();
            }
            for (Evaluator result : results) {
                result.close();
            }
            open.close();
            rest.close();
            taken.close();
        }
    }

    static final class Coalesce extends Evaluator {
        private final Evaluator[] args;
        private final Subset open;

        Coalesce(List<Evaluator> args, Subset open, SqlType type, ValueArena arena) {
            super(type, arena);
            this.args = args.toArray(Evaluator[]::new);
            this.open = open;
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            out.copyAll(args[0].value(input, count), count);
            for (int i = 1; i < args.length; i++) {
                open.clear();
                for (int row = 0; row < count; row++) {
                    if (out.isNull(row)) {
                        open.add(row);
                    }
                }
                if (open.count() == 0) {
                    return;
                }
                open.scatter(open.evaluate(args[i], input, count), out);
            }
        }

        @Override
        public void close() {
            super.close();
            for (Evaluator arg : args) {
                arg.close();
            }
            open.close();
        }
    }

    static final class NullIf extends Evaluator {
        private final Evaluator value;
        private final Evaluator equal;

        NullIf(Evaluator value, Evaluator equal, ValueArena arena) {
            super(value.type(), arena);
            this.value = value;
            this.equal = equal;
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            out.copyAll(value.value(input, count), count);
            ColumnVector same = equal.value(input, count);
            for (int row = 0; row < count; row++) {
                if (!same.isNull(row) && same.getBoolean(row)) {
                    out.setNull(row);
                }
            }
        }

        @Override
        public void close() {
            super.close();
            value.close();
            equal.close();
        }
    }

    static final class MinMax extends Evaluator {
        private final boolean greatest;
        private final Evaluator[] args;

        MinMax(boolean greatest, List<Evaluator> args, SqlType type, ValueArena arena) {
            super(type, arena);
            this.greatest = greatest;
            this.args = args.toArray(Evaluator[]::new);
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            out.copyAll(args[0].value(input, count), count);
            for (int i = 1; i < args.length; i++) {
                ColumnVector value = args[i].value(input, count);
                for (int row = 0; row < count; row++) {
                    if (!value.isNull(row) && (out.isNull(row) || better(value, out, row))) {
                        out.copyFrom(value, row, row);
                    }
                }
            }
        }

        private boolean better(ColumnVector value, ColumnVector best, int row) {
            int order = type().compare(value, row, best, row);
            return greatest ? order > 0 : order < 0;
        }

        @Override
        public void close() {
            super.close();
            for (Evaluator arg : args) {
                arg.close();
            }
        }
    }
}
