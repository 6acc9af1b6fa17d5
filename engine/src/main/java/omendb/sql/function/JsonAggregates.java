package omendb.sql.function;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Json;
import omendb.engine.type.JsonbValue;

/// json_agg, jsonb_agg, json_object_agg, jsonb_object_agg.
final class JsonAggregates {
    private JsonAggregates() {}

    static void register(Registrar r) {
        r.aggregate("jsonb_agg(anyelement) jsonb", (context, args, result) -> new Jsonb(context, false));
        r.aggregate("jsonb_object_agg(any, any) jsonb", (context, args, result) -> new Jsonb(context, true));
        r.aggregate("json_agg(anyelement) json", (context, args, result) -> new Text(context, false));
        r.aggregate("json_object_agg(any, any) json", (context, args, result) -> new Text(context, true));
    }

    private static String key(EvalContext context, ColumnVector in, int row) {
        if (in.isNull(row)) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "field name must not be null");
        }
        return Casts.textOf(context, in, row);
    }

    /// Collects a tree. A group is null until its first row.
    private static final class Jsonb extends GroupedState<Json[]> {
        private final EvalContext context;
        private final boolean object;

        private Jsonb(EvalContext context, boolean object) {
            super(false);
            this.context = context;
            this.object = object;
        }

        @Override
        Json[] empty() {
            return new Json[1];
        }

        @Override
        void add(Json[] group, ColumnVector[] args, int row) {
            if (group[0] == null) {
                group[0] = object ? Json.object() : Json.array();
            }
            switch (group[0]) {
                case Json.Members members ->
                    members.members().put(key(context, args[0], row), JsonBuilders.toJson(context, args[1], row));
                case Json.Elements elements -> elements.elements().add(JsonBuilders.toJson(context, args[0], row));
                default -> throw new IllegalStateException("a scalar");
            }
        }

        @Override
        void write(Json[] group, ColumnVector out, int row) {
            if (group[0] == null) {
                out.setNull(row);
            } else {
                JsonbValue.write(group[0], out, row);
            }
        }

        @Override
        void combine(Json[] group, Json[] other) {
            if (group[0] == null) {
                group[0] = other[0];
            } else if (group[0] instanceof Json.Members target && other[0] instanceof Json.Members source) {
                target.members().putAll(source.members());
            } else if (group[0] instanceof Json.Elements target && other[0] instanceof Json.Elements source) {
                target.elements().addAll(source.elements());
            }
        }
    }

    /// Collects text as the json type keeps it.
    private static final class Text extends GroupedState<StringBuilder> {
        private final EvalContext context;
        private final boolean object;

        private Text(EvalContext context, boolean object) {
            super(false);
            this.context = context;
            this.object = object;
        }

        @Override
        StringBuilder empty() {
            return new StringBuilder();
        }

        @Override
        void add(StringBuilder group, ColumnVector[] args, int row) {
            group.append(group.isEmpty() ? "" : ", ");
            if (object) {
                group.append(JsonBuilders.quoted(key(context, args[0], row))).append(" : ");
                group.append(JsonBuilders.toText(context, args[1], row));
            } else {
                group.append(JsonBuilders.toText(context, args[0], row));
            }
        }

        @Override
        void write(StringBuilder group, ColumnVector out, int row) {
            if (group.isEmpty()) {
                out.setNull(row);
            } else {
                out.setString(row, object ? "{ " + group + " }" : "[" + group + "]");
            }
        }

        @Override
        void combine(StringBuilder group, StringBuilder other) {
            if (!other.isEmpty()) {
                group.append(group.isEmpty() ? "" : ", ").append(other);
            }
        }
    }
}
