package omendb.engine.type;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Reads lexemes out of the text of a tsvector (`'fat':2,4A cat`), and the operands of a tsquery, which follow the same
/// rules of quotes and escapes.
public final class TsLexemeReader {
    /// What the text is.
    public enum Form {
        VECTOR,
        QUERY,
        /// Operands of websearch_to_tsquery: no quotes, no escapes.
        WEB
    }

    private enum State {
        BEFORE,
        WORD,
        QUOTED,
        AFTER_QUOTE,
        ESCAPED
    }

    private final String text;
    private final Form form;
    private final List<Integer> positions = new ArrayList<>();
    private int at;
    private String lexeme = "";

    public TsLexemeReader(String text, Form form) {
        this.text = text;
        this.form = form;
    }

    /// Where the next character stands.
    public int position() {
        return at;
    }

    public void moveTo(int position) {
        at = position;
    }

    public String lexeme() {
        return lexeme;
    }

    /// Positions with weights of the lexeme read, a vector's ([TsVector#store]).
    public List<Integer> positions() {
        return positions;
    }

    private UserException syntaxError() {
        return new UserException(
                SqlState.SYNTAX_ERROR,
                "syntax error in " + (form == Form.VECTOR ? "tsvector" : "tsquery") + ": \"" + text + "\"");
    }

    private boolean isOperator(int c) {
        return form != Form.VECTOR && c >= 0 && "!&|()<".indexOf(c) >= 0;
    }

    static boolean isSpace(int c) {
        return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x80 && Character.isWhitespace(c));
    }

    /// Advances to the next lexeme; false at the end.
    public boolean next() {
        positions.clear();
        StringBuilder word = new StringBuilder();
        State state = State.BEFORE;
        State afterEscape = State.WORD;
        boolean web = form == Form.WEB;
        while (true) {
            int c = at < text.length() ? text.codePointAt(at) : -1;
            switch (state) {
                case BEFORE -> {
                    if (c < 0) {
                        return false;
                    }
                    if (!web && c == '\'') {
                        state = State.QUOTED;
                    } else if (!web && c == '\\') {
                        state = State.ESCAPED;
                        afterEscape = State.WORD;
                    } else if (isOperator(c)) {
                        throw syntaxError();
                    } else if (!isSpace(c)) {
                        word.appendCodePoint(c);
                        state = State.WORD;
                    }
                }
                case ESCAPED -> {
                    if (c < 0) {
                        throw new UserException(
                                SqlState.SYNTAX_ERROR, "there is no escaped character: \"" + text + "\"");
                    }
                    word.appendCodePoint(c);
                    state = afterEscape;
                }
                case WORD -> {
                    if (!web && c == '\\') {
                        state = State.ESCAPED;
                        afterEscape = State.WORD;
                    } else if (c < 0 || isSpace(c) || isOperator(c) || (web && c == '"')) {
                        return found(word);
                    } else if (c == ':') {
                        if (form == Form.VECTOR) {
                            at++;
                            readPositions();
                        }
                        return found(word);
                    } else {
                        word.appendCodePoint(c);
                    }
                }
                case QUOTED -> {
                    if (c < 0) {
                        throw syntaxError();
                    }
                    if (c == '\'') {
                        state = State.AFTER_QUOTE;
                    } else if (c == '\\') {
                        state = State.ESCAPED;
                        afterEscape = State.QUOTED;
                    } else {
                        word.appendCodePoint(c);
                    }
                }
                case AFTER_QUOTE -> {
                    if (c == '\'') {
                        word.append('\'');
                        state = State.QUOTED;
                    } else {
                        if (form == Form.VECTOR && c == ':') {
                            at++;
                            readPositions();
                        }
                        return found(word);
                    }
                }
            }
            at += Character.charCount(c);
        }
    }

    private boolean found(StringBuilder word) {
        if (word.isEmpty()) {
            throw syntaxError();
        }
        lexeme = word.toString();
        return true;
    }

    /// `2,4A`, up to a blank or the end.
    private void readPositions() {
        boolean wantsNumber = true;
        boolean weighted = false;
        while (true) {
            int c = at < text.length() ? text.charAt(at) : -1;
            if (wantsNumber) {
                positions.add(readNumber());
                wantsNumber = false;
                weighted = false;
                continue;
            }
            if (c == ',') {
                wantsNumber = true;
            } else if (c < 0 || isSpace(c)) {
                return;
            } else {
                int weight = c == '*' ? 3 : "dcba".indexOf(Character.toLowerCase(c));
                if (weight < 0 || weighted) {
                    throw syntaxError();
                }
                weighted = weight > 0;
                positions.add(TsVector.store(positions.removeLast(), weight));
            }
            at++;
        }
    }

    private int readNumber() {
        int from = at;
        long value = 0;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            value = Math.min(value * 10 + text.charAt(at++) - '0', TsVector.MAX_POSITION);
        }
        if (at == from) {
            throw syntaxError();
        }
        if (value == 0) {
            throw new UserException(SqlState.SYNTAX_ERROR, "wrong position info in tsvector: \"" + text + "\"");
        }
        return (int) value;
    }
}
