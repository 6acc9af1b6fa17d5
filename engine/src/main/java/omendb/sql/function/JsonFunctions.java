package omendb.sql.function;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Json;
import omendb.engine.type.JsonbValue;
import omendb.engine.type.NativeBytesWriter;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// Operators and functions that read json and jsonb. The jsonb ones navigate the value where it lies.
final class JsonFunctions {
    private JsonFunctions() {}

    static void register(Registrar r) {
        jsonbAccess(r);
        jsonAccess(r);
        questions(r);
        types(r);
        sets(r);
        JsonEditing.register(r);
    }

    // ---- jsonb: a node is an address and a length; 0 = there is none ----

    private static void jsonbAccess(Registrar r) {
        r.operator(
                "->",
                r.immutable(
                        "jsonb_object_field(jsonb, text) jsonb",
                        Rows.strict((context, args, row, out) -> field(args, row, false, out))));
        r.operator(
                "->>",
                r.immutable(
                        "jsonb_object_field_text(jsonb, text) text",
                        Rows.strict((context, args, row, out) -> field(args, row, true, out))));
        r.operator(
                "->",
                r.immutable(
                        "jsonb_array_element(jsonb, int4) jsonb",
                        Rows.strict((context, args, row, out) -> element(args, row, false, out))));
        r.operator(
                "->>",
                r.immutable(
                        "jsonb_array_element_text(jsonb, int4) text",
                        Rows.strict((context, args, row, out) -> element(args, row, true, out))));
        r.operator(
                "#>",
                r.immutable(
                        "jsonb_extract_path(jsonb, variadic _text) jsonb",
                        Rows.strict((context, args, row, out) -> path(args, row, false, out))));
        r.operator(
                "#>>",
                r.immutable(
                        "jsonb_extract_path_text(jsonb, variadic _text) text",
                        Rows.strict((context, args, row, out) -> path(args, row, true, out))));
    }

    private static void field(ColumnVector[] args, int row, boolean asText, ColumnVector out) {
        long node = args[0].address(row);
        int index = JsonbValue.tag(node) == JsonbValue.OBJECT
                ? JsonbValue.find(node, args[1].address(row), args[1].length(row))
                : -1;
        if (index < 0) {
            out.setNull(row);
        } else {
            give(JsonbValue.valueAddress(node, index), JsonbValue.valueLength(node, index), asText, out, row);
        }
    }

    private static int elementIndex(long node, long index) {
        if (JsonbValue.tag(node) != JsonbValue.ARRAY) {
            return -1;
        }
        long at = index < 0 ? JsonbValue.count(node) + index : index;
        return at >= 0 && at < JsonbValue.count(node) ? (int) at : -1;
    }

    private static void element(ColumnVector[] args, int row, boolean asText, ColumnVector out) {
        long node = args[0].address(row);
        long position = args[1].getLong(row);
        int index = elementIndex(node, position);
        if (JsonbValue.tag(node) < JsonbValue.ARRAY && (position == 0 || position == -1)) {
            // PostgreSQL keeps a scalar as an array of one
            give(node, args[0].length(row), asText, out, row);
        } else if (index < 0) {
            out.setNull(row);
        } else {
            give(JsonbValue.elementAddress(node, index), JsonbValue.elementLength(node, index), asText, out, row);
        }
    }

    /// Makes a node the result; as text, JSON null is NULL and strings lose their quotes.
    static void give(long node, int length, boolean asText, ColumnVector out, int row) {
        if (!asText) {
            out.setReference(row, node, length);
        } else if (JsonbValue.tag(node) == JsonbValue.NULL) {
            out.setNull(row);
        } else if (JsonbValue.tag(node) == JsonbValue.STRING) {
            out.setReference(row, node + 1, length - 1);
        } else {
            try (NativeBytesWriter text = new NativeBytesWriter()) {
                JsonbValue.printAsText(node, length, text);
                out.setReference(row, out.arena().copy(text.address(), text.position()), text.position());
            }
        }
    }

