package omendb.sql.text;

import java.util.LinkedHashMap;
import java.util.Map;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// Options of ts_headline: `MaxWords=35, MinWords=15, StartSel = <b>, StopSel='</b>'`.
record HeadlineOptions(
        int minWords,
        int maxWords,
        int shortWord,
        int maxFragments,
        boolean highlightAll,
        String start,
        String stop,
        String delimiter) {
    static HeadlineOptions parse(String text) {
        int minWords = 15;
        int maxWords = 35;
        int shortWord = 3;
        int maxFragments = 0;
        boolean highlightAll = false;
        String start = "<b>";
        String stop = "</b>";
        String delimiter = " ... ";
        for (Map.Entry<String, String> option : new Reader(text).read().entrySet()) {
            String value = option.getValue();
            switch (option.getKey().toLowerCase(java.util.Locale.ROOT)) {
                case "minwords" -> minWords = integer(value);
                case "maxwords" -> maxWords = integer(value);
                case "shortword" -> shortWord = integer(value);
                case "maxfragments" -> maxFragments = integer(value);
                case "highlightall" -> highlightAll = isTrue(value);
                case "startsel" -> start = value;
                case "stopsel" -> stop = value;
                case "fragmentdelimiter" -> delimiter = value;
                default -> throw invalid("unrecognized headline parameter: \"" + option.getKey() + "\"");
            }
        }
        if (!highlightAll) {
            require(minWords < maxWords, "MinWords should be less than MaxWords");
            require(minWords > 0, "MinWords should be positive");
            require(shortWord >= 0, "ShortWord should be >= 0");
            require(maxFragments >= 0, "MaxFragments should be >= 0");
        }
        return new HeadlineOptions(minWords, maxWords, shortWord, maxFragments, highlightAll, start, stop, delimiter);
    }

    /// Most words between the first and the last lexeme of a match.
    int maxCover() {
        int cover = Math.max(maxWords * 10, 100);
        return maxFragments > 0 ? cover * maxFragments : cover;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw invalid(message);
        }
    }

    private static UserException invalid(String message) {
        return new UserException(SqlState.INVALID_PARAMETER_VALUE, message);
    }

    private static int integer(String value) {
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw new UserException(
                    SqlState.INVALID_TEXT_REPRESENTATION,
                    "invalid input syntax for type integer: \"" + value + "\"",
                    e);
        }
    }

    private static boolean isTrue(String value) {
        return switch (value.toLowerCase(java.util.Locale.ROOT)) {
            case "1", "on", "true", "t", "y", "yes" -> true;
            default -> false;
        };
    }

    /// Reads `name = value` pairs, separated by commas or blanks; quotes of both kinds.
    private static final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        Map<String, String> read() {
            Map<String, String> options = new LinkedHashMap<>();
            while (skip(" \t\n\r\f,")) {
                String name = text.charAt(at) == '"' ? quoted('"') : bare("=");
                if (!skip(" \t\n\r\f") || text.charAt(at++) != '=' || !skip(" \t\n\r\f")) {
                    throw bad();
                }
                boolean escape = (text.charAt(at) == 'E' || text.charAt(at) == 'e')
                        && at + 1 < text.length()
                        && text.charAt(at + 1) == '\'';
                at += escape ? 1 : 0;
                char first = text.charAt(at);
                options.put(name, first == '\'' || first == '"' ? quoted(first) : bare(","));
            }
            return options;
        }

        private UserException bad() {
            return new UserException(SqlState.SYNTAX_ERROR, "invalid parameter list format: \"" + text + "\"");
        }

        /// Passes these characters; false at the end.
        private boolean skip(String characters) {
            while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return at < text.length();
        }

        private String bare(String end) {
            int from = at;
            while (at < text.length() && end.indexOf(text.charAt(at)) < 0 && !Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return text.substring(from, at);
        }

        private String quoted(char quote) {
            StringBuilder value = new StringBuilder();
            at++;
            while (true) {
                if (at >= text.length()) {
                    throw bad();
                }
                char c = text.charAt(at++);
                boolean doubled = c == quote && at < text.length() && text.charAt(at) == quote;
                if (c == '\\' && quote == '\'' && at < text.length()) {
                    value.append(text.charAt(at++));
                } else if (c == quote && !doubled) {
                    return value.toString();
                } else {
                    at += doubled ? 1 : 0;
                    value.append(c);
                }
            }
        }
    }
}
