package omendb.sql.function;

import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.Map;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Json;
import omendb.engine.type.JsonText;
import omendb.engine.type.JsonbValue;
import omendb.engine.type.NativeBytesWriter;
import omendb.engine.type.Numeric;
import omendb.engine.type.RecordValue;
import omendb.engine.type.SqlType;
import omendb.engine.type.TypeContext;
import omendb.engine.type.Types;
import omendb.engine.type.ValueArena;

/// SQL values to JSON: to_json(b), json(b)_build_object, json(b)_build_array, row_to_json, array_to_json.
final class JsonBuilders {
    private JsonBuilders() {}

    static void register(Registrar r) {
        r.stable(
                "to_jsonb(anyelement) jsonb",
                Rows.strict((context, args, row, out) -> JsonbValue.write(toJson(context, args[0], row), out, row)));
        r.stable(
                "to_json(anyelement) json",
                Rows.strict((context, args, row, out) -> out.setString(row, toText(context, args[0], row))));
        r.stable(
                "array_to_json(anyarray) json",
                Rows.strict((context, args, row, out) -> out.setString(row, toText(context, args[0], row))));
        r.stable(
                "row_to_json(record) json",
                Rows.strict((context, args, row, out) -> out.setString(row, toText(context, args[0], row))));
        r.stable("jsonb_build_array(variadic any) jsonb", Rows.lenient((context, args, row, out) -> {
            Json.Elements array = Json.array();
            for (ColumnVector arg : args) {
                array.elements().add(toJson(context, arg, row));
            }
            JsonbValue.write(array, out, row);
        }));
        r.stable("json_build_array(variadic any) json", Rows.lenient((context, args, row, out) -> {
            StringBuilder text = new StringBuilder("[");
            for (ColumnVector arg : args) {
                text.append(text.length() == 1 ? "" : ", ").append(toText(context, arg, row));
            }
            out.setString(row, text.append(']').toString());
        }));
        r.stable("jsonb_build_object(variadic any) jsonb", Rows.lenient((context, args, row, out) -> {
            checkPairs(args.length);
            Json.Members object = Json.object();
            for (int i = 0; i < args.length; i += 2) {
                object.members().put(key(context, args, i, row), toJson(context, args[i + 1], row));
            }
            JsonbValue.write(object, out, row);
        }));
        r.stable("json_build_object(variadic any) json", Rows.lenient((context, args, row, out) -> {
            checkPairs(args.length);
            StringBuilder text = new StringBuilder("{");
            for (int i = 0; i < args.length; i += 2) {
                text.append(i == 0 ? "" : ", ")
                        .append(quoted(key(context, args, i, row)))
                        .append(" : ");
                text.append(toText(context, args[i + 1], row));
            }
            out.setString(row, text.append('}').toString());
        }));
        empties(r);
    }

    private static void empties(Registrar r) {
        r.stable(
                "jsonb_build_array() jsonb",
                Rows.lenient((context, args, row, out) -> JsonbValue.write(Json.array(), out, row)));
        r.stable(
                "jsonb_build_object() jsonb",
                Rows.lenient((context, args, row, out) -> JsonbValue.write(Json.object(), out, row)));
        r.stable("json_build_array() json", Rows.lenient((context, args, row, out) -> out.setString(row, "[]")));
        r.stable("json_build_object() json", Rows.lenient((context, args, row, out) -> out.setString(row, "{}")));
    }

