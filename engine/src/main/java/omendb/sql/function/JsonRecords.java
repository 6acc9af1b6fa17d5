package omendb.sql.function;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayBuilder;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Json;
import omendb.engine.type.JsonbValue;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.engine.type.ValueArena;
import org.jspecify.annotations.Nullable;

/// json(b)_to_record and json(b)_to_recordset: objects as rows with the columns that the query names.
///
/// A member becomes a value of its column's type: a string by the type's input, an array element by element, anything
/// else by its JSON text. What is missing or null is NULL.
final class JsonRecords {
    private JsonRecords() {}

    static void register(Registrar r) {
        for (SqlType type : List.of(Types.JSON, Types.JSONB)) {
            String name = type.name();
            r.set(
                    name + "_to_record(" + name + ") setof record",
                    Volatility.STABLE,
                    new RecordFunction((context, args, row, columns) ->
                            rows(context, List.of(object(read(args[0], row))), columns)));
            r.set(
                    name + "_to_recordset(" + name + ") setof record",
                    Volatility.STABLE,
                    new RecordFunction((context, args, row, columns) ->
                            rows(context, objects(read(args[0], row), name + "_to_recordset"), columns)));
        }
    }

    private static Json read(ColumnVector in, int row) {
        return in.type() == Types.JSONB ? JsonbValue.read(in, row) : Json.parse(in.getString(row));
    }

    private static Json.Members object(Json json) {
        if (json instanceof Json.Members members) {
            return members;
        }
        throw new UserException(
                SqlState.INVALID_PARAMETER_VALUE,
                "cannot call populate_composite on " + (json instanceof Json.Elements ? "an array" : "a scalar"));
    }

    private static List<Json.Members> objects(Json json, String function) {
        if (!(json instanceof Json.Elements array)) {
            String what = function.startsWith("jsonb")
                    ? "a non-array"
                    : json instanceof Json.Members ? "an object" : "a scalar";
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "cannot call " + function + " on " + what);
        }
        List<Json.Members> rows = new ArrayList<>();
        for (Json element : array.elements()) {
            if (!(element instanceof Json.Members members)) {
                throw new UserException(
                        SqlState.INVALID_PARAMETER_VALUE, "argument of " + function + " must be an array of objects");
            }
            rows.add(members);
        }
        return rows;
    }

    private static SetFunction.Cursor rows(
            EvalContext context, List<Json.Members> objects, List<FunctionDef.Column> columns) {
        return new SetFunction.Cursor() {
            private int next;

            @Override
            public int fill(ColumnVector[] out, int offset, int capacity) {
                int count = Math.min(capacity, objects.size() - next);
                for (int i = 0; i < count; i++) {
                    Json.Members object = objects.get(next++);
                    for (int column = 0; column < columns.size(); column++) {
                        FunctionDef.Column definition = columns.get(column);
                        Json member = object.members().get(definition.name());
                        write(context, member, definition, out[column], offset + i);
                    }
                }
                return count;
            }
        };
    }

    private static void write(
            EvalContext context, @Nullable Json value, FunctionDef.Column column, ColumnVector out, int row) {
        SqlType type = column.type();
        if (value == null || value instanceof Json.NullValue) {
            out.setNull(row);
        } else if (type == Types.JSONB) {
            JsonbValue.write(value, out, row);
        } else if (type == Types.JSON) {
            out.setString(row, value.print());
        } else if (type.isArray() && type.elementType() != null) {
            writeArray(context, value, column, out, row);
        } else {
            String text = value instanceof Json.TextValue(String string) ? string : value.print();
            type.io().parse(context.types(), text, column.typmod(), out, row);
        }
    }

    private static void writeArray(
            EvalContext context, Json value, FunctionDef.Column column, ColumnVector out, int row) {
        SqlType type = column.type();
        if (value instanceof Json.TextValue(String text)) {
            type.io().parse(context.types(), text, column.typmod(), out, row);
            return;
        }
        SqlType element = type.elementType();
        if (!(value instanceof Json.Elements array) || element == null) {
            throw new UserException(SqlState.INVALID_TEXT_REPRESENTATION, "expected JSON array")
                    .withHint("See the value of key \"" + column.name() + "\".");
        }
        List<Integer> lengths = new ArrayList<>();
        Json level = array;
        while (level instanceof Json.Elements inner) {
            lengths.add(inner.elements().size());
            level = inner.elements().isEmpty()
                    ? Json.nullValue()
                    : inner.elements().getFirst();
        }
        try (ValueArena arena = new ValueArena()) {
            ArrayBuilder builder = new ArrayBuilder(element);
            FunctionDef.Column each = new FunctionDef.Column(column.name(), element, column.typmod());
            addElements(context, array, 0, lengths, each, builder, arena);
            builder.write(lengths, lengths.stream().map(_ -> 1).toList(), out, row);
        }
    }

    private static void addElements(
            EvalContext context,
            Json.Elements array,
            int depth,
            List<Integer> lengths,
            FunctionDef.Column each,
            ArrayBuilder builder,
            ValueArena arena) {
        if (array.elements().size() != lengths.get(depth)) {
            throw new UserException(SqlState.INVALID_TEXT_REPRESENTATION, "malformed JSON array")
                    .withDetail("Multidimensional arrays must have sub-arrays with matching dimensions.");
        }
        for (Json element : array.elements()) {
            if (depth + 1 < lengths.size()) {
                if (!(element instanceof Json.Elements inner)) {
                    throw new UserException(SqlState.INVALID_TEXT_REPRESENTATION, "expected JSON array")
                            .withHint("See the value of key \"" + each.name() + "\".");
                }
                addElements(context, inner, depth + 1, lengths, each, builder, arena);
            } else {
                ColumnVector cell = ColumnVector.cell(each.type(), arena);
                write(context, element, each, cell, 0);
                builder.add(cell, 0);
            }
        }
    }
}
