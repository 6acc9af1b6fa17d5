package omendb.sql.function;

import java.math.BigDecimal;
import java.math.RoundingMode;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Numeric;

/// to_char and to_number with templates of 9, 0, `.`, `,`, D, G, S, MI, PL, SG, PR, L, V, FM, TH, RN, EEEE and text.
final class NumberFormat {
    private final String template;
    private boolean fill = true;
    private boolean brackets;
    private boolean roman;
    private boolean scientific;
    private boolean signWritten;
    private int integerDigits;
    private int fractionDigits;
    private int shift;
    private int firstZero = -1;

    private NumberFormat(String template) {
        this.template = template;
        scan();
    }

    /// What the template asks for, before any digit is written.
    private void scan() {
        boolean fraction = false;
        boolean shifted = false;
        for (int at = 0; at < template.length(); at++) {
            String rest = template.substring(at).toUpperCase(java.util.Locale.ROOT);
            char c = rest.charAt(0);
            if (c == '"') {
                int end = template.indexOf('"', at + 1);
                at = end < 0 ? template.length() : end;
            } else if (rest.startsWith("FM")) {
                fill = false;
                at++;
            } else if (rest.startsWith("PR")) {
                brackets = true;
                at++;
            } else if (rest.startsWith("RN")) {
                roman = true;
                at++;
            } else if (rest.startsWith("EEEE")) {
                scientific = true;
                at += 3;
            } else if (rest.startsWith("MI")
                    || rest.startsWith("PL")
                    || rest.startsWith("SG")
                    || rest.startsWith("TH")) {
                signWritten |= !rest.startsWith("TH");
                at++;
            } else if (c == 'S') {
                signWritten = true;
            } else if (c == '.' || c == 'D') {
                fraction = true;
            } else if (c == 'V') {
                shifted = true;
            } else if (c == '9' || c == '0') {
                if (fraction) {
                    fractionDigits++;
                } else {
                    if (c == '0' && firstZero < 0) {
                        firstZero = integerDigits;
                    }
                    integerDigits++;
                    shift += shifted ? 1 : 0;
                }
            }
        }
    }

    static String format(Numeric value, String template) {
        NumberFormat format = new NumberFormat(template);
        if (format.roman) {
            return format.romanText(value);
        }
        if (!value.isFinite()) {
            int width = format.integerDigits + (format.fractionDigits > 0 ? format.fractionDigits + 1 : 0);
            return value.isNaN() || value.isInfinite() ? " " + "#".repeat(Math.max(width, 1)) : "";
        }
        if (format.scientific) {
            return format.scientificText(value.decimal());
        }
        return format.write(value.decimal());
    }

    /// Floats show at most their own precision (6 or 15 digits) and round the binary value.
    static String format(double value, boolean single, String template) {
        NumberFormat format = new NumberFormat(template);
        if (!Double.isFinite(value) || format.roman || format.scientific) {
            return format(single ? Numeric.ofFloat(value) : Numeric.ofDouble(value), template);
        }
        int precision = single ? 6 : 15;
        BigDecimal exact = new BigDecimal(value).movePointRight(format.shift);
        int integers =
                exact.setScale(0, RoundingMode.HALF_EVEN).abs().toPlainString().length();
        int decimals = Math.clamp(precision - integers, 0, format.fractionDigits);
        BigDecimal rounded = exact.setScale(decimals, RoundingMode.HALF_EVEN);
        return format.write(rounded, value < 0, decimals);
    }

