package omendb.sql.function;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Interval;
import omendb.engine.type.Numeric;

/// Set-returning functions: generate_series, unnest, generate_subscripts, regexp_split_to_table and the like.
final class SetFunctions {
    private SetFunctions() {}

    static void register(Registrar r) {
        r.set(
                "generate_series(int4, int4, int4) setof int4",
                Volatility.IMMUTABLE,
                (context, args, row) -> integers(args[0].getLong(row), args[1].getLong(row), args[2].getLong(row)));
        r.set(
                "generate_series(int4, int4) setof int4",
                Volatility.IMMUTABLE,
                (context, args, row) -> integers(args[0].getLong(row), args[1].getLong(row), 1));
        r.set(
                "generate_series(int8, int8, int8) setof int8",
                Volatility.IMMUTABLE,
                (context, args, row) -> integers(args[0].getLong(row), args[1].getLong(row), args[2].getLong(row)));
        r.set(
                "generate_series(int8, int8) setof int8",
                Volatility.IMMUTABLE,
                (context, args, row) -> integers(args[0].getLong(row), args[1].getLong(row), 1));
        r.set(
                "generate_series(numeric, numeric, numeric) setof numeric",
                Volatility.IMMUTABLE,
                (context, args, row) ->
                        numerics(Numeric.read(args[0], row), Numeric.read(args[1], row), Numeric.read(args[2], row)));
        r.set(
                "generate_series(numeric, numeric) setof numeric",
                Volatility.IMMUTABLE,
                (context, args, row) ->
                        numerics(Numeric.read(args[0], row), Numeric.read(args[1], row), Numeric.of(1)));
        r.set(
                "generate_series(timestamp, timestamp, interval) setof timestamp",
                Volatility.IMMUTABLE,
                (context, args, row) -> timestamps(context, args, row, false));
        r.set(
                "generate_series(timestamptz, timestamptz, interval) setof timestamptz",
                Volatility.STABLE,
                (context, args, row) -> timestamps(context, args, row, true));
        r.set("unnest(anyarray) setof anyelement", Volatility.IMMUTABLE, (context, args, row) -> {
            ArrayValue array = ArrayValue.read(args[0], row);
            return elements(array);
        });
        r.set(
                "generate_subscripts(anyarray, int4) setof int4",
                Volatility.IMMUTABLE,
                (context, args, row) -> subscripts(args, row, false));
        r.set(
                "generate_subscripts(anyarray, int4, bool) setof int4",
                Volatility.IMMUTABLE,
                (context, args, row) -> subscripts(args, row, args[2].getBoolean(row)));
    }

    private static UserException zeroStep() {
        return new UserException(SqlState.INVALID_PARAMETER_VALUE, "step size cannot equal zero");
    }

    private static SetFunction.Cursor integers(long from, long to, long step) {
        if (step == 0) {
            throw zeroStep();
        }
        return new SetFunction.Cursor() {
            private long next = from;
            private boolean finished;

            @Override
            public int fill(ColumnVector[] out, int offset, int capacity) {
                int count = 0;
                while (count < capacity && !finished && (step > 0 ? next <= to : next >= to)) {
                    out[0].setLong(offset + count++, next);
                    long following = next + step;
                    finished = ((next ^ following) & (step ^ following)) < 0;
                    next = following;
                }
                return count;
            }
        };
    }

    private static SetFunction.Cursor numerics(Numeric from, Numeric to, Numeric step) {
        if (!from.isFinite() || !to.isFinite() || !step.isFinite()) {
            String which = !from.isFinite() ? "start" : !to.isFinite() ? "stop" : "step size";
            boolean nan = from.isNaN() || to.isNaN() || step.isNaN();
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    which + (which.equals("step size") ? "" : " value") + " cannot be " + (nan ? "NaN" : "infinity"));
        }
        if (step.signum() == 0) {
            throw zeroStep();
        }
        return new SetFunction.Cursor() {
            private Numeric next = from;

            @Override
            public int fill(ColumnVector[] out, int offset, int capacity) {
                int count = 0;
                while (count < capacity && (step.signum() > 0 ? next.compareTo(to) <= 0 : next.compareTo(to) >= 0)) {
                    next.write(out[0], offset + count++);
                    next = NumericFunctions.add(next, step);
                }
                return count;
            }
        };
    }

    private static SetFunction.Cursor timestamps(EvalContext context, ColumnVector[] args, int row, boolean zoned) {
        long to = args[1].getLong(row);
        Interval step = Interval.read(args[2], row);
        int sign = step.compareTo(new Interval(0, 0, 0));
        if (sign == 0) {
            throw zeroStep();
        }
        return new SetFunction.Cursor() {
            private long next = args[0].getLong(row);

            @Override
            public int fill(ColumnVector[] out, int offset, int capacity) {
                int count = 0;
                while (count < capacity && (sign > 0 ? next <= to : next >= to)) {
                    out[0].setLong(offset + count++, next);
                    next = zoned
                            ? DateTimeArithmetic.addZoned(
                                    next, step, context.types().timeZone())
                            : DateTimeArithmetic.add(next, step);
                }
                return count;
            }
        };
    }

    static SetFunction.Cursor elements(ArrayValue array) {
        return new SetFunction.Cursor() {
            private int next;

            @Override
            public int fill(ColumnVector[] out, int offset, int capacity) {
                int count = Math.min(capacity, array.count() - next);
                for (int i = 0; i < count; i++) {
                    array.get(next++, out[0], offset + i);
                }
                return count;
            }
        };
    }

    private static SetFunction.Cursor subscripts(ColumnVector[] args, int row, boolean reverse) {
        ArrayValue array = ArrayValue.read(args[0], row);
        int dimension = (int) args[1].getLong(row) - 1;
        if (dimension < 0 || dimension >= array.dimensions()) {
            return (out, offset, capacity) -> 0;
        }
        int lower = array.lowerBound(dimension);
        int upper = lower + array.length(dimension) - 1;
        return reverse ? integers(upper, lower, -1) : integers(lower, upper, 1);
    }
}
