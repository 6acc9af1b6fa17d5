package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.sql.ast.QualifiedName;
import omendb.sql.parse.Keywords.Category;
import org.jspecify.annotations.Nullable;

/// Walks the tokens of a text for the grammar: asks, takes, complains.
///
/// `at...` asks about the current token, `accept...` takes it if it fits, `expect...` takes it or throws
/// PostgreSQL's syntax error.
/// Words are given in lower case; a quoted name never is a word.
final class TokenCursor {
    /// How deep grammar rules may nest. Trees stay well below what the stack of a default thread carries.
    private static final int MAX_DEPTH = 700;

    private final TokenList tokens;
    private final boolean plainPositions;
    private int at;
    private int depth;
    private int highestParameter;
    private int partialStart = -1;
    private int partialEnd;

    TokenCursor(TokenList tokens) {
        this.tokens = tokens;
        // at no cost for text in Latin-1, which is nearly all there is
        this.plainPositions = tokens.sql.codePointCount(0, tokens.sql.length()) == tokens.sql.length();
    }

    TokenList tokens() {
        return tokens;
    }

    // ---- where we are

    int index() {
        return at;
    }

    void rewind(int index) {
        at = index;
    }

    TokenKind kind() {
        return tokens.kind(at);
    }

    TokenKind kind(int ahead) {
        return tokens.kind(Math.min(at + ahead, tokens.size() - 1));
    }

    String value() {
        return tokens.value(at);
    }

    String value(int ahead) {
        return tokens.value(Math.min(at + ahead, tokens.size() - 1));
    }

    /// Position of the current token, in characters from 1.
    int position() {
        return positionOf(at);
    }

    /// Position of the token taken last.
    int lastPosition() {
        return positionOf(at - 1);
    }

    int positionOf(int index) {
        int start = tokens.start(index);
        return plainPositions ? start + 1 : SyntaxErrors.position(tokens.sql, start);
    }

    boolean atEnd() {
        return kind() == TokenKind.END;
    }

    /// Takes the current token, whatever it is.
    String next() {
        String value = tokens.value(at);
        if (tokens.kind(at) != TokenKind.END) {
            at++;
        }
        return value;
    }

    // ---- words

    boolean at(String word) {
        return tokens.kind(at) == TokenKind.WORD && tokens.value(at).equals(word);
    }

    boolean at(String first, String second) {
        return at(first) && at(1, second);
    }

    boolean at(int ahead, String word) {
        return kind(ahead) == TokenKind.WORD && value(ahead).equals(word);
    }

    boolean atAny(String... words) {
        if (kind() == TokenKind.WORD) {
            String value = value();
            for (String word : words) {
                if (value.equals(word)) {
                    return true;
                }
            }
        }
        return false;
    }

    boolean accept(String word) {
        if (at(word)) {
            at++;
            return true;
        }
        return false;
    }

    /// Takes all of the words or none.
    boolean accept(String first, String... more) {
        if (!at(first)) {
            return false;
        }
        for (int i = 0; i < more.length; i++) {
            if (!at(i + 1, more[i])) {
                remember(at, at + i + 1);
                return false;
            }
        }
        at += 1 + more.length;
        return true;
    }

    /// A form of several words began at one token and broke off at a later one. If nothing else fits at the
    /// first, the
    /// later one is to blame, as it is in a parser that shifts word by word.
    private void remember(int first, int broken) {
        if (first != partialStart) {
            partialStart = first;
            partialEnd = broken;
        } else {
            partialEnd = Math.max(partialEnd, broken);
        }
    }

    /// Takes one of the words and returns it; null if none is there.
    @Nullable
    String acceptAny(String... words) {
        return atAny(words) ? next() : null;
    }

    void expect(String word) {
        if (!accept(word)) {
            throw syntaxError();
        }
    }

    void expect(String first, String... more) {
        expect(first);
        for (String word : more) {
            expect(word);
        }
    }

