package omendb.sql.function;

import java.math.BigDecimal;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Numeric;

/// width_bucket: the number of the histogram bucket a value falls into, by equal widths or by thresholds.
final class WidthBuckets {
    private WidthBuckets() {}

    private static UserException badBuckets(String message) {
        return new UserException(SqlState.INVALID_ARGUMENT_FOR_WIDTH_BUCKET_FUNCTION, message);
    }

    static void register(Registrar r) {
        r.immutable(
                "width_bucket(float8, float8, float8, int4) int4",
                Rows.strict((context, args, row, out) -> out.setLong(
                        row,
                        bucket(
                                args[0].getDouble(row),
                                args[1].getDouble(row),
                                args[2].getDouble(row),
                                args[3].getLong(row)))));
        r.immutable(
                "width_bucket(numeric, numeric, numeric, int4) int4",
                Rows.strict((context, args, row, out) -> out.setLong(
                        row,
                        bucket(
                                Numeric.read(args[0], row),
                                Numeric.read(args[1], row),
                                Numeric.read(args[2], row),
                                args[3].getLong(row)))));
        r.immutable("width_bucket(anycompatible, anycompatiblearray) int4", Rows.strict((context, args, row, out) -> {
            ArrayValue thresholds = ArrayValue.read(args[1], row);
            if (thresholds.dimensions() > 1) {
                throw new UserException(SqlState.ARRAY_ELEMENT_ERROR, "thresholds must be one-dimensional array");
            }
            if (thresholds.hasNulls()) {
                throw new UserException(SqlState.NULL_VALUE_NOT_ALLOWED, "thresholds array must not contain NULLs");
            }
            out.setLong(row, thresholdsUpTo(thresholds, args[0], row, out));
        }));
    }

    private static long bucket(double operand, double low, double high, long count) {
        if (count <= 0) {
            throw badBuckets("count must be greater than zero");
        }
        if (Double.isNaN(operand) || Double.isNaN(low) || Double.isNaN(high)) {
            throw badBuckets("operand, lower bound, and upper bound cannot be NaN");
        }
        if (Double.isInfinite(low) || Double.isInfinite(high)) {
            throw badBuckets("lower and upper bounds must be finite");
        }
        if (low == high) {
            throw badBuckets("lower bound cannot equal upper bound");
        }
        if (low < high) {
            return operand < low
                    ? 0
                    : operand >= high
                            ? Arithmetic.checkRange(count + 1, "int4")
                            : (long) ((operand - low) / (high - low) * count) + 1;
        }
        return operand > low
                ? 0
                : operand <= high
                        ? Arithmetic.checkRange(count + 1, "int4")
                        : (long) ((low - operand) / (low - high) * count) + 1;
    }

    private static long bucket(Numeric operand, Numeric low, Numeric high, long count) {
        if (count <= 0) {
            throw badBuckets("count must be greater than zero");
        }
        if (operand.isNaN() || low.isNaN() || high.isNaN()) {
            throw badBuckets("operand, lower bound, and upper bound cannot be NaN");
        }
        if (!low.isFinite() || !high.isFinite()) {
            throw badBuckets("lower and upper bounds must be finite");
        }
        int direction = Integer.signum(high.compareTo(low));
        if (direction == 0) {
            throw badBuckets("lower bound cannot equal upper bound");
        }
        if (Integer.signum(operand.compareTo(low)) * direction < 0) {
            return 0;
        }
        if (Integer.signum(operand.compareTo(high)) * direction >= 0) {
            return Arithmetic.checkRange(count + 1, "int4");
        }
        BigDecimal distance = operand.decimal().subtract(low.decimal());
        BigDecimal width = high.decimal().subtract(low.decimal());
        return distance.multiply(BigDecimal.valueOf(count))
                        .divideToIntegralValue(width)
                        .longValueExact()
                + 1;
    }

    /// How many of the ascending thresholds are not above the operand.
    private static int thresholdsUpTo(ArrayValue thresholds, ColumnVector operand, int row, ColumnVector out) {
        ColumnVector cell = ColumnVector.cell(thresholds.elementType(), out.arena());
        int from = 0;
        int until = thresholds.count();
        while (from < until) {
            int middle = (from + until) >>> 1;
            thresholds.get(middle, cell, 0);
            if (operand.type().compare(operand, row, cell, 0) < 0) {
                until = middle;
            } else {
                from = middle + 1;
            }
        }
        return from;
    }
}
