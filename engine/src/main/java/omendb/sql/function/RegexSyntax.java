package omendb.sql.function;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// PostgreSQL's advanced regular expressions, rewritten for java.util.regex.
///
/// Known difference: alternatives are tried in order (`a|ab` finds `a`), where PostgreSQL looks for the longest match.
final class RegexSyntax {
    /// Flags of the regexp functions that are not the compiler's.
    record Flags(boolean global, int options, boolean quoted) {}

    private static final Pattern EMBEDDED_OPTIONS = Pattern.compile("\\(\\?([a-z]+)\\)");

    private RegexSyntax() {}

    private static UserException invalid(String message) {
        return new UserException(SqlState.INVALID_REGULAR_EXPRESSION, "invalid regular expression: " + message);
    }

    /// Reads flags such as `gi`; `allowGlobal` false refuses g in `function`'s name.
    static Flags flags(String text, String function, boolean allowGlobal) {
        boolean global = false;
        boolean quoted = false;
        int options = 0;
        for (int i = 0; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case 'g' -> {
                    if (!allowGlobal) {
                        throw new UserException(
                                SqlState.INVALID_PARAMETER_VALUE, function + " does not support the \"global\" option");
                    }
                    global = true;
                }
                case 'i' -> options |= Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
                case 'c' -> options &= ~(Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
                case 'n', 'm' -> options |= Pattern.MULTILINE;
                case 'x' -> options |= Pattern.COMMENTS;
                case 'q' -> quoted = true;
                case 's', 't', 'e', 'b' -> {}
                case 'p', 'w' -> options |= text.charAt(i) == 'w' ? Pattern.MULTILINE | Pattern.DOTALL : 0;
                default ->
                    throw new UserException(
                            SqlState.INVALID_PARAMETER_VALUE,
                            "invalid regular expression option: \"" + text.charAt(i) + "\"");
            }
        }
        return new Flags(global, options, quoted);
    }

    static Pattern compile(String source, int options) {
        if (source.startsWith("***=")) {
            return Pattern.compile(source.substring(4), options | Pattern.UNICODE_CHARACTER_CLASS | Pattern.LITERAL);
        }
        String regex = source.startsWith("***:") ? source.substring(4) : source;
        int given = options;
        Matcher embedded = EMBEDDED_OPTIONS.matcher(regex);
        if (embedded.lookingAt()) {
            given = embeddedOptions(embedded.group(1), options);
            regex = regex.substring(embedded.end());
        }
        if ((given & Pattern.LITERAL) != 0) {
            return Pattern.compile(regex, given | Pattern.UNICODE_CHARACTER_CLASS);
        }
        boolean newlineSensitive = (given & Pattern.MULTILINE) != 0;
        int all = given | (newlineSensitive ? 0 : Pattern.DOTALL) | Pattern.UNICODE_CHARACTER_CLASS;
        try {
            return Pattern.compile(new Translator(regex, newlineSensitive).translate(), all);
        } catch (PatternSyntaxException e) {
            throw invalid(describe(e));
        }
    }

    /// The pattern of like_regex: XQuery's flags `i s m q`, where `.` takes no newline unless `s` is there.
    static Pattern compileXQuery(String source, String flags) {
        int options = flags.indexOf('i') >= 0 ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0;
        if (flags.indexOf('q') >= 0) {
            return Pattern.compile(source, options | Pattern.LITERAL);
        }
        boolean anchors = flags.indexOf('m') >= 0;
        options |= Pattern.UNICODE_CHARACTER_CLASS
                | Pattern.UNIX_LINES
                | (anchors ? Pattern.MULTILINE : 0)
                | (flags.indexOf('s') >= 0 ? Pattern.DOTALL : 0);
        try {
            return Pattern.compile(new Translator(source, anchors).translate(), options);
        } catch (PatternSyntaxException e) {
            throw invalid(describe(e));
        }
    }