    private static void path(ColumnVector[] args, int row, boolean asText, ColumnVector out) {
        List<@Nullable String> steps = strings(args[1], row, out);
        ColumnVector key = ColumnVector.cell(Types.TEXT, out.arena());
        long node = args[0].address(row);
        int length = args[0].length(row);
        for (String step : steps) {
            int index = -1;
            if (step != null && JsonbValue.tag(node) == JsonbValue.OBJECT) {
                key.setString(0, step);
                index = JsonbValue.find(node, key.address(0), key.length(0));
                if (index >= 0) {
                    length = JsonbValue.valueLength(node, index);
                    node = JsonbValue.valueAddress(node, index);
                }
            } else if (step != null && JsonbValue.tag(node) == JsonbValue.ARRAY) {
                Long position = integer(step);
                index = position == null ? -1 : elementIndex(node, position);
                if (index >= 0) {
                    length = JsonbValue.elementLength(node, index);
                    node = JsonbValue.elementAddress(node, index);
                }
            }
            if (index < 0) {
                out.setNull(row);
                return;
            }
        }
        give(node, length, asText, out, row);
    }

    static @Nullable Long integer(String text) {
        try {
            return Long.valueOf(Integer.parseInt(text.strip()));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /// The elements of a text[].
    static List<@Nullable String> strings(ColumnVector in, int row, ColumnVector out) {
        ArrayValue array = ArrayValue.read(in, row);
        ColumnVector cell = ColumnVector.cell(Types.TEXT, out.arena());
        List<@Nullable String> result = new ArrayList<>(array.count());
        for (int i = 0; i < array.count(); i++) {
            array.get(i, cell, 0);
            result.add(cell.isNull(0) ? null : cell.getString(0));
        }
        return result;
    }

    // ---- json ----

    private static void jsonAccess(Registrar r) {
        r.operator(
                "->",
                r.immutable(
                        "json_object_field(json, text) json",
                        Rows.strict((context, args, row, out) ->
                                give(span(args[0], row).get(args[1].getString(row)), false, out, row))));
        r.operator(
                "->>",
                r.immutable(
                        "json_object_field_text(json, text) text",
                        Rows.strict((context, args, row, out) ->
                                give(span(args[0], row).get(args[1].getString(row)), true, out, row))));
        r.operator(
                "->",
                r.immutable(
                        "json_array_element(json, int4) json",
                        Rows.strict((context, args, row, out) ->
                                give(span(args[0], row).get(args[1].getLong(row)), false, out, row))));
        r.operator(
                "->>",
                r.immutable(
                        "json_array_element_text(json, int4) text",
                        Rows.strict((context, args, row, out) ->
                                give(span(args[0], row).get(args[1].getLong(row)), true, out, row))));
        r.operator(
                "#>",
                r.immutable(
                        "json_extract_path(json, variadic _text) json",
                        Rows.strict((context, args, row, out) -> give(follow(args, row, out), false, out, row))));
        r.operator(
                "#>>",
                r.immutable(
                        "json_extract_path_text(json, variadic _text) text",
                        Rows.strict((context, args, row, out) -> give(follow(args, row, out), true, out, row))));
    }

    private static JsonSpan span(ColumnVector in, int row) {
        return JsonSpan.of(in.getString(row));
    }

    private static void give(@Nullable JsonSpan span, boolean asText, ColumnVector out, int row) {
        if (span == null || (asText && span.isNull())) {
            out.setNull(row);
        } else {
            out.setString(row, asText ? span.asText() : span.toString());
        }
    }

    private static @Nullable JsonSpan follow(ColumnVector[] args, int row, ColumnVector out) {
        JsonSpan span = span(args[0], row);
        for (String step : strings(args[1], row, out)) {
            if (step == null || span == null) {
                return null;
            }
            Long index = span.isArray() ? integer(step) : null;
            span = span.isObject() ? span.get(step) : index == null ? null : span.get(index.longValue());
        }
        return span;
    }

    // ---- containment and existence ----

    private static void questions(Registrar r) {
        r.operator(
                "@>",
                r.immutable(
                        "jsonb_contains(jsonb, jsonb) bool",
                        Rows.strict((context, args, row, out) -> out.setBoolean(
                                row, contains(JsonbValue.read(args[0], row), JsonbValue.read(args[1], row), true)))));
        r.operator(
                "<@",
                r.immutable(
                        "jsonb_contained(jsonb, jsonb) bool",
                        Rows.strict((context, args, row, out) -> out.setBoolean(
                                row, contains(JsonbValue.read(args[1], row), JsonbValue.read(args[0], row), true)))));
        r.operator(
                "?",
                r.immutable(
                        "jsonb_exists(jsonb, text) bool",
                        Rows.strict(
                                (context, args, row, out) -> out.setBoolean(row, exists(args[0], row, args[1], row)))));
        r.operator(
                "?|",
                r.immutable(
                        "jsonb_exists_any(jsonb, _text) bool",
                        Rows.strict(
                                (context, args, row, out) -> out.setBoolean(row, existing(args, row, out, false)))));
        r.operator(
                "?&",
                r.immutable(
                        "jsonb_exists_all(jsonb, _text) bool",
                        Rows.strict((context, args, row, out) -> out.setBoolean(row, existing(args, row, out, true)))));
    }

    /// Containers by structure; a top-level array contains a scalar that is one of its elements.
    private static boolean contains(Json whole, Json part, boolean top) {
        if (whole instanceof Json.Members container && part instanceof Json.Members contained) {
            for (Map.Entry<String, Json> member : contained.members().entrySet()) {
                Json value = container.members().get(member.getKey());
                if (value == null || !contains(value, member.getValue(), false)) {
                    return false;
                }
            }
            return true;
        }
        if (whole instanceof Json.Elements container && part instanceof Json.Elements contained) {
            return contained.elements().stream()
                    .allMatch(wanted ->
                            container.elements().stream().anyMatch(element -> contains(element, wanted, false)));
        }
        if (top && whole instanceof Json.Elements container && !(part instanceof Json.Members)) {
            return container.elements().contains(part);
        }
        return whole.equals(part);
    }

    private static boolean exists(ColumnVector in, int row, ColumnVector key, int keyRow) {
        long node = in.address(row);
        long name = key.address(keyRow);
        int length = key.length(keyRow);
        return switch (JsonbValue.tag(node)) {
            case JsonbValue.OBJECT -> JsonbValue.find(node, name, length) >= 0;
            case JsonbValue.STRING -> isString(node, in.length(row), name, length);
            case JsonbValue.ARRAY -> {
                boolean found = false;
                for (int i = 0; i < JsonbValue.count(node) && !found; i++) {
                    found = isString(
                            JsonbValue.elementAddress(node, i), JsonbValue.elementLength(node, i), name, length);
                }
                yield found;
            }
            default -> false;
        };
    }

    private static boolean isString(long node, int nodeLength, long text, int length) {
        return JsonbValue.tag(node) == JsonbValue.STRING
                && omendb.memory.NativeMemory.equal(node + 1, nodeLength - 1L, text, length);
    }

    private static boolean existing(ColumnVector[] args, int row, ColumnVector out, boolean all) {
        ArrayValue keys = ArrayValue.read(args[1], row);
        ColumnVector cell = ColumnVector.cell(Types.TEXT, out.arena());
        for (int i = 0; i < keys.count(); i++) {
            keys.get(i, cell, 0);
            if (!cell.isNull(0) && exists(args[0], row, cell, 0) != all) {
                return !all;
            }
        }
        return all;
    }

    // ---- types and lengths ----

    private static void types(Registrar r) {
        r.immutable(
                "jsonb_typeof(jsonb) text",
                Rows.strict((context, args, row, out) -> out.setString(row, typeName(args[0].address(row)))));
        r.immutable(
                "json_typeof(json) text",
                Rows.strict((context, args, row, out) ->
                        out.setString(row, span(args[0], row).typeName())));
        r.immutable("jsonb_array_length(jsonb) int4", Rows.strict((context, args, row, out) -> {
            requireArray(
                    JsonbValue.tag(args[0].address(row)) == JsonbValue.ARRAY,
                    JsonbValue.tag(args[0].address(row)) == JsonbValue.OBJECT,
                    "get array length of");
            out.setLong(row, JsonbValue.count(args[0].address(row)));
        }));
        r.immutable("json_array_length(json) int4", Rows.strict((context, args, row, out) -> {
            JsonSpan span = span(args[0], row);
            requireArray(span.isArray(), span.isObject(), "get array length of");
            out.setLong(row, span.elements().size());
        }));
    }

    static String typeName(long node) {
        return switch (JsonbValue.tag(node)) {
            case JsonbValue.NULL -> "null";
            case JsonbValue.STRING -> "string";
            case JsonbValue.NUMBER -> "number";
            case JsonbValue.ARRAY -> "array";
            case JsonbValue.OBJECT -> "object";
            default -> "boolean";
        };
    }

    private static void requireArray(boolean array, boolean object, String what) {
        if (!array) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE, "cannot " + what + (object ? " a non-array" : " a scalar"));
        }
    }

