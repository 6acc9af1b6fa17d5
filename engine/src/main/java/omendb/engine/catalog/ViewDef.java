package omendb.engine.catalog;

import java.util.List;
import omendb.engine.type.SqlType;
import org.jspecify.annotations.Nullable;

/// A view.
///
/// Its query is kept as text. What the names of relations in it meant when it was made is kept beside it, by
/// oid and attnum, so that it goes on meaning the same when relations or columns are renamed, or the search path
/// changes.
///
/// @param columns    in attnum order, from 1
/// @param querySql   the query
/// @param searchPath in which functions and types of the query are looked up
/// @param references relations that the query names
public record ViewDef(
        int oid,
        int schemaOid,
        String name,
        List<Column> columns,
        String querySql,
        List<String> searchPath,
        List<Reference> references)
        implements RelationDef {
    public record Column(String name, SqlType type, int typmod) {}

    /// A relation under the name the query has for it.
    ///
    /// @param schema  as written, null = without
    /// @param columns those it had, under the names they had
    public record Reference(@Nullable String schema, String name, int relationOid, List<ReferredColumn> columns) {
        public Reference {
            columns = List.copyOf(columns);
        }
    }

    /// @param used whether the query reads it: then it cannot go without the view
    public record ReferredColumn(int attnum, String name, boolean used) {}

    public ViewDef {
        columns = List.copyOf(columns);
        searchPath = List.copyOf(searchPath);
        references = List.copyOf(references);
    }

    public ViewDef moved(int newSchemaOid, String newName) {
        return new ViewDef(oid, newSchemaOid, newName, columns, querySql, searchPath, references);
    }

    public ViewDef withColumns(List<Column> newColumns) {
        return new ViewDef(oid, schemaOid, name, newColumns, querySql, searchPath, references);
    }
}
