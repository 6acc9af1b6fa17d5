package omendb.sql.function;

import java.math.BigDecimal;
import java.math.RoundingMode;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Numeric;
import omendb.engine.type.SqlType;

/// sum, avg, variance and standard deviation of numeric (and variance of integers, exact).
final class NumericSumState extends GroupedState<NumericSumState.Sums> {
    /// What the result is.
    enum Result {
        SUM,
        AVERAGE,
        VARIANCE_SAMPLE,
        VARIANCE_POPULATION,
        DEVIATION_SAMPLE,
        DEVIATION_POPULATION
    }

    /// Running sums of one group; a sum stays in a long as long as scales agree and nothing overflows.
    static final class Sums {
        private long count;
        private long nanCount;
        private long positiveInfinities;
        private long negativeInfinities;
        private long small;
        private int smallScale = -1;
        private int maxScale;
        private BigDecimal large = BigDecimal.ZERO;
        private BigDecimal squares = BigDecimal.ZERO;

        private BigDecimal sum() {
            BigDecimal total = smallScale < 0 ? large : large.add(BigDecimal.valueOf(small, smallScale));
            return total.scale() < maxScale ? total.setScale(maxScale) : total;
        }
    }

    private final Result result;
    private final boolean integers;
    private final boolean needsSquares;

    NumericSumState(Result result, SqlType argument) {
        this.result = result;
        this.integers = argument.kind() == SqlType.Kind.LONG;
        this.needsSquares = result != Result.SUM && result != Result.AVERAGE;
    }

    @Override
    Sums empty() {
        return new Sums();
    }

    @Override
    void add(Sums group, ColumnVector[] args, int row) {
        ColumnVector values = args[0];
        if (!needsSquares && addSmall(group, values, row)) {
            return;
        }
        Numeric value = integers ? Numeric.of(values.getLong(row)) : Numeric.read(values, row);
        group.count++;
        if (!value.isFinite()) {
            group.nanCount += value.isNaN() ? 1 : 0;
            group.positiveInfinities += value.isInfinite() && value.signum() > 0 ? 1 : 0;
            group.negativeInfinities += value.isInfinite() && value.signum() < 0 ? 1 : 0;
            return;
        }
        BigDecimal decimal = value.decimal();
        group.maxScale = Math.max(group.maxScale, decimal.scale());
        group.large = group.large.add(decimal);
        if (needsSquares) {
            group.squares = group.squares.add(decimal.multiply(decimal));
        }
    }

    private static boolean addSmall(Sums group, ColumnVector values, int row) {
        if (values.type().kind() != SqlType.Kind.BYTES) {
            return false;
        }
        long address = values.address(row);
        int length = values.length(row);
        if (!Numeric.isCompact(address, length)) {
            return false;
        }
        int scale = Numeric.scale(address);
        if (group.smallScale < 0) {
            group.smallScale = scale;
        }
        long value = Numeric.compactUnscaled(address, length);
        long sum = group.small + value;
        if (scale != group.smallScale || ((group.small ^ sum) & (value ^ sum)) < 0) {
            return false;
        }
        group.small = sum;
        group.maxScale = Math.max(group.maxScale, scale);
        group.count++;
        return true;
    }

    @Override
    void write(Sums group, ColumnVector out, int row) {
        boolean sample = result == Result.VARIANCE_SAMPLE || result == Result.DEVIATION_SAMPLE;
        if (group.count == 0 || (sample && group.count == 1)) {
            out.setNull(row);
            return;
        }
        Numeric special = special(group);
        if (special.isNaN() || special.isInfinite()) {
            special.write(out, row);
            return;
        }
        switch (result) {
            case SUM -> Numeric.of(group.sum()).write(out, row);
            case AVERAGE ->
                NumericFunctions.divide(Numeric.of(group.sum()), Numeric.of(group.count))
                        .write(out, row);
            default -> variance(group, sample).write(out, row);
        }
    }

    /// NaN or an infinity if the inputs make one, else zero.
    private Numeric special(Sums group) {
        boolean both = group.positiveInfinities > 0 && group.negativeInfinities > 0;
        if (group.nanCount > 0 || both) {
            return Numeric.NAN;
        }
        if (group.positiveInfinities + group.negativeInfinities == 0) {
            return Numeric.ZERO;
        }
        if (needsSquares) {
            return Numeric.NAN;
        }
        return group.positiveInfinities > 0 ? Numeric.POSITIVE_INFINITY : Numeric.NEGATIVE_INFINITY;
    }

    private Numeric variance(Sums group, boolean sample) {
        BigDecimal n = BigDecimal.valueOf(group.count);
        BigDecimal sum = group.sum();
        BigDecimal numerator = n.multiply(group.squares).subtract(sum.multiply(sum));
        if (numerator.signum() <= 0) {
            return Numeric.ZERO;
        }
        BigDecimal divisor = n.multiply(sample ? n.subtract(BigDecimal.ONE) : n);
        Numeric variance = NumericFunctions.divide(Numeric.of(numerator), Numeric.of(divisor));
        if (result == Result.VARIANCE_SAMPLE || result == Result.VARIANCE_POPULATION) {
            return variance;
        }
        int scale = variance.decimal().scale();
        java.math.MathContext context =
                new java.math.MathContext(Math.max(1, variance.decimal().precision()) + scale + 10, RoundingMode.DOWN);
        return Numeric.of(variance.decimal().sqrt(context).setScale(scale, RoundingMode.HALF_UP));
    }

    @Override
    void combine(Sums group, Sums other) {
        group.count += other.count;
        group.nanCount += other.nanCount;
        group.positiveInfinities += other.positiveInfinities;
        group.negativeInfinities += other.negativeInfinities;
        group.maxScale = Math.max(group.maxScale, other.maxScale);
        group.large = group.large.add(other.sum());
        group.squares = group.squares.add(other.squares);
    }
}
