package omendb.sql.function;

import java.util.function.DoubleUnaryOperator;

/// sind, cosd and their kin: trigonometry in degrees, exact where the answer is (`sind(30) = 0.5`).
///
/// Arguments are folded into the first quadrant; there the sine of 0..30 and the cosine of 0..60 degrees are scaled by
/// the computed values at 30 and 60, so that the well-known angles come out without rounding (as PostgreSQL specifies).
final class DegreeTrigonometry {
    private static final double RADIANS_PER_DEGREE = 0.017453292519943295;
    private static final double SINE_OF_30 = Math.sin(30 * RADIANS_PER_DEGREE);
    private static final double ONE_MINUS_COSINE_OF_60 = 1 - Math.cos(60 * RADIANS_PER_DEGREE);
    private static final double TANGENT_OF_45 = sineInQuadrant(45) / cosineInQuadrant(45);
    private static final double COTANGENT_OF_45 = cosineInQuadrant(45) / sineInQuadrant(45);
    private static final double ARCSINE_OF_HALF = Math.asin(0.5);
    private static final double ARCCOSINE_OF_HALF = Math.acos(0.5);
    private static final double ARCTANGENT_OF_ONE = Math.atan(1);

    private DegreeTrigonometry() {}

    static void register(Registrar r) {
        one(r, "sind", a -> sine(FloatMath.finite(a)));
        one(r, "cosd", a -> cosine(FloatMath.finite(a)));
        one(r, "tand", a -> ratio(FloatMath.finite(a), false));
        one(r, "cotd", a -> ratio(FloatMath.finite(a), true));
        one(r, "asind", a -> arcsine(FloatMath.unit(a)));
        one(r, "acosd", a -> FloatMath.unit(a) >= 0 ? arccosineOfPositive(a) : 90 + arcsineOfPositive(-a));
        one(r, "atand", a -> Math.atan(a) / ARCTANGENT_OF_ONE * 45);
        r.immutable(
                "atan2d(float8, float8) float8", Lanes.doubles((a, b) -> Math.atan2(a, b) / ARCTANGENT_OF_ONE * 45));
    }

    private static void one(Registrar r, String name, DoubleUnaryOperator operator) {
        r.immutable(name + "(float8) float8", Lanes.doubles(operator));
    }

    private static double sineTo30(double degrees) {
        return Math.sin(degrees * RADIANS_PER_DEGREE) / SINE_OF_30 / 2;
    }

    private static double cosineTo60(double degrees) {
        return 1 - (1 - Math.cos(degrees * RADIANS_PER_DEGREE)) / ONE_MINUS_COSINE_OF_60 / 2;
    }

    private static double sineInQuadrant(double degrees) {
        return degrees <= 30 ? sineTo30(degrees) : cosineTo60(90 - degrees);
    }

    private static double cosineInQuadrant(double degrees) {
        return degrees <= 60 ? cosineTo60(degrees) : sineTo30(90 - degrees);
    }

    private static double sine(double degrees) {
        double angle = degrees % 360;
        int sign = angle < 0 ? -1 : 1;
        angle = Math.abs(angle);
        if (angle > 180) {
            angle = 360 - angle;
            sign = -sign;
        }
        return sign * sineInQuadrant(angle > 90 ? 180 - angle : angle);
    }

    private static double cosine(double degrees) {
        double angle = Math.abs(degrees % 360);
        if (angle > 180) {
            angle = 360 - angle;
        }
        return angle > 90 ? -cosineInQuadrant(180 - angle) : cosineInQuadrant(angle);
    }

    /// tand, or cotd if `inverse`.
    private static double ratio(double degrees, boolean inverse) {
        double angle = degrees % 360;
        int sign = angle < 0 ? -1 : 1;
        angle = Math.abs(angle);
        if (angle > 180) {
            angle = 360 - angle;
            sign = -sign;
        }
        if (angle > 90) {
            angle = 180 - angle;
            sign = -sign;
        }
        double sine = sineInQuadrant(angle);
        double cosine = cosineInQuadrant(angle);
        double result = sign * (inverse ? cosine / sine / COTANGENT_OF_45 : sine / cosine / TANGENT_OF_45);
        // no minus zero
        return result == 0 ? 0 : result;
    }

    private static double arcsine(double a) {
        return a >= 0 ? arcsineOfPositive(a) : -arcsineOfPositive(-a);
    }

    private static double arcsineOfPositive(double a) {
        return a <= 0.5 ? Math.asin(a) / ARCSINE_OF_HALF * 30 : 90 - Math.acos(a) / ARCCOSINE_OF_HALF * 60;
    }

    private static double arccosineOfPositive(double a) {
        return a <= 0.5 ? 90 - Math.asin(a) / ARCSINE_OF_HALF * 30 : Math.acos(a) / ARCCOSINE_OF_HALF * 60;
    }
}
