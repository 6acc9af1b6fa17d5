package omendb.engine.type;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.TsQuery.And;
import omendb.engine.type.TsQuery.Empty;
import omendb.engine.type.TsQuery.Not;
import omendb.engine.type.TsQuery.Operand;
import omendb.engine.type.TsQuery.Or;
import omendb.engine.type.TsQuery.Phrase;
import omendb.engine.type.TsQuery.Stop;
import org.jspecify.annotations.Nullable;

/// Builds queries out of text: `a & (b | !c:*A) <2> d`. What an operand means is its [Operands]' matter: the type's
/// input
/// takes it as it is, to_tsquery and its kin make lexemes of it.
///
/// Operators bind in the order `!`, `<->`, `&`, `|`; all but `!` from left to right.
public final class TsQueryParser {
    private static final int MAX_DEPTH = 3_000;

    /// How the text is read.
    public enum Form {
        /// With operators and parentheses.
        STANDARD,
        /// All of it is one operand.
        PLAIN,
        /// As people type into search engines: `"fat cat" or -dog`; nothing is an error.
        WEB
    }

    /// Turns the text of an operand into a query; [Stop] where nothing is left of it.
    @FunctionalInterface
    public interface Operands {
        TsQuery query(String text, int weights, boolean prefix);
    }

    private enum Operator {
        OR(1),
        AND(2),
        PHRASE(3),
        NOT(4);

        private final int priority;

        Operator(int priority) {
            this.priority = priority;
        }
    }

    private record Pending(Operator operator, int distance) {}

    private enum Wants {
        FIRST_OPERAND,
        OPERAND,
        OPERATOR
    }

    private enum Token {
        OPERAND,
        OPERATOR,
        OPEN,
        CLOSE,
        END
    }

    private final String text;
    private final Form form;
    private final Operands operands;
    private final TsLexemeReader lexemes;
    private final Deque<TsQuery> output = new ArrayDeque<>();
    private Wants wants = Wants.FIRST_OPERAND;
    private int at;
    private int open;
    private Pending operator = new Pending(Operator.OR, 0);

    private TsQueryParser(String text, Form form, Operands operands) {
        this.text = text;
        this.form = form;
        this.operands = operands;
        this.lexemes = new TsLexemeReader(text, form == Form.WEB ? TsLexemeReader.Form.WEB : TsLexemeReader.Form.QUERY);
    }

    /// As the type's input does.
    static TsQuery parse(String text) {
        return parse(text, Form.STANDARD, TsQueryParser::asItIs);
    }

    /// The query, without stop words; [Empty] if nothing is left.
    public static TsQuery parse(String text, Form form, Operands operands) {
        TsQueryParser parser = new TsQueryParser(text, form, operands);
        if (form == Form.PLAIN) {
            parser.output.push(operands.query(text, 0, false));
        } else {
            parser.expression(0);
        }
        if (parser.output.isEmpty()) {
            return new Empty();
        }
        return TsStopWords.remove(parser.output.pop());
    }

