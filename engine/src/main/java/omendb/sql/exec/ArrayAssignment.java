package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayBuilder;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;
import org.jspecify.annotations.Nullable;

/// `SET a[2] = value`, `SET a[2:3] = values`: an array with an element or a slice replaced.
///
/// A one-dimensional array grows to hold what is assigned, NULLs fill the gap; one of several dimensions keeps its
/// shape. An array that is NULL or empty becomes one of the subscripts' shape.
final class ArrayAssignment extends Evaluator {
    private final Evaluator base;
    private final List<@Nullable Evaluator> uppers;
    private final List<@Nullable Evaluator> lowers;
    private final boolean slice;
    private final Evaluator value;

    ArrayAssignment(
            Evaluator base,
            List<@Nullable Evaluator> uppers,
            List<@Nullable Evaluator> lowers,
            boolean slice,
            Evaluator value,
            SqlType type,
            ValueArena arena) {
        super(type, arena);
        this.base = base;
        this.uppers = uppers;
        this.lowers = lowers;
        this.slice = slice;
        this.value = value;
    }

    private static UserException wrong(String message) {
        return new UserException(SqlState.ARRAY_ELEMENT_ERROR, message);
    }

    @Override
    void into(ColumnVector[] input, int count, ColumnVector out) {
        ColumnVector arrays = base.value(input, count);
        ColumnVector values = value.value(input, count);
        List<@Nullable ColumnVector> upperValues = values(uppers, input, count);
        List<@Nullable ColumnVector> lowerValues = values(lowers, input, count);
        for (int row = 0; row < count; row++) {
            ArrayValue array = arrays.isNull(row) ? null : ArrayValue.read(arrays, row);
            boolean empty = array == null || array.dimensions() == 0;
            long[] from = subscripts(slice ? lowerValues : upperValues, row, array, false);
            long[] to = slice ? subscripts(upperValues, row, array, true) : from;
            if (slice && values.isNull(row)) {
                out.copyFrom(arrays, row, row);
            } else if (empty || array == null) {
                assignNew(from, to, values, row, out);
            } else if (array.dimensions() == 1 && from.length == 1) {
                assignLine(array, from[0], to[0], values, row, out);
            } else {
                assignInside(array, from, to, values, row, out);
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

    /// One bound of each dimension; where a slice leaves it out, the array's.
    private long[] subscripts(List<@Nullable ColumnVector> bounds, int row, @Nullable ArrayValue array, boolean upper) {
        long[] result = new long[bounds.size()];
        for (int i = 0; i < result.length; i++) {
            ColumnVector bound = bounds.get(i);
            if (bound != null && bound.isNull(row)) {
                throw new UserException(
                        SqlState.NULL_VALUE_NOT_ALLOWED, "array subscript in assignment must not be null");
            }
            if (bound != null) {
                result[i] = bound.getLong(row);
            } else if (array == null || array.dimensions() <= i) {
                throw wrong("array slice subscript must provide both boundaries")
                        .withDetail("When assigning to a slice of an empty array value, slice boundaries must be fully"
                                + " specified.");
            } else {
                result[i] = array.lowerBound(i) + (upper ? array.length(i) - 1L : 0L);
            }
        }
        return result;
    }

    /// Where the values of an assignment come from: the one value, or the elements of the array.
    private final class Source {
        private final ColumnVector values;
        private final int row;
        private final @Nullable ArrayValue elements;
        private int next;

        Source(ColumnVector values, int row, long wanted) {
            this.values = values;
            this.row = row;
            this.elements = slice ? ArrayValue.read(values, row) : null;
            if (elements != null && elements.count() < wanted) {
                throw wrong("source array too small");
            }
        }

        void giveTo(ArrayBuilder builder) {
            if (elements == null) {
                builder.add(values, row);
            } else {
                builder.addElement(elements, next++);
            }
        }
    }

    private SqlType elementType() {
        SqlType element = type().elementType();
        return element == null ? type() : element;
    }

    private static long extent(long from, long to) {
        if (from > to) {
            throw wrong("upper bound cannot be less than lower bound");
        }
        long length = to - from + 1;
        if (length > 0x7ff_ffff) {
            throw new UserException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed (134217727)");
        }
        return length;
    }

    private void assignNew(long[] from, long[] to, ColumnVector values, int row, ColumnVector out) {
        List<Integer> lengths = new ArrayList<>();
        List<Integer> bounds = new ArrayList<>();
        long all = 1;
        for (int i = 0; i < from.length; i++) {
            lengths.add((int) extent(from[i], to[i]));
            bounds.add((int) from[i]);
            all *= lengths.getLast();
        }
        Source source = new Source(values, row, all);
        ArrayBuilder builder = new ArrayBuilder(elementType());
        for (long i = 0; i < all; i++) {
            source.giveTo(builder);
        }
        builder.write(lengths, bounds, out, row);
    }

    private void assignLine(ArrayValue array, long from, long to, ColumnVector values, int row, ColumnVector out) {
        long first = array.lowerBound(0);
        long last = first + array.length(0) - 1;
        long length = extent(Math.min(first, from), Math.max(last, to));
        Source source = new Source(values, row, extent(from, to));
        ArrayBuilder builder = new ArrayBuilder(elementType());
        long start = Math.min(first, from);
        for (long at = start; at < start + length; at++) {
            if (at >= from && at <= to) {
                source.giveTo(builder);
            } else if (at >= first && at <= last) {
                builder.addElement(array, (int) (at - first));
            } else {
                builder.addNull();
            }
        }
        builder.write(List.of((int) length), List.of((int) start), out, row);
    }

    private void assignInside(
            ArrayValue array, long[] from, long[] to, ColumnVector values, int row, ColumnVector out) {
        int dimensions = array.dimensions();
        if (slice ? from.length > dimensions : from.length != dimensions) {
            throw wrong("wrong number of array subscripts");
        }
        long[] low = new long[dimensions];
        long[] high = new long[dimensions];
        long wanted = 1;
        for (int i = 0; i < dimensions; i++) {
            long first = array.lowerBound(i);
            long last = first + array.length(i) - 1;
            low[i] = i < from.length ? from[i] : first;
            high[i] = i < to.length ? to[i] : last;
            if (low[i] < first || high[i] > last) {
                throw wrong("array subscript out of range");
            }
            wanted *= extent(low[i], high[i]);
        }
        Source source = new Source(values, row, wanted);
        ArrayBuilder builder = new ArrayBuilder(elementType());
        long[] at = new long[dimensions];
        for (int i = 0; i < dimensions; i++) {
            at[i] = array.lowerBound(i);
        }
        for (int index = 0; index < array.count(); index++) {
            if (isInside(at, low, high)) {
                source.giveTo(builder);
            } else {
                builder.addElement(array, index);
            }
            advance(at, array);
        }
        builder.write(array.lengths(), array.lowerBounds(), out, row);
    }

    private static boolean isInside(long[] at, long[] low, long[] high) {
        for (int i = 0; i < at.length; i++) {
            if (at[i] < low[i] || at[i] > high[i]) {
                return false;
            }
        }
        return true;
    }

    private static void advance(long[] at, ArrayValue array) {
        for (int i = at.length - 1; i >= 0; i--) {
            if (++at[i] < array.lowerBound(i) + array.length(i)) {
                return;
            }
            at[i] = array.lowerBound(i);
        }
    }

    @Override
    public void close() {
        base.close();
        value.close();
        closeAll(uppers);
        closeAll(lowers);
        super.close();
    }

    private static void closeAll(List<@Nullable Evaluator> evaluators) {
        for (Evaluator evaluator : evaluators) {
            if (evaluator != null) {
                evaluator.close();
            }
        }
    }
}
