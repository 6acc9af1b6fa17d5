package omendb.sql.function;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Numeric;

/// Exact arithmetic on numeric: PostgreSQL's result scales, infinities and NaN. Small numbers stay in a long.
final class NumericFunctions {
    private NumericFunctions() {}

    static void register(Registrar r) {
        r.operator("+", r.immutable("numeric_add(numeric, numeric) numeric", Rows.strict(NumericFunctions::addRow)));
        r.operator(
                "-", r.immutable("numeric_sub(numeric, numeric) numeric", Rows.strict(NumericFunctions::subtractRow)));
        r.operator(
                "*", r.immutable("numeric_mul(numeric, numeric) numeric", Rows.strict(NumericFunctions::multiplyRow)));
        r.operator("/", r.immutable("numeric_div(numeric, numeric) numeric", Rows.numeric(NumericFunctions::divide)));
        FunctionDef mod =
                r.immutable("numeric_mod(numeric, numeric) numeric", Rows.numeric(NumericFunctions::remainder));
        r.operator("%", mod);
        r.immutable("mod(numeric, numeric) numeric", Rows.numeric(NumericFunctions::remainder));
        r.operator("-", r.immutable("numeric_uminus(numeric) numeric", Rows.numeric(NumericFunctions::negate)));
        r.operator("+", r.immutable("numeric_uplus(numeric) numeric", Rows.identity()));
        StrictBody abs = Rows.numeric((Numeric a) -> a.signum() < 0 ? negate(a) : a);
        r.operator("@", r.immutable("numeric_abs(numeric) numeric", abs));
        r.immutable("abs(numeric) numeric", abs);
        r.immutable("sign(numeric) numeric", Rows.numeric((Numeric a) -> a.isNaN() ? a : Numeric.of(a.signum())));
        rounding(r);
        mathematics(r);
    }

    private static void rounding(Registrar r) {
        r.immutable(
                "round(numeric, int4) numeric",
                Rows.strict((context, args, row, out) -> round(
                                Numeric.read(args[0], row), scale(args, row), RoundingMode.HALF_UP)
                        .write(out, row)));
        r.immutable("round(numeric) numeric", Rows.numeric((Numeric a) -> round(a, 0, RoundingMode.HALF_UP)));
        r.immutable(
                "trunc(numeric, int4) numeric",
                Rows.strict((context, args, row, out) -> round(
                                Numeric.read(args[0], row), scale(args, row), RoundingMode.DOWN)
                        .write(out, row)));
        r.immutable("trunc(numeric) numeric", Rows.numeric((Numeric a) -> round(a, 0, RoundingMode.DOWN)));
        r.immutable("ceil(numeric) numeric", Rows.numeric((Numeric a) -> round(a, 0, RoundingMode.CEILING)));
        r.immutable("ceiling(numeric) numeric", Rows.numeric((Numeric a) -> round(a, 0, RoundingMode.CEILING)));
        r.immutable("floor(numeric) numeric", Rows.numeric((Numeric a) -> round(a, 0, RoundingMode.FLOOR)));
        r.immutable("scale(numeric) int4", Rows.strict((context, args, row, out) -> {
            Numeric value = Numeric.read(args[0], row);
            if (value.isFinite()) {
                out.setLong(row, value.decimal().scale());
            } else {
                out.setNull(row);
            }
        }));
        r.immutable("trim_scale(numeric) numeric", Rows.numeric((Numeric a) -> a.isFinite() ? trimScale(a) : a));
        r.immutable("min_scale(numeric) int4", Rows.strict((context, args, row, out) -> {
            Numeric value = Numeric.read(args[0], row);
            if (value.isFinite()) {
                out.setLong(row, trimScale(value).decimal().scale());
            } else {
                out.setNull(row);
            }
        }));
    }

