package omendb.engine.type;

import java.util.Locale;
import omendb.memory.NativeMemory;

/// Reads the text of a vector without an object per element.
///
/// Fast path of an element: up to 18 digits and a power of ten within 1e22 are exact in double arithmetic; rounding
/// that
/// to float is right unless the double lies halfway between two floats. Those and everything unusual take the slow
/// path.
final class VectorParser {
    private static final double[] POWERS_OF_TEN = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };
    private static final long EXACT_DOUBLE = 1L << 53;
    private static final long HALF_OF_FLOAT = 0x1000_0000L;
    private static final long BELOW_FLOAT = 0x1fff_ffffL;

    private final VectorRules rules;
    private final long address;
    private final int length;
    private int at;

    VectorParser(VectorRules rules, long address, int length) {
        this.rules = rules;
        this.address = address;
        this.length = length;
    }

    private int peek(int position) {
        return position < length ? NativeMemory.getByte(address + position) : 0;
    }

    private int skipSpace(int position) {
        int i = position;
        while (i < length && TextBytes.isSpace(NativeMemory.getByte(address + i))) {
            i++;
        }
        return i;
    }

    /// Reads the opening bracket; returns where the first element starts.
    int open() {
        int i = skipSpace(0);
        if (peek(i) != '[') {
            throw rules.invalidSyntax(address, length).withDetail("Vector contents must start with \"[\".");
        }
        i = skipSpace(i + 1);
        if (peek(i) == ']') {
            rules.checkDimensions(0);
        }
        return i;
    }

    /// Number of elements by the commas, at most what a vector may have.
    int elementsAtMost(int from) {
        int count = 1;
        for (int i = from; i < length; i++) {
            if (NativeMemory.getByte(address + i) == ',') {
                count++;
            }
        }
        return Math.min(count, rules.maxDimensions());
    }

    /// Reads elements and the closing bracket; returns the number of dimensions.
    int elements(int from, long target, int capacity) {
        at = from;
        int dimensions = 0;
        while (true) {
            if (dimensions == capacity) {
                rules.checkDimensions(rules.maxDimensions() + 1);
            }
            at = skipSpace(at);
            NativeMemory.putFloat(target + 4L * dimensions++, element());
            at = skipSpace(at);
            int c = peek(at++);
            if (c == ']') {
                break;
            }
            if (c != ',') {
                throw rules.invalidSyntax(address, length);
            }
        }
        if (skipSpace(at) != length) {
            throw rules.invalidSyntax(address, length).withDetail("Junk after closing right brace.");
        }
        return dimensions;
    }

    private float element() {
        int i = at;
        boolean negative = peek(i) == '-';
        if (negative || peek(i) == '+') {
            i++;
        }
        long digits = 0;
        int count = 0;
        int exponent = 0;
        int start = i;
        for (int c = peek(i); c >= '0' && c <= '9'; c = peek(++i)) {
            digits = digits * 10 + (c - '0');
            count++;
        }
        if (peek(i) == '.') {
            i++;
            for (int c = peek(i); c >= '0' && c <= '9'; c = peek(++i)) {
                digits = digits * 10 + (c - '0');
                count++;
                exponent--;
            }
        }
        if (count == 0) {
            return slowElement();
        }
        if (peek(i) == 'e' || peek(i) == 'E') {
            int end = exponentEnd(i);
            if (end > i) {
                exponent += exponentValue(i + 1, end);
                i = end;
            }
        }
        // hexadecimal floats start like this; strtof takes them
        if (peek(i) == 'x' || peek(i) == 'X' || count > 18 || digits > EXACT_DOUBLE || Math.abs(exponent) > 22) {
            return slowElement(start, i);
        }
        double value = exponent < 0 ? digits / POWERS_OF_TEN[-exponent] : digits * POWERS_OF_TEN[exponent];
        long bits = Double.doubleToRawLongBits(value);
        boolean unusual = value >= rules.overflow() || (value != 0 && value < 0x1p-126);
        if (unusual || (bits & BELOW_FLOAT) == HALF_OF_FLOAT) {
            return slowElement(start, i);
        }
        at = i;
        return (float) (negative ? -value : value);
    }

    /// End of `e[+-]digits` at `i`, or `i` if there is no digit.
    private int exponentEnd(int i) {
        int end = i + 1;
        if (peek(end) == '-' || peek(end) == '+') {
            end++;
        }
        int from = end;
        while (peek(end) >= '0' && peek(end) <= '9') {
            end++;
        }
        return end == from ? i : end;
    }

    /// Clamped: beyond a million every float is zero or infinite.
    private int exponentValue(int from, int end) {
        int i = from;
        boolean negative = peek(i) == '-';
        if (negative || peek(i) == '+') {
            i++;
        }
        int value = 0;
        for (; i < end; i++) {
            value = Math.min(value * 10 + peek(i) - '0', 1_000_000);
        }
        return negative ? -value : value;
    }

    private float slowElement(int start, int end) {
        int from = start > at ? start - 1 : start;
        String text = TextBytes.toString(address + from, end - from);
        if (!FloatText.isNumber(text)) {
            throw rules.invalidSyntax(address, length);
        }
        float value = Float.parseFloat(text);
        if (rules.isOutOfRange(value)) {
            throw rules.outOfRange(text);
        }
        at = end;
        return value;
    }

    /// NaN and infinity are read so that they can be refused by name.
    private float slowElement() {
        int end = at;
        if (peek(end) == '-' || peek(end) == '+') {
            end++;
        }
        int word = end;
        while (Character.isLetter(peek(end))) {
            end++;
        }
        switch (TextBytes.toString(address + word, end - word).toLowerCase(Locale.ROOT)) {
            case "nan" -> rules.checkElement(Float.NaN);
            case "inf", "infinity" -> rules.checkElement(Float.POSITIVE_INFINITY);
            default -> throw rules.invalidSyntax(address, length);
        }
        throw rules.invalidSyntax(address, length);
    }
}
