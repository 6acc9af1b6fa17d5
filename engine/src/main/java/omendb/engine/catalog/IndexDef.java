package omendb.engine.catalog;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An index of a table.
///
/// @param storageId     names the index tree or directory; differs from the oid after TRUNCATE, never reused
/// @param method        access method: `btree` or `hnsw`
/// @param nullsDistinct for a unique index: rows with a NULL in the key never conflict (the default of SQL)
/// @param keys          key columns in order
/// @param predicateSql  `WHERE` of a partial index as text, or null
/// @param options       `WITH (...)` as written, in that order: `m`, `ef_construction`
/// @param immediate     for a unique index: a duplicate is refused when it is written; false = a deferrable
///        constraint's, which keeps one entry for each row and is looked through later
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
        long validFrom)
        implements RelationDef {
    public static final String BTREE = "btree";
    public static final String HNSW = "hnsw";

    public IndexDef {
        keys = List.copyOf(keys);
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /// A key column.
    ///
    /// @param attnum        the column, or 0 for an expression
    /// @param expressionSql text of the expression, null for a column
    /// @param operatorClass as written (`vector_cosine_ops`), null = the type's default
    public record Key(
            int attnum,
            @Nullable String expressionSql,
            @Nullable String operatorClass,
            boolean descending,
            boolean nullsFirst) {
        /// An ascending column with NULLs last, the default.
        public static Key ofColumn(int attnum) {
            return new Key(attnum, null, null, false, false);
        }
    }

    public boolean isVector() {
        return method.equals(HNSW);
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
                validFrom);
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
                newValidFrom);
    }
}
