package omendb.sql.function;

import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Json;
import omendb.engine.type.JsonbValue;
import org.jspecify.annotations.Nullable;

/// json_object and jsonb_object: objects from arrays of texts.
final class JsonTexts {
    private JsonTexts() {}

    static void register(Registrar r) {
        r.immutable(
                "json_object(_text) json",
                Rows.strict((context, args, row, out) -> writeText(pairs(args[0], row, out), out, row)));
        r.immutable(
                "json_object(_text, _text) json",
                Rows.strict((context, args, row, out) -> writeText(zipped(args, row, out), out, row)));
        r.immutable(
                "jsonb_object(_text) jsonb",
                Rows.strict((context, args, row, out) -> writeTree(pairs(args[0], row, out), out, row)));
        r.immutable(
                "jsonb_object(_text, _text) jsonb",
                Rows.strict((context, args, row, out) -> writeTree(zipped(args, row, out), out, row)));
    }

    /// Keys and values in turn.
    private record Pairs(List<@Nullable String> keys, List<@Nullable String> values) {
        String key(int index) {
            String key = keys.get(index);
            if (key == null) {
                throw new UserException(SqlState.NULL_VALUE_NOT_ALLOWED, "null value not allowed for object key");
            }
            return key;
        }
    }

    private static UserException wrongSubscripts(String message) {
        return new UserException(SqlState.ARRAY_ELEMENT_ERROR, message);
    }

    private static Pairs pairs(ColumnVector in, int row, ColumnVector out) {
        ArrayValue array = ArrayValue.read(in, row);
        if (array.dimensions() == 1 && array.length(0) % 2 != 0) {
            throw wrongSubscripts("array must have even number of elements");
        }
        if (array.dimensions() == 2 && array.length(1) != 2) {
            throw wrongSubscripts("array must have two columns");
        }
        if (array.dimensions() > 2) {
            throw wrongSubscripts("wrong number of array subscripts");
        }
        List<@Nullable String> all = JsonFunctions.strings(in, row, out);
        List<@Nullable String> keys = new java.util.ArrayList<>();
        List<@Nullable String> values = new java.util.ArrayList<>();
        for (int i = 0; i < all.size(); i += 2) {
            keys.add(all.get(i));
            values.add(all.get(i + 1));
        }
        return new Pairs(keys, values);
    }

    private static Pairs zipped(ColumnVector[] args, int row, ColumnVector out) {
        ArrayValue keys = ArrayValue.read(args[0], row);
        ArrayValue values = ArrayValue.read(args[1], row);
        if (keys.dimensions() > 1 || keys.dimensions() != values.dimensions()) {
            throw wrongSubscripts("wrong number of array subscripts");
        }
        if (keys.count() != values.count()) {
            throw wrongSubscripts("mismatched array dimensions");
        }
        return new Pairs(JsonFunctions.strings(args[0], row, out), JsonFunctions.strings(args[1], row, out));
    }

    private static void writeText(Pairs pairs, ColumnVector out, int row) {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < pairs.keys().size(); i++) {
            String value = pairs.values().get(i);
            text.append(i == 0 ? "" : ", ")
                    .append(JsonBuilders.quoted(pairs.key(i)))
                    .append(" : ")
                    .append(value == null ? "null" : JsonBuilders.quoted(value));
        }
        out.setString(row, text.append('}').toString());
    }

    private static void writeTree(Pairs pairs, ColumnVector out, int row) {
        Json.Members object = Json.object();
        for (int i = 0; i < pairs.keys().size(); i++) {
            String value = pairs.values().get(i);
            object.members().put(pairs.key(i), value == null ? Json.nullValue() : new Json.TextValue(value));
        }
        JsonbValue.write(object, out, row);
    }
}