    String expectAny(String... words) {
        String word = acceptAny(words);
        if (word == null) {
            throw syntaxError();
        }
        return word;
    }

    // ---- symbols and operators

    boolean atSymbol(String symbol) {
        return tokens.kind(at) == TokenKind.SYMBOL && tokens.value(at).equals(symbol);
    }

    boolean atSymbol(int ahead, String symbol) {
        return kind(ahead) == TokenKind.SYMBOL && value(ahead).equals(symbol);
    }

    boolean acceptSymbol(String symbol) {
        if (atSymbol(symbol)) {
            at++;
            return true;
        }
        return false;
    }

    void expectSymbol(String symbol) {
        if (!acceptSymbol(symbol)) {
            throw syntaxError();
        }
    }

    boolean atOperator(String operator) {
        return tokens.kind(at) == TokenKind.OPERATOR && tokens.value(at).equals(operator);
    }

    boolean atOperator(int ahead, String operator) {
        return kind(ahead) == TokenKind.OPERATOR && value(ahead).equals(operator);
    }

    boolean acceptOperator(String operator) {
        if (atOperator(operator)) {
            at++;
            return true;
        }
        return false;
    }

    void expectOperator(String operator) {
        if (!acceptOperator(operator)) {
            throw syntaxError();
        }
    }

    // ---- names

    @Nullable
    Category category() {
        return Keywords.category(value());
    }

    /// A column, table or alias name: any word but keywords of functions and types and reserved ones.
    boolean atColumnName() {
        return atColumnName(0);
    }

    boolean atColumnName(int ahead) {
        return switch (kind(ahead)) {
            case QUOTED_NAME -> true;
            case WORD -> {
                Category category = Keywords.category(value(ahead));
                yield category == null || category == Category.UNRESERVED || category == Category.COL_NAME;
            }
            default -> false;
        };
    }

    /// A function or type name.
    boolean atFunctionName() {
        return switch (kind()) {
            case QUOTED_NAME -> true;
            case WORD -> {
                Category category = category();
                yield category == null || category == Category.UNRESERVED || category == Category.TYPE_FUNC_NAME;
            }
            default -> false;
        };
    }

    /// A column label after AS, or a part of a qualified name: any word.
    boolean atLabel() {
        return kind() == TokenKind.QUOTED_NAME || kind() == TokenKind.WORD;
    }

    /// A name where any non-reserved keyword may stand.
    boolean atNonReservedWord() {
        return switch (kind()) {
            case QUOTED_NAME -> true;
            case WORD -> category() != Category.RESERVED;
            default -> false;
        };
    }

    /// A column label without AS.
    boolean atBareLabel() {
        return switch (kind()) {
            case QUOTED_NAME -> true;
            case WORD -> Keywords.isBareLabel(value());
            default -> false;
        };
    }

    String columnName() {
        if (!atColumnName()) {
            throw syntaxError();
        }
        return next();
    }

    String label() {
        boolean operator =
                at("not") && (at(1, "like") || at(1, "ilike") || at(1, "in") || at(1, "between") || at(1, "similar"));
        if (!atLabel() || operator) {
            throw syntaxError();
        }
        return next();
    }

    String nonReservedWord() {
        if (!atNonReservedWord()) {
            throw syntaxError();
        }
        return next();
    }

    /// `name[.name[.name]]`.
    QualifiedName qualifiedName() {
        int position = position();
        String first = columnName();
        if (!atSymbol(".")) {
            return new QualifiedName(List.of(first), position);
        }
        List<String> parts = new ArrayList<>(3);
        parts.add(first);
        while (acceptSymbol(".")) {
            parts.add(label());
        }
        if (parts.size() > 3) {
            throw SyntaxErrors.at(
                    "improper qualified name (too many dotted names): " + String.join(".", parts),
                    tokens.sql,
                    tokens.start(at - 1));
        }
        return new QualifiedName(List.copyOf(parts), position);
    }

