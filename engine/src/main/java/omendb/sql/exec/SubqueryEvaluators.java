package omendb.sql.exec;

import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayBuilder;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// Subqueries as values. A subquery that refers to no outer column runs once per execution, others once per
/// row.
final class SubqueryEvaluators {
    private SubqueryEvaluators() {}

    /// A compiled subquery with the cells its outer columns are read from.
    ///
    /// @param parameters evaluators of the outer columns over the enclosing input, one per cell
    record Subplan(Operator plan, List<Evaluator> parameters, List<OuterCell> cells) implements AutoCloseable {
        boolean correlated() {
            return !cells.isEmpty();
        }

        /// Sets the cells from a row of the enclosing input.
        void bind(ColumnVector[] values, int row) {
            for (int i = 0; i < cells.size(); i++) {
                cells.get(i).set(values[i], row);
            }
        }

        ColumnVector[] parameterValues(ColumnVector[] input, int count) {
            ColumnVector[] values = new ColumnVector[parameters.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = parameters.get(i).value(input, count);
            }
            return values;
        }

        @Override
        public void close() {
            plan.close();
            parameters.forEach(Evaluator::close);
            cells.forEach(OuterCell::close);
        }
    }

    /// What all kinds share: run once or per row.
    abstract static class PerRow extends Evaluator {
        private final ExecutionContext context;
        private final Subplan subplan;
        private final ValueArena keptArena = new ValueArena();
        private final ColumnVector kept;
        private long generation = -1;

        PerRow(ExecutionContext context, Subplan subplan, SqlType type, ValueArena arena) {
            super(type, arena);
            this.context = context;
            this.subplan = subplan;
            this.kept = ColumnVector.allocate(type, keptArena);
        }

        final Operator plan() {
            return subplan.plan();
        }

        @Override
        final void into(ColumnVector[] input, int count, ColumnVector out) {
            if (!subplan.correlated()) {
                if (generation != context.generation()) {
                    keptArena.reset();
                    run(kept, 0);
                    generation = context.generation();
                }
                for (int row = 0; row < count; row++) {
                    out.copyFrom(kept, 0, row);
                }
                return;
            }
            ColumnVector[] values = subplan.parameterValues(input, count);
            for (int row = 0; row < count; row++) {
                subplan.bind(values, row);
                run(out, row);
            }
        }

        private void run(ColumnVector out, int row) {
            subplan.plan().open();
            try {
                result(out, row);
            } finally {
                subplan.plan().finish();
            }
        }

        /// Reads the plan, which has just been opened.
        abstract void result(ColumnVector out, int row);

        @Override
        public void close() {
            super.close();
            subplan.close();
            kept.close();
            keptArena.close();
        }
    }

    static final class ScalarValue extends PerRow {
        ScalarValue(ExecutionContext context, Subplan subplan, SqlType type, ValueArena arena) {
            super(context, subplan, type, arena);
        }

        @Override
        void result(ColumnVector out, int row) {
            out.setNull(row);
            int rows = 0;
            while (plan().next()) {
                rows += plan().out().rowCount();
                if (rows > 1) {
                    throw new UserException(
                            SqlState.CARDINALITY_VIOLATION,
                            "more than one row returned by a subquery used as an expression");
                }
                out.copyValueFrom(plan().columns()[0], 0, row);
            }
        }
    }

    static final class Exists extends PerRow {
        Exists(ExecutionContext context, Subplan subplan, SqlType type, ValueArena arena) {
            super(context, subplan, type, arena);
        }

        @Override
        void result(ColumnVector out, int row) {
            out.setBoolean(row, plan().next());
        }
    }

    static final class Array extends PerRow {
        private final SqlType element;
        private final MaterializedRows rows;
        private final boolean nested;

        Array(ExecutionContext context, Subplan subplan, SqlType type, ValueArena arena) {
            super(context, subplan, type, arena);
            SqlType column = subplan.plan().columns()[0].type();
            this.nested = column.isArray();
            this.element = java.util.Objects.requireNonNull(type.elementType());
            this.rows = new MaterializedRows(List.of(column));
        }

        @Override
        void result(ColumnVector out, int row) {
            rows.clear();
            while (plan().next()) {
                rows.appendAll(plan().columns(), plan().out().rowCount());
            }
            ArrayBuilder builder = new ArrayBuilder(element);
            List<Integer> inner = List.of();
            for (int i = 0; i < rows.count(); i++) {
                ColumnVector column = rows.column(0, i);
                int at = MaterializedRows.rowIn(i);
                if (nested) {
                    ArrayValue array = ArrayValue.read(column, at);
                    inner = array.lengths();
                    builder.addAll(array);
                } else {
                    builder.add(column, at);
                }
            }
            if (nested && rows.count() > 0) {
                List<Integer> lengths = new java.util.ArrayList<>(List.of(rows.count()));
                lengths.addAll(inner);
                builder.write(lengths, lengths.stream().map(_ -> 1).toList(), out, row);
            } else {
                builder.write(out, row);
            }
        }

        @Override
        public void close() {
            super.close();
            rows.close();
        }
    }

    /// `left op ANY|ALL (query)`: the test is evaluated for the outer row against batches of the subquery's
    /// rows. The
    /// rows of a
    /// subquery without outer columns are kept.
    static final class Quantified extends Evaluator {
        private final ExecutionContext context;
        private final Subplan subplan;
        private final boolean all;
        private final Program outer;
        private final Program test;
        private final MaterializedRows rows;
        private final ColumnVector[] testInput;
        private final ValueArena inputArena = new ValueArena();
        private final @Nullable HashedSet hashed;
        private long generation = -1;

