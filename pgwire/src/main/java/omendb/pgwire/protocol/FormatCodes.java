package omendb.pgwire.protocol;

import java.util.Arrays;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Format codes of Bind: none = all text, one = for all, else one for each.
public final class FormatCodes {
    public static final FormatCodes ALL_TEXT = new FormatCodes(new boolean[0]);
    public static final FormatCodes ALL_BINARY = new FormatCodes(new boolean[] {true});

    private final boolean[] binary;

    FormatCodes(boolean[] binary) {
        this.binary = binary;
    }

    static boolean isBinary(short code) {
        return switch (code) {
            case 0 -> false;
            case 1 -> true;
            default -> throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "unsupported format code: " + code);
        };
    }

    public boolean isBinary(int index) {
        return switch (binary.length) {
            case 0 -> false;
            case 1 -> binary[0];
            default -> binary[index];
        };
    }

    /// Whether these codes can speak of `count` values.
    public boolean fits(int count) {
        return binary.length <= 1 || binary.length == count;
    }

    /// How many codes were sent.
    public int codeCount() {
        return binary.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FormatCodes codes && Arrays.equals(binary, codes.binary);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(binary);
    }

    @Override
    public String toString() {
        return Arrays.toString(binary);
    }
}
