package omendb.engine.type;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Reads the text form of an array into a builder.
final class ArrayParser {
    private static final int UNKNOWN = -1;

    private final String text;
    private final ArrayBuilder builder;
    private final TypeContext context;
    private final int typmod;
    private final ColumnVector cell;
    private final List<Integer> writtenBounds = new ArrayList<>();
    private final List<Integer> writtenLengths = new ArrayList<>();
    private final int[] lengths = new int[ArrayValue.MAX_DIMENSIONS];
    private int dimensions = UNKNOWN;
    private int at;

    ArrayParser(String text, ArrayBuilder builder, TypeContext context, int typmod, ValueArena arena) {
        this.text = text;
        this.builder = builder;
        this.context = context;
        this.typmod = typmod;
        this.cell = ColumnVector.cell(builder.elementType(), arena);
    }

    List<Integer> lengths() {
        List<Integer> result = new ArrayList<>();
        for (int i = 0; i < dimensions; i++) {
            result.add(lengths[i]);
        }
        return result;
    }

    List<Integer> lowerBounds() {
        List<Integer> result = new ArrayList<>();
        for (int i = 0; i < dimensions; i++) {
            result.add(writtenBounds.isEmpty() ? 1 : writtenBounds.get(i));
        }
        return result;
    }

    private OmenException malformed(String detail) {
        return new UserException(SqlState.INVALID_TEXT_REPRESENTATION, "malformed array literal: \"" + text + "\"")
                .withDetail(detail);
    }

    void parse() {
        skipSpace();
        parseBounds();
        if (peek() != '{') {
            throw malformed(
                    writtenBounds.isEmpty()
                            ? "Array value must start with \"{\" or dimension information."
                            : "Array contents must start with \"{\".");
        }
        parseLevel(0);
        skipSpace();
        if (at != text.length()) {
            throw malformed("Junk after closing right brace.");
        }
        if (dimensions == UNKNOWN) {
            dimensions = 0;
        }
        if (!writtenBounds.isEmpty() && !writtenLengths.equals(lengths())) {
            throw malformed("Specified array dimensions do not match array contents.");
        }
    }

    private int peek() {
        return at < text.length() ? text.charAt(at) : -1;
    }

    private void skipSpace() {
        while (at < text.length() && TextBytes.isSpace(text.charAt(at))) {
            at++;
        }
    }

    /// `[lower:upper]...=`
    private void parseBounds() {
        while (peek() == '[') {
            int end = text.indexOf(']', at);
            int colon = text.indexOf(':', at);
            if (end < 0) {
                throw malformed("Missing \"]\" after array dimensions.");
            }
            try {
                int lower = 1;
                int from = at + 1;
                if (colon > 0 && colon < end) {
                    lower = Integer.parseInt(text.substring(at + 1, colon));
                    from = colon + 1;
                }
                int upper = Integer.parseInt(text.substring(from, end));
                if (upper < lower - 1) {
                    throw new UserException(
                            SqlState.ARRAY_ELEMENT_ERROR, "upper bound cannot be less than lower bound");
                }
                writtenBounds.add(lower);
                writtenLengths.add(upper - lower + 1);
            } catch (NumberFormatException e) {
                throw malformed("\"[\" must introduce explicitly-specified array dimensions.");
            }
            at = end + 1;
            skipSpace();
        }
        if (!writtenBounds.isEmpty()) {
            if (peek() != '=') {
                throw malformed("Missing \"=\" after array dimensions.");
            }
            at++;
            skipSpace();
        }
    }

    /// One brace level; all parts of a dimension must have one length.
    private void parseLevel(int level) {
        if (level >= ArrayValue.MAX_DIMENSIONS) {
            throw new UserException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "number of array dimensions (" + (level + 1) + ") exceeds the maximum allowed ("
                            + ArrayValue.MAX_DIMENSIONS + ")");
        }
        at++;
        int count = 0;
        skipSpace();
        if (peek() == '}') {
            if (level > 0) {
                throw malformed("Unexpected \"}\" character.");
            }
            at++;
            return;
        }
        while (true) {
            skipSpace();
            if (peek() == '{') {
                if (dimensions != UNKNOWN && level + 1 >= dimensions) {
                    throw mismatch();
                }
                parseLevel(level + 1);
            } else {
                parseElement(level);
            }
            count++;
            skipSpace();
            int c = peek();
            at++;
            if (c == '}') {
                break;
            }
            if (c != ',') {
                throw malformed(c < 0 ? "Unexpected end of input." : "Unexpected array element.");
            }
        }
        closeLevel(level, count);
    }

    private void closeLevel(int level, int count) {
        if (lengths[level] == 0) {
            lengths[level] = count;
        } else if (lengths[level] != count) {
            throw mismatch();
        }
    }

    private OmenException mismatch() {
        return malformed("Multidimensional arrays must have sub-arrays with matching dimensions.");
    }

    private void parseElement(int level) {
        if (dimensions == UNKNOWN) {
            dimensions = level + 1;
        } else if (dimensions != level + 1) {
            throw mismatch();
        }
        if (peek() == '"') {
            addValue(quoted());
            return;
        }
        String value = unquoted();
        if (value.equalsIgnoreCase("null")) {
            builder.addNull();
        } else {
            addValue(value.replace("\0", ""));
        }
    }

    private void addValue(String value) {
        builder.elementType().io().parse(context, value, typmod, cell, 0);
        builder.add(cell, 0);
    }

    private String quoted() {
        StringBuilder value = new StringBuilder();
        at++;
        while (peek() != '"') {
            if (peek() == '\\') {
                at++;
            }
            if (peek() < 0) {
                throw malformed("Unexpected end of input.");
            }
            value.append(text.charAt(at++));
        }
        at++;
        return value.toString();
    }

    /// Up to the next delimiter, without trailing blanks. A zero character marks an escaped NULL so that it stays text.
    private String unquoted() {
        StringBuilder value = new StringBuilder();
        int end = 0;
        while (peek() != ',' && peek() != '}') {
            int c = peek();
            if (c < 0) {
                throw malformed("Unexpected end of input.");
            }
            if (c == '{' || c == '"') {
                throw malformed(c == '{' ? "Unexpected \"{\" character." : "Incorrectly quoted array element.");
            }
            if (c == '\\') {
                at++;
                if (peek() < 0) {
                    throw malformed("Unexpected end of input.");
                }
                value.append('\0');
            }
            value.append(text.charAt(at++));
            if (c == '\\' || !TextBytes.isSpace(c)) {
                end = value.length();
            }
        }
        value.setLength(end);
        if (end == 0) {
            throw malformed("Unexpected \"" + (char) peek() + "\" character.");
        }
        return value.toString();
    }
}
