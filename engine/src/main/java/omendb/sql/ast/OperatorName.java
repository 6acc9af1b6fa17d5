package omendb.sql.ast;

import org.jspecify.annotations.Nullable;

/// An operator by its sign, with the schema of `OPERATOR(schema.sign)` or null. `!=` arrives as `<>`.
public record OperatorName(@Nullable String schema, String name) {

    public static OperatorName of(String name) {
        return new OperatorName(null, name);
    }

    @Override
    public String toString() {
        return schema == null ? name : "OPERATOR(" + schema + "." + name + ")";
    }
}
