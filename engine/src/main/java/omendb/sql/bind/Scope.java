package omendb.sql.bind;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Window;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;
import org.jspecify.annotations.Nullable;

/// What names mean at one level of a query: the items of FROM, then (outwards) those of the enclosing queries.
final class Scope {
    /// A named column as expressions see it: usually a field, for a column merged by a full join's USING a
    /// COALESCE.
    record VisibleColumn(String name, Scalar value) {}

    /// An item of FROM that qualifies names.
    ///
    /// @param schema  schema of the table, for `schema.table.column`; null if it is no table or has an alias
    /// @param table   the stored table, or null
    record Relation(
            String alias, @Nullable String schema, @Nullable TableDef table, List<VisibleColumn> columns) {}

    /// A WITH query that FROM may name.
    record CteBinding(int id, String name, List<Field> columns, LogicalPlan.@Nullable Cte cte, int position) {
        /// The id of a query under WITH RECURSIVE that may not name itself.
        static final int SELF = -1;
    }

    private final @Nullable Scope parent;
    private final List<Relation> relations = new ArrayList<>();
    private final List<VisibleColumn> columns = new ArrayList<>();
    private final Map<String, CteBinding> ctes = new HashMap<>();
    /// Names of relations that exist in the query but cannot be referred to here (not LATERAL).
    private final List<Relation> hidden = new ArrayList<>();

    /// The WINDOW clause.
    private List<Window> windows = List.of();

    Scope(@Nullable Scope parent) {
        this.parent = parent;
    }

    @Nullable
    Scope parent() {
        return parent;
    }

    void add(List<Relation> moreRelations, List<VisibleColumn> moreColumns) {
        relations.addAll(moreRelations);
        columns.addAll(moreColumns);
    }

    void hide(List<Relation> moreRelations) {
        hidden.addAll(moreRelations);
    }

    List<Window> windows() {
        return windows;
    }

    void defineWindows(List<Window> definitions) {
        windows = List.copyOf(definitions);
    }

    /// Whether the expression reads a column of this level.
    boolean ownsColumnOf(Scalar scalar) {
        Set<Field> own = new HashSet<>();
        columns.forEach(column -> own.addAll(Scalars.fields(column.value())));
        relations.forEach(relation -> relation.columns().forEach(column -> own.addAll(Scalars.fields(column.value()))));
        return Scalars.fields(scalar).stream().anyMatch(own::contains);
    }

    List<Relation> relations() {
        return relations;
    }

    List<VisibleColumn> columns() {
        return columns;
    }

    /// Makes the WITH queries of a level known to an item of its FROM, which does not see its columns.
    void inheritCtesOf(Scope level) {
        ctes.putAll(level.ctes);
    }

    /// Whether a relation of this level has the field.
    boolean owns(Field field) {
        return relations.stream()
                .flatMap(relation -> relation.columns().stream())
                .anyMatch(column -> column.value() instanceof Scalar.Column(Field own) && own.equals(field));
    }

    /// Whether a relation of an enclosing query has the field.
    boolean encloses(Field field) {
        for (Scope outer = parent; outer != null; outer = outer.parent) {
            if (outer.owns(field)) {
                return true;
            }
        }
        return false;
    }

    void addCte(CteBinding cte) {
        ctes.put(cte.name(), cte);
    }

    @Nullable
    CteBinding cte(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            CteBinding found = scope.ctes.get(name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /// The value a column reference means, or null if the name is unknown everywhere (then see
    /// [#unknownColumn]).
    @Nullable
    Scalar resolve(Expr.ColumnRef reference) {
        List<String> names = reference.names();
        for (Scope scope = this; scope != null; scope = scope.parent) {
            Scalar found = names.size() == 1
                    ? scope.unqualified(reference.name(), reference.position())
                    : scope.qualified(names, reference.position());
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private @Nullable Scalar unqualified(String name, int position) {
        VisibleColumn found = null;
        for (VisibleColumn column : columns) {
            if (column.name().equals(name)) {
                if (found != null) {
                    throw new UserException(SqlState.AMBIGUOUS_COLUMN, "column reference \"" + name + "\" is ambiguous")
                            .withPosition(position);
                }
                found = column;
            }
        }
        return found == null ? null : found.value();
    }

    private @Nullable Scalar qualified(List<String> names, int position) {
        Relation relation = relation(names.subList(0, names.size() - 1));
        if (relation == null) {
            return null;
        }
        String name = names.getLast();
        Scalar found = null;
        for (VisibleColumn column : relation.columns()) {
            if (column.name().equals(name)) {
                if (found != null) {
                    throw new UserException(SqlState.AMBIGUOUS_COLUMN, "column reference \"" + name + "\" is ambiguous")
                            .withPosition(position);
                }
                found = column.value();
            }
        }
        return found;
    }

    /// The relation of this level that a qualifier names.
    @Nullable
    Relation relation(List<String> qualifier) {
        String alias = qualifier.getLast();
        String schema = qualifier.size() > 1 ? qualifier.get(qualifier.size() - 2) : null;
        for (Relation relation : relations) {
            if (relation.alias().equals(alias) && (schema == null || schema.equals(relation.schema()))) {
                return relation;
            }
        }
        return null;
    }

    /// The relation that a qualifier names at this level or further out.
    @Nullable
    Relation visibleRelation(List<String> qualifier) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            Relation found = scope.relation(qualifier);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    OmenException unknownColumn(Expr.ColumnRef reference) {
        List<String> names = reference.names();
        if (names.size() == 1) {
            return new UserException(SqlState.UNDEFINED_COLUMN, "column \"" + reference.name() + "\" does not exist")
                    .withPosition(reference.position());
        }
        List<String> qualifier = names.subList(0, names.size() - 1);
        if (visibleRelation(qualifier) != null) {
            return new UserException(
                            SqlState.UNDEFINED_COLUMN,
                            "column " + qualifier.getLast() + "." + names.getLast() + " does not exist")
                    .withPosition(reference.position());
        }
        return unknownRelation(qualifier, reference.position());
    }

    OmenException unknownRelation(List<String> qualifier, int position) {
        String alias = qualifier.getLast();
        for (Scope scope = this; scope != null; scope = scope.parent) {
            for (Relation relation : scope.hidden) {
                if (relation.alias().equals(alias)) {
                    return new UserException(
                                    SqlState.UNDEFINED_TABLE,
                                    "invalid reference to FROM-clause entry for table \"" + alias + "\"")
                            .withDetail("There is an entry for table \"" + alias
                                    + "\", but it cannot be referenced from this part of the query.")
                            .withPosition(position);
                }
            }
            for (Relation relation : scope.relations) {
                TableDef table = relation.table();
                if (table != null && table.name().equals(alias)) {
                    return new UserException(
                                    SqlState.UNDEFINED_TABLE,
                                    "invalid reference to FROM-clause entry for table \"" + alias + "\"")
                            .withHint("Perhaps you meant to reference the table alias \"" + relation.alias() + "\".")
                            .withPosition(position);
                }
            }
        }
        return new UserException(
                        SqlState.UNDEFINED_TABLE,
                        "missing FROM-clause entry for table \"" + String.join(".", qualifier) + "\"")
                .withPosition(position);
    }

    /// `alias.column` of a field, for errors about grouping.
    String describe(Field field) {
        for (Relation relation : relations) {
            for (VisibleColumn column : relation.columns()) {
                if (column.value() instanceof Scalar.Column(Field candidate) && candidate.equals(field)) {
                    return relation.alias() + "." + column.name();
                }
            }
        }
        return field.name();
    }
}
