package omendb.sql.function;

import java.util.function.DoubleUnaryOperator;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Mathematical functions of float8.
final class FloatMath {
    private static final double RADIANS_PER_DEGREE = 0.017453292519943295;

    private FloatMath() {}

    private static double inRange(double result, double argument) {
        if (Double.isInfinite(result) && !Double.isInfinite(argument)) {
            throw Arithmetic.overflow();
        }
        if (result == 0 && argument != 0) {
            throw Arithmetic.underflow();
        }
        return result;
    }

    private static double inverseSinh(double a) {
        double x = Math.abs(a);
        double result = x > 0x1p28 ? Math.log(x) + Math.log(2) : Math.log1p(x + x * x / (1 + Math.sqrt(x * x + 1)));
        return Math.copySign(x < 0x1p-28 ? x : result, a);
    }

    private static double inverseCosh(double a) {
        double x = atLeastOne(a);
        if (x > 0x1p28) {
            return Math.log(x) + Math.log(2);
        }
        double t = x - 1;
        return Math.log1p(t + Math.sqrt(2 * t + t * t));
    }

    static void register(Registrar r) {
        both(r, "ceil", "ceiling", Math::ceil);
        one(r, "floor", Math::floor);
        one(r, "trunc", a -> a < 0 ? Math.ceil(a) : Math.floor(a));
        one(r, "round", Math::rint);
        one(r, "sign", a -> a > 0 ? 1 : a < 0 ? -1 : 0);
        one(r, "sqrt", FloatMath::squareRoot);
        r.operator("|/", r.immutable("dsqrt(float8) float8", Lanes.doubles(FloatMath::squareRoot)));
        one(r, "cbrt", CubeRoot::of);
        r.operator("||/", r.immutable("dcbrt(float8) float8", Lanes.doubles(CubeRoot::of)));
        one(r, "exp", FloatMath::exponential);
        one(r, "ln", FloatMath::naturalLogarithm);
        both(r, "log", "log10", a -> Math.log10(positive(a)));
        one(r, "degrees", a -> inRange(a / RADIANS_PER_DEGREE, a));
        one(r, "radians", a -> inRange(a * RADIANS_PER_DEGREE, a));
        trigonometry(r);
        DegreeTrigonometry.register(r);
        r.immutable("pi() float8", Rows.strict((context, args, row, out) -> out.setDouble(row, Math.PI)));
        StrictBody power = Lanes.doubles(FloatMath::power);
        r.immutable("power(float8, float8) float8", power);
        r.immutable("pow(float8, float8) float8", power);
        r.operator("^", r.immutable("dpow(float8, float8) float8", power));
        r.changing(
                "random() float8",
                Rows.strict((context, args, row, out) ->
                        out.setDouble(row, context.random().nextDouble())));
        r.changing("setseed(float8) void", Rows.strict((context, args, row, out) -> {
            double seed = args[0].getDouble(row);
            if (!(seed >= -1 && seed <= 1)) {
                throw new UserException(
                        SqlState.INVALID_PARAMETER_VALUE,
                        "setseed parameter " + seed + " is out of allowed range [-1,1]");
            }
            context.seed(seed);
            out.setString(row, "");
        }));
    }

    private static void trigonometry(Registrar r) {
        one(r, "sin", a -> Math.sin(finite(a)));
        one(r, "cos", a -> Math.cos(finite(a)));
        one(r, "tan", a -> Math.tan(finite(a)));
        one(r, "cot", a -> 1 / Math.tan(finite(a)));
        one(r, "asin", a -> Math.asin(unit(a)));
        one(r, "acos", a -> Math.acos(unit(a)));
        one(r, "atan", Math::atan);
        one(r, "sinh", Math::sinh);
        one(r, "cosh", Math::cosh);
        one(r, "tanh", Math::tanh);
        one(r, "asinh", FloatMath::inverseSinh);
        one(r, "acosh", FloatMath::inverseCosh);
        one(r, "atanh", a -> Math.copySign(0.5 * Math.log1p(2 * Math.abs(unit(a)) / (1 - Math.abs(a))), a));
        r.immutable("atan2(float8, float8) float8", Lanes.doubles((a, b) -> Math.atan2(a, b)));
    }

    private static void one(Registrar r, String name, DoubleUnaryOperator operator) {
        r.immutable(name + "(float8) float8", Lanes.doubles(operator));
    }

    private static void both(Registrar r, String name, String alias, DoubleUnaryOperator operator) {
        one(r, name, operator);
        one(r, alias, operator);
    }

    static UserException inputOutOfRange() {
        return new UserException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "input is out of range");
    }

    static double finite(double a) {
        if (Double.isInfinite(a)) {
            throw inputOutOfRange();
        }
        return a;
    }

    static double unit(double a) {
        if (a < -1 || a > 1) {
            throw inputOutOfRange();
        }
        return a;
    }

    private static double atLeastOne(double a) {
        if (a < 1) {
            throw inputOutOfRange();
        }
        return a;
    }

    private static double squareRoot(double a) {
        if (a < 0) {
            throw new UserException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION, "cannot take square root of a negative number");
        }
        return Math.sqrt(a);
    }

    private static double exponential(double a) {
        double result = Math.exp(a);
        if (Double.isInfinite(result) && !Double.isInfinite(a)) {
            throw Arithmetic.overflow();
        }
        if (result == 0 && !Double.isInfinite(a)) {
            throw Arithmetic.underflow();
        }
        return result;
    }

    private static double positive(double a) {
        if (a == 0) {
            throw new UserException(SqlState.INVALID_ARGUMENT_FOR_LOGARITHM, "cannot take logarithm of zero");
        }
        if (a < 0) {
            throw new UserException(
                    SqlState.INVALID_ARGUMENT_FOR_LOGARITHM, "cannot take logarithm of a negative number");
        }
        return a;
    }

    private static double naturalLogarithm(double a) {
        return Math.log(positive(a));
    }

    private static double power(double a, double b) {
        if (a == 0 && b < 0) {
            throw new UserException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION, "zero raised to a negative power is undefined");
        }
        if (a < 0 && Math.floor(b) != b) {
            throw new UserException(
                    SqlState.INVALID_ARGUMENT_FOR_POWER_FUNCTION,
                    "a negative number raised to a non-integer power yields a complex result");
        }
        if (a == 1) {
            return 1;
        }
        double result = Math.pow(a, b);
        boolean finite = !Double.isInfinite(a) && !Double.isInfinite(b);
        if (Double.isInfinite(result) && finite) {
            throw Arithmetic.overflow();
        }
        if (result == 0 && a != 0 && finite) {
            throw Arithmetic.underflow();
        }
        return result;
    }
}
