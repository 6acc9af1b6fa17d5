package omendb.sql.function;

import java.util.List;
import java.util.Map;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Json;
import omendb.engine.type.JsonbValue;
import org.jspecify.annotations.Nullable;

/// jsonb functions that make a changed value: ||, -, #-, jsonb_set, jsonb_insert, jsonb_strip_nulls, jsonb_pretty.
final class JsonEditing {
    private JsonEditing() {}

    static void register(Registrar r) {
        r.operator(
                "||",
                r.immutable(
                        "jsonb_concat(jsonb, jsonb) jsonb",
                        edit((args, row, out) ->
                                concatenate(JsonbValue.read(args[0], row), JsonbValue.read(args[1], row)))));
        r.operator(
                "-",
                r.immutable(
                        "jsonb_delete(jsonb, text) jsonb",
                        edit((args, row, out) ->
                                delete(JsonbValue.read(args[0], row), List.of(args[1].getString(row))))));
        r.operator(
                "-",
                r.immutable(
                        "jsonb_delete(jsonb, variadic _text) jsonb",
                        edit((args, row, out) ->
                                delete(JsonbValue.read(args[0], row), JsonFunctions.strings(args[1], row, out)))));
        r.operator(
                "-",
                r.immutable(
                        "jsonb_delete(jsonb, int4) jsonb",
                        edit((args, row, out) -> deleteElement(JsonbValue.read(args[0], row), args[1].getLong(row)))));
        r.operator("#-", r.immutable("jsonb_delete_path(jsonb, _text) jsonb", edit((args, row, out) -> {
            Json json = JsonbValue.read(args[0], row);
            requireContainer(json, "delete path in");
            return change(json, steps(args[1], row, out), 0, new Change(null, false, false, false, true));
        })));
        r.immutable(
                "jsonb_set(jsonb_in jsonb, path _text, replacement jsonb, create_if_missing bool = true) jsonb",
                edit((args, row, out) -> {
                    Json json = JsonbValue.read(args[0], row);
                    requireContainer(json, "set path in");
                    boolean create = args[3].getBoolean(row);
                    return change(
                            json,
                            steps(args[1], row, out),
                            0,
                            new Change(JsonbValue.read(args[2], row), create, false, false, false));
                }));
        r.immutable(
                "jsonb_insert(jsonb_in jsonb, path _text, replacement jsonb, insert_after bool = false) jsonb",
                edit((args, row, out) -> {
                    Json json = JsonbValue.read(args[0], row);
                    requireContainer(json, "set path in");
                    boolean after = args[3].getBoolean(row);
                    return change(
                            json,
                            steps(args[1], row, out),
                            0,
                            new Change(JsonbValue.read(args[2], row), true, true, after, false));
                }));
        r.immutable(
                "jsonb_strip_nulls(jsonb) jsonb",
                edit((args, row, out) -> withoutNulls(JsonbValue.read(args[0], row))));
        r.immutable("jsonb_pretty(jsonb) text", Rows.strict((context, args, row, out) -> {
            StringBuilder text = new StringBuilder();
            pretty(JsonbValue.read(args[0], row), 0, text);
            out.setString(row, text.toString());
        }));
    }

    /// Makes a new tree.
    @FunctionalInterface
    private interface Edit {
        Json apply(ColumnVector[] args, int row, ColumnVector out);
    }

    private static StrictBody edit(Edit edit) {
        return Rows.strict((context, args, row, out) -> JsonbValue.write(edit.apply(args, row, out), out, row));
    }

    private static UserException invalid(String message) {
        return new UserException(SqlState.INVALID_PARAMETER_VALUE, message);
    }

    private static boolean isContainer(Json json) {
        return json instanceof Json.Elements || json instanceof Json.Members;
    }

    private static void requireContainer(Json json, String what) {
        if (!isContainer(json)) {
            throw invalid("cannot " + what + " scalar");
        }
    }

    private static Json concatenate(Json a, Json b) {
        if (a instanceof Json.Members left && b instanceof Json.Members right) {
            left.members().putAll(right.members());
            return left;
        }
        Json.Elements result = Json.array();
        addTo(result, a);
        addTo(result, b);
        return result;
    }

    private static void addTo(Json.Elements result, Json part) {
        if (part instanceof Json.Elements array) {
            result.elements().addAll(array.elements());
        } else {
            result.elements().add(part);
        }
    }

    private static Json delete(Json json, List<? extends @Nullable String> keys) {
        requireContainer(json, "delete from");
        for (String key : keys) {
            if (key != null && json instanceof Json.Members object) {
                object.members().remove(key);
            } else if (key != null && json instanceof Json.Elements array) {
                array.elements().removeIf(element -> element.equals(new Json.TextValue(key)));
            }
        }
        return json;
    }