    /// Options in front of the expression, `(?in)`, which hold for all of it.
    private static int embeddedOptions(String letters, int options) {
        int result = options;
        for (int i = 0; i < letters.length(); i++) {
            result = switch (letters.charAt(i)) {
                case 'i' -> result | Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
                case 'c' -> result & ~(Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
                case 'n', 'm' -> result | Pattern.MULTILINE;
                case 's' -> result & ~Pattern.MULTILINE;
                case 'w' -> result | Pattern.MULTILINE | Pattern.DOTALL;
                case 'x' -> result | Pattern.COMMENTS;
                case 't' -> result & ~Pattern.COMMENTS;
                case 'q' -> result | Pattern.LITERAL;
                case 'b', 'e', 'p' -> result;
                default -> throw invalid("invalid embedded option");
            };
        }
        return result;
    }

    private static String describe(PatternSyntaxException e) {
        String text = e.getDescription();
        if (text.startsWith("Unclosed group") || text.startsWith("Unmatched closing")) {
            return "parentheses () not balanced";
        }
        if (text.startsWith("Unclosed character class")) {
            return "brackets [] not balanced";
        }
        if (text.startsWith("Dangling")) {
            return "quantifier operand invalid";
        }
        return text.startsWith("Illegal repetition range")
                ? "invalid repetition count(s)"
                : "invalid escape \\ sequence";
    }

    /// One pass over the source.
    private static final class Translator {
        private final String source;
        private final boolean newlineSensitive;
        private final StringBuilder out = new StringBuilder();
        private int at;

        private Translator(String source, boolean newlineSensitive) {
            this.source = source;
            this.newlineSensitive = newlineSensitive;
        }

        private String translate() {
            while (at < source.length()) {
                char c = source.charAt(at);
                switch (c) {
                    case '\\' -> escape();
                    case '[' -> bracket();
                    case '$' -> {
                        out.append(newlineSensitive ? "$" : "\\z");
                        at++;
                    }
                    case '{' -> {
                        boolean bound = at + 1 < source.length() && Character.isDigit(source.charAt(at + 1));
                        out.append(bound ? "{" : "\\{");
                        at++;
                    }
                    case '*', '+', '?' -> quantifier(c);
                    default -> {
                        out.append(c);
                        at++;
                    }
                }
            }
            return out.toString();
        }

        /// PostgreSQL has no possessive quantifiers.
        private void quantifier(char c) {
            boolean afterGroupStart = at >= 1 && source.charAt(at - 1) == '(' && c == '?';
            if (at == 0 || (at >= 1 && source.charAt(at - 1) == '|')) {
                throw invalid("quantifier operand invalid");
            }
            out.append(c);
            at++;
            boolean doubled = at < source.length() && (source.charAt(at) == '+' || source.charAt(at) == '*');
            if (doubled && !afterGroupStart) {
                throw invalid("quantifier operand invalid");
            }
        }

        private void escape() {
            if (at + 1 == source.length()) {
                throw invalid("invalid escape \\ sequence");
            }
            char c = source.charAt(at + 1);
            at += 2;
            switch (c) {
                case 'm' -> out.append("\\b(?=\\w)");
                case 'M' -> out.append("\\b(?<=\\w)");
                case 'y' -> out.append("\\b");
                case 'Y' -> out.append("\\B");
                case 'A' -> out.append("\\A");
                case 'Z' -> out.append("\\z");
                case 'B' -> out.append("\\\\");
                case 'a' -> out.append("\\x07");
                case 'b' -> out.append("\\x08");
                case 'v' -> out.append("\\x0B");
                case 'd',
                        'D',
                        's',
                        'S',
                        'w',
                        'W',
                        'n',
                        'r',
                        't',
                        'f',
                        'e',
                        'x',
                        'u',
                        '1',
                        '2',
                        '3',
                        '4',
                        '5',
                        '6',
                        '7',
                        '8',
                        '9' -> out.append('\\').append(c);
                default -> {
                    if (Character.isLetterOrDigit(c)) {
                        throw invalid("invalid escape \\ sequence");
                    }
                    out.append('\\').append(c);
                }
            }
        }

        /// A bracket expression: classes by name, `]` first is itself, Java's `[` and `&&` inside are taken as they
        /// are.
        private void bracket() {
            if (source.startsWith("[[:<:]]", at)) {
                out.append("\\b(?=\\w)");
                at += 7;
                return;
            }
            if (source.startsWith("[[:>:]]", at)) {
                out.append("\\b(?<=\\w)");
                at += 7;
                return;
            }
            out.append('[');
            at++;
            if (at < source.length() && source.charAt(at) == '^') {
                out.append('^');
                at++;
                if (newlineSensitive) {
                    out.append("\\n");
                }
            }
            boolean first = true;
            while (true) {
                if (at >= source.length()) {
                    throw invalid("brackets [] not balanced");
                }
                char c = source.charAt(at);
                if (c == ']' && !first) {
                    out.append(']');
                    at++;
                    return;
                }
                first = false;
                if (source.startsWith("[:", at)) {
                    namedClass();
                } else if (source.startsWith("[.", at) || source.startsWith("[=", at)) {
                    out.append(Pattern.quote(source.substring(at + 2, at + 3)));
                    at = source.indexOf(source.charAt(at + 1) + "]", at + 2) + 2;
                } else if (c == '\\' && at + 1 < source.length()) {
                    escape();
                } else {
                    if (c == '[' || c == '&' || c == ']' || c == '^') {
                        out.append('\\');
                    }
                    out.append(c);
                    at++;
                }
            }
        }

        private void namedClass() {
            int end = source.indexOf(":]", at);
            if (end < 0) {
                throw invalid("brackets [] not balanced");
            }
            String name = source.substring(at + 2, end);
            out.append(
                    switch (name) {
                        case "alpha" -> "\\p{IsAlphabetic}";
                        case "digit" -> "\\d";
                        case "alnum" -> "\\p{IsAlphabetic}\\d";
                        case "upper" -> "\\p{IsUppercase}";
                        case "lower" -> "\\p{IsLowercase}";
                        case "space" -> "\\s";
                        case "blank" -> " \\t";
                        case "punct" -> "\\p{Punct}";
                        case "cntrl" -> "\\p{Cntrl}";
                        case "xdigit" -> "0-9A-Fa-f";
                        case "graph" -> "\\p{Graph}";
                        case "print" -> "\\p{Print}";
                        case "word" -> "\\w";
                        default -> throw invalid("invalid character class");
                    });
            at = end + 2;
        }
    }

    /// SIMILAR TO pattern to a regular expression over the whole text.
    static String fromSimilar(String pattern, String escape) {
        if (escape.codePointCount(0, escape.length()) > 1) {
            throw new UserException(SqlState.INVALID_ESCAPE_SEQUENCE, "invalid escape string")
                    .withHint("Escape string must be empty or one character.");
        }
        StringBuilder out = new StringBuilder("^(?:");
        boolean inBracket = false;
        for (int at = 0; at < pattern.length(); at++) {
            char c = pattern.charAt(at);
            if (!escape.isEmpty() && c == escape.charAt(0)) {
                at++;
                if (at < pattern.length()) {
                    out.append('\\').append(pattern.charAt(at));
                }
            } else if (inBracket) {
                out.append(c == '\\' ? "\\\\" : String.valueOf(c));
                inBracket = c != ']';
            } else {
                switch (c) {
                    case '%' -> out.append(".*");
                    case '_' -> out.append('.');
                    case '(' -> out.append("(?:");
                    case '[' -> {
                        out.append('[');
                        inBracket = true;
                    }
                    case '\\', '.', '^', '$' -> out.append('\\').append(c);
                    default -> out.append(c);
                }
            }
        }
        return out.append(")$").toString();
    }
}
