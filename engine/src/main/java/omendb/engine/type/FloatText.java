package omendb.engine.type;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Floats to and from text as PostgreSQL writes them.
///
/// Output is the shortest decimal strictly inside the rounding interval (PostgreSQL's Ryu leaves out the interval's
/// ends,
/// so 1e23 prints as 9.999999999999999e+22), scientific below 1e-4 and from 1e15 (float4: 1e6) up.
public final class FloatText {
    private FloatText() {}

    public static String format(double value) {
        if (!Double.isFinite(value)) {
            return special(value);
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        BigDecimal shortest = shorten(new BigDecimal(Double.toString(Math.abs(value))), Math.abs(value));
        return layout(value < 0, shortest, 15);
    }

    public static String format(float value) {
        if (!Float.isFinite(value)) {
            return special(value);
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        BigDecimal shortest = shorten(new BigDecimal(Float.toString(Math.abs(value))), Math.abs(value));
        return layout(value < 0, shortest, 6);
    }

    /// `%.{digits}g`, for extra_float_digits <= 0.
    static String format(double value, int digits) {
        if (!Double.isFinite(value)) {
            return special(value);
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        BigDecimal rounded = new BigDecimal(Math.abs(value)).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        return layout(value < 0, rounded, digits);
    }

    private static String special(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        return value > 0 ? "Infinity" : "-Infinity";
    }

    /// Java prefers two digits where one would do (4.9E-324), and takes the ends of the interval.
    private static BigDecimal shorten(BigDecimal decimal, double value) {
        BigDecimal digits = decimal.stripTrailingZeros();
        if (digits.precision() == 2) {
            BigDecimal one = digits.round(new MathContext(1, RoundingMode.HALF_EVEN));
            if (one.doubleValue() == value) {
                return one;
            }
        }
        if (value >= 0x1p51 && value < 1e41 && (Double.doubleToRawLongBits(value) & 1) == 0) {
            return insideInterval(digits, new BigDecimal(value), Math.nextUp(value), Math.nextDown(value), 17);
        }
        return digits;
    }

    private static BigDecimal shorten(BigDecimal decimal, float value) {
        BigDecimal digits = decimal.stripTrailingZeros();
        if (digits.precision() == 2) {
            BigDecimal one = digits.round(new MathContext(1, RoundingMode.HALF_EVEN));
            if (one.floatValue() == value) {
                return one;
            }
        }
        if (value >= 0x1p22f && value < 1e20f && (Float.floatToRawIntBits(value) & 1) == 0) {
            return insideInterval(digits, new BigDecimal(value), Math.nextUp(value), Math.nextDown(value), 9);
        }
        return digits;
    }

    /// If `digits` is an end of the rounding interval, the shortest decimal strictly inside it instead.
    private static BigDecimal insideInterval(BigDecimal digits, BigDecimal exact, double up, double down, int most) {
        BigDecimal two = BigDecimal.valueOf(2);
        BigDecimal high = exact.add(new BigDecimal(up)).divide(two);
        BigDecimal low = exact.add(new BigDecimal(down)).divide(two);
        for (int precision = digits.precision(); precision <= most; precision++) {
            BigDecimal candidate = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
            if (candidate.compareTo(high) < 0 && candidate.compareTo(low) > 0) {
                return candidate.stripTrailingZeros();
            }
        }
        return digits;
    }

    private static String layout(boolean negative, BigDecimal decimal, int scientificFrom) {
        String digits = decimal.stripTrailingZeros().unscaledValue().toString();
        int exponent = decimal.precision() - decimal.scale() - 1;
        StringBuilder text = new StringBuilder(32);
        if (negative) {
            text.append('-');
        }
        if (exponent < -4 || exponent >= scientificFrom) {
            text.append(digits.charAt(0));
            if (digits.length() > 1) {
                text.append('.').append(digits, 1, digits.length());
            }
            text.append('e').append(exponent < 0 ? '-' : '+');
            int magnitude = Math.abs(exponent);
            return text.append(magnitude < 10 ? "0" : "").append(magnitude).toString();
        }
        if (exponent < 0) {
            return text.append("0.").repeat('0', -exponent - 1).append(digits).toString();
        }
        if (digits.length() <= exponent + 1) {
            return text.append(digits)
                    .repeat('0', exponent + 1 - digits.length())
                    .toString();
        }
        return text.append(digits, 0, exponent + 1)
                .append('.')
                .append(digits, exponent + 1, digits.length())
                .toString();
    }

    /// float8 input.
    public static double parseDouble(String text) {
        String number = text.strip();
        if (!isNumber(number)) {
            if (isHexadecimal(number)) {
                return Double.parseDouble(withBinaryExponent(number));
            }
            return special(text, number, "double precision");
        }
        double value = Double.parseDouble(number);
        if (Double.isInfinite(value) || (value == 0 && hasNonZeroDigit(number))) {
            throw outOfRange(number, "double precision");
        }
        return value;
    }

    /// float4 input.
    public static float parseFloat(String text) {
        String number = text.strip();
        if (!isNumber(number)) {
            if (isHexadecimal(number)) {
                return Float.parseFloat(withBinaryExponent(number));
            }
            return (float) special(text, number, "real");
        }
        float value = Float.parseFloat(number);
        if (Float.isInfinite(value) || (value == 0 && hasNonZeroDigit(number))) {
            throw outOfRange(number, "real");
        }
        return value;
    }

    private static double special(String text, String number, String typeName) {
        return switch (number.toLowerCase(Locale.ROOT)) {
            case "nan", "+nan", "-nan" -> Double.NaN;
            case "infinity", "+infinity", "inf", "+inf" -> Double.POSITIVE_INFINITY;
            case "-infinity", "-inf" -> Double.NEGATIVE_INFINITY;
            default -> throw TypeErrors.invalidSyntax(typeName, text);
        };
    }

    private static UserException outOfRange(String number, String typeName) {
        return new UserException(
                SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "\"" + number + "\" is out of range for type " + typeName);
    }

    /// C's strtod takes these, Java wants the exponent.
    private static boolean isHexadecimal(String number) {
        return number.matches("[+-]?0[xX][0-9a-fA-F]+(\\.[0-9a-fA-F]*)?([pP][+-]?[0-9]+)?");
    }

    private static String withBinaryExponent(String number) {
        return number.indexOf('p') < 0 && number.indexOf('P') < 0 ? number + "p0" : number;
    }

    private static boolean hasNonZeroDigit(String number) {
        for (int i = 0; i < number.length(); i++) {
            char c = number.charAt(i);
            if (c == 'e' || c == 'E') {
                return false;
            }
            if (c >= '1' && c <= '9') {
                return true;
            }
        }
        return false;
    }

    /// `[+-] digits [. digits] [e [+-] digits]` with a digit before the exponent: Java's parser takes more (`1f`,
    /// `0x1p3`).
    static boolean isNumber(String text) {
        int at = 0;
        int end = text.length();
        if (at < end && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
            at++;
        }
        int from = at;
        at = skipDigits(text, at);
        int digits = at - from;
        if (at < end && text.charAt(at) == '.') {
            from = ++at;
            at = skipDigits(text, at);
            digits += at - from;
        }
        if (digits == 0) {
            return false;
        }
        if (at < end && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (at < end && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
                at++;
            }
            from = at;
            at = skipDigits(text, at);
            if (at == from) {
                return false;
            }
        }
        return at == end;
    }

    private static int skipDigits(String text, int at) {
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }
}