    private static void mathematics(Registrar r) {
        r.immutable("div(numeric, numeric) numeric", Rows.numeric(NumericFunctions::integerDivide));
        r.immutable("sqrt(numeric) numeric", Rows.numeric(NumericMath::squareRoot));
        r.immutable("exp(numeric) numeric", Rows.numeric(NumericMath::exponential));
        r.immutable("ln(numeric) numeric", Rows.numeric(NumericMath::naturalLogarithm));
        r.immutable("log(numeric, numeric) numeric", Rows.numeric(NumericMath::logarithm));
        StrictBody decimalLog = Rows.numeric((Numeric a) -> NumericMath.logarithm(Numeric.of(10), a));
        r.immutable("log(numeric) numeric", decimalLog);
        r.immutable("log10(numeric) numeric", decimalLog);
        r.immutable("power(numeric, numeric) numeric", Rows.numeric(NumericMath::power));
        r.immutable("pow(numeric, numeric) numeric", Rows.numeric(NumericMath::power));
        r.operator("^", r.immutable("numeric_power(numeric, numeric) numeric", Rows.numeric(NumericMath::power)));
        r.immutable(
                "factorial(int8) numeric",
                Rows.strict((context, args, row, out) ->
                        factorial(args[0].getLong(row)).write(out, row)));
        r.immutable("gcd(numeric, numeric) numeric", Rows.numeric((a, b) -> common(a, b, true)));
        r.immutable("lcm(numeric, numeric) numeric", Rows.numeric((a, b) -> common(a, b, false)));
    }

    private static int scale(ColumnVector[] args, int row) {
        return Math.clamp(args[1].getLong(row), -Numeric.MAX_SCALE, Numeric.MAX_SCALE);
    }

    static Numeric round(Numeric a, int scale, RoundingMode mode) {
        return a.isFinite() ? Numeric.of(a.decimal().setScale(scale, mode)) : a;
    }

    private static Numeric trimScale(Numeric a) {
        BigDecimal stripped = a.decimal().stripTrailingZeros();
        return Numeric.of(stripped.scale() < 0 ? stripped.setScale(0) : stripped);
    }

    // ---- rows: in a long where both are small and of one scale ----

    private static boolean bothCompact(ColumnVector[] args, int row) {
        return Numeric.isCompact(args[0].address(row), args[0].length(row))
                && Numeric.isCompact(args[1].address(row), args[1].length(row));
    }

    private static long unscaled(ColumnVector in, int row) {
        return Numeric.compactUnscaled(in.address(row), in.length(row));
    }

    private static void addRow(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        int scale = Numeric.scale(args[0].address(row));
        if (bothCompact(args, row) && scale == Numeric.scale(args[1].address(row))) {
            long x = unscaled(args[0], row);
            long y = unscaled(args[1], row);
            long sum = x + y;
            if (((x ^ sum) & (y ^ sum)) >= 0) {
                Numeric.write(sum, scale, out, row);
                return;
            }
        }
        add(Numeric.read(args[0], row), Numeric.read(args[1], row)).write(out, row);
    }

    private static void subtractRow(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        int scale = Numeric.scale(args[0].address(row));
        if (bothCompact(args, row) && scale == Numeric.scale(args[1].address(row))) {
            long x = unscaled(args[0], row);
            long y = unscaled(args[1], row);
            long difference = x - y;
            if (((x ^ y) & (x ^ difference)) >= 0) {
                Numeric.write(difference, scale, out, row);
                return;
            }
        }
        subtract(Numeric.read(args[0], row), Numeric.read(args[1], row)).write(out, row);
    }

    private static void multiplyRow(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        if (bothCompact(args, row)) {
            long x = unscaled(args[0], row);
            long y = unscaled(args[1], row);
            long product = x * y;
            int scale = Numeric.scale(args[0].address(row)) + Numeric.scale(args[1].address(row));
            if (Math.multiplyHigh(x, y) == product >> 63 && scale <= Numeric.MAX_SCALE) {
                Numeric.write(product, scale, out, row);
                return;
            }
        }
        multiply(Numeric.read(args[0], row), Numeric.read(args[1], row)).write(out, row);
    }

    // ---- operations ----

    static Numeric add(Numeric a, Numeric b) {
        if (a.isFinite() && b.isFinite()) {
            return Numeric.of(a.decimal().add(b.decimal()));
        }
        if (a.isNaN() || b.isNaN() || (a.isInfinite() && b.isInfinite() && a.signum() != b.signum())) {
            return Numeric.NAN;
        }
        return a.isInfinite() ? a : b;
    }

    static Numeric subtract(Numeric a, Numeric b) {
        return add(a, negate(b));
    }

    static Numeric negate(Numeric a) {
        if (a.isFinite()) {
            return Numeric.of(a.decimal().negate());
        }
        return a.isNaN() ? a : infinity(-a.signum());
    }

