package omendb.pgwire.session;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// The `options` start-up parameter: `-c name=value`, `--name=value`, words split at spaces, backslash escapes.
final class StartupOptions {
    private StartupOptions() {}

    static Map<String, String> parse(String options) {
        Map<String, String> settings = new LinkedHashMap<>();
        List<String> words = split(options);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("-c") && i + 1 < words.size()) {
                put(settings, words.get(++i));
            } else if (word.startsWith("-c")) {
                put(settings, word.substring(2));
            } else if (word.startsWith("--")) {
                put(settings, word.substring(2));
            } else {
                throw invalid(word);
            }
        }
        return settings;
    }

    private static void put(Map<String, String> settings, String assignment) {
        int equals = assignment.indexOf('=');
        if (equals <= 0) {
            throw new UserException(SqlState.SYNTAX_ERROR, "-c " + assignment + " requires a value");
        }
        String name = assignment.substring(0, equals).replace('-', '_').toLowerCase(Locale.ROOT);
        settings.put(name, assignment.substring(equals + 1));
    }

    private static List<String> split(String options) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean open = false;
        for (int i = 0; i < options.length(); i++) {
            char c = options.charAt(i);
            if (Character.isWhitespace(c)) {
                if (open) {
                    words.add(word.toString());
                    word.setLength(0);
                    open = false;
                }
            } else {
                open = true;
                word.append(c == '\\' && i + 1 < options.length() ? options.charAt(++i) : c);
            }
        }
        if (open) {
            words.add(word.toString());
        }
        return words;
    }

    private static UserException invalid(String word) {
        return new UserException(SqlState.SYNTAX_ERROR, "invalid command-line argument for server process: " + word);
    }
}
