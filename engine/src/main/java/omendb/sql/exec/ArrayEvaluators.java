package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayBuilder;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.RecordValue;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.engine.type.ValueArena;
import omendb.sql.function.BatchFunction;
import org.jspecify.annotations.Nullable;

/// Arrays and rows as expressions.
final class ArrayEvaluators {
    private ArrayEvaluators() {}

    private static SqlType elementOf(SqlType array) {
        return Objects.requireNonNull(array.elementType(), array.name());
    }

    /// `ARRAY[...]`.
    static final class Constructor extends Evaluator {
        private final Evaluator[] elements;
        private final boolean nested;
        private final ArrayBuilder builder;

        Constructor(List<Evaluator> elements, boolean nested, SqlType type, ValueArena arena) {
            super(type, arena);
            this.elements = elements.toArray(Evaluator[]::new);
            this.nested = nested;
            this.builder = new ArrayBuilder(elementOf(type));
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            ColumnVector[] values = new ColumnVector[elements.length];
            for (int i = 0; i < elements.length; i++) {
                values[i] = elements[i].value(input, count);
            }
            for (int row = 0; row < count; row++) {
                builder.clear();
                if (nested) {
                    nest(values, row, out);
                } else {
                    for (ColumnVector value : values) {
                        builder.add(value, row);
                    }
                    builder.write(out, row);
                }
            }
        }

        private void nest(ColumnVector[] values, int row, ColumnVector out) {
            List<Integer> inner = null;
            int members = 0;
            for (ColumnVector value : values) {
                if (value.isNull(row)) {
                    continue;
                }
                ArrayValue array = ArrayValue.read(value, row);
                if (array.count() == 0) {
                    continue;
                }
                if (inner != null && !inner.equals(array.lengths())) {
                    throw new UserException(
                            SqlState.ARRAY_ELEMENT_ERROR,
                            "multidimensional arrays must have array expressions with matching dimensions");
                }
                inner = array.lengths();
                builder.addAll(array);
                members++;
            }
            if (inner == null) {
                builder.write(out, row);
                return;
            }
            List<Integer> lengths = new ArrayList<>(List.of(members));
            lengths.addAll(inner);
            builder.write(lengths, lengths.stream().map(_ -> 1).toList(), out, row);
        }

        @Override
        public void close() {
            super.close();
            for (Evaluator element : elements) {
                element.close();
            }
        }
    }

    /// `base[i][j]`, `base[i:j]`.
    static final class Subscript extends Evaluator {
        private final Evaluator base;
        private final List<@Nullable Evaluator> uppers;
        private final List<@Nullable Evaluator> lowers;
        private final boolean slice;

        Subscript(
                Evaluator base,
                List<@Nullable Evaluator> uppers,
                List<@Nullable Evaluator> lowers,
                boolean slice,
                SqlType type,
                ValueArena arena) {
            super(type, arena);
            this.base = base;
            this.uppers = uppers;
            this.lowers = lowers;
            this.slice = slice;
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            ColumnVector arrays = base.value(input, count);
            List<@Nullable ColumnVector> upperValues = values(uppers, input, count);
            List<@Nullable ColumnVector> lowerValues = values(lowers, input, count);
            for (int row = 0; row < count; row++) {
                if (arrays.isNull(row) || anyNull(upperValues, row) || anyNull(lowerValues, row)) {
                    out.setNull(row);
                } else if (slice) {
                    slice(ArrayValue.read(arrays, row), lowerValues, upperValues, row, out);
                } else {
                    element(ArrayValue.read(arrays, row), upperValues, row, out);
                }
            }
        }

        private static List<@Nullable ColumnVector> values(
                List<@Nullable Evaluator> evaluators, ColumnVector[] input, int count) {
            List<@Nullable ColumnVector> values = new ArrayList<>();
            for (Evaluator evaluator : evaluators) {
                values.add(evaluator == null ? null : evaluator.value(input, count));
            }
            return values;
        }

        private static boolean anyNull(List<@Nullable ColumnVector> values, int row) {
            for (ColumnVector value : values) {
                if (value != null && value.isNull(row)) {
                    return true;
                }
            }
            return false;
        }

        private static void element(
                ArrayValue array, List<@Nullable ColumnVector> subscripts, int row, ColumnVector out) {
            long[] at = new long[subscripts.size()];
            for (int i = 0; i < at.length; i++) {
                ColumnVector subscript = subscripts.get(i);
                at[i] = subscript == null ? 0 : subscript.getLong(row);
            }
            int index = array.indexOf(at);
            if (index < 0) {
                out.setNull(row);
            } else {
                array.get(index, out, row);
            }
        }

        private void slice(
                ArrayValue array,
                List<@Nullable ColumnVector> lowerValues,
                List<@Nullable ColumnVector> upperValues,
                int row,
                ColumnVector out) {
            ArrayBuilder builder = new ArrayBuilder(array.elementType());
            int dimensions = array.dimensions();
            if (dimensions == 0 || dimensions < lowerValues.size()) {
                builder.write(out, row);
                return;
            }
            long[] from = new long[dimensions];
            long[] to = new long[dimensions];
            List<Integer> lengths = new ArrayList<>();
            for (int i = 0; i < dimensions; i++) {
                long first = array.lowerBound(i);
                long last = first + array.length(i) - 1;
                ColumnVector lower = i < lowerValues.size() ? lowerValues.get(i) : null;
                ColumnVector upper = i < upperValues.size() ? upperValues.get(i) : null;
                from[i] = Math.max(first, lower == null ? first : lower.getLong(row));
                to[i] = Math.min(last, upper == null ? last : upper.getLong(row));
                if (from[i] > to[i]) {
                    builder.write(out, row);
                    return;
                }
                lengths.add((int) (to[i] - from[i] + 1));
            }
            long[] at = from.clone();
            do {
                builder.addElement(array, array.indexOf(at));
            } while (advance(at, from, to));
            builder.write(lengths, lengths.stream().map(_ -> 1).toList(), out, row);
        }