    private static Numeric infinity(int sign) {
        return sign > 0 ? Numeric.POSITIVE_INFINITY : Numeric.NEGATIVE_INFINITY;
    }

    static Numeric multiply(Numeric a, Numeric b) {
        if (a.isFinite() && b.isFinite()) {
            return Numeric.of(a.decimal().multiply(b.decimal()));
        }
        if (a.isNaN() || b.isNaN() || a.signum() == 0 || b.signum() == 0) {
            return Numeric.NAN;
        }
        return infinity(a.signum() * b.signum());
    }

    static Numeric divide(Numeric a, Numeric b) {
        if (a.isNaN() || b.isNaN() || (a.isInfinite() && b.isInfinite())) {
            return Numeric.NAN;
        }
        if (b.isFinite() && b.signum() == 0) {
            throw Arithmetic.divisionByZero();
        }
        if (a.isInfinite()) {
            return infinity(a.signum() * b.signum());
        }
        if (b.isInfinite()) {
            return Numeric.ZERO;
        }
        BigDecimal x = a.decimal();
        BigDecimal y = b.decimal();
        return Numeric.of(x.divide(y, divisionScale(x, y), RoundingMode.HALF_UP));
    }

    /// PostgreSQL counts in base-10000 digits: at least 16 significant decimal digits, not fewer than either argument
    /// shows.
    private static int divisionScale(BigDecimal x, BigDecimal y) {
        int weight = weight(x) - weight(y);
        if (firstDigit(x) <= firstDigit(y)) {
            weight--;
        }
        int scale = Math.max(16 - weight * 4, Math.max(x.scale(), y.scale()));
        return Math.clamp(scale, 0, 1000);
    }

    /// Position of the first base-10000 digit; 0 for zero.
    static int weight(BigDecimal value) {
        return value.signum() == 0 ? 0 : Math.floorDiv(value.precision() - value.scale() - 1, 4);
    }

    /// The first base-10000 digit; 0 for zero.
    private static int firstDigit(BigDecimal value) {
        if (value.signum() == 0) {
            return 0;
        }
        int exponent = value.precision() - value.scale() - 1;
        int digits = Math.floorMod(exponent, 4) + 1;
        BigInteger unscaled = value.unscaledValue().abs();
        int surplus = value.precision() - digits;
        return surplus >= 0
                ? unscaled.divide(BigInteger.TEN.pow(surplus)).intValue()
                : unscaled.multiply(BigInteger.TEN.pow(-surplus)).intValue();
    }

    static Numeric remainder(Numeric a, Numeric b) {
        if (a.isNaN() || b.isNaN()) {
            return Numeric.NAN;
        }
        if (b.isFinite() && b.signum() == 0) {
            throw Arithmetic.divisionByZero();
        }
        if (a.isInfinite()) {
            return Numeric.NAN;
        }
        if (b.isInfinite()) {
            return a;
        }
        int scale = Math.max(a.decimal().scale(), b.decimal().scale());
        return Numeric.of(a.decimal().remainder(b.decimal()).setScale(scale));
    }

    private static Numeric integerDivide(Numeric a, Numeric b) {
        if (!a.isFinite() || !b.isFinite() || b.signum() == 0) {
            return divide(a, b);
        }
        return Numeric.of(a.decimal().divideToIntegralValue(b.decimal()).setScale(0, RoundingMode.DOWN));
    }

    private static Numeric factorial(long n) {
        if (n < 0) {
            throw new UserException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "factorial of a negative number is undefined");
        }
        if (n > 32_177) {
            throw new UserException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
        }
        BigInteger product = BigInteger.ONE;
        for (long i = 2; i <= n; i++) {
            product = product.multiply(BigInteger.valueOf(i));
        }
        return Numeric.of(new BigDecimal(product));
    }

    private static Numeric common(Numeric a, Numeric b, boolean divisor) {
        if (!a.isFinite() || !b.isFinite()) {
            return Numeric.NAN;
        }
        int scale = Math.max(a.decimal().scale(), b.decimal().scale());
        BigInteger x = a.decimal().setScale(scale).unscaledValue();
        BigInteger y = b.decimal().setScale(scale).unscaledValue();
        BigInteger gcd = x.gcd(y);
        BigInteger result =
                divisor || gcd.signum() == 0 ? gcd : x.multiply(y).abs().divide(gcd);
        return Numeric.of(new BigDecimal(result, scale));
    }
}
