package omendb.sql.plan;

import org.jspecify.annotations.Nullable;

/// Conditions that an inverted index (gin) narrows down, `key operator value`.
public enum InvertedStrategy {
    /// `tsvector @@ tsquery`
    MATCHES,
    /// `array @> array`
    ARRAY_CONTAINS,
    /// `array <@ array`
    ARRAY_CONTAINED,
    /// `array && array`
    ARRAY_OVERLAPS,
    /// `array = array`
    ARRAY_EQUALS,
    /// `jsonb @> jsonb`
    JSON_CONTAINS,
    /// `jsonb ? text`
    JSON_EXISTS,
    /// `jsonb ?| text[]`
    JSON_EXISTS_ANY,
    /// `jsonb ?& text[]`
    JSON_EXISTS_ALL,
    /// `jsonb @? jsonpath`
    JSON_PATH_EXISTS,
    /// `jsonb @@ jsonpath`
    JSON_PATH_MATCHES;

    /// The strategy of an operator in an operator class, null if it has none.
    ///
    /// @param keyFirst whether the index's key is the left operand
    static @Nullable InvertedStrategy find(String operatorClass, String operator, boolean keyFirst) {
        return switch (operatorClass) {
            case "tsvector_ops" -> operator.equals("@@") || operator.equals("@@@") ? MATCHES : null;
            case "array_ops" ->
                switch (operator) {
                    case "@>" -> keyFirst ? ARRAY_CONTAINS : ARRAY_CONTAINED;
                    case "<@" -> keyFirst ? ARRAY_CONTAINED : ARRAY_CONTAINS;
                    case "&&" -> ARRAY_OVERLAPS;
                    case "=" -> ARRAY_EQUALS;
                    default -> null;
                };
            case "jsonb_ops" ->
                switch (operator) {
                    case "@>" -> keyFirst ? JSON_CONTAINS : null;
                    case "<@" -> keyFirst ? null : JSON_CONTAINS;
                    case "?" -> keyFirst ? JSON_EXISTS : null;
                    case "?|" -> keyFirst ? JSON_EXISTS_ANY : null;
                    case "?&" -> keyFirst ? JSON_EXISTS_ALL : null;
                    default -> keyFirst ? ofPath(operator) : null;
                };
            case "jsonb_path_ops" ->
                operator.equals(keyFirst ? "@>" : "<@") ? JSON_CONTAINS : keyFirst ? ofPath(operator) : null;
            default -> null;
        };
    }

    private static @Nullable InvertedStrategy ofPath(String operator) {
        return switch (operator) {
            case "@?" -> JSON_PATH_EXISTS;
            case "@@" -> JSON_PATH_MATCHES;
            default -> null;
        };
    }

    /// Which share of the rows such a condition lets through, where nothing better is known.
    double selectivity() {
        return this == ARRAY_CONTAINED ? 0.05 : 0.01;
    }
}
