package omendb.engine.type;

import java.util.List;
import omendb.engine.type.JsonPath.Accessor;
import omendb.engine.type.JsonPath.Node;

/// Writes a jsonpath in PostgreSQL's canonical form: `$."a"[*]?(@."b" > 1)`.
final class JsonPathText {
    private final BytesWriter out;

    private JsonPathText(BytesWriter out) {
        this.out = out;
    }

    static void print(JsonPath path, BytesWriter out) {
        if (path.strict()) {
            out.writeAscii("strict ");
        }
        new JsonPathText(out).node(path.root(), true);
    }

    private static int priority(Node node) {
        return switch (node) {
            case JsonPath.Or _ -> 0;
            case JsonPath.And _ -> 1;
            case JsonPath.Comparison _, JsonPath.StartsWith _ -> 2;
            case JsonPath.Arithmetic(char operator, var _, var _) -> operator == '+' || operator == '-' ? 3 : 4;
            case JsonPath.Sign _ -> 5;
            case JsonPath.Chain(var base, var _) -> priority(base);
            default -> 6;
        };
    }

    private void operand(Node node, int outer) {
        node(node, priority(node) <= outer);
    }

    private void binary(Node left, String operator, Node right, int priority, boolean brackets) {
        bracket('(', brackets);
        operand(left, priority);
        out.writeAscii(" " + operator + " ");
        operand(right, priority);
        bracket(')', brackets);
    }

    private void bracket(char bracket, boolean wanted) {
        if (wanted) {
            out.writeByte(bracket);
        }
    }

    /// @param brackets whether an operator is put into parentheses
    private void node(Node node, boolean brackets) {
        switch (node) {
            case JsonPath.Root() -> out.writeByte('$');
            case JsonPath.Current() -> out.writeByte('@');
            case JsonPath.Last() -> out.writeAscii("last");
            case JsonPath.Variable(var name) -> {
                out.writeByte('$');
                JsonText.quote(name, out);
            }
            case JsonPath.Literal(var value) -> JsonText.print(value, out);
            case JsonPath.Chain(var base, var accessors) -> {
                node(base, true);
                accessors.forEach(this::accessor);
            }
            case JsonPath.Sign(var minus, var operand) -> {
                bracket('(', brackets);
                out.writeByte(minus ? '-' : '+');
                operand(operand, 5);
                bracket(')', brackets);
            }
            case JsonPath.Arithmetic(var operator, var left, var right) ->
                binary(left, String.valueOf(operator), right, priority(node), brackets);
            case JsonPath.And(var left, var right) -> binary(left, "&&", right, 1, brackets);
            case JsonPath.Or(var left, var right) -> binary(left, "||", right, 0, brackets);
            case JsonPath.Comparison(var operator, var left, var right) -> binary(left, operator, right, 2, brackets);
            case JsonPath.StartsWith(var whole, var beginning) -> binary(whole, "starts with", beginning, 2, brackets);
            case JsonPath.Not(var operand) -> {
                out.writeAscii("!(");
                node(operand, false);
                out.writeByte(')');
            }
            case JsonPath.Exists(var operand) -> {
                out.writeAscii("exists (");
                node(operand, false);
                out.writeByte(')');
            }
            case JsonPath.IsUnknown(var operand) -> {
                out.writeByte('(');
                node(operand, false);
                out.writeAscii(") is unknown");
            }
            case JsonPath.LikeRegex(var text, var pattern, var flags) -> {
                bracket('(', brackets);
                operand(text, 6);
                out.writeAscii(" like_regex ");
                JsonText.quote(pattern, out);
                if (!flags.isEmpty()) {
                    out.writeAscii(" flag \"" + flags + "\"");
                }
                bracket(')', brackets);
            }
        }
    }

    private void accessor(Accessor accessor) {
        switch (accessor) {
            case JsonPath.Key(var name) -> {
                out.writeByte('.');
                JsonText.quote(name, out);
            }
            case JsonPath.AnyKey() -> out.writeAscii(".*");
            case JsonPath.AnyElement() -> out.writeAscii("[*]");
            case JsonPath.Elements(var subscripts) -> subscripts(subscripts);
            case JsonPath.AnyLevel(var first, var last) -> levels(first, last);
            case JsonPath.Filter(var predicate) -> {
                out.writeAscii("?(");
                node(predicate, false);
                out.writeByte(')');
            }
            case JsonPath.Method(var function, var argument) -> {
                out.writeAscii("." + function.name().toLowerCase(java.util.Locale.ROOT) + "(");
                if (argument != null) {
                    JsonText.quote(argument, out);
                }
                out.writeByte(')');
            }
        }
    }

    private void subscripts(List<JsonPath.Subscript> subscripts) {
        out.writeByte('[');
        String separator = "";
        for (JsonPath.Subscript subscript : subscripts) {
            out.writeAscii(separator);
            separator = ",";
            node(subscript.from(), false);
            Node to = subscript.to();
            if (to != null) {
                out.writeAscii(" to ");
                node(to, false);
            }
        }
        out.writeByte(']');
    }

    private void levels(long first, long last) {
        out.writeAscii(".**");
        if (first == 0 && last == JsonPath.AnyLevel.LAST) {
            return;
        }
        out.writeAscii("{" + level(first) + (first == last ? "" : " to " + level(last)) + "}");
    }

    private static String level(long level) {
        return level == JsonPath.AnyLevel.LAST ? "last" : Long.toString(level);
    }
}