        private static boolean advance(long[] at, long[] from, long[] to) {
            for (int i = at.length - 1; i >= 0; i--) {
                if (at[i]++ < to[i]) {
                    return true;
                }
                at[i] = from[i];
            }
            return false;
        }

        @Override
        public void close() {
            super.close();
            base.close();
            for (Evaluator upper : uppers) {
                if (upper != null) {
                    upper.close();
                }
            }
            for (Evaluator lower : lowers) {
                if (lower != null) {
                    lower.close();
                }
            }
        }
    }

    /// `left op ANY|ALL (array)`: the comparison runs over all elements of one row's array at once.
    static final class AnyArray extends Evaluator {
        private final ExecutionContext context;
        private final Evaluator left;
        private final Evaluator array;
        private final BatchFunction function;
        private final boolean all;
        private final ColumnVector repeated;
        private final ColumnVector elements;
        private final ColumnVector results;

        AnyArray(
                ExecutionContext context,
                Evaluator left,
                Evaluator array,
                BatchFunction function,
                boolean all,
                ValueArena arena) {
            super(Types.BOOL, arena);
            this.context = context;
            this.left = left;
            this.array = array;
            this.function = function;
            this.all = all;
            this.repeated = ColumnVector.allocate(left.type(), arena);
            this.elements = ColumnVector.allocate(elementOf(array.type()), arena);
            this.results = ColumnVector.allocate(Types.BOOL, arena);
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            ColumnVector lefts = left.value(input, count);
            ColumnVector arrays = array.value(input, count);
            for (int row = 0; row < count; row++) {
                if (arrays.isNull(row)) {
                    out.setNull(row);
                } else {
                    test(lefts, ArrayValue.read(arrays, row), row, out);
                }
            }
        }

        private void test(ColumnVector lefts, ArrayValue values, int row, ColumnVector out) {
            boolean unknown = false;
            for (int from = 0; from < values.count(); from += Batch.CAPACITY) {
                int members = Math.min(Batch.CAPACITY, values.count() - from);
                for (int i = 0; i < members; i++) {
                    values.get(from + i, elements, i);
                    repeated.copyFrom(lefts, row, i);
                }
                function.apply(context.evaluation(), new ColumnVector[] {repeated, elements}, results, members);
                for (int i = 0; i < members; i++) {
                    if (results.isNull(i)) {
                        unknown = true;
                    } else if (results.getBoolean(i) != all) {
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
            left.close();
            array.close();
            repeated.close();
            elements.close();
            results.close();
        }
    }

    /// A cast element by element.
    static final class Coerce extends Evaluator {
        private final Evaluator operand;
        private final Evaluator element;
        private final ColumnVector[] elementInput;

        /// @param element over one input column: the element
        Coerce(Evaluator operand, Evaluator element, SqlType type, ValueArena arena) {
            super(type, arena);
            this.operand = operand;
            this.element = element;
            this.elementInput = new ColumnVector[] {ColumnVector.allocate(elementOf(operand.type()), arena)};
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            ColumnVector arrays = operand.value(input, count);
            ArrayBuilder builder = new ArrayBuilder(elementOf(type()));
            for (int row = 0; row < count; row++) {
                if (arrays.isNull(row)) {
                    out.setNull(row);
                    continue;
                }
                ArrayValue array = ArrayValue.read(arrays, row);
                builder.clear();
                for (int from = 0; from < array.count(); from += Batch.CAPACITY) {
                    int members = Math.min(Batch.CAPACITY, array.count() - from);
                    for (int i = 0; i < members; i++) {
                        array.get(from + i, elementInput[0], i);
                    }
                    ColumnVector coerced = element.value(elementInput, members);
                    for (int i = 0; i < members; i++) {
                        builder.add(coerced, i);
                    }
                }
                builder.write(array.lengths(), array.lowerBounds(), out, row);
            }
        }

        @Override
        public void close() {
            super.close();
            operand.close();
            element.close();
            elementInput[0].close();
        }
    }

    /// `ROW(...)`.
    static final class Row extends Evaluator {
        private final Evaluator[] elements;

        Row(List<Evaluator> elements, ValueArena arena) {
            super(Types.RECORD, arena);
            this.elements = elements.toArray(Evaluator[]::new);
        }

        @Override
        void into(ColumnVector[] input, int count, ColumnVector out) {
            ColumnVector[] values = new ColumnVector[elements.length];
            for (int i = 0; i < elements.length; i++) {
                values[i] = elements[i].value(input, count);
            }
            for (int row = 0; row < count; row++) {
                RecordValue.write(values, row, out);
            }
        }

        @Override
        public void close() {
            super.close();
            for (Evaluator element : elements) {
                element.close();
            }
        }
    }
}
