package omendb.sql.function;

import java.util.Arrays;
import omendb.engine.type.ColumnVector;

/// sum, avg, variance and standard deviation of floats, by Youngs and Cramer's updating as PostgreSQL has it.
final class DoubleMomentsState implements AggregateState {
    /// What the result is.
    enum Result {
        SUM,
        SUM_SINGLE,
        AVERAGE,
        VARIANCE_SAMPLE,
        VARIANCE_POPULATION,
        DEVIATION_SAMPLE,
        DEVIATION_POPULATION
    }

    private final Result result;
    private final boolean needsSquares;
    private long[] counts = new long[16];
    private double[] sums = new double[16];
    private double[] squares = new double[16];

    DoubleMomentsState(Result result) {
        this.result = result;
        this.needsSquares = result != Result.SUM && result != Result.SUM_SINGLE && result != Result.AVERAGE;
    }

    @Override
    public void ensureGroups(int groupCount) {
        if (groupCount > counts.length) {
            int capacity = Math.max(groupCount, counts.length * 2);
            counts = Arrays.copyOf(counts, capacity);
            sums = Arrays.copyOf(sums, capacity);
            squares = Arrays.copyOf(squares, capacity);
        }
    }

    @Override
    public void update(ColumnVector[] args, int[] groups, int count) {
        ColumnVector values = args[0];
        for (int row = 0; row < count; row++) {
            if (!values.isNull(row)) {
                add(groups[row], values.getDouble(row));
            }
        }
    }

    private void add(int group, double value) {
        long n = ++counts[group];
        double before = sums[group];
        double sum = result == Result.SUM_SINGLE ? (float) (before + value) : before + value;
        sums[group] = sum;
        if (Double.isInfinite(sum) && !Double.isInfinite(before) && !Double.isInfinite(value)) {
            throw Arithmetic.overflow();
        }
        if (!needsSquares) {
            return;
        }
        if (n > 1) {
            double distance = value * n - sum;
            squares[group] += distance * distance / ((double) n * (n - 1));
            if (Double.isInfinite(squares[group]) && Double.isFinite(before) && Double.isFinite(value)) {
                throw Arithmetic.overflow();
            }
            if (Double.isInfinite(sum)) {
                squares[group] = Double.NaN;
            }
        } else if (!Double.isFinite(value)) {
            squares[group] = Double.NaN;
        }
    }

    @Override
    public void result(int group, ColumnVector out, int row) {
        long n = counts[group];
        boolean sample = result == Result.VARIANCE_SAMPLE || result == Result.DEVIATION_SAMPLE;
        if (n == 0 || (sample && n == 1)) {
            out.setNull(row);
            return;
        }
        double value = switch (result) {
            case SUM, SUM_SINGLE -> sums[group];
            case AVERAGE -> sums[group] / n;
            case VARIANCE_SAMPLE -> squares[group] / (n - 1);
            case VARIANCE_POPULATION -> squares[group] / n;
            case DEVIATION_SAMPLE -> Math.sqrt(squares[group] / (n - 1));
            case DEVIATION_POPULATION -> Math.sqrt(squares[group] / n);
        };
        out.setDouble(row, value);
    }

    @Override
    public void merge(int group, AggregateState other, int otherGroup) {
        DoubleMomentsState source = (DoubleMomentsState) other;
        long n1 = counts[group];
        long n2 = source.counts[otherGroup];
        if (n2 == 0) {
            return;
        }
        if (n1 == 0) {
            counts[group] = n2;
            sums[group] = source.sums[otherGroup];
            squares[group] = source.squares[otherGroup];
            return;
        }
        double difference = sums[group] / n1 - source.sums[otherGroup] / n2;
        double sum = sums[group] + source.sums[otherGroup];
        squares[group] += source.squares[otherGroup] + (double) n1 * n2 * difference * difference / (n1 + n2);
        sums[group] = result == Result.SUM_SINGLE ? (float) sum : sum;
        counts[group] = n1 + n2;
    }

    @Override
    public void reset(int group) {
        counts[group] = 0;
        sums[group] = 0;
        squares[group] = 0;
    }
}
