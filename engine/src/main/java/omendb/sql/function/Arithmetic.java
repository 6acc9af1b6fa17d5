package omendb.sql.function;

import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Integer and float arithmetic, bit operations, integer math. Overflow and division by zero are errors.
final class Arithmetic {
    /// The integer types by width.
    private enum Width {
        SMALL("int2", "smallint", Short.MIN_VALUE, Short.MAX_VALUE),
        MIDDLE("int4", "integer", Integer.MIN_VALUE, Integer.MAX_VALUE),
        LARGE("int8", "bigint", Long.MIN_VALUE, Long.MAX_VALUE);

        private final String type;
        private final String sqlName;
        private final long least;
        private final long greatest;

        Width(String type, String sqlName, long least, long greatest) {
            this.type = type;
            this.sqlName = sqlName;
            this.least = least;
            this.greatest = greatest;
        }

        private long check(long value) {
            if (value < least || value > greatest) {
                throw outOfRange();
            }
            return value;
        }

        private UserException outOfRange() {
            return Arithmetic.outOfRange(sqlName);
        }
    }

    private Arithmetic() {}

    static UserException outOfRange(String sqlName) {
        return new UserException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, sqlName + " out of range");
    }

    static UserException divisionByZero() {
        return new UserException(SqlState.DIVISION_BY_ZERO, "division by zero");
    }

    static void register(Registrar r) {
        for (Width width : Width.values()) {
            binary(r, width.type, width.type, width.type, width);
            unary(r, width);
            bits(r, width);
        }
        binary(r, "int24", "int2", "int4", Width.MIDDLE);
        binary(r, "int42", "int4", "int2", Width.MIDDLE);
        binary(r, "int28", "int2", "int8", Width.LARGE);
        binary(r, "int82", "int8", "int2", Width.LARGE);
        binary(r, "int48", "int4", "int8", Width.LARGE);
        binary(r, "int84", "int8", "int4", Width.LARGE);
        floats(r, "float4", "float4", "float4", true);
        floats(r, "float8", "float8", "float8", false);
        floats(r, "float48", "float4", "float8", false);
        floats(r, "float84", "float8", "float4", false);
    }

    private static void binary(Registrar r, String prefix, String left, String right, Width width) {
        String signature = "(" + left + ", " + right + ") " + width.type;
        r.operator("+", r.immutable(prefix + "pl" + signature, add(width)));
        r.operator("-", r.immutable(prefix + "mi" + signature, subtract(width)));
        r.operator("*", r.immutable(prefix + "mul" + signature, multiply(width)));
        r.operator("/", r.immutable(prefix + "div" + signature, divide(width)));
        if (left.equals(right)) {
            FunctionDef mod = r.immutable(prefix + "mod" + signature, remainder());
            r.operator("%", mod);
            r.immutable("mod" + signature, remainder());
        }
    }

    private static void unary(Registrar r, Width width) {
        String signature = "(" + width.type + ") " + width.type;
        r.operator("-", r.immutable(width.type + "um" + signature, Lanes.longs(a -> negate(a, width))));
        r.operator("+", r.immutable(width.type + "up" + signature, Rows.identity()));
        StrictBody abs = Lanes.longs(a -> a < 0 ? negate(a, width) : a);
        r.operator("@", r.immutable(width.type + "abs" + signature, abs));
        r.immutable("abs" + signature, abs);
        if (width != Width.SMALL) {
            String pair = "(" + width.type + ", " + width.type + ") " + width.type;
            r.immutable("gcd" + pair, Lanes.longs((a, b) -> gcd(a, b, width)));
            r.immutable("lcm" + pair, Lanes.longs((a, b) -> lcm(a, b, width)));
        }
    }

    private static long negate(long a, Width width) {
        if (a == width.least) {
            throw width.outOfRange();
        }
        return -a;
    }

    private static long gcd(long a, long b, Width width) {
        long x = a;
        long y = b;
        while (y != 0) {
            long rest = y == -1 ? 0 : x % y;
            x = y;
            y = rest;
        }
        return x < 0 ? negate(x, width) : x;
    }

    private static long lcm(long a, long b, Width width) {
        if (a == 0 || b == 0) {
            return 0;
        }
        try {
            long product = Math.multiplyExact(a / gcd(a, b, width), b);
            return product < 0 ? negate(width.check(product), width) : width.check(product);
        } catch (ArithmeticException e) {
            throw width.outOfRange();
        }
    }

    private static void bits(Registrar r, Width width) {
        String pair = "(" + width.type + ", " + width.type + ") " + width.type;
        String shift = "(" + width.type + ", int4) " + width.type;
        r.operator("&", r.immutable(width.type + "and" + pair, Lanes.longs((a, b) -> a & b)));
        r.operator("|", r.immutable(width.type + "or" + pair, Lanes.longs((a, b) -> a | b)));
        r.operator("#", r.immutable(width.type + "xor" + pair, Lanes.longs((a, b) -> a ^ b)));
        r.operator("~", r.immutable(width.type + "not(" + width.type + ") " + width.type, Lanes.longs(a -> ~a)));
        r.operator("<<", r.immutable(width.type + "shl" + shift, Lanes.longs((a, b) -> shiftLeft(a, b, width))));
        r.operator(">>", r.immutable(width.type + "shr" + shift, Lanes.longs((a, b) -> a >> b)));
    }

    private static long shiftLeft(long a, long b, Width width) {
        return switch (width) {
            case SMALL -> (short) ((int) a << b);
            case MIDDLE -> (int) a << b;
            case LARGE -> a << b;
        };
    }

    // One loop per operation, see Comparisons.

    private static StrictBody add(Width width) {
        boolean large = width == Width.LARGE;
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    long x = Lanes.laneAt(a, i);
                    long y = Lanes.laneAt(b, i);
                    long sum = x + y;
                    if (large ? ((x ^ sum) & (y ^ sum)) < 0 : sum < width.least || sum > width.greatest) {
                        throw width.outOfRange();
                    }
                    Lanes.put(o, i, sum);
                }
            }
        };
    }

    private static StrictBody subtract(Width width) {
        boolean large = width == Width.LARGE;
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    long x = Lanes.laneAt(a, i);
                    long y = Lanes.laneAt(b, i);
                    long difference = x - y;
                    if (large
                            ? ((x ^ y) & (x ^ difference)) < 0
                            : difference < width.least || difference > width.greatest) {
                        throw width.outOfRange();
                    }
                    Lanes.put(o, i, difference);
                }
            }
        };
    }

    private static StrictBody multiply(Width width) {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    long x = Lanes.laneAt(a, i);
                    long y = Lanes.laneAt(b, i);
                    long product = x * y;
                    long high = Math.multiplyHigh(x, y);
                    if (high != product >> 63 || product < width.least || product > width.greatest) {
                        throw width.outOfRange();
                    }
                    Lanes.put(o, i, product);
                }
            }
        };
    }

    private static StrictBody divide(Width width) {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    long y = Lanes.laneAt(b, i);
                    if (y == 0) {
                        throw divisionByZero();
                    }
                    long x = Lanes.laneAt(a, i);
                    if (y == -1 && x == width.least) {
                        throw width.outOfRange();
                    }
                    Lanes.put(o, i, x / y);
                }
            }
        };
    }

    private static StrictBody remainder() {
        return Lanes.longs((a, b) -> {
            if (b == 0) {
                throw divisionByZero();
            }
            return b == -1 ? 0 : a % b;
        });
    }

    // ---- floats ----

    private static void floats(Registrar r, String prefix, String left, String right, boolean single) {
        String signature = "(" + left + ", " + right + ") " + (single ? "float4" : "float8");
        r.operator("+", r.immutable(prefix + "pl" + signature, floatAdd(single)));
        r.operator("-", r.immutable(prefix + "mi" + signature, floatSubtract(single)));
        r.operator("*", r.immutable(prefix + "mul" + signature, floatMultiply(single)));
        r.operator("/", r.immutable(prefix + "div" + signature, floatDivide(single)));
        if (left.equals(right)) {
            String unary = "(" + left + ") " + left;
            r.operator("-", r.immutable(prefix + "um" + unary, Lanes.doubles(a -> -a)));
            r.operator("+", r.immutable(prefix + "up" + unary, Rows.identity()));
            StrictBody abs = Lanes.doubles(Math::abs);
            r.operator("@", r.immutable(prefix + "abs" + unary, abs));
            r.immutable("abs" + unary, abs);
        }
    }

    static UserException overflow() {
        return new UserException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: overflow");
    }

    static UserException underflow() {
        return new UserException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value out of range: underflow");
    }

    private static double round(double value, boolean single) {
        return single ? (float) value : value;
    }

    private static StrictBody floatAdd(boolean single) {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    double x = Lanes.doubleAt(a, i);
                    double y = Lanes.doubleAt(b, i);
                    Lanes.put(o, i, checkOverflow(round(x + y, single), x, y));
                }
            }
        };
    }

    private static StrictBody floatSubtract(boolean single) {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    double x = Lanes.doubleAt(a, i);
                    double y = Lanes.doubleAt(b, i);
                    Lanes.put(o, i, checkOverflow(round(x - y, single), x, y));
                }
            }
        };
    }

    private static StrictBody floatMultiply(boolean single) {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    double x = Lanes.doubleAt(a, i);
                    double y = Lanes.doubleAt(b, i);
                    double product = checkOverflow(round(x * y, single), x, y);
                    if (product == 0 && x != 0 && y != 0) {
                        throw underflow();
                    }
                    Lanes.put(o, i, product);
                }
            }
        };
    }

    private static StrictBody floatDivide(boolean single) {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            long a = args[0].lanesAddress();
            long b = args[1].lanesAddress();
            long o = out.lanesAddress();
            for (int i = 0; i < count; i++) {
                if (!nulls || !out.isNull(i)) {
                    double x = Lanes.doubleAt(a, i);
                    double y = Lanes.doubleAt(b, i);
                    if (y == 0 && !Double.isNaN(x)) {
                        throw divisionByZero();
                    }
                    double quotient = round(x / y, single);
                    if (Double.isInfinite(quotient) && !Double.isInfinite(x)) {
                        throw overflow();
                    }
                    if (quotient == 0 && x != 0 && !Double.isInfinite(y)) {
                        throw underflow();
                    }
                    Lanes.put(o, i, quotient);
                }
            }
        };
    }

    private static double checkOverflow(double result, double x, double y) {
        if (Double.isInfinite(result) && !Double.isInfinite(x) && !Double.isInfinite(y)) {
            throw overflow();
        }
        return result;
    }

    /// Types whose values are whole numbers, for the casts.
    static List<String> integerTypes() {
        return List.of("int2", "int4", "int8");
    }

    /// Checks a value against an integer type.
    static long checkRange(long value, String type) {
        for (Width width : Width.values()) {
            if (width.type.equals(type)) {
                return width.check(value);
            }
        }
        return value;
    }
}
