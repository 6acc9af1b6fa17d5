package omendb.engine.catalog;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// A column of a table.
///
/// A dropped column stays in its table's list, so that attnums and stored rows keep their meaning; it reads as NULL.
///
/// @param attnum       number in the table, from 1, never reused
/// @param typmod       as in PostgreSQL (-1 = none); the dimensions of `vector(n)`
/// @param defaultSql   expression text that the binder parses, null = no default
/// @param identity     `GENERATED ... AS IDENTITY`; the sequence is the default's
/// @param generatedSql `GENERATED ALWAYS AS (...) STORED`, null = not generated
/// @param missing      what rows written before the column was added have in it, null = NULL
/// @param options      hints kept for the catalogs: `statistics`, `storage`, `compression`, `n_distinct`
public record ColumnDef(
        int attnum,
        String name,
        SqlType type,
        int typmod,
        boolean notNull,
        @Nullable String defaultSql,
        Identity identity,
        @Nullable String generatedSql,
        @Nullable StoredValue missing,
        boolean dropped,
        Map<String, String> options) {

    /// `GENERATED { ALWAYS | BY DEFAULT } AS IDENTITY`.
    public enum Identity {
        NONE,
        ALWAYS,
        BY_DEFAULT
    }

    public ColumnDef {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /// A column as CREATE TABLE makes it.
    public ColumnDef(
            int attnum,
            String name,
            SqlType type,
            int typmod,
            boolean notNull,
            @Nullable String defaultSql,
            Identity identity) {
        this(attnum, name, type, typmod, notNull, defaultSql, identity, null, null, false, Map.of());
    }

    public boolean isGenerated() {
        return generatedSql != null;
    }

    public ColumnDef withNotNull(boolean required) {
        return new ColumnDef(
                attnum, name, type, typmod, required, defaultSql, identity, generatedSql, missing, dropped, options);
    }

    public ColumnDef withDefault(@Nullable String sql) {
        return new ColumnDef(
                attnum, name, type, typmod, notNull, sql, identity, generatedSql, missing, dropped, options);
    }

    public ColumnDef withIdentity(Identity changed) {
        return new ColumnDef(
                attnum, name, type, typmod, notNull, defaultSql, changed, generatedSql, missing, dropped, options);
    }

    public ColumnDef withGenerated(@Nullable String sql) {
        return new ColumnDef(attnum, name, type, typmod, notNull, defaultSql, identity, sql, missing, dropped, options);
    }

    public ColumnDef withName(String changed) {
        return new ColumnDef(
                attnum, changed, type, typmod, notNull, defaultSql, identity, generatedSql, missing, dropped, options);
    }

    public ColumnDef withType(SqlType changed, int changedTypmod) {
        return new ColumnDef(
                attnum,
                name,
                changed,
                changedTypmod,
                notNull,
                defaultSql,
                identity,
                generatedSql,
                missing,
                dropped,
                options);
    }

    public ColumnDef withMissing(@Nullable StoredValue value) {
        return new ColumnDef(
                attnum, name, type, typmod, notNull, defaultSql, identity, generatedSql, value, dropped, options);
    }

    public ColumnDef withOptions(Map<String, String> changed) {
        return new ColumnDef(
                attnum, name, type, typmod, notNull, defaultSql, identity, generatedSql, missing, dropped, changed);
    }

    /// What is left of the column after DROP COLUMN: its number and how its values are stored.
    public ColumnDef asDropped() {
        return new ColumnDef(
                attnum,
                "........pg.dropped." + attnum + "........",
                standIn(type),
                typmod,
                false,
                null,
                Identity.NONE,
                null,
                null,
                true,
                Map.of());
    }

    /// A built-in type of the same storage: a user's type may be dropped after the column.
    private static SqlType standIn(SqlType type) {
        if (type.oid() < Types.FIRST_FREE_OID) {
            return type;
        }
        return switch (type.storageWidth()) {
            case 1 -> Types.BOOL;
            case 2 -> Types.INT2;
            case 4 -> Types.INT4;
            case 8 -> Types.INT8;
            default -> type == Types.VECTOR ? type : Types.BYTEA;
        };
    }
}
