package omendb.sql.bind;

import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ViewDef;
import omendb.engine.type.TypeContext;
import omendb.sql.ast.QualifiedName;
import omendb.sql.function.EvalContext;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.pgcatalog.SchemaPath;
import omendb.sql.pgcatalog.VirtualTable;
import org.jspecify.annotations.Nullable;

/// What a statement is bound against: one catalog snapshot and the session's settings.
public interface BindEnvironment extends SchemaPath {
    Catalog catalog();

    FunctionRegistry functions();

    /// Schema in which unqualified names are created; null if the search path names none that exists.
    @Nullable
    String creationSchema();

    @Nullable
    VirtualTable virtualTable(String schema, String name);

    /// What a name stands for in the query of a view, by the view's own record of it; null = look it up.
    default ViewDef.@Nullable Reference reference(QualifiedName name) {
        return null;
    }

    /// Settings that literals are read by.
    TypeContext types();

    /// For evaluating calls of constants at planning.
    EvalContext evaluation();

    /// A NOTICE or WARNING raised while binding.
    void notice(String severity, omendb.engine.error.SqlState state, String message);
}
