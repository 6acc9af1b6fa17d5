package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// Where the parts of a sparsevec value lie.
///
///     offset      size   field
///     0           4      dimensions
///     4           4      n, number of elements that are not zero
///     8           4 * n  their indices from 0, ascending
///     8 + 4 * n   4 * n  their values, float32
///
/// All little-endian.
public final class SparseVector {
    /// Most elements that are not zero.
    public static final int MAX_NON_ZERO = 16_000;

    private static final int HEAD = 8;

    private SparseVector() {}

    public static int dimensions(long value) {
        return NativeMemory.getInt(value);
    }

    public static int nonZero(long value) {
        return NativeMemory.getInt(value + 4);
    }

    public static int index(long value, int i) {
        return NativeMemory.getInt(value + HEAD + 4L * i);
    }

    public static float element(long value, int i) {
        return NativeMemory.getFloat(value + HEAD + 4L * nonZero(value) + 4L * i);
    }

    static int size(int nonZero) {
        return HEAD + 8 * nonZero;
    }

    public static void checkNonZero(long nonZero) {
        if (nonZero > MAX_NON_ZERO) {
            throw new UserException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "sparsevec cannot have more than " + MAX_NON_ZERO + " non-zero elements");
        }
    }

    /// Writes the first `count` elements as a value.
    public static void write(int dimensions, int[] indices, float[] values, int count, ColumnVector out, int row) {
        long target = out.arena().allocate(size(count));
        NativeMemory.putInt(target, dimensions);
        NativeMemory.putInt(target + 4, count);
        for (int i = 0; i < count; i++) {
            NativeMemory.putInt(target + HEAD + 4L * i, indices[i]);
            NativeMemory.putFloat(target + HEAD + 4L * count + 4L * i, values[i]);
        }
        out.setReference(row, target, size(count));
    }

    /// pgvector's check of one index against its predecessor and the dimensions.
    static void checkIndex(int index, int previous, int dimensions) {
        if (index < 0 || index >= dimensions) {
            throw new UserException(SqlState.DATA_EXCEPTION, "sparsevec index out of bounds");
        }
        if (index < previous) {
            throw new UserException(SqlState.DATA_EXCEPTION, "sparsevec indices must be in ascending order");
        }
        if (index == previous) {
            throw new UserException(SqlState.DATA_EXCEPTION, "sparsevec indices must not contain duplicates");
        }
    }

    /// Order of the dense vectors: element by element, then by dimensions.
    ///
    /// Key: per element the zeros before it and its value, so that a run of zeros costs nothing. The end of the
    /// vector or a negative element sorts before all longer runs of zeros, a positive element after them.
    ///
    ///     0x01 zeros 0x00                    end
    ///     0x01 zeros 0x01 value              negative
    ///     0x02 ~zeros value                  positive
    static final class Order implements ValueOrder {
        @Override
        public int compare(long a, int lengthA, long b, int lengthB) {
            int shared = Math.min(nonZero(a), nonZero(b));
            for (int i = 0; i < shared; i++) {
                float x = element(a, i);
                float y = element(b, i);
                int indices = Integer.compare(index(a, i), index(b, i));
                if (indices < 0) {
                    return x < 0 ? -1 : 1;
                }
                if (indices > 0) {
                    return y < 0 ? 1 : -1;
                }
                if (x != y) {
                    return x < y ? -1 : 1;
                }
            }
            if (nonZero(a) < nonZero(b) && index(b, shared) < dimensions(a)) {
                return element(b, shared) < 0 ? 1 : -1;
            }
            if (nonZero(a) > nonZero(b) && index(a, shared) < dimensions(b)) {
                return element(a, shared) < 0 ? -1 : 1;
            }
            return Integer.compare(dimensions(a), dimensions(b));
        }

        @Override
        public long hash(long a, int length) {
            return Hash.bytes(a, length);
        }

        @Override
        public void encodeKey(long a, int length, BytesWriter out) {
            int next = 0;
            for (int i = 0; i < nonZero(a); i++) {
                int zeros = index(a, i) - next;
                boolean negative = element(a, i) < 0;
                out.writeByte(negative ? 1 : 2);
                out.writeInt(negative ? zeros : ~zeros);
                if (negative) {
                    out.writeByte(1);
                }
                out.writeInt(ValueOrders.sortable(element(a, i)));
                next = index(a, i) + 1;
            }
            out.writeByte(1);
            out.writeInt(dimensions(a) - next);
            out.writeByte(0);
        }
    }
}
