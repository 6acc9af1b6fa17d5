package omendb.sql.text;

import java.util.List;
import java.util.Locale;
import omendb.sql.text.ParserRules.Action;
import omendb.sql.text.ParserRules.Rule;
import org.jspecify.annotations.Nullable;

/// Cuts a document into tokens as PostgreSQL's default parser does. Letters outside ASCII are those of Unicode.
///
/// Tokens follow each other without gaps, but for a hyphenated word: behind the whole word come its parts.
public final class TextParser {
    private static final int BASE = ParserRules.state("Base");
    private static final int URL_PATH_FIRST = ParserRules.state("UrlPathFirst");

    private final int[] text;
    private boolean wantsHost;
    private boolean ignoring;
    private Position state;
    private int tokenStart;
    private int tokenLength;
    private TokenType type = TokenType.BLANK;

    /// How far the automaton has come; a stack, for tries.
    private static final class Position {
        private final @Nullable Position before;
        private int at;
        private int tokenLength;
        private int width;
        private int state;

        /// Where to go on after a try that failed; -1 = at the first rule.
        private int triedRule = -1;

        private Position(@Nullable Position before) {
            this.before = before;
        }

        private Position next() {
            return copyOnto(this);
        }

        private Position copyOnto(@Nullable Position below) {
            Position copy = new Position(below);
            copy.at = at;
            copy.tokenLength = tokenLength;
            copy.width = width;
            copy.state = state;
            return copy;
        }
    }

    public TextParser(String document) {
        this(document.codePoints().toArray(), 0);
    }

    private TextParser(int[] text, int start) {
        this.text = text;
        this.state = new Position(null);
        state.at = start;
        state.state = BASE;
    }

    /// The kind of the token found.
    public TokenType type() {
        return type;
    }

    /// The token found.
    public String token() {
        return new String(text, tokenStart, tokenLength);
    }

    /// Advances to the next token; false at the end.
    public boolean next() {
        if (state.at >= text.length) {
            return false;
        }
        tokenStart = state.at;
        state.triedRule = -1;
        Rule rule = null;
        while (state.at <= text.length) {
            state.width = state.at == text.length ? 0 : 1;
            int index = state.triedRule + 1;
            state.triedRule = -1;
            List<Rule> rules = ParserRules.of(state.state);
            while (!holds(rules.get(index))) {
                index++;
            }
            rule = rules.get(index);
            special(rule.special());
            TokenType found = rule.token();
            if (found != null) {
                tokenLength = state.tokenLength;
                state.tokenLength = 0;
                type = found;
            }
            move(rule.action(), index);
            if (rule.target() >= 0) {
                state.state = rule.target();
            }
            if (rule.emits() || (state.at >= text.length && rule.action() != Action.RERUN)) {
                break;
            }
            if (rule.action() != Action.RERUN && rule.action() != Action.POP && state.width > 0) {
                state.at++;
                state.tokenLength++;
            }
        }
        return rule != null && rule.emits();
    }

    private void move(Action action, int ruleIndex) {
        switch (action) {
            case POP -> state = below(state);
            case PUSH -> {
                state.triedRule = ruleIndex;
                state = state.next();
            }
            case CLEAR, EMIT_CLEAR -> state = state.copyOnto(below(state).before);
            case EMIT_CLEAR_ALL -> state = state.copyOnto(null);
            case MERGE -> {
                Position inner = state;
                state = below(inner);
                state.at = inner.at;
                state.width = inner.width;
                state.tokenLength = inner.tokenLength;
            }
            case NEXT, RERUN, EMIT -> {}
        }
    }

    private static Position below(Position position) {
        Position before = position.before;
        if (before == null) {
            throw new IllegalStateException("nothing was tried");
        }
        return before;
    }

    private void special(ParserRules.Special special) {
        switch (special) {
            case TAGS -> {
                String tag = new String(text, tokenStart, state.tokenLength).toLowerCase(Locale.ROOT);
                if (tag.equals("<script") || tag.equals("<style")) {
                    ignoring = true;
                } else if (tag.equals("</script") || tag.equals("</style")) {
                    ignoring = false;
                }
            }
            case URL -> {
                wantsHost = true;
                state.at -= state.tokenLength;
            }
            case HYPHEN -> state.at -= state.tokenLength;
            case VERSION -> {
                state.at -= state.tokenLength;
                state.tokenLength = 0;
            }
            case NONE -> {}
        }
    }

    // ---- classes ----

    private boolean holds(Rule rule) {
        int c = state.width == 0 ? -1 : text[state.at];
        return switch (rule.test()) {
            case ANY -> true;
            case EOF -> c < 0;
            case CHAR -> c == rule.character();
            case IGNORED -> ignoring;
            case LETTER -> isLetter(c);
            case ALPHA -> isAlpha(c);
            case DIGIT -> isDigit(c);
            case ALNUM -> isAlpha(c) || isDigit(c);
            case NOTALNUM -> !isAlpha(c) && !isDigit(c);
            case XDIGIT -> isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            case SPACE -> c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x80 && Character.isWhitespace(c));
            case SPECIAL -> isSpecial(c);
            case URLCHAR -> c > ' ' && c < 0x7f && "\"<>\\^`{|}".indexOf(c) < 0;
            case STOPHOST -> {
                boolean wanted = wantsHost;
                wantsHost = false;
                yield wanted;
            }
            case HOST -> isHost();
            case URLPATH -> isUrlPath();
        };
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isAlpha(int c) {
        return isLetter(c) || (c >= 0x80 && (Character.isLetterOrDigit(c) || Character.isAlphabetic(c)));
    }

    /// What neither begins nor ends a word: marks.
    private static boolean isSpecial(int c) {
        return c >= 0x80
                && switch (Character.getType(c)) {
                    case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK -> true;
                    default -> false;
                };
    }

    private boolean isHost() {
        TextParser inner = new TextParser(text, state.at);
        inner.wantsHost = true;
        return inner.next() && inner.type == TokenType.HOST && take(inner);
    }

    private boolean isUrlPath() {
        TextParser inner = new TextParser(text, state.at);
        inner.state = inner.state.next();
        inner.state.state = URL_PATH_FIRST;
        return inner.next() && inner.type == TokenType.URL_PATH && take(inner);
    }

    private boolean take(TextParser inner) {
        state.at += inner.tokenLength;
        state.tokenLength += inner.tokenLength;
        state.width = inner.state.width;
        return true;
    }
}