    private static void checkPairs(int count) {
        if (count % 2 != 0) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "argument list must have even number of elements")
                    .withHint("The arguments of json_build_object() must consist of alternating keys and values.");
        }
    }

    private static String key(EvalContext context, ColumnVector[] args, int index, int row) {
        if (args[index].isNull(row)) {
            throw new UserException(
                            SqlState.INVALID_PARAMETER_VALUE, "argument " + (index + 1) + ": key must not be null")
                    .withHint("");
        }
        return Casts.textOf(context, args[index], row);
    }

    static String quoted(String text) {
        try (NativeBytesWriter out = new NativeBytesWriter()) {
            JsonText.quote(text, out);
            return new String(out.toByteArray(), StandardCharsets.UTF_8);
        }
    }

    /// The value of any type as a tree.
    static Json toJson(EvalContext context, ColumnVector in, int row) {
        if (in.isNull(row)) {
            return Json.nullValue();
        }
        SqlType type = in.type();
        if (type == Types.JSONB) {
            return JsonbValue.read(in, row);
        }
        if (type == Types.JSON) {
            return Json.parse(in.getString(row));
        }
        if (type == Types.BOOL) {
            return Json.of(in.getBoolean(row));
        }
        if (isNumber(type)) {
            Numeric number = number(type, in, row);
            if (number.isFinite()) {
                return new Json.NumberValue(number);
            }
            return new Json.TextValue(number.toString());
        }
        if (type == Types.RECORD) {
            Json.Members object = Json.object();
            fields(context, in, row).forEach(object.members()::put);
            return object;
        }
        if (type.isArray()) {
            return array(context, ArrayValue.read(in, row));
        }
        return new Json.TextValue(dateText(plainText(context, in, row), type));
    }

    private static boolean isNumber(SqlType type) {
        return type == Types.INT2
                || type == Types.INT4
                || type == Types.INT8
                || type == Types.FLOAT4
                || type == Types.FLOAT8
                || type == Types.NUMERIC;
    }

    private static Numeric number(SqlType type, ColumnVector in, int row) {
        if (type == Types.NUMERIC) {
            return Numeric.read(in, row);
        }
        if (type.kind() == SqlType.Kind.DOUBLE) {
            String text = type == Types.FLOAT4
                    ? omendb.engine.type.FloatText.format((float) in.getDouble(row))
                    : omendb.engine.type.FloatText.format(in.getDouble(row));
            return Numeric.parse(text, -1);
        }
        return Numeric.of(in.getLong(row));
    }

    /// Text in ISO style, whatever the session's.
    private static String plainText(EvalContext context, ColumnVector in, int row) {
        if (context.types().dateStyle() == TypeContext.DateStyle.ISO) {
            return Casts.textOf(context, in, row);
        }
        ZoneId zone = context.types().timeZone();
        boolean date = in.type().category() == 'D';
        TypeContext iso = new TypeContext() {
            @Override
            public ZoneId timeZone() {
                return zone;
            }
        };
        return date ? in.type().io().toText(iso, in, row) : Casts.textOf(context, in, row);
    }

    /// JSON writes timestamps with a T.
    private static String dateText(String text, SqlType type) {
        boolean timestamp = type == Types.TIMESTAMP || type == Types.TIMESTAMPTZ;
        if (!timestamp || text.indexOf(' ') < 0) {
            return text;
        }
        String withT = text.replaceFirst(" ", "T");
        boolean hoursOnly = type == Types.TIMESTAMPTZ && withT.matches(".*[+-]\\d\\d$");
        return hoursOnly ? withT + ":00" : withT;
    }

    private static Map<String, Json> fields(EvalContext context, ColumnVector in, int row) {
        Map<String, Json> fields = new java.util.LinkedHashMap<>();
        try (ValueArena arena = new ValueArena()) {
            ColumnVector field = ColumnVector.cell(Types.TEXT, arena);
            for (int i = 0; i < RecordValue.fieldCount(in.address(row)); i++) {
                RecordValue.readField(in.address(row), i, field, 0);
                fields.put("f" + (i + 1), toJson(context, field, 0));
            }
        }
        return fields;
    }

    private static Json array(EvalContext context, ArrayValue array) {
        try (ValueArena arena = new ValueArena()) {
            ColumnVector cell = ColumnVector.cell(array.elementType(), arena);
            int[] next = new int[1];
            return array.dimensions() == 0 ? Json.array() : dimension(context, array, 0, next, cell);
        }
    }

    private static Json dimension(EvalContext context, ArrayValue array, int depth, int[] next, ColumnVector cell) {
        Json.Elements elements = Json.array();
        for (int i = 0; i < array.length(depth); i++) {
            if (depth + 1 < array.dimensions()) {
                elements.elements().add(dimension(context, array, depth + 1, next, cell));
            } else {
                array.get(next[0]++, cell, 0);
                elements.elements().add(toJson(context, cell, 0));
            }
        }
        return elements;
    }

    /// The value of any type as json text: compact, member order and numbers as they are.
    static String toText(EvalContext context, ColumnVector in, int row) {
        if (in.isNull(row)) {
            return "null";
        }
        SqlType type = in.type();
        if (type == Types.JSON) {
            return in.getString(row);
        }
        if (type == Types.JSONB) {
            return type.io().toText(context.types(), in, row);
        }
        if (type == Types.RECORD) {
            StringBuilder text = new StringBuilder("{");
            fields(context, in, row)
                    .forEach((name, value) -> text.append(text.length() == 1 ? "" : ",")
                            .append(quoted(name))
                            .append(':')
                            .append(compact(value)));
            return text.append('}').toString();
        }
        if (type.isArray()) {
            return compact(toJson(context, in, row));
        }
        return toJson(context, in, row).print();
    }

    private static String compact(Json json) {
        if (json instanceof Json.Elements array) {
            StringBuilder text = new StringBuilder("[");
            for (Json element : array.elements()) {
                text.append(text.length() == 1 ? "" : ",").append(compact(element));
            }
            return text.append(']').toString();
        }
        return json.print();
    }
}