    // ---- sets ----

    /// A row of a set function: a key (objects) and the value as node or span.
    private record Member(@Nullable String key, Json value) {}

    private static void sets(Registrar r) {
        FunctionDef.Column value = new FunctionDef.Column("value", Types.JSONB);
        FunctionDef.Column text = new FunctionDef.Column("value", Types.TEXT);
        FunctionDef.Column json = new FunctionDef.Column("value", Types.JSON);
        FunctionDef.Column key = new FunctionDef.Column("key", Types.TEXT);
        r.set(
                "jsonb_array_elements(jsonb) setof jsonb",
                Volatility.IMMUTABLE,
                (context, args, row) -> values(elements(args[0], row), false, 0),
                value);
        r.set(
                "jsonb_array_elements_text(jsonb) setof text",
                Volatility.IMMUTABLE,
                (context, args, row) -> values(elements(args[0], row), true, 0),
                text);
        r.set(
                "jsonb_object_keys(jsonb) setof text",
                Volatility.IMMUTABLE,
                (context, args, row) -> keys(members(args[0], row, "jsonb_object_keys")));
        r.set(
                "jsonb_each(jsonb) setof record",
                Volatility.IMMUTABLE,
                (context, args, row) -> values(members(args[0], row, "jsonb_each"), false, 1),
                key,
                value);
        r.set(
                "jsonb_each_text(jsonb) setof record",
                Volatility.IMMUTABLE,
                (context, args, row) -> values(members(args[0], row, "jsonb_each_text"), true, 1),
                key,
                text);
        r.set(
                "json_array_elements(json) setof json",
                Volatility.IMMUTABLE,
                (context, args, row) -> spans(spanElements(args[0], row, "json_array_elements"), false),
                json);
        r.set(
                "json_array_elements_text(json) setof text",
                Volatility.IMMUTABLE,
                (context, args, row) -> spans(spanElements(args[0], row, "json_array_elements_text"), true),
                text);
        r.set(
                "json_object_keys(json) setof text",
                Volatility.IMMUTABLE,
                (context, args, row) -> PatternFunctions.strings(spanKeys(args[0], row)));
        r.set(
                "json_each(json) setof record",
                Volatility.IMMUTABLE,
                (context, args, row) -> spanPairs(spanMembers(args[0], row), false),
                key,
                json);
        r.set(
                "json_each_text(json) setof record",
                Volatility.IMMUTABLE,
                (context, args, row) -> spanPairs(spanMembers(args[0], row), true),
                key,
                text);
    }

