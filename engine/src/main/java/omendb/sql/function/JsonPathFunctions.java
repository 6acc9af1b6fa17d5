package omendb.sql.function;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Json;
import omendb.engine.type.JsonPath;
import omendb.engine.type.JsonbValue;

/// jsonb_path_query and its kin, `@?` and `@@`.
final class JsonPathFunctions {
    private static final String ARGUMENTS = "(target jsonb, path jsonpath, vars jsonb = '{}', silent bool = false) ";

    private JsonPathFunctions() {}

    static void register(Registrar r) {
        for (boolean zoned : new boolean[] {false, true}) {
            Volatility volatility = zoned ? Volatility.STABLE : Volatility.IMMUTABLE;
            String suffix = (zoned ? "_tz" : "") + ARGUMENTS;
            define(
                    r,
                    zoned,
                    "jsonb_path_exists" + suffix + "bool",
                    (context, args, row, out) -> setExists(context, args, row, zoned, isSilent(args, row), out));
            define(
                    r,
                    zoned,
                    "jsonb_path_match" + suffix + "bool",
                    (context, args, row, out) -> setMatch(context, args, row, zoned, isSilent(args, row), out));
            define(r, zoned, "jsonb_path_query_array" + suffix + "jsonb", (context, args, row, out) -> {
                Json.Elements array = Json.array();
                items(context, args, row, zoned)
                        .forEach(item -> array.elements().add(item.json()));
                JsonbValue.write(array, out, row);
            });
            define(r, zoned, "jsonb_path_query_first" + suffix + "jsonb", (context, args, row, out) -> {
                List<JsonPathItem> items = items(context, args, row, zoned);
                if (items.isEmpty()) {
                    out.setNull(row);
                } else {
                    JsonbValue.write(items.getFirst().json(), out, row);
                }
            });
            r.set(
                    "jsonb_path_query" + suffix + "setof jsonb",
                    volatility,
                    (context, args, row) -> cursor(items(context, args, row, zoned)));
        }
        r.operator(
                "@?",
                r.immutable(
                        "jsonb_path_exists_opr(jsonb, jsonpath) bool",
                        Rows.strict((context, args, row, out) -> setExists(context, args, row, false, true, out))));
        r.operator(
                "@@",
                r.immutable(
                        "jsonb_path_match_opr(jsonb, jsonpath) bool",
                        Rows.strict((context, args, row, out) -> setMatch(context, args, row, false, true, out))));
    }

    private static void define(Registrar r, boolean stable, String signature, Rows.RowBody body) {
        if (stable) {
            r.stable(signature, Rows.strict(body));
        } else {
            r.immutable(signature, Rows.strict(body));
        }
    }

    private static boolean isSilent(ColumnVector[] args, int row) {
        return args[3].getBoolean(row);
    }

    private static JsonPathExecutor executor(EvalContext context, ColumnVector[] args, int row, boolean zoned) {
        String text = args[1].getString(row);
        JsonPath path = context.cached("jsonpath " + text, () -> JsonPath.parse(text));
        Json variables = args.length > 2 ? JsonbValue.read(args[2], row) : Json.object();
        return new JsonPathExecutor(
                path,
                JsonbValue.read(args[0], row),
                variables,
                zoned ? context.types().timeZone() : null);
    }

    /// @param silent an error ends the items, and is no more
    private static List<JsonPathItem> items(
            EvalContext context, ColumnVector[] args, int row, boolean zoned, boolean silent) {
        List<JsonPathItem> items = new ArrayList<>();
        try {
            executor(context, args, row, zoned).addAll(items);
        } catch (JsonPathError error) {
            if (!silent) {
                throw error.toUser();
            }
        }
        return items;
    }

    private static List<JsonPathItem> items(EvalContext context, ColumnVector[] args, int row, boolean zoned) {
        return items(context, args, row, zoned, isSilent(args, row));
    }

    private static void setExists(
            EvalContext context, ColumnVector[] args, int row, boolean zoned, boolean silent, ColumnVector out) {
        try {
            out.setBoolean(row, executor(context, args, row, zoned).exists());
        } catch (JsonPathError error) {
            if (!silent) {
                throw error.toUser();
            }
            out.setNull(row);
        }
    }

    private static void setMatch(
            EvalContext context, ColumnVector[] args, int row, boolean zoned, boolean silent, ColumnVector out) {
        List<JsonPathItem> items = items(context, args, row, zoned, silent);
        Json only = items.size() == 1 ? items.getFirst().json() : null;
        if (only instanceof Json.BooleanValue(var value)) {
            out.setBoolean(row, value);
        } else if (only instanceof Json.NullValue || silent) {
            out.setNull(row);
        } else {
            throw new UserException(SqlState.SINGLETON_SQL_JSON_ITEM_REQUIRED, "single boolean result is expected");
        }
    }

    private static SetFunction.Cursor cursor(List<JsonPathItem> items) {
        return new SetFunction.Cursor() {
            private int next;

            @Override
            public int fill(ColumnVector[] out, int offset, int capacity) {
                int count = Math.min(capacity, items.size() - next);
                for (int i = 0; i < count; i++) {
                    JsonbValue.write(items.get(next++).json(), out[0], offset + i);
                }
                return count;
            }
        };
    }
}
