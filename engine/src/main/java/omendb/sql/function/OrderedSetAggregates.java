package omendb.sql.function;

import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayBuilder;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Interval;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.engine.type.ValueArena;
import org.jspecify.annotations.Nullable;

/// The ordered-set aggregates: percentile_cont, percentile_disc, mode; rank and its kin are [HypotheticalRank]s.
///
/// A state gets the direct arguments first in every row, then the aggregated one; rows come in the order of WITHIN
/// GROUP.
final class OrderedSetAggregates {
    private OrderedSetAggregates() {}

    static void register(Registrar r) {
        for (String percentiles : new String[] {"float8", "_float8"}) {
            boolean many = percentiles.startsWith("_");
            for (String type : new String[] {"float8", "interval"}) {
                r.orderedSet(
                        "percentile_cont(" + percentiles + ", " + type + ") " + (many ? "_" : "") + type,
                        1,
                        (context, args, result) -> new Percentile(args, many, true));
            }
            r.orderedSet(
                    "percentile_disc(" + percentiles + ", anyelement) " + (many ? "anyarray" : "anyelement"),
                    1,
                    (context, args, result) -> new Percentile(args, many, false));
        }
        r.orderedSet("mode(anyelement) anyelement", 0, (context, args, result) -> new Mode(args.getFirst()));
        HypotheticalRank.register(r);
    }

    private static UserException notAPercentile(double value) {
        String shown = omendb.engine.type.FloatText.format(value);
        return new UserException(
                SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "percentile value " + shown + " is not between 0 and 1");
    }

    private static void check(double percentile) {
        if (!(percentile >= 0 && percentile <= 1)) {
            throw notAPercentile(percentile);
        }
    }

    /// Values of a group in order, and the direct argument, which is one for the group.
    static final class Sorted {
        private final HeldValues values;
        private @Nullable HeldValues direct;

        Sorted(HeldValues values) {
            this.values = values;
        }
    }

    /// percentile_cont (interpolates) and percentile_disc, of one percentile or of an array of them.
    private static final class Percentile extends GroupedState<Sorted> {
        private final SqlType percentiles;
        private final SqlType type;
        private final boolean many;
        private final boolean interpolates;

        Percentile(List<SqlType> args, boolean many, boolean interpolates) {
            super(false);
            this.percentiles = args.get(0);
            this.type = args.get(1);
            this.many = many;
            this.interpolates = interpolates;
        }

        @Override
        Sorted empty() {
            return new Sorted(new HeldValues(type));
        }

        @Override
        void add(Sorted group, ColumnVector[] args, int row) {
            if (group.direct == null) {
                group.direct = new HeldValues(percentiles);
                group.direct.add(args[0], row);
                if (!many && !args[0].isNull(row)) {
                    check(args[0].getDouble(row));
                }
            }
            if (!args[1].isNull(row)) {
                group.values.add(args[1], row);
            }
        }

        @Override
        void combine(Sorted group, Sorted other) {
            throw new IllegalStateException("ordered sets are not aggregated in parts");
        }

        @Override
        void write(Sorted group, ColumnVector out, int row) {
            HeldValues direct = group.direct;
            if (direct == null || direct.isNull(0) || group.values.count() == 0) {
                out.setNull(row);
                return;
            }
            try (ValueArena arena = new ValueArena()) {
                ColumnVector cell = ColumnVector.cell(percentiles, arena);
                direct.read(0, cell, 0);
                if (many) {
                    writeAll(group, ArrayValue.read(cell, 0), out, row);
                } else {
                    writeOne(group.values, cell.getDouble(0), out, row);
                }
            }
        }

        /// An array of the percentiles' shape.
        private void writeAll(Sorted group, ArrayValue wanted, ColumnVector out, int row) {
            try (ValueArena arena = new ValueArena()) {
                ColumnVector percentile = ColumnVector.cell(Types.FLOAT8, arena);
                ColumnVector result = ColumnVector.cell(type, arena);
                ArrayBuilder builder = new ArrayBuilder(type);
                for (int i = 0; i < wanted.count(); i++) {
                    wanted.get(i, percentile, 0);
                    if (percentile.isNull(0)) {
                        result.setNull(0);
                    } else {
                        check(percentile.getDouble(0));
                        writeOne(group.values, percentile.getDouble(0), result, 0);
                    }
                    builder.add(result, 0);
                }
                builder.write(wanted.lengths(), wanted.lowerBounds(), out, row);
            }
        }

        private void writeOne(HeldValues values, double percentile, ColumnVector out, int row) {
            int count = values.count();
            if (!interpolates) {
                values.read(Math.max(0, (int) Math.ceil(percentile * count) - 1), out, row);
                return;
            }
            double position = percentile * (count - 1);
            int first = (int) Math.floor(position);
            int second = (int) Math.ceil(position);
            values.read(first, out, row);
            if (first != second) {
                interpolate(values, second, position - first, out, row);
            }
        }

        /// Moves the value in `out` towards the next one.
        private void interpolate(HeldValues values, int second, double share, ColumnVector out, int row) {
            try (ValueArena arena = new ValueArena()) {
                ColumnVector next = ColumnVector.cell(type, arena);
                values.read(second, next, 0);
                if (type == Types.INTERVAL) {
                    Interval low = Interval.read(out, row);
                    Interval.read(next, 0)
                            .plus(low.negated())
                            .times(share)
                            .plus(low)
                            .write(out, row);
                } else {
                    double low = out.getDouble(row);
                    out.setDouble(row, low + share * (next.getDouble(0) - low));
                }
            }
        }
    }

    /// The run of equal values that is the longest so far, and the one that is going on.
    static final class Runs {
        private final HeldValues current;
        private final HeldValues best;
        private long length;
        private long bestLength;

        Runs(HeldValues current, HeldValues best) {
            this.current = current;
            this.best = best;
        }
    }

    /// The most frequent value; of several the first in order.
    private static final class Mode extends GroupedState<Runs> {
        private final SqlType type;

        Mode(SqlType type) {
            this.type = type;
        }

        @Override
        Runs empty() {
            return new Runs(new HeldValues(type), new HeldValues(type));
        }

        @Override
        void add(Runs group, ColumnVector[] args, int row) {
            if (!group.current.isLast(args[0], row)) {
                group.current.clear();
                group.current.add(args[0], row);
                group.length = 0;
            }
            if (++group.length > group.bestLength) {
                group.bestLength = group.length;
                group.best.clear();
                group.best.add(args[0], row);
            }
        }

        @Override
        void write(Runs group, ColumnVector out, int row) {
            if (group.bestLength == 0) {
                out.setNull(row);
            } else {
                group.best.read(0, out, row);
            }
        }

        @Override
        void combine(Runs group, Runs other) {
            throw new IllegalStateException("ordered sets are not aggregated in parts");
        }
    }
}
