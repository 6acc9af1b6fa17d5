package omendb.engine.catalog;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.type.SqlType;
import org.jspecify.annotations.Nullable;

/// An index of a table.
///
/// @param storageId     names the index tree or directory; differs from the oid after TRUNCATE, never reused
/// @param method        access method: `btree`, `hash` and `brin` (kept as a btree is), `gin` (an inverted index),
/// `hnsw` or
///     `ivfflat` (kept as an hnsw graph is)
/// @param nullsDistinct for a unique index: rows with a NULL in the key never conflict (the default of SQL)
/// @param keys          key columns in order
/// @param predicateSql  `WHERE` of a partial index as text, or null
/// @param options       `WITH (...)` as written, in that order: `m`, `ef_construction`, `lists`
/// @param immediate     for a unique index: a duplicate is refused when it is written; false = a deferrable
///        constraint's, which keeps one entry for each row and is looked through later
/// @param included      attnums of INCLUDE
/// @param validFrom     oldest snapshot that may read it (rows deleted before the build have no entries); 0 = any
public record IndexDef(
        int oid,
        int schemaOid,
        String name,
        int tableOid,
        long storageId,
        String method,
        boolean unique,
        boolean primary,
        boolean nullsDistinct,
        boolean immediate,
        List<Key> keys,
        @Nullable String predicateSql,
        Map<String, String> options,
        long validFrom,
        List<Integer> included)
        implements RelationDef {
    public static final String BTREE = "btree";
    public static final String HNSW = "hnsw";
    public static final String IVFFLAT = "ivfflat";
    public static final String HASH = "hash";
    public static final String GIN = "gin";
    public static final String BRIN = "brin";

    public IndexDef {
        keys = List.copyOf(keys);
        included = List.copyOf(included);
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /// A key column.
    ///
    /// @param attnum        the column, or 0 for an expression
    /// @param expressionSql text of the expression, null for a column
    /// @param operatorClass as written (`vector_cosine_ops`), null = the type's default
    /// @param type          of the expression, null for a column
    /// @param typmod        of the expression
    public record Key(
            int attnum,
            @Nullable String expressionSql,
            @Nullable String operatorClass,
            boolean descending,
            boolean nullsFirst,
            @Nullable SqlType type,
            int typmod) {
        public Key(
                int attnum,
                @Nullable String expressionSql,
                @Nullable String operatorClass,
                boolean descending,
                boolean nullsFirst) {
            this(attnum, expressionSql, operatorClass, descending, nullsFirst, null, -1);
        }

        public Key withExpression(String sql) {
            return new Key(attnum, sql, operatorClass, descending, nullsFirst, type, typmod);
        }

        /// An ascending column with NULLs last, the default.
        public static Key ofColumn(int attnum) {
            return new Key(attnum, null, null, false, false);
        }
    }

    public boolean isVector() {
        return isVector(method);
    }

    /// Whether an access method is one for vectors.
    public static boolean isVector(String method) {
        return method.equals(HNSW) || method.equals(IVFFLAT);
    }

    /// Whether it keeps terms of values and not the values.
    public boolean isInverted() {
        return method.equals(GIN);
    }

    public IndexDef withName(String newName) {
        return new IndexDef(
                oid,
                schemaOid,
                newName,
                tableOid,
                storageId,
                method,
                unique,
                primary,
                nullsDistinct,
                immediate,
                keys,
                predicateSql,
                options,
                validFrom,
                included);
    }

    public IndexDef withStorage(long newStorageId, long newValidFrom) {
        return new IndexDef(
                oid,
                schemaOid,
                name,
                tableOid,
                newStorageId,
                method,
                unique,
                primary,
                nullsDistinct,
                immediate,
                keys,
                predicateSql,
                options,
                newValidFrom,
                included);
    }

    public IndexDef withSchema(int newSchemaOid) {
        return new IndexDef(
                oid,
                newSchemaOid,
                name,
                tableOid,
                storageId,
                method,
                unique,
                primary,
                nullsDistinct,
                immediate,
                keys,
                predicateSql,
                options,
                validFrom,
                included);
    }

    public IndexDef withKeys(List<Key> changed, @Nullable String changedPredicate) {
        return new IndexDef(
                oid,
                schemaOid,
                name,
                tableOid,
                storageId,
                method,
                unique,
                primary,
                nullsDistinct,
                immediate,
                changed,
                changedPredicate,
                options,
                validFrom,
                included);
    }

    public IndexDef withOptions(Map<String, String> changed) {
        return new IndexDef(
                oid,
                schemaOid,
                name,
                tableOid,
                storageId,
                method,
                unique,
                primary,
                nullsDistinct,
                immediate,
                keys,
                predicateSql,
                changed,
                validFrom,
                included);
    }

    public IndexDef asKey(boolean newPrimary, boolean newImmediate) {
        return new IndexDef(
                oid,
                schemaOid,
                name,
                tableOid,
                storageId,
                method,
                unique,
                newPrimary,
                nullsDistinct,
                newImmediate,
                keys,
                predicateSql,
                options,
                validFrom,
                included);
    }

    /// Whether it covers only rows that satisfy a predicate.
    public boolean isPartial() {
        return predicateSql != null;
    }

    /// Whether any key is an expression.
    public boolean hasExpressions() {
        return keys.stream().anyMatch(key -> key.attnum() == 0);
    }
}