    private static TsQuery asItIs(String lexeme, int weights, boolean prefix) {
        int bytes = lexeme.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > TsVector.MAX_LEXEME_BYTES) {
            throw new UserException(SqlState.PROGRAM_LIMIT_EXCEEDED, "word is too long in tsquery: \"" + lexeme + "\"");
        }
        return new Operand(lexeme, weights, prefix);
    }

    private UserException syntaxError() {
        return new UserException(SqlState.SYNTAX_ERROR, "syntax error in tsquery: \"" + text + "\"");
    }

    // ---- operator precedence ----

    private void expression(int depth) {
        if (depth > MAX_DEPTH) {
            throw new UserException(SqlState.STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
        }
        List<Pending> pending = new ArrayList<>();
        while (true) {
            switch (next()) {
                case OPERAND -> {}
                case OPERATOR -> {
                    apply(pending, operator.operator);
                    pending.add(operator);
                }
                case OPEN -> expression(depth + 1);
                case CLOSE, END -> {
                    apply(pending, Operator.OR);
                    return;
                }
            }
        }
    }

    /// Makes nodes of the operators that bind before `following`.
    private void apply(List<Pending> pending, Operator following) {
        while (!pending.isEmpty()) {
            int priority = pending.getLast().operator.priority;
            boolean waits = following == Operator.NOT ? following.priority >= priority : following.priority > priority;
            if (waits) {
                return;
            }
            Pending last = pending.removeLast();
            TsQuery right = pop();
            output.push(
                    switch (last.operator) {
                        case NOT -> new Not(right);
                        case AND -> new And(pop(), right);
                        case OR -> new Or(pop(), right);
                        case PHRASE -> new Phrase(pop(), right, last.distance);
                    });
        }
    }

    private TsQuery pop() {
        TsQuery query = output.poll();
        if (query == null) {
            throw syntaxError();
        }
        return query;
    }

    // ---- tokens ----

    private Token next() {
        return form == Form.WEB ? nextOfWeb() : nextOfStandard();
    }

    private int peek() {
        return at < text.length() ? text.codePointAt(at) : -1;
    }

    private void skip() {
        at += Character.charCount(text.codePointAt(at));
    }

    private Token operator(Operator found, int distance) {
        operator = new Pending(found, distance);
        wants = Wants.OPERAND;
        return Token.OPERATOR;
    }

    private Token nextOfStandard() {
        while (true) {
            int c = peek();
            if (wants == Wants.OPERATOR) {
                if (c == '&' || c == '|') {
                    at++;
                    return operator(c == '&' ? Operator.AND : Operator.OR, 0);
                }
                Integer distance = c == '<' ? distance() : null;
                if (distance != null) {
                    return operator(Operator.PHRASE, distance);
                }
                if (c == ')') {
                    at++;
                    if (--open < 0) {
                        throw syntaxError();
                    }
                    return Token.CLOSE;
                }
                if (c < 0) {
                    if (open > 0) {
                        throw syntaxError();
                    }
                    return Token.END;
                }
                if (!TsLexemeReader.isSpace(c)) {
                    throw syntaxError();
                }
            } else if (c == '!') {
                at++;
                return operator(Operator.NOT, 0);
            } else if (c == '(') {
                at++;
                open++;
                wants = Wants.OPERAND;
                return Token.OPEN;
            } else if (c == ':') {
                throw syntaxError();
            } else if (c < 0 || !TsLexemeReader.isSpace(c)) {
                return operand();
            }
            skip();
        }
    }

    private Token operand() {
        lexemes.moveTo(at);
        if (lexemes.next()) {
            at = lexemes.position();
            String word = lexemes.lexeme();
            wants = Wants.OPERATOR;
            modifiers(word);
            return Token.OPERAND;
        }
        if (wants == Wants.FIRST_OPERAND) {
            return Token.END;
        }
        throw new UserException(SqlState.SYNTAX_ERROR, "no operand in tsquery: \"" + text + "\"");
    }

    /// `:*AB` behind an operand.
    private void modifiers(String word) {
        int weights = 0;
        boolean prefix = false;
        if (peek() == ':') {
            at++;
            int weight = weight();
            while (weight >= 0 || peek() == '*') {
                prefix |= weight < 0;
                weights |= weight < 0 ? 0 : 1 << weight;
                at++;
                weight = weight();
            }
        }
        output.push(operands.query(word, weights, prefix));
    }

    private int weight() {
        int c = peek();
        return c < 0 ? -1 : "dcba".indexOf(Character.toLowerCase(c));
    }

    /// `<->` or `<N>` with something behind it; null if it is something else.
    private @Nullable Integer distance() {
        if (text.startsWith("<->", at) && at + 3 < text.length()) {
            at += 3;
            return 1;
        }
        int end = at + 1;
        long value = 0;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            value = Math.min(value * 10 + text.charAt(end++) - '0', Integer.MAX_VALUE);
        }
        if (end == at + 1 || end + 1 >= text.length() || text.charAt(end) != '>') {
            return null;
        }
        if (value > TsQuery.MAX_DISTANCE) {
            throw tooFar();
        }
        at = end + 1;
        return (int) value;
    }

    static UserException tooFar() {
        return new UserException(
                SqlState.INVALID_PARAMETER_VALUE,
                "distance in phrase operator must be an integer value between zero and " + TsQuery.MAX_DISTANCE
                        + " inclusive");
    }

    // ---- websearch_to_tsquery ----

    private Token nextOfWeb() {
        while (true) {
            int c = peek();
            if (wants == Wants.OPERATOR) {
                if (c < 0) {
                    return Token.END;
                }
                if (isWebNoise(c)) {
                    at++;
                    continue;
                }
                if (isOr()) {
                    at += 2;
                    return operator(Operator.OR, 0);
                }
                if (!TsLexemeReader.isSpace(c)) {
                    return operator(Operator.AND, 0);
                }
            } else if (c == '-') {
                at++;
                return operator(Operator.NOT, 0);
            } else if (c == '"') {
                int end = text.indexOf('"', at + 1);
                String quoted = text.substring(at + 1, end < 0 ? text.length() : end);
                at = end < 0 ? text.length() : end + 1;
                wants = Wants.OPERATOR;
                output.push(operands.query(quoted, 0, false));
                return Token.OPERAND;
            } else if (isWebNoise(c)) {
                at++;
                wants = Wants.OPERAND;
                continue;
            } else if (c < 0 || !TsLexemeReader.isSpace(c)) {
                return webOperand();
            }
            skip();
        }
    }

    /// Operators of the standard form mean nothing here.
    private static boolean isWebNoise(int c) {
        return c >= 0 && "!&|()<".indexOf(c) >= 0;
    }

    private Token webOperand() {
        lexemes.moveTo(at);
        if (lexemes.next()) {
            at = lexemes.position();
            wants = Wants.OPERATOR;
            output.push(operands.query(lexemes.lexeme(), 0, false));
            return Token.OPERAND;
        }
        if (wants != Wants.FIRST_OPERAND) {
            output.push(new Stop()); // the operator before it needs one
        }
        return Token.END;
    }

    /// The word "or" with something behind it.
    private boolean isOr() {
        if (!text.regionMatches(true, at, "or", 0, 2)) {
            return false;
        }
        int next = at + 2;
        if (next == text.length()) {
            return false;
        }
        int c = text.codePointAt(next);
        if (c == '-' || c == '_' || Character.isLetterOrDigit(c)) {
            return false;
        }
        do {
            next += Character.charCount(text.codePointAt(next));
            if (next >= text.length()) {
                return false;
            }
        } while (TsLexemeReader.isSpace(text.codePointAt(next)));
        return true;
    }
}
