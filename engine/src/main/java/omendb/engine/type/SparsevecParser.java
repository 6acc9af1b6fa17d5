package omendb.engine.type;

import java.util.Arrays;
import java.util.Comparator;
import omendb.memory.NativeMemory;

/// Reads the text of a sparsevec: `{index:value,...}/dimensions`, in any order of indices.
final class SparsevecParser {
    private static final VectorRules RULES = VectorRules.SPARSEVEC;

    private final String text;
    private final long address;
    private final int length;
    private int at;

    SparsevecParser(long address, int length) {
        this.address = address;
        this.length = length;
        this.text = TextBytes.toString(address, length);
    }

    void parse(int typmod, ColumnVector out, int row) {
        int most = elementsAtMost();
        SparseVector.checkNonZero(most);
        int[] indices = new int[most];
        float[] values = new float[most];
        int count = elements(indices, values);
        int dimensions = dimensions();
        RULES.checkDimensions(dimensions);
        RULES.checkExpectedDimensions(typmod, dimensions);
        Integer[] order = new Integer[count];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingInt(i -> indices[i]));
        int[] sortedIndices = new int[count];
        float[] sortedValues = new float[count];
        int previous = -1;
        for (int i = 0; i < count; i++) {
            sortedIndices[i] = indices[order[i]];
            sortedValues[i] = values[order[i]];
            SparseVector.checkIndex(sortedIndices[i], previous, dimensions);
            previous = sortedIndices[i];
        }
        SparseVector.write(dimensions, sortedIndices, sortedValues, count, out, row);
    }

    private int elementsAtMost() {
        int count = 1;
        for (int i = 0; i < length; i++) {
            if (NativeMemory.getByte(address + i) == ',') {
                count++;
            }
        }
        return count;
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private void skipSpace() {
        while (at < text.length() && TextBytes.isSpace((byte) text.charAt(at))) {
            at++;
        }
    }

    /// Zeros are read and left out.
    private int elements(int[] indices, float[] values) {
        skipSpace();
        if (peek() != '{') {
            throw RULES.invalidSyntax(address, length).withDetail("Vector contents must start with \"{\".");
        }
        at++;
        skipSpace();
        if (peek() == '}') {
            at++;
            return 0;
        }
        int count = 0;
        while (true) {
            int index = integer();
            skipSpace();
            if (peek() != ':') {
                throw RULES.invalidSyntax(address, length);
            }
            at++;
            skipSpace();
            float value = number();
            if (value != 0) {
                indices[count] = index - 1;
                values[count++] = value;
            }
            skipSpace();
            char c = peek();
            at++;
            if (c == '}') {
                return count;
            }
            if (c != ',') {
                throw RULES.invalidSyntax(address, length);
            }
        }
    }

    private int dimensions() {
        skipSpace();
        if (peek() != '/') {
            throw RULES.invalidSyntax(address, length).withDetail("Unexpected end of input.");
        }
        at++;
        int dimensions = integer();
        skipSpace();
        if (at < text.length()) {
            throw RULES.invalidSyntax(address, length).withDetail("Junk after closing.");
        }
        return dimensions;
    }

    /// Clamped to an int that still has a predecessor.
    private int integer() {
        skipSpace();
        int start = at;
        boolean negative = peek() == '-';
        if (negative || peek() == '+') {
            at++;
        }
        int digits = at;
        long value = 0;
        for (; peek() >= '0' && peek() <= '9'; at++) {
            value = Math.min(value * 10 + (peek() - '0'), Integer.MAX_VALUE);
        }
        if (at == digits) {
            at = start;
            throw RULES.invalidSyntax(address, length);
        }
        return (int) (negative ? -value : value);
    }

    private float number() {
        int start = at;
        while (at < text.length() && ("+-.".indexOf(peek()) >= 0 || Character.isLetterOrDigit(peek()))) {
            at++;
        }
        String number = text.substring(start, at);
        String unsigned = number.startsWith("-") || number.startsWith("+") ? number.substring(1) : number;
        switch (unsigned.toLowerCase(java.util.Locale.ROOT)) {
            case "nan" -> RULES.checkElement(Float.NaN);
            case "inf", "infinity" -> RULES.checkElement(Float.POSITIVE_INFINITY);
            default -> {
                // told apart below
            }
        }
        if (!FloatText.isNumber(number)) {
            throw RULES.invalidSyntax(address, length);
        }
        float value = Float.parseFloat(number);
        boolean vanished = value == 0 && Double.parseDouble(number) != 0;
        if (vanished || RULES.isOutOfRange(value)) {
            throw RULES.outOfRange(number);
        }
        return value;
    }
}