    private static List<Member> elements(ColumnVector in, int row) {
        Json json = JsonbValue.read(in, row);
        if (!(json instanceof Json.Elements array)) {
            String what = json instanceof Json.Members ? "an object" : "a scalar";
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "cannot extract elements from " + what);
        }
        List<Member> result = new ArrayList<>();
        for (Json element : array.elements()) {
            result.add(new Member(null, element));
        }
        return result;
    }

    private static List<Member> members(ColumnVector in, int row, String function) {
        Json json = JsonbValue.read(in, row);
        if (!(json instanceof Json.Members object)) {
            String what = function.endsWith("keys")
                    ? "cannot call " + function + " on " + (json instanceof Json.Elements ? "an array" : "a scalar")
                    : "cannot call " + function + " on a non-object";
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, what);
        }
        List<Member> result = new ArrayList<>();
        object.members().forEach((name, value) -> result.add(new Member(name, value)));
        return result;
    }

    private static SetFunction.Cursor keys(List<Member> members) {
        return PatternFunctions.strings(members.stream().map(Member::key).toList());
    }

    /// Column 0 is the key if `valueColumn` is 1.
    private static SetFunction.Cursor values(List<Member> members, boolean asText, int valueColumn) {
        int[] next = new int[1];
        return (out, offset, capacity) -> {
            int count = Math.min(capacity, members.size() - next[0]);
            for (int i = 0; i < count; i++) {
                Member member = members.get(next[0]++);
                ColumnVector target = out[valueColumn];
                if (valueColumn == 1 && member.key() != null) {
                    out[0].setString(offset + i, member.key());
                }
                if (!asText) {
                    JsonbValue.write(member.value(), target, offset + i);
                } else if (member.value() instanceof Json.TextValue(String text)) {
                    target.setString(offset + i, text);
                } else if (member.value() instanceof Json.NullValue) {
                    target.setNull(offset + i);
                } else {
                    target.setString(offset + i, member.value().print());
                }
            }
            return count;
        };
    }

    private static List<JsonSpan> spanElements(ColumnVector in, int row, String function) {
        JsonSpan span = span(in, row);
        if (!span.isArray()) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "cannot call " + function + (span.isObject() ? " on a non-array" : " on a scalar"));
        }
        return span.elements();
    }

    private static List<JsonSpan.Member> spanMembers(ColumnVector in, int row) {
        JsonSpan span = span(in, row);
        if (!span.isObject()) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    span.isArray() ? "cannot deconstruct an array as an object" : "cannot deconstruct a scalar");
        }
        return span.members();
    }

    private static List<String> spanKeys(ColumnVector in, int row) {
        JsonSpan span = span(in, row);
        if (!span.isObject()) {
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "cannot call json_object_keys on " + (span.isArray() ? "an array" : "a scalar"));
        }
        return span.members().stream().map(JsonSpan.Member::name).toList();
    }

    private static SetFunction.Cursor spans(List<JsonSpan> spans, boolean asText) {
        int[] next = new int[1];
        return (out, offset, capacity) -> {
            int count = Math.min(capacity, spans.size() - next[0]);
            for (int i = 0; i < count; i++) {
                give(spans.get(next[0]++), asText, out[0], offset + i);
            }
            return count;
        };
    }

    private static SetFunction.Cursor spanPairs(List<JsonSpan.Member> members, boolean asText) {
        int[] next = new int[1];
        return (out, offset, capacity) -> {
            int count = Math.min(capacity, members.size() - next[0]);
            for (int i = 0; i < count; i++) {
                JsonSpan.Member member = members.get(next[0]++);
                out[0].setString(offset + i, member.name());
                give(member.value(), asText, out[1], offset + i);
            }
            return count;
        };
    }
}
