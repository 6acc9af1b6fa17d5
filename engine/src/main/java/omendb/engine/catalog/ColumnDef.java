package omendb.engine.catalog;

import omendb.engine.type.SqlType;
import org.jspecify.annotations.Nullable;

/// A column of a table.
///
/// @param attnum     number in the table, from 1, never reused
/// @param typmod     as in PostgreSQL (-1 = none); the dimensions of `vector(n)`
/// @param defaultSql expression text that the binder parses, null = no default
/// @param identity   `GENERATED ... AS IDENTITY`; the sequence is the default's
public record ColumnDef(
        int attnum,
        String name,
        SqlType type,
        int typmod,
        boolean notNull,
        @Nullable String defaultSql,
        Identity identity) {

    /// `GENERATED { ALWAYS | BY DEFAULT } AS IDENTITY`.
    public enum Identity {
        NONE,
        ALWAYS,
        BY_DEFAULT
    }

    public ColumnDef withNotNull(boolean required) {
        return new ColumnDef(attnum, name, type, typmod, required, defaultSql, identity);
    }

    public ColumnDef withDefault(@Nullable String sql) {
        return new ColumnDef(attnum, name, type, typmod, notNull, sql, identity);
    }
}
