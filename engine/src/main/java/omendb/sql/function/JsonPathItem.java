package omendb.sql.function;

import java.util.List;
import omendb.engine.type.Json;

/// What flows through a path.
sealed interface JsonPathItem {
    /// A JSON value.
    ///
    /// @param value the value
    record Value(Json value) implements JsonPathItem {}

    /// What `.datetime()` gives.
    record Moment(JsonPathDatetime datetime) implements JsonPathItem {}

    static JsonPathItem of(Json value) {
        return new Value(value);
    }

    /// The elements of an array, else null.
    default @org.jspecify.annotations.Nullable List<Json> elements() {
        return this instanceof Value(Json.Elements(var elements)) ? elements : null;
    }

    /// As a JSON value; a datetime is its ISO text.
    default Json json() {
        return switch (this) {
            case Value(var value) -> value;
            case Moment(var datetime) -> new Json.TextValue(datetime.text());
        };
    }

    /// What `.type()` says.
    default String typeName() {
        return switch (this) {
            case Moment(var datetime) -> datetime.type().format(-1);
            case Value(var value) ->
                switch (value) {
                    case Json.NullValue() -> "null";
                    case Json.BooleanValue _ -> "boolean";
                    case Json.NumberValue _ -> "number";
                    case Json.TextValue _ -> "string";
                    case Json.Elements _ -> "array";
                    case Json.Members _ -> "object";
                };
        };
    }
}
