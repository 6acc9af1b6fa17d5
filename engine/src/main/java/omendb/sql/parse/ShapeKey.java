package omendb.sql.parse;

import java.util.Arrays;
import java.util.List;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Expr.LiteralKind;

/// The shape of a token stream: its tokens with one space between them and a mark for each literal.
///
/// The mark tells the kind; integers also whether they are an int4, an int8 or too long for both, since that is
/// their
/// type.
final class ShapeKey {
    /// No token can hold this character.
    static final char LITERAL = '\u0001';

    /// Beyond this a text is not worth keeping.
    private static final int MAX_TOKENS = 4000;

    final String text;

    /// Per token the number of its literal, -1 = none.
    final int[] ordinals;

    /// Per literal its token.
    final int[] literalTokens;

    private ShapeKey(String text, int[] ordinals, int[] literalTokens) {
        this.text = text;
        this.ordinals = ordinals;
        this.literalTokens = literalTokens;
    }

    static boolean fits(TokenList tokens) {
        return tokens.size() <= MAX_TOKENS && tokens.failure() == null;
    }

    static ShapeKey of(TokenList tokens) {
        int size = tokens.size() - 1;
        int[] ordinals = new int[size + 1];
        Arrays.fill(ordinals, -1);
        while (size > 0 && tokens.sql.charAt(tokens.start(size - 1)) == ';') {
            size--;
        }
        int[] literalTokens = new int[8];
        int literals = 0;
        StringBuilder text = new StringBuilder(Math.min(tokens.sql.length() + size, 4096));
        for (int i = 0; i < size; i++) {
            char mark = mark(tokens, i);
            if (i > 0) {
                text.append(' ');
            }
            if (mark == 0) {
                text.append(tokens.sql, tokens.start(i), tokens.end(i));
            } else {
                if (literals == literalTokens.length) {
                    literalTokens = Arrays.copyOf(literalTokens, literals * 2);
                }
                literalTokens[literals] = i;
                ordinals[i] = literals++;
                text.append(LITERAL).append(mark);
            }
        }
        return new ShapeKey(text.toString(), ordinals, Arrays.copyOf(literalTokens, literals));
    }

    /// 0 = no literal, or one whose type depends on a sign before it.
    private static char mark(TokenList tokens, int index) {
        return switch (tokens.kind(index)) {
            case STRING -> 's';
            case NATIONAL_STRING -> 'c';
            case BIT_STRING -> 'b';
            case HEX_STRING -> 'x';
            case NUMERIC -> 'n';
            case INTEGER -> integerMark(tokens.value(index));
            default -> 0;
        };
    }

    private static char integerMark(String digits) {
        int length = digits.length();
        if (length < 10) {
            return 'i';
        }
        if (digits.charAt(0) == '0' || digits.equals("2147483648") || digits.equals("9223372036854775808")) {
            return 0;
        }
        if (length == 10) {
            return digits.compareTo("2147483647") <= 0 ? 'i' : 'l';
        }
        boolean fits = length < 19 || (length == 19 && digits.compareTo("9223372036854775807") <= 0);
        return fits ? 'l' : 'n';
    }

    /// The values of all literals, as they stand in this text.
    List<Expr.Literal> literals(TokenList tokens, TokenCursor positions, boolean[] negated) {
        Expr.Literal[] values = new Expr.Literal[literalTokens.length];
        for (int i = 0; i < values.length; i++) {
            int token = literalTokens[i];
            String value = tokens.value(token);
            values[i] = new Expr.Literal(
                    kind(tokens.kind(token)),
                    negated[i] ? LiteralPolicy.negated(value) : value,
                    positions.positionOf(token));
        }
        return List.of(values);
    }

    private static LiteralKind kind(TokenKind kind) {
        return switch (kind) {
            case BIT_STRING -> LiteralKind.BIT;
            case HEX_STRING -> LiteralKind.HEX_BIT;
            case INTEGER -> LiteralKind.INTEGER;
            case NUMERIC -> LiteralKind.NUMERIC;
            default -> LiteralKind.STRING;
        };
    }

    /// Values of the literals that are syntax.
    List<String> fixedValues(TokenList tokens, int[] fixed) {
        String[] values = new String[fixed.length];
        for (int i = 0; i < fixed.length; i++) {
            values[i] = tokens.value(literalTokens[fixed[i]]);
        }
        return List.of(values);
    }
}
