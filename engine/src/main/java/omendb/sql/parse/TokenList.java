package omendb.sql.parse;

import java.util.Arrays;
import omendb.engine.error.OmenException;
import org.jspecify.annotations.Nullable;

/// The tokens of a text, as parallel arrays; the last one is [TokenKind#END].
///
/// Values are made when asked for: tokens that are only compared make no strings.
/// Threading: filled by one [Lexer], then read by one parser.
final class TokenList {
    final String sql;
    private TokenKind[] kinds;
    private int[] starts;
    private int[] ends;
    private @Nullable String[] values;
    private int size;
    private @Nullable OmenException failure;

    TokenList(String sql) {
        this.sql = sql;
        int guess = Math.min(8 + sql.length() / 4, 128);
        kinds = new TokenKind[guess];
        starts = new int[guess];
        ends = new int[guess];
        values = new String[guess];
    }

    void add(TokenKind kind, int start, int end, @Nullable String value) {
        if (size == starts.length) {
            int capacity = size * 2;
            kinds = Arrays.copyOf(kinds, capacity);
            starts = Arrays.copyOf(starts, capacity);
            ends = Arrays.copyOf(ends, capacity);
            values = Arrays.copyOf(values, capacity);
        }
        kinds[size] = kind;
        starts[size] = start;
        ends[size] = end;
        values[size] = value;
        size++;
    }

    /// Extends the last token, for `UESCAPE` and continued strings.
    void replaceLast(int end, String value) {
        ends[size - 1] = end;
        values[size - 1] = value;
    }

    /// The text is broken where the tokens end.
    void fail(OmenException failure) {
        this.failure = failure;
    }

    /// What is wrong at the end; null if the text was read to its end.
    @Nullable
    OmenException failure() {
        return failure;
    }

    int size() {
        return size;
    }

    TokenKind kind(int index) {
        return kinds[index];
    }

    /// Offset of the first character.
    int start(int index) {
        return starts[index];
    }

    /// Offset behind the last character.
    int end(int index) {
        return ends[index];
    }

    /// The token as written.
    String raw(int index) {
        return sql.substring(starts[index], ends[index]);
    }

    /// Folded word, name without quotes, string without quotes and escapes, operator, symbol, number in decimal
    /// digits.
    String value(int index) {
        String value = values[index];
        if (value == null) {
            value = TokenValues.valueOf(kinds[index], sql, starts[index], ends[index]);
            values[index] = value;
        }
        return value;
    }
}
