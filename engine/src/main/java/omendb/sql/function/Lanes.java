package omendb.sql.function;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongToDoubleFunction;
import java.util.function.LongUnaryOperator;
import omendb.engine.type.ColumnVector;
import omendb.memory.NativeMemory;

/// Bodies from primitive lambdas: strict functions over LONG and DOUBLE lanes, without an object per row.
///
/// NULL flags are combined eight rows at a time first; a batch without NULLs runs a loop without tests. What is hot in
/// every query (comparison, integer and float arithmetic) has loops of its own in [Comparisons] and [Arithmetic], since
/// a
/// loop shared by many lambdas costs a virtual call a row.
public final class Lanes {
    private Lanes() {}

    /// A test of two LONG lanes.
    @FunctionalInterface
    public interface LongTest {
        boolean test(long a, long b);
    }

    /// A test of two DOUBLE lanes.
    @FunctionalInterface
    public interface DoubleTest {
        boolean test(double a, double b);
    }

    /// A DOUBLE lane to a LONG one.
    @FunctionalInterface
    public interface DoubleToLong {
        long apply(double value);
    }

    /// Computes the lane of one row that is not NULL.
    @FunctionalInterface
    interface Row {
        void apply(int row);
    }

    /// Sets `out`'s NULL flags to the union of the arguments'; true if any is set.
    static boolean combineNulls(ColumnVector[] args, ColumnVector out, int count) {
        long any = 0;
        long target = out.nullsAddress();
        if (args.length == 0) {
            out.clearNulls(count);
            return false;
        }
        // reads up to seven flags past the end: a vector has room for a whole batch
        for (int i = 0; i < count; i += 8) {
            long flags = NativeMemory.getLong(args[0].nullsAddress() + i);
            for (int k = 1; k < args.length; k++) {
                flags |= NativeMemory.getLong(args[k].nullsAddress() + i);
            }
            int rows = count - i;
            if (rows < 8) {
                flags &= (1L << (8 * rows)) - 1;
            }
            NativeMemory.putLong(target + i, flags);
            any |= flags;
        }
        return any != 0;
    }

    static long laneAt(long lanes, int row) {
        return NativeMemory.getLong(lanes + ((long) row << 3));
    }

    static double doubleAt(long lanes, int row) {
        return NativeMemory.getDouble(lanes + ((long) row << 3));
    }

    static void put(long lanes, int row, long value) {
        NativeMemory.putLong(lanes + ((long) row << 3), value);
    }

    static void put(long lanes, int row, double value) {
        NativeMemory.putDouble(lanes + ((long) row << 3), value);
    }

    /// Runs `row` for every row whose arguments are not NULL.
    private static void forRows(ColumnVector[] args, ColumnVector out, int count, Row row) {
        boolean nulls = combineNulls(args, out, count);
        for (int i = 0; i < count; i++) {
            if (!nulls || !out.isNull(i)) {
                row.apply(i);
            }
        }
    }

    public static StrictBody longs(LongUnaryOperator operator) {
        return (context, args, out, count) -> {
            long a = args[0].lanesAddress();
            long o = out.lanesAddress();
            forRows(args, out, count, i -> put(o, i, operator.applyAsLong(laneAt(a, i))));
        };
    }

    public static StrictBody longs(LongBinaryOperator operator) {
        return (context, args, out, count) -> {
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            forRows(args, out, count, i -> put(o, i, operator.applyAsLong(laneAt(a, i), laneAt(b, i))));
        };
    }

    public static StrictBody longTest(LongTest test) {
        return longs((a, b) -> test.test(a, b) ? 1 : 0);
    }

    public static StrictBody doubles(DoubleUnaryOperator operator) {
        return (context, args, out, count) -> {
            long a = args[0].lanesAddress();
            long o = out.lanesAddress();
            forRows(args, out, count, i -> put(o, i, operator.applyAsDouble(doubleAt(a, i))));
        };
    }

    public static StrictBody doubles(DoubleBinaryOperator operator) {
        return (context, args, out, count) -> {
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            forRows(args, out, count, i -> put(o, i, operator.applyAsDouble(doubleAt(a, i), doubleAt(b, i))));
        };
    }

    public static StrictBody longToDouble(LongToDoubleFunction function) {
        return (context, args, out, count) -> {
            long a = args[0].lanesAddress();
            long o = out.lanesAddress();
            forRows(args, out, count, i -> put(o, i, function.applyAsDouble(laneAt(a, i))));
        };
    }

    public static StrictBody doubleToLong(DoubleToLong function) {
        return (context, args, out, count) -> {
            long a = args[0].lanesAddress();
            long o = out.lanesAddress();
            forRows(args, out, count, i -> put(o, i, function.apply(doubleAt(a, i))));
        };
    }
}
