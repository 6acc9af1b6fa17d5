package omendb.sql.bind;

import java.util.List;
import omendb.engine.catalog.ViewDef;
import omendb.sql.ast.Alias;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.TableRef;
import omendb.sql.parse.SqlParser;
import org.jspecify.annotations.Nullable;

/// Puts the queries of views in the place of their names in FROM, so that row locks and everything else reach into
/// them as into subqueries.
final class ViewExpansion {
    private final BindState state;
    private final Scope scope;

    ViewExpansion(BindState state, Scope scope) {
        this.state = state;
        this.scope = scope;
    }

    List<TableRef> expand(List<TableRef> items) {
        return items.stream().map(this::expand).toList();
    }

    private TableRef expand(TableRef item) {
        return switch (item) {
            case TableRef.Table table -> table(table);
            case TableRef.Join join -> join.withSides(expand(join.left()), expand(join.right()));
            case TableRef.Derived _, TableRef.Function _ -> item;
        };
    }

    private TableRef table(TableRef.Table table) {
        QualifiedName name = table.name();
        if (name.schema() == null && scope.cte(name.name()) != null) {
            return table;
        }
        ViewDef.Reference reference = state.environment.reference(name);
        Object found = reference == null
                ? FromBinder.lookup(state.environment, name)
                : state.environment.catalog().relation(reference.relationOid());
        if (!(found instanceof ViewDef view)) {
            return table;
        }
        Query query = (Query) SqlParser.parse(view.querySql()).getFirst().statement();
        return new TableRef.Derived(query, false, alias(table, reference), view.oid(), table.position());
    }

    /// The alias with the column names that a view, which names this one, has for them.
    private static @Nullable Alias alias(TableRef.Table table, ViewDef.@Nullable Reference reference) {
        Alias alias = table.alias();
        if (reference == null || (alias != null && !alias.columns().isEmpty())) {
            return alias;
        }
        List<String> names =
                reference.columns().stream().map(ViewDef.ReferredColumn::name).toList();
        return new Alias(alias == null ? reference.name() : alias.name(), names);
    }
}