        /// @param outer  the outer values that the test reads, over the enclosing input
        /// @param test   over (outer values, subquery's columns)
        /// @param hashed for `left = ANY (query)` without outer columns in the query, or null
        Quantified(
                ExecutionContext context,
                Subplan subplan,
                Scalar.SubqueryKind kind,
                Program outer,
                Program test,
                @Nullable HashedSet hashed,
                ValueArena arena) {
            super(omendb.engine.type.Types.BOOL, arena);
            this.context = context;
            this.subplan = subplan;
            this.all = kind == Scalar.SubqueryKind.ALL;
            this.outer = outer;
            this.test = test;
            this.hashed = hashed;
            List<SqlType> types = new java.util.ArrayList<>();
            for (ColumnVector column : subplan.plan().columns()) {
                types.add(column.type());
            }
            this.rows = new MaterializedRows(types);
            List<SqlType> inputs = new java.util.ArrayList<>(outer.types());
            inputs.addAll(types);
            this.testInput = new ColumnVector[inputs.size()];
            for (int i = 0; i < testInput.length; i++) {
                testInput[i] = ColumnVector.allocate(inputs.get(i), inputArena);
            }
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            outer.reset();
            ColumnVector[] outerValues = outer.values(input, count).clone();
            if (!subplan.correlated() && generation != context.generation()) {
                load();
                generation = context.generation();
                if (hashed != null) {
                    hashed.load(rows);
                }
            }
            if (hashed != null) {
                hashed.probe(input, count, out);
                return;
            }
            ColumnVector[] parameters = subplan.parameterValues(input, count);
            for (int row = 0; row < count; row++) {
                if (subplan.correlated()) {
                    subplan.bind(parameters, row);
                    load();
                }
                test(outerValues, row, out);
            }
        }

        private void load() {
            rows.clear();
            subplan.plan().open();
            try {
                while (subplan.plan().next()) {
                    rows.appendAll(
                            subplan.plan().columns(), subplan.plan().out().rowCount());
                }
            } finally {
                subplan.plan().finish();
            }
        }

        private void test(ColumnVector[] outerValues, int row, ColumnVector out) {
            boolean unknown = false;
            int outerWidth = outerValues.length;
            for (int from = 0; from < rows.count(); from += Batch.CAPACITY) {
                int members = Math.min(Batch.CAPACITY, rows.count() - from);
                for (int i = 0; i < members; i++) {
                    for (int column = 0; column < outerWidth; column++) {
                        testInput[column].copyFrom(outerValues[column], row, i);
                    }
                    rows.copyTo(from + i, testInput, outerWidth, testInput.length - outerWidth, i);
                }
                test.reset();
                ColumnVector holds = test.evaluator(0).value(testInput, members);
                for (int i = 0; i < members; i++) {
                    if (holds.isNull(i)) {
                        unknown = true;
                    } else if (holds.getBoolean(i) != all) {
                        out.setBoolean(row, !all);
                        return;
                    }
                }
            }
            if (unknown) {
                out.setNull(row);
            } else {
                out.setBoolean(row, all);
            }
        }

        @Override
        public void close() {
            super.close();
            subplan.close();
            outer.close();
            test.close();
            rows.close();
            for (ColumnVector vector : testInput) {
                vector.close();
            }
            inputArena.close();
            if (hashed != null) {
                hashed.close();
            }
        }
    }

    /// The rows of `x IN (query)` by hash.
    static final class HashedSet implements AutoCloseable {
        private final Program left;
        private final Program right;
        private final RowHashTable table;
        private boolean hasNull;

        /// @param left  the probing key over the enclosing input
        /// @param right the key over the subquery's columns, of the same type
        HashedSet(Program left, Program right) {
            this.left = left;
            this.right = right;
            this.table = new RowHashTable(right.types(), 1);
        }

        void load(MaterializedRows rows) {
            table.clear();
            hasNull = false;
            ColumnVector[] one = new ColumnVector[rows.types().size()];
            for (int from = 0; from < rows.count(); from += Batch.CAPACITY) {
                int members = Math.min(Batch.CAPACITY, rows.count() - from);
                for (int column = 0; column < one.length; column++) {
                    one[column] = rows.column(column, from);
                }
                right.reset();
                ColumnVector[] keys = right.values(one, members);
                for (int i = 0; i < members; i++) {
                    if (keys[0].isNull(i)) {
                        hasNull = true;
                    } else {
                        table.findOrAdd(keys, i);
                    }
                }
            }
        }

        void probe(ColumnVector[] input, int count, ColumnVector out) {
            left.reset();
            ColumnVector[] keys = left.values(input, count);
            for (int row = 0; row < count; row++) {
                boolean empty = table.count() == 0 && !hasNull;
                if (empty) {
                    out.setBoolean(row, false);
                } else if (keys[0].isNull(row)) {
                    out.setNull(row);
                } else if (table.find(keys, row, table.hash(keys, row)) != RowHashTable.NONE) {
                    out.setBoolean(row, true);
                } else if (hasNull) {
                    out.setNull(row);
                } else {
                    out.setBoolean(row, false);
                }
            }
        }

        @Override
        public void close() {
            left.close();
            right.close();
            table.close();
        }
    }
}
