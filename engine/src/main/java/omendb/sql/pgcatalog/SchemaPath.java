package omendb.sql.pgcatalog;

import java.util.List;
import omendb.engine.catalog.TemporarySchemas;
import org.jspecify.annotations.Nullable;

/// Which schemas a name of a relation is looked up in.
public interface SchemaPath {
    /// Schemas of unqualified names in order; `pg_catalog`, and before it the session's temporary schema, come first
    /// where they are implied. Only existing ones.
    List<String> searchPath();

    /// The schema of the session's temporary relations, null if it has none yet.
    @Nullable
    String temporarySchema();

    /// Schemas to look into for a name.
    ///
    /// @param written the schema that qualifies it, null = none
    default List<String> schemasFor(@Nullable String written) {
        return written == null ? searchPath() : List.of(resolve(written));
    }

    /// A written schema's name: what `pg_temp` means in this session.
    default String resolve(String written) {
        String temporary = temporarySchema();
        return written.equals(TemporarySchemas.ALIAS) && temporary != null ? temporary : written;
    }
}
