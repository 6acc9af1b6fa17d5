package omendb.sql.function;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import omendb.engine.type.Json;
import org.jspecify.annotations.Nullable;

/// A value inside valid json text, as written: what the json (not jsonb) operators take apart without changing a blank.
///
/// @param text  the whole text
/// @param from  first character of the value
/// @param until after its last
record JsonSpan(String text, int from, int until) {
    /// A member of an object.
    record Member(String name, JsonSpan value) {}

    static JsonSpan of(String text) {
        int from = skipSpace(text, 0);
        return new JsonSpan(text, from, valueEnd(text, from));
    }

    @Override
    public String toString() {
        return text.substring(from, until);
    }

    boolean isObject() {
        return text.charAt(from) == '{';
    }

    boolean isArray() {
        return text.charAt(from) == '[';
    }

    boolean isNull() {
        return text.charAt(from) == 'n';
    }

    boolean isString() {
        return text.charAt(from) == '"';
    }

    /// What `->>` gives: a string unquoted, anything else as written.
    String asText() {
        if (isString() && Json.parse(toString()) instanceof Json.TextValue(String value)) {
            return value;
        }
        return toString();
    }

    String typeName() {
        return switch (text.charAt(from)) {
            case '{' -> "object";
            case '[' -> "array";
            case '"' -> "string";
            case 't', 'f' -> "boolean";
            case 'n' -> "null";
            default -> "number";
        };
    }

    List<JsonSpan> elements() {
        List<JsonSpan> result = new ArrayList<>();
        int at = skipSpace(text, from + 1);
        while (text.charAt(at) != ']') {
            int end = valueEnd(text, at);
            result.add(new JsonSpan(text, at, end));
            at = afterComma(end);
        }
        return result;
    }

    List<Member> members() {
        List<Member> result = new ArrayList<>();
        int at = skipSpace(text, from + 1);
        while (text.charAt(at) != '}') {
            int nameEnd = valueEnd(text, at);
            String name = new JsonSpan(text, at, nameEnd).asText();
            int colon = skipSpace(text, nameEnd);
            int value = skipSpace(text, colon + 1);
            int end = valueEnd(text, value);
            result.add(new Member(name, new JsonSpan(text, value, end)));
            at = afterComma(end);
        }
        return result;
    }

    private int afterComma(int end) {
        int at = skipSpace(text, end);
        return text.charAt(at) == ',' ? skipSpace(text, at + 1) : at;
    }

    /// The last member of this name, or null.
    @Nullable
    JsonSpan get(String name) {
        JsonSpan found = null;
        if (isObject()) {
            for (Member member : members()) {
                if (member.name().equals(name)) {
                    found = member.value();
                }
            }
        }
        return found;
    }

    /// Element `index`, negative from the end, or null.
    @Nullable
    JsonSpan get(long index) {
        if (!isArray()) {
            return null;
        }
        List<JsonSpan> elements = elements();
        long at = index < 0 ? elements.size() + index : index;
        return at >= 0 && at < elements.size() ? elements.get((int) at) : null;
    }

    /// The whole text without blanks, its string values (not the names of members) changed.
    String mapTexts(UnaryOperator<String> change) {
        StringBuilder result = new StringBuilder();
        appendMapped(change, result);
        return result.toString();
    }

    private void appendMapped(UnaryOperator<String> change, StringBuilder result) {
        String separator = "";
        if (isObject()) {
            result.append('{');
            for (Member member : members()) {
                result.append(separator).append(quoted(member.name())).append(':');
                member.value().appendMapped(change, result);
                separator = ",";
            }
            result.append('}');
        } else if (isArray()) {
            result.append('[');
            for (JsonSpan element : elements()) {
                result.append(separator);
                element.appendMapped(change, result);
                separator = ",";
            }
            result.append(']');
        } else {
            result.append(isString() ? quoted(change.apply(asText())) : toString());
        }
    }

    private static String quoted(String text) {
        return new Json.TextValue(text).print();
    }

    private static int skipSpace(String text, int from) {
        int at = from;
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }

    private static int valueEnd(String text, int from) {
        int depth = 0;
        int at = from;
        do {
            char c = text.charAt(at);
            if (c == '"') {
                at = stringEnd(text, at);
                continue;
            }
            if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
            } else if (depth == 0) {
                while (at < text.length() && ",]} \t\n\r:".indexOf(text.charAt(at)) < 0) {
                    at++;
                }
                return at;
            }
            at++;
        } while (depth > 0);
        return at;
    }

    private static int stringEnd(String text, int from) {
        int at = from + 1;
        while (text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return at + 1;
    }
}
