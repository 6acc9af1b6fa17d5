package omendb.sql.function;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Numeric;

/// Roots, exponentials and logarithms of numeric, rounded at PostgreSQL's choice of scale (at least 16 significant
/// digits).
final class NumericMath {
    private static final int SIGNIFICANT_DIGITS = 16;
    private static final int MAX_DISPLAY_SCALE = 1000;

    /// PostgreSQL computes no e^x beyond.
    private static final double MAX_EXPONENT = 6000;

    /// Powers that overflow or vanish for sure are told by a rough logarithm, with this margin.
    private static final double POWER_FUZZ = 3.01 / 3;

    private NumericMath() {}

    private static int displayScale(int scale, int... atLeast) {
        int result = scale;
        for (int other : atLeast) {
            result = Math.max(result, other);
        }
        return Math.clamp(result, 0, MAX_DISPLAY_SCALE);
    }

    static Numeric squareRoot(Numeric a) {
        if (a.signum() < 0) {
            throw new UserException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION, "cannot take square root of a negative number");
        }
        if (!a.isFinite()) {
            return a;
        }
        BigDecimal value = a.decimal();
        int weight = NumericFunctions.weight(value);
        int resultDigits = weight >= 0 ? weight * 4 / 2 + 1 : 1 - (1 - weight * 4) / 2;
        int scale = displayScale(SIGNIFICANT_DIGITS - resultDigits, value.scale());
        int precision = Math.max(1, (value.precision() - value.scale()) / 2 + scale + 3);
        BigDecimal root =
                value.signum() == 0 ? BigDecimal.ZERO : value.sqrt(new MathContext(precision, RoundingMode.DOWN));
        return Numeric.of(root.setScale(scale, RoundingMode.HALF_UP));
    }

    static Numeric exponential(Numeric a) {
        if (!a.isFinite()) {
            return a.isNaN() || a.signum() > 0 ? a : Numeric.ZERO;
        }
        double decimalDigits = Math.clamp(a.toDouble() * 0.434294481903252, -2000, 2000);
        int scale = displayScale(
                SIGNIFICANT_DIGITS - (int) decimalDigits, a.decimal().scale());
        return Numeric.of(exp(a.decimal(), scale));
    }

    /// e^x to `scale` digits after the point.
    private static BigDecimal exp(BigDecimal x, int scale) {
        double estimate = x.doubleValue() * 0.4342944819032518;
        if (x.doubleValue() >= MAX_EXPONENT) {
            throw new UserException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
        }
        if (estimate < -scale - 2) {
            return BigDecimal.ZERO.setScale(scale);
        }
        int precision = Math.max(8, (int) estimate + scale + 12);
        MathContext context = new MathContext(precision + 10, RoundingMode.HALF_EVEN);
        // halve until small, sum the series, square back
        int halvings = 0;
        BigDecimal reduced = x;
        while (reduced.abs().compareTo(BigDecimal.valueOf(1, 2)) > 0) {
            reduced = reduced.divide(BigDecimal.TWO, context);
            halvings++;
        }
        MathContext wide = new MathContext(precision + 10 + halvings, RoundingMode.HALF_EVEN);
        reduced = x.divide(new BigDecimal(BigInteger.TWO.pow(halvings)), wide);
        BigDecimal sum = BigDecimal.ONE;
        BigDecimal term = BigDecimal.ONE;
        BigDecimal tiny = BigDecimal.ONE.movePointLeft(precision + 10 + halvings);
        for (int i = 1; term.abs().compareTo(tiny) > 0; i++) {
            term = term.multiply(reduced, wide).divide(BigDecimal.valueOf(i), wide);
            sum = sum.add(term);
        }
        sum = sum.round(wide);
        for (int i = 0; i < halvings; i++) {
            sum = sum.multiply(sum, wide);
        }
        return sum.setScale(scale, RoundingMode.HALF_UP);
    }

    private static void requirePositive(Numeric a) {
        if (a.signum() < 0) {
            throw new UserException(
                    SqlState.INVALID_ARGUMENT_FOR_LOGARITHM, "cannot take logarithm of a negative number");
        }
        if (a.signum() == 0) {
            throw new UserException(SqlState.INVALID_ARGUMENT_FOR_LOGARITHM, "cannot take logarithm of zero");
        }
    }

    static Numeric naturalLogarithm(Numeric a) {
        if (a.isNaN()) {
            return a;
        }
        requirePositive(a);
        if (!a.isFinite()) {
            return a;
        }
        int scale = displayScale(
                SIGNIFICANT_DIGITS - logarithmWeight(a.decimal()), a.decimal().scale());
        return Numeric.of(ln(a.decimal(), scale + 10).setScale(scale, RoundingMode.HALF_UP));
    }

    /// Decimal weight of ln(value), as PostgreSQL estimates it.
    private static int logarithmWeight(BigDecimal value) {
        BigDecimal ninety = new BigDecimal("0.9");
        BigDecimal eleven = new BigDecimal("1.1");
        if (value.compareTo(ninety) >= 0 && value.compareTo(eleven) <= 0) {
            // ln(1 + x) is about x
            BigDecimal x = value.subtract(BigDecimal.ONE);
            return x.signum() == 0 ? 0 : x.precision() - x.scale() - 1;
        }
        double logarithm = Math.abs(ln(value.round(MathContext.DECIMAL64), 20).doubleValue());
        return (int) Math.log10(logarithm);
    }

    /// ln(x) to about `digits` digits after the point.
    private static BigDecimal ln(BigDecimal x, int digits) {
        MathContext context =
                new MathContext(digits + 15 + Math.abs(x.precision() - x.scale()) / 4, RoundingMode.HALF_EVEN);
        // x = m * 10^k with m near 1 after square roots
        int exponent = x.precision() - x.scale() - 1;
        BigDecimal mantissa = x.scaleByPowerOfTen(-exponent);
        if (mantissa.compareTo(BigDecimal.valueOf(3)) > 0) {
            mantissa = mantissa.movePointLeft(1);
            exponent++;
        }
        BigDecimal result = lnNearOne(mantissa, context);
        if (exponent != 0) {
            result = result.add(lnNearOne(BigDecimal.TWO, context)
                    .multiply(BigDecimal.valueOf(3))
                    .add(lnNearOne(new BigDecimal("1.25"), context))
                    .multiply(BigDecimal.valueOf(exponent)));
        }
        return result.round(context);
    }

    /// ln of 0.3 .. 3: square roots towards 1, then the series of 2 artanh((m-1)/(m+1)).
    private static BigDecimal lnNearOne(BigDecimal value, MathContext context) {
        BigDecimal root = value;
        int roots = 0;
        while (root.subtract(BigDecimal.ONE).abs().compareTo(new BigDecimal("0.05")) > 0) {
            root = root.sqrt(context);
            roots++;
        }
        BigDecimal ratio = root.subtract(BigDecimal.ONE).divide(root.add(BigDecimal.ONE), context);
        BigDecimal square = ratio.multiply(ratio, context);
        BigDecimal power = ratio;
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal tiny = BigDecimal.ONE.movePointLeft(context.getPrecision() + 2);
        for (int i = 1; power.abs().compareTo(tiny) > 0; i += 2) {
            sum = sum.add(power.divide(BigDecimal.valueOf(i), context));
            power = power.multiply(square, context);
        }
        return sum.multiply(new BigDecimal(BigInteger.TWO.pow(roots + 1)));
    }

    static Numeric logarithm(Numeric base, Numeric a) {
        if (base.isNaN() || a.isNaN()) {
            return Numeric.NAN;
        }
        requirePositive(base);
        requirePositive(a);
        if (!base.isFinite() || !a.isFinite()) {
            return base.isFinite() ? Numeric.POSITIVE_INFINITY : a.isFinite() ? Numeric.ZERO : Numeric.NAN;
        }
        BigDecimal lnBase = ln(base.decimal(), 60);
        if (lnBase.signum() == 0) {
            throw Arithmetic.divisionByZero();
        }
        int weight = logarithmWeight(a.decimal()) - logarithmWeight(base.decimal());
        int scale = displayScale(
                SIGNIFICANT_DIGITS - weight, base.decimal().scale(), a.decimal().scale());
        MathContext context = new MathContext(scale + 40, RoundingMode.HALF_EVEN);
        return Numeric.of(ln(a.decimal(), scale + 20)
                .divide(ln(base.decimal(), scale + 20), context)
                .setScale(scale, RoundingMode.HALF_UP));
    }

    static Numeric power(Numeric base, Numeric exponent) {
        if (!base.isFinite() || !exponent.isFinite()) {
            return specialPower(base, exponent);
        }
        BigDecimal x = base.decimal();
        BigDecimal y = exponent.decimal();
        if (x.signum() == 0 && y.signum() < 0) {
            throw new UserException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION, "zero raised to a negative power is undefined");
        }
        boolean integral = y.stripTrailingZeros().scale() <= 0;
        if (x.signum() < 0 && !integral) {
            throw new UserException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION,
                    "a negative number raised to a non-integer power yields a complex result");
        }
        if (integral && y.abs().compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) <= 0) {
            return integerPower(x, y.intValueExact());
        }
        if (x.signum() == 0) {
            return Numeric.of(BigDecimal.ZERO.setScale(SIGNIFICANT_DIGITS));
        }
        BigDecimal lnBase = ln(x, 40);
        double logarithm = lnBase.doubleValue() * y.doubleValue();
        if (Math.abs(logarithm) > MAX_EXPONENT * POWER_FUZZ) {
            if (logarithm > 0) {
                throw new UserException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
            }
            return Numeric.of(BigDecimal.ZERO.setScale(MAX_DISPLAY_SCALE));
        }
        double digits = logarithm * 0.434294481903252;
        int scale = displayScale(SIGNIFICANT_DIGITS - (int) Math.clamp(digits, -2000, 2000), x.scale(), y.scale());
        BigDecimal product = ln(x, scale + 20 + (int) Math.abs(digits)).multiply(y);
        return Numeric.of(exp(product, scale));
    }

    private static Numeric specialPower(Numeric base, Numeric exponent) {
        Numeric one = Numeric.of(1);
        if (base.equals(one) || (exponent.signum() == 0 && !exponent.isNaN())) {
            return one;
        }
        if (base.isNaN() || exponent.isNaN()) {
            return Numeric.NAN;
        }
        boolean integral =
                !exponent.isFinite() || exponent.decimal().stripTrailingZeros().scale() <= 0;
        if (base.signum() < 0 && !integral) {
            throw new UserException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION,
                    "a negative number raised to a non-integer power yields a complex result");
        }
        if (base.signum() == 0 && exponent.signum() < 0) {
            throw new UserException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION, "zero raised to a negative power is undefined");
        }
        double result = Math.pow(base.toDouble(), exponent.toDouble());
        return result == 0 ? Numeric.ZERO : Numeric.ofDouble(result);
    }

    private static Numeric integerPower(BigDecimal base, int exponent) {
        int scale = displayScale(SIGNIFICANT_DIGITS, base.scale());
        double digits = base.signum() == 0
                ? 0
                : exponent
                        * (Math.log10(Math.abs(base.round(MathContext.DECIMAL32)
                                        .unscaledValue()
                                        .doubleValue()))
                                - base.round(MathContext.DECIMAL32).scale());
        if (digits > 131_072) {
            throw new UserException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
        }
        if (digits < -scale - 1) {
            return Numeric.of(BigDecimal.ZERO.setScale(scale));
        }
        int precision = Math.max(1, (int) digits + scale + 20);
        MathContext context = new MathContext(precision + 12, RoundingMode.HALF_EVEN);
        BigDecimal power = powerBySquaring(base, Math.abs((long) exponent), context);
        BigDecimal result = exponent < 0 ? BigDecimal.ONE.divide(power, context) : power;
        return Numeric.of(result.setScale(scale, RoundingMode.HALF_UP));
    }

    private static BigDecimal powerBySquaring(BigDecimal base, long exponent, MathContext context) {
        BigDecimal result = BigDecimal.ONE;
        BigDecimal square = base;
        for (long rest = exponent; rest > 0; rest >>= 1) {
            if ((rest & 1) != 0) {
                result = result.multiply(square, context);
            }
            if (rest > 1) {
                square = square.multiply(square, context);
            }
        }
        return result;
    }
}