    /// The name of a function: qualified, or one that may be a keyword of functions.
    QualifiedName functionName() {
        int position = position();
        if (atColumnName() && atSymbol(1, ".")) {
            return qualifiedName();
        }
        if (!atFunctionName()) {
            throw syntaxError();
        }
        return new QualifiedName(List.of(next()), position);
    }

    /// `(name, name, ...)`.
    List<String> columnNames() {
        expectSymbol("(");
        List<String> names = commaList(this::columnName);
        expectSymbol(")");
        return names;
    }

    /// `(name, name, ...)` if there is a parenthesis, else nothing.
    List<String> optionalColumnNames() {
        return atSymbol("(") ? columnNames() : List.of();
    }

    String string() {
        if (kind() != TokenKind.STRING) {
            throw syntaxError();
        }
        return next();
    }

    boolean atString() {
        return kind() == TokenKind.STRING;
    }

    /// A role: a name, or CURRENT_USER and its kin.
    String role() {
        if (atAny("current_user", "session_user", "current_role") || atNonReservedWord()) {
            return next();
        }
        throw syntaxError();
    }

    /// `NumericOnly` of the grammar where only whole numbers make sense.
    long signedInteger() {
        boolean negative = false;
        if (atOperator("-") || atOperator("+")) {
            negative = next().equals("-");
        }
        if (kind() != TokenKind.INTEGER) {
            throw syntaxError();
        }
        String digits = value();
        try {
            long value = Long.parseLong(negative ? "-" + digits : digits);
            at++;
            return value;
        } catch (NumberFormatException e) {
            throw syntaxError();
        }
    }

    /// An int4 without a sign.
    int integer() {
        if (kind() != TokenKind.INTEGER) {
            throw syntaxError();
        }
        try {
            int value = Integer.parseInt(value());
            at++;
            return value;
        } catch (NumberFormatException e) {
            throw syntaxError();
        }
    }

    /// Number of the current `$n`, which it takes.
    int parameter() {
        String digits = value();
        int number;
        try {
            number = Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw SyntaxErrors.near("parameter number too large", tokens.sql, tokens.start(at), tokens.end(at));
        }
        at++;
        highestParameter = Math.max(highestParameter, number);
        return number;
    }

    /// Highest `$n` taken since the last call.
    int takeHighestParameter() {
        int highest = highestParameter;
        highestParameter = 0;
        return highest;
    }

    /// Complains unless all tokens were taken.
    void expectEnd() {
        if (!atEnd() || tokens.failure() != null) {
            throw syntaxError();
        }
    }

    // ---- lists and depth

    <T> List<T> commaList(Supplier<T> element) {
        T first = element.get();
        if (!atSymbol(",")) {
            return List.of(first);
        }
        List<T> list = new ArrayList<>();
        list.add(first);
        while (acceptSymbol(",")) {
            list.add(element.get());
        }
        return List.copyOf(list);
    }

    /// Enters a rule that may contain itself.
    void enter() {
        if (++depth > MAX_DEPTH) {
            throw SyntaxErrors.tooDeep();
        }
    }

    void leave() {
        depth--;
    }

    // ---- errors

    /// PostgreSQL's complaint about the current token.
    OmenException syntaxError() {
        return syntaxErrorAt(at);
    }

    OmenException syntaxErrorAt(int first) {
        int index = first == partialStart ? partialEnd : first;
        if (tokens.kind(index) == TokenKind.END) {
            OmenException failure = tokens.failure();
            if (failure != null) {
                return failure;
            }
            return SyntaxErrors.at("syntax error at end of input", tokens.sql, tokens.start(index));
        }
        return SyntaxErrors.near("syntax error", tokens.sql, tokens.start(index), tokens.end(index));
    }

    /// Another error of the grammar, at a position that a node carries.
    OmenException errorAt(String message, int position) {
        return errorAt(SqlState.SYNTAX_ERROR, message, position);
    }

    OmenException errorAt(SqlState state, String message, int position) {
        return new UserException(state, message).withPosition(position);
    }
}
