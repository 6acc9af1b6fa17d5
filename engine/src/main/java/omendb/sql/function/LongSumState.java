package omendb.sql.function;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Numeric;

/// sum and avg of integers. Sums are 128 bits wide (two longs), so nothing overflows before the result is asked for.
final class LongSumState implements AggregateState {
    /// What the result is.
    enum Result {
        BIGINT_SUM,
        NUMERIC_SUM,
        NUMERIC_AVERAGE
    }

    private final Result result;
    private long[] low = new long[16];
    private long[] high = new long[16];
    private long[] counts = new long[16];

    LongSumState(Result result) {
        this.result = result;
    }

    @Override
    public void ensureGroups(int groupCount) {
        if (groupCount > low.length) {
            int capacity = Math.max(groupCount, low.length * 2);
            low = Arrays.copyOf(low, capacity);
            high = Arrays.copyOf(high, capacity);
            counts = Arrays.copyOf(counts, capacity);
        }
    }

    @Override
    public void update(ColumnVector[] args, int[] groups, int count) {
        ColumnVector values = args[0];
        for (int row = 0; row < count; row++) {
            if (!values.isNull(row)) {
                int group = groups[row];
                add(group, values.getLong(row), 0);
                counts[group]++;
            }
        }
    }

    /// Adds a signed 64-bit value, plus `extraHigh` to the upper word.
    private void add(int group, long value, long extraHigh) {
        long before = low[group];
        long sum = before + value;
        low[group] = sum;
        long carry = Long.compareUnsigned(sum, before) < 0 ? 1 : 0;
        high[group] += (value >> 63) + carry + extraHigh;
    }

    @Override
    public void result(int group, ColumnVector out, int row) {
        if (counts[group] == 0) {
            out.setNull(row);
            return;
        }
        boolean fits = high[group] == low[group] >> 63;
        switch (result) {
            case BIGINT_SUM -> {
                if (!fits) {
                    throw Arithmetic.outOfRange("bigint");
                }
                out.setLong(row, low[group]);
            }
            case NUMERIC_SUM -> sum(group, fits).write(out, row);
            case NUMERIC_AVERAGE ->
                NumericFunctions.divide(sum(group, fits), Numeric.of(counts[group]))
                        .write(out, row);
        }
    }

    private Numeric sum(int group, boolean fits) {
        if (fits) {
            return Numeric.of(low[group]);
        }
        BigInteger upper = BigInteger.valueOf(high[group]).shiftLeft(64);
        BigInteger lower = new BigInteger(Long.toUnsignedString(low[group]));
        return Numeric.of(new BigDecimal(upper.add(lower)));
    }

    @Override
    public void merge(int group, AggregateState other, int otherGroup) {
        LongSumState source = (LongSumState) other;
        long value = source.low[otherGroup];
        add(group, value, source.high[otherGroup] - (value >> 63));
        counts[group] += source.counts[otherGroup];
    }

    @Override
    public void reset(int group) {
        low[group] = 0;
        high[group] = 0;
        counts[group] = 0;
    }
}