    private static Json deleteElement(Json json, long index) {
        requireContainer(json, "delete from");
        if (!(json instanceof Json.Elements array)) {
            throw invalid("cannot delete from object using integer index");
        }
        long at = index < 0 ? array.elements().size() + index : index;
        if (at >= 0 && at < array.elements().size()) {
            array.elements().remove((int) at);
        }
        return json;
    }

    // ---- changes at a path ----

    /// @param value  null for a deletion
    /// @param create add what is missing
    /// @param insert do not replace; `after` says on which side of an element
    private record Change(@Nullable Json value, boolean create, boolean insert, boolean after, boolean delete) {}

    private static List<@Nullable String> steps(ColumnVector in, int row, ColumnVector out) {
        return JsonFunctions.strings(in, row, out);
    }

    private static boolean isEmpty(Json json) {
        return (json instanceof Json.Members object && object.members().isEmpty())
                || (json instanceof Json.Elements array && array.elements().isEmpty());
    }

    private static Json change(Json json, List<@Nullable String> steps, int depth, Change change) {
        if (depth == steps.size() || (depth == 0 && !change.create() && isEmpty(json))) {
            return json;
        }
        boolean last = depth == steps.size() - 1;
        String step = steps.get(depth);
        if (step == null) {
            throw new UserException(
                    SqlState.NULL_VALUE_NOT_ALLOWED, "path element at position " + (depth + 1) + " is null");
        }
        if (json instanceof Json.Members object) {
            changeMember(object, step, last, steps, depth, change);
        } else if (json instanceof Json.Elements array) {
            changeElement(array, step, last, steps, depth, change);
        }
        return json;
    }

    private static void changeMember(
            Json.Members object, String key, boolean last, List<@Nullable String> steps, int depth, Change change) {
        Json present = object.members().get(key);
        Json value = change.value();
        if (!last) {
            if (present != null) {
                object.members().put(key, change(present, steps, depth + 1, change));
            }
        } else if (change.delete() || value == null) {
            object.members().remove(key);
        } else if (present != null && change.insert()) {
            throw invalid("cannot replace existing key")
                    .withHint("Try using the function jsonb_set to replace key value.");
        } else if (present != null || change.create()) {
            object.members().put(key, value);
        }
    }

    private static void changeElement(
            Json.Elements array, String step, boolean last, List<@Nullable String> steps, int depth, Change change) {
        Long written = JsonFunctions.integer(step);
        if (written == null) {
            throw new UserException(
                    SqlState.INVALID_TEXT_REPRESENTATION,
                    "path element at position " + (depth + 1) + " is not an integer: \"" + step + "\"");
        }
        List<Json> elements = array.elements();
        int size = elements.size();
        long index = written < 0 ? size + written : written;
        boolean inside = index >= 0 && index < size;
        Json value = change.value();
        if (!last) {
            if (inside) {
                elements.set((int) index, change(elements.get((int) index), steps, depth + 1, change));
            }
        } else if (change.delete() || value == null) {
            if (inside) {
                elements.remove((int) index);
            }
        } else if (inside && change.insert()) {
            elements.add((int) index + (change.after() ? 1 : 0), value);
        } else if (inside) {
            elements.set((int) index, value);
        } else if (change.create()) {
            elements.add(index < 0 ? 0 : size, value);
        }
    }

    // ---- shape ----

    private static Json withoutNulls(Json json) {
        if (json instanceof Json.Members object) {
            object.members().values().removeIf(value -> value instanceof Json.NullValue);
            object.members().replaceAll((key, value) -> withoutNulls(value));
        } else if (json instanceof Json.Elements array) {
            array.elements().replaceAll(JsonEditing::withoutNulls);
        }
        return json;
    }

    private static void pretty(Json json, int depth, StringBuilder text) {
        if (json instanceof Json.Elements array) {
            text.append('[');
            boolean first = true;
            for (Json element : array.elements()) {
                text.append(first ? "\n" : ",\n").repeat(" ", 4 * (depth + 1));
                first = false;
                pretty(element, depth + 1, text);
            }
            text.append('\n').repeat(" ", 4 * depth).append(']');
        } else if (json instanceof Json.Members object) {
            text.append('{');
            boolean first = true;
            for (Map.Entry<String, Json> member : object.members().entrySet()) {
                text.append(first ? "\n" : ",\n").repeat(" ", 4 * (depth + 1));
                first = false;
                text.append(JsonBuilders.quoted(member.getKey())).append(": ");
                pretty(member.getValue(), depth + 1, text);
            }
            text.append('\n').repeat(" ", 4 * depth).append('}');
        } else {
            text.append(json.print());
        }
    }
}