    private String romanText(Numeric value) {
        long number = value.isFinite()
                ? value.decimal().setScale(0, RoundingMode.HALF_UP).longValue()
                : 0;
        if (number < 1 || number > 3999) {
            return "#".repeat(15);
        }
        int[] values = {1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1};
        String[] letters = {"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"};
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            for (; number >= values[i]; number -= values[i]) {
                text.append(letters[i]);
            }
        }
        return fill ? " ".repeat(15 - text.length()) + text : text.toString();
    }

    private String scientificText(BigDecimal value) {
        int exponent = value.signum() == 0 ? 0 : value.precision() - value.scale() - 1;
        BigDecimal mantissa = value.movePointLeft(exponent).setScale(fractionDigits, RoundingMode.HALF_UP);
        if (mantissa.abs().compareTo(BigDecimal.TEN) >= 0) {
            exponent++;
            mantissa = mantissa.movePointLeft(1).setScale(fractionDigits, RoundingMode.HALF_UP);
        }
        String sign = value.signum() < 0 ? "" : " ";
        return sign
                + mantissa.toPlainString()
                + (exponent < 0 ? "e-" : "e+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }

    private String write(BigDecimal value) {
        BigDecimal rounded = value.movePointRight(shift).setScale(fractionDigits, RoundingMode.HALF_UP);
        return write(rounded, rounded.signum() < 0, fractionDigits);
    }

    private String write(BigDecimal rounded, boolean negative, int decimalsShown) {
        String plain = rounded.abs().toPlainString();
        int dot = plain.indexOf('.');
        String whole = dot < 0 ? plain : plain.substring(0, dot);
        String fraction = dot < 0 ? "" : plain.substring(dot + 1);
        if (whole.equals("0") && decimalsShown > 0 && firstZero < 0) {
            whole = "";
        }
        boolean overflow = whole.length() > integerDigits;
        String digits = overflow ? "#".repeat(integerDigits) : " ".repeat(integerDigits - whole.length()) + whole;
        String decimals = overflow ? "#".repeat(decimalsShown) : fraction;
        if (!fill && !overflow) {
            decimals = trimmedFraction(decimals);
        }
        // nothing behind the point: no point (`999.`, or a float whose precision ends before it)
        boolean point = overflow || decimalsShown > 0;
        return layOut(digits, decimals, negative, point);
    }

    /// With FM zeros that came from 9s at the end fall away.
    private String trimmedFraction(String decimals) {
        int lastZeroPattern = -1;
        int seen = 0;
        boolean fraction = false;
        for (int at = 0; at < template.length(); at++) {
            char c = template.charAt(at);
            if (c == '.' || c == 'D' || c == 'd') {
                fraction = true;
            } else if (fraction && (c == '9' || c == '0')) {
                seen++;
                lastZeroPattern = c == '0' ? seen : lastZeroPattern;
            }
        }
        int end = decimals.length();
        while (end > Math.max(0, lastZeroPattern) && decimals.charAt(end - 1) == '0') {
            end--;
        }
        return decimals.substring(0, end);
    }

    private String layOut(String digits, String decimals, boolean negative, boolean point) {
        StringBuilder text = new StringBuilder();
        int integerAt = 0;
        int fractionAt = 0;
        boolean fraction = false;
        boolean started = false;
        boolean signDone = signWritten || brackets;
        String sign = negative ? "-" : " ";
        for (int at = 0; at < template.length(); at++) {
            String rest = template.substring(at).toUpperCase(java.util.Locale.ROOT);
            char c = rest.charAt(0);
            if (c == '"') {
                int end = template.indexOf('"', at + 1);
                end = end < 0 ? template.length() : end;
                text.append(template, at + 1, end);
                at = end;
            } else if (rest.startsWith("FM")) {
                at++;
            } else if (rest.startsWith("MI")) {
                text.append(negative ? "-" : fill ? " " : "");
                at++;
            } else if (rest.startsWith("PL")) {
                text.append(negative ? (fill ? " " : "") : "+");
                at++;
            } else if (rest.startsWith("SG")) {
                text.append(negative ? '-' : '+');
                at++;
            } else if (rest.startsWith("PR")) {
                at++;
            } else if (rest.startsWith("TH")) {
                String suffix = negative ? "" : ToChar.ordinalSuffix(digits);
                text.append(template.charAt(at) == 'T' ? suffix.toUpperCase(java.util.Locale.ROOT) : suffix);
                at++;
            } else if (c == 'S') {
                if (integerAt > 0) {
                    text.append(negative ? '-' : '+');
                } else {
                    sign = negative ? "-" : "+";
                    signDone = false;
                }
            } else if (c == 'V') {
                // the shift shows in the digits alone
            } else if (c == '.' || c == 'D') {
                fraction = true;
                if (!started && !signDone) {
                    text.append(sign.isBlank() && !fill ? "" : sign);
                    signDone = true;
                }
                started = true;
                if (point) {
                    text.append('.');
                }
            } else if (c == ',' || c == 'G') {
                if (started) {
                    text.append(',');
                } else if (fill) {
                    text.append(' ');
                }
            } else if (c == 'B') {
                // blanks for leading zeros are what 9 does anyway
                sign = sign.isEmpty() ? " " : sign;
            } else if (c == 'L') {
                text.append(' ');
            } else if (c == '9' || c == '0') {
                if (fraction) {
                    if (fractionAt < decimals.length()) {
                        text.append(decimals.charAt(fractionAt));
                    }
                    fractionAt++;
                    continue;
                }
                char digit = digits.charAt(integerAt);
                boolean zeroFilled = firstZero >= 0 && integerAt >= firstZero;
                if (digit == ' ' && zeroFilled) {
                    digit = '0';
                }
                if (digit != ' ' && !started) {
                    started = true;
                    if (!signDone) {
                        text.append(sign.isBlank() && !fill ? "" : sign);
                        signDone = true;
                    } else if (brackets) {
                        text.append(negative ? "<" : fill ? " " : "");
                    }
                }
                if (digit != ' ') {
                    text.append(digit);
                } else if (fill) {
                    text.append(' ');
                }
                integerAt++;
            } else {
                text.append(template.charAt(at));
            }
        }
        if (!signDone) {
            text.append(sign);
        }
        if (brackets) {
            text.append(negative ? ">" : fill ? " " : "");
        }
        return text.toString();
    }

    /// Digits, sign and decimal point of the text, as many as the template has places for.
    static Numeric parse(String text, String template) {
        NumberFormat format = new NumberFormat(template);
        StringBuilder digits = new StringBuilder();
        boolean negative = text.indexOf('-') >= 0 || text.indexOf('<') >= 0;
        boolean fraction = false;
        int integers = 0;
        int decimals = 0;
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (Character.isDigit(c)) {
                boolean room = fraction ? decimals++ < format.fractionDigits : integers++ < format.integerDigits;
                if (room) {
                    digits.append(c);
                }
            } else if (c == '.' && !fraction && format.fractionDigits > 0) {
                fraction = true;
                digits.append('.');
            }
        }
        if (digits.isEmpty() || digits.toString().equals(".")) {
            throw new UserException(
                    SqlState.INVALID_TEXT_REPRESENTATION, "invalid input syntax for type numeric: \" \"");
        }
        BigDecimal value = new BigDecimal(digits.toString()).movePointLeft(format.shift);
        return Numeric.of(negative ? value.negate() : value);
    }
}
