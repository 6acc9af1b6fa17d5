package omendb.sql.bind;

import java.util.List;
import java.util.Objects;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ViewDef;
import omendb.engine.error.SqlState;
import omendb.engine.type.TypeContext;
import omendb.sql.ast.QualifiedName;
import omendb.sql.function.EvalContext;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.pgcatalog.VirtualTable;
import org.jspecify.annotations.Nullable;

/// What the query of a view is bound against: names mean what they meant when the view was made.
record ViewEnvironment(BindEnvironment session, ViewDef view) implements BindEnvironment {
    @Override
    public Catalog catalog() {
        return session.catalog();
    }

    @Override
    public FunctionRegistry functions() {
        return session.functions();
    }

    @Override
    public List<String> searchPath() {
        return view.searchPath();
    }

    @Override
    public @Nullable String temporarySchema() {
        return session.temporarySchema();
    }

    @Override
    public @Nullable String creationSchema() {
        return null;
    }

    @Override
    public @Nullable VirtualTable virtualTable(String schema, String name) {
        return session.virtualTable(schema, name);
    }

    @Override
    public ViewDef.@Nullable Reference reference(QualifiedName name) {
        for (ViewDef.Reference reference : view.references()) {
            if (reference.name().equals(name.name()) && Objects.equals(reference.schema(), name.schema())) {
                return reference;
            }
        }
        return null;
    }

    @Override
    public TypeContext types() {
        return session.types();
    }

    @Override
    public EvalContext evaluation() {
        return session.evaluation();
    }

    @Override
    public void notice(String severity, SqlState state, String message) {
        session.notice(severity, state, message);
    }
}
