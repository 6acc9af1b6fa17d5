package omendb.sql.function;

import omendb.engine.type.ColumnVector;
import omendb.engine.type.Interval;
import omendb.engine.type.Timestamps;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// The OVERLAPS predicate: (start, end) or (start, length) twice, half-open.
final class Overlaps {
    private Overlaps() {}

    /// Adds an interval to a point in time.
    @FunctionalInterface
    private interface Shift {
        long apply(EvalContext context, long start, Interval length);
    }

    static void register(Registrar r) {
        forms(r, "timestamp", (context, start, length) -> DateTimeArithmetic.add(start, length));
        forms(
                r,
                "timestamptz",
                (context, start, length) -> DateTimeArithmetic.addZoned(
                        start, length, context.types().timeZone()));
        forms(
                r,
                "time",
                (context, start, length) ->
                        Math.floorMod(start + length.micros() % Timestamps.MICROS_PER_DAY, Timestamps.MICROS_PER_DAY));
    }

    private static void forms(Registrar r, String type, Shift shift) {
        for (String end : new String[] {type, "interval"}) {
            for (String otherEnd : new String[] {type, "interval"}) {
                String signature = "overlaps(" + type + ", " + end + ", " + type + ", " + otherEnd + ") bool";
                BatchFunction body =
                        Rows.lenient((context, args, row, out) -> overlaps(context, args, row, shift, out));
                if (type.equals("timestamptz") && signature.contains("interval")) {
                    r.stable(signature, body);
                } else {
                    r.immutable(signature, body);
                }
            }
        }
    }

    private static void overlaps(EvalContext context, ColumnVector[] args, int row, Shift shift, ColumnVector out) {
        Boolean result = overlaps(
                point(args[0], row),
                end(context, args, 0, row, shift),
                point(args[2], row),
                end(context, args, 2, row, shift));
        if (result == null) {
            out.setNull(row);
        } else {
            out.setBoolean(row, result);
        }
    }

    private static @Nullable Long point(ColumnVector in, int row) {
        return in.isNull(row) ? null : in.getLong(row);
    }

    private static @Nullable Long end(EvalContext context, ColumnVector[] args, int at, int row, Shift shift) {
        ColumnVector end = args[at + 1];
        if (end.type() != Types.INTERVAL) {
            return point(end, row);
        }
        return (end.isNull(row) || args[at].isNull(row))
                ? null
                : Long.valueOf(shift.apply(context, args[at].getLong(row), Interval.read(end, row)));
    }

    /// The ends of a period may be given in either order, and one may be NULL: then the answer is NULL unless the known
    /// one decides.
    private static @Nullable Boolean overlaps(
            @Nullable Long start, @Nullable Long end, @Nullable Long otherStart, @Nullable Long otherEnd) {
        Long from = earlier(start, end);
        Long otherFrom = earlier(otherStart, otherEnd);
        if (from == null || otherFrom == null) {
            return null;
        }
        Long until = (start == null || end == null) ? null : Long.valueOf(Math.max(start, end));
        Long otherUntil =
                (otherStart == null || otherEnd == null) ? null : Long.valueOf(Math.max(otherStart, otherEnd));
        if (from > otherFrom) {
            return decide(from, otherUntil, until);
        }
        if (from < otherFrom) {
            return decide(otherFrom, until, otherUntil);
        }
        return (until == null || otherUntil == null) ? null : Boolean.TRUE;
    }

    private static @Nullable Long earlier(@Nullable Long a, @Nullable Long b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return Math.min(a, b);
    }

    /// @param later      the later of both starts
    /// @param firstUntil end of the period that starts first
    /// @param lastUntil  end of the other
    private static @Nullable Boolean decide(long later, @Nullable Long firstUntil, @Nullable Long lastUntil) {
        if (firstUntil == null) {
            return null;
        }
        if (later < firstUntil) {
            return true;
        }
        return lastUntil == null ? null : Boolean.FALSE;
    }
}
