package omendb.sql.function;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;

/// parse_ident: `"Foo".bar` as {Foo,bar}. Unless it is strict, what follows the last part is ignored.
public final class IdentifierParser {
    private final String source;
    private final boolean strict;
    private final List<String> parts = new ArrayList<>();
    private int at;

    private IdentifierParser(String source, boolean strict) {
        this.source = source;
        this.strict = strict;
    }

    /// The parts of a qualified name, folded as identifiers are.
    public static List<String> parse(String source, boolean strict) {
        IdentifierParser parser = new IdentifierParser(source, strict);
        parser.run();
        return parser.parts;
    }

    private UserException invalid() {
        return new UserException(
                SqlState.INVALID_PARAMETER_VALUE, "string is not a valid identifier: \"" + source + "\"");
    }

    private void run() {
        skipBlanks();
        boolean afterDot = false;
        while (true) {
            part(afterDot);
            skipBlanks();
            if (at == source.length()) {
                return;
            }
            if (source.charAt(at) != '.') {
                if (strict) {
                    throw invalid();
                }
                return;
            }
            afterDot = true;
            at++;
            skipBlanks();
        }
    }

    private void skipBlanks() {
        while (at < source.length() && " \t\n\r\f".indexOf(source.charAt(at)) >= 0) {
            at++;
        }
    }

    private void part(boolean afterDot) {
        char first = at < source.length() ? source.charAt(at) : ' ';
        if (first == '"') {
            quoted();
        } else if (Character.isLetter(first) || first == '_' || first >= 0x80) {
            int end = at + 1;
            while (end < source.length() && isPart(source.charAt(end))) {
                end++;
            }
            parts.add(source.substring(at, end).toLowerCase(Locale.ROOT));
            at = end;
        } else if (first == '.') {
            throw invalid().withDetail("No valid identifier before \".\".");
        } else if (afterDot) {
            throw invalid().withDetail("No valid identifier after \".\".");
        } else {
            throw invalid();
        }
    }

    private static boolean isPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c >= 0x80;
    }

    private void quoted() {
        StringBuilder name = new StringBuilder();
        at++;
        while (true) {
            int end = source.indexOf('"', at);
            if (end < 0) {
                throw invalid().withDetail("String has unclosed double quotes.");
            }
            name.append(source, at, end);
            at = end + 1;
            if (at == source.length() || source.charAt(at) != '"') {
                break;
            }
            name.append('"');
            at++;
        }
        if (name.isEmpty()) {
            throw invalid().withDetail("Quoted identifier must not be empty.");
        }
        parts.add(name.toString());
    }
}
