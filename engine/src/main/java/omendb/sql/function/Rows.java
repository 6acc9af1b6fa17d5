package omendb.sql.function;

import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Interval;
import omendb.engine.type.Numeric;
import omendb.engine.type.SqlType;

/// Bodies that work row by row, for values that are not plain lanes.
public final class Rows {
    private Rows() {}

    /// Computes one row. Sets it in `out` (or sets it NULL).
    @FunctionalInterface
    public interface RowBody {
        void apply(EvalContext context, ColumnVector[] args, int row, ColumnVector out);
    }

    /// A function of two numerics.
    @FunctionalInterface
    public interface NumericBinary {
        Numeric apply(Numeric a, Numeric b);
    }

    /// A function of a text and another.
    @FunctionalInterface
    public interface TextBinary {
        String apply(String a, String b);
    }

    /// Rows with a NULL argument become NULL, the others are given to `body`.
    public static StrictBody strict(RowBody body) {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            for (int row = 0; row < count; row++) {
                if (!nulls || !out.isNull(row)) {
                    body.apply(context, args, row, out);
                }
            }
        };
    }

    /// All rows are given to `body`.
    public static BatchFunction lenient(RowBody body) {
        return (context, args, out, count) -> {
            for (int row = 0; row < count; row++) {
                body.apply(context, args, row, out);
            }
        };
    }

    public static StrictBody text(Function<String, String> function) {
        return strict((context, args, row, out) -> out.setString(row, function.apply(args[0].getString(row))));
    }

    public static StrictBody text(TextBinary function) {
        return strict((context, args, row, out) ->
                out.setString(row, function.apply(args[0].getString(row), args[1].getString(row))));
    }

    public static StrictBody textTest(Predicate<String> test) {
        return strict((context, args, row, out) -> out.setBoolean(row, test.test(args[0].getString(row))));
    }

    public static StrictBody numeric(Function<Numeric, Numeric> function) {
        return strict((context, args, row, out) ->
                function.apply(Numeric.read(args[0], row)).write(out, row));
    }

    public static StrictBody numeric(NumericBinary function) {
        return strict(
                (context, args, row, out) -> function.apply(Numeric.read(args[0], row), Numeric.read(args[1], row))
                        .write(out, row));
    }

    public static StrictBody interval(Function<Interval, Interval> function) {
        return strict((context, args, row, out) ->
                function.apply(Interval.read(args[0], row)).write(out, row));
    }

    /// A comparison by the order of `type`.
    public static StrictBody compare(SqlType type, IntPredicate outcome) {
        return strict((context, args, row, out) ->
                out.setBoolean(row, outcome.test(type.compare(args[0], row, args[1], row))));
    }

    public static StrictBody equal(SqlType type, boolean wanted) {
        return strict(
                (context, args, row, out) -> out.setBoolean(row, type.equal(args[0], row, args[1], row) == wanted));
    }

    /// Gives the argument as it is (binary-coercible conversions).
    public static StrictBody identity() {
        return (context, args, out, count) -> out.copyAll(args[0], count);
    }
}
