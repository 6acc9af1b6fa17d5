package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.ViewDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Expr;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.SelectItem;
import omendb.sql.ast.TableRef;
import omendb.sql.function.CastDef.Context;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.LogicalPlan.Item;
import omendb.sql.plan.LogicalPlan.JoinKind;
import omendb.sql.plan.ModifySpec;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// Binds UPDATE and DELETE, and what INSERT shares with them; INSERT itself is [InsertBinder]'s.
final class DmlBinder {
    private final BindState state;
    private final @Nullable Scope outer;

    DmlBinder(BindState state, @Nullable Scope outer) {
        this.state = state;
        this.outer = outer;
    }

    LogicalPlan bind(Dml dml) {
        return switch (dml) {
            case Dml.Insert insert -> new InsertBinder(state, outer).bind(insert);
            case Dml.Update update -> update(update);
            case Dml.Delete delete -> delete(delete);
            case Dml.Merge merge -> throw ExpressionBinder.unsupported("MERGE", merge.position());
        };
    }

    /// The stored table a statement writes to.
    static TableDef target(BindState state, QualifiedName name) {
        Object found = FromBinder.lookup(state.environment, name);
        if (found instanceof TableDef table) {
            return table;
        }
        if (found instanceof String) {
            throw FromBinder.unknownTable(name);
        }
        if (found instanceof omendb.sql.pgcatalog.VirtualTable virtual) {
            throw new UserException(
                            SqlState.INSUFFICIENT_PRIVILEGE,
                            "permission denied: \"" + virtual.name() + "\" is a system catalog")
                    .withPosition(name.position());
        }
        if (found instanceof ViewDef view) {
            throw new UserException(
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "writing to view \"" + view.name() + "\" is not supported yet")
                    .withPosition(name.position());
        }
        throw new UserException(SqlState.WRONG_OBJECT_TYPE, "cannot change relation \"" + name.name() + "\"")
                .withPosition(name.position());
    }

    private Scope.Relation relation(TableRef.Table ref, TableDef table, List<Field> fields) {
        String alias = ref.alias() == null ? table.name() : ref.alias().name();
        return relation(state, alias, ref.alias() != null, table, fields);
    }

    static Scope.Relation relation(BindState state, String alias, boolean aliased, TableDef table, List<Field> fields) {
        List<Scope.VisibleColumn> columns = new ArrayList<>();
        for (Field field : fields) {
            if (field.columnNumber() <= 0 || !table.column(field.columnNumber()).dropped()) {
                columns.add(new Scope.VisibleColumn(field.name(), new Scalar.Column(field)));
            }
        }
        var schema = state.environment.catalog().schema(table.schemaOid());
        return new Scope.Relation(alias, aliased || schema == null ? null : schema.name(), table, columns);
    }

    private LogicalPlan update(Dml.Update update) {
        Scope withScope = new Scope(outer);
        List<LogicalPlan.Cte> ctes = new QueryBinder(state, outer).bindWith(update.with(), withScope);
        TableDef table = target(state, update.table().name());
        List<Field> oldRow = FromBinder.tableFields(state, table);
        Field rowId = state.field("ctid", Types.INT8, -1);
        Scope scope = new Scope(withScope);
        LogicalPlan source = source(update.table(), table, oldRow, rowId, update.from(), update.where(), scope);
        List<Integer> changed = new ArrayList<>();
        List<Scalar> values = new ArrayList<>();
        Assignments assignments = new Assignments(state, scope, table);
        assignments.bind(update.assignments(), changed, values);
        assignments.addGenerated(changed, values);
        List<Field> newRow = FromBinder.tableFields(state, table);
        List<Item> returning = returning(update.returning(), scope, relation(update.table(), table, newRow));
        ModifySpec spec = new ModifySpec.Update(
                table, source, changed, values, oldRow, rowId, newRow, checks(state, table, newRow), returning);
        return modify(spec, ctes);
    }

    private LogicalPlan delete(Dml.Delete delete) {
        Scope withScope = new Scope(outer);
        List<LogicalPlan.Cte> ctes = new QueryBinder(state, outer).bindWith(delete.with(), withScope);
        TableDef table = target(state, delete.table().name());
        List<Field> oldRow = FromBinder.tableFields(state, table);
        Field rowId = state.field("ctid", Types.INT8, -1);
        Scope scope = new Scope(withScope);
        LogicalPlan source = source(delete.table(), table, oldRow, rowId, delete.using(), delete.where(), scope);
        List<Item> returning = returning(delete.returning(), scope, null);
        return modify(new ModifySpec.Delete(table, source, oldRow, rowId, returning), ctes);
    }

    static LogicalPlan modify(ModifySpec spec, List<LogicalPlan.Cte> ctes) {
        List<Item> returning = spec.returning();
        List<Field> output = returning == null
                ? List.of()
                : returning.stream().map(Item::field).toList();
        LogicalPlan plan = new LogicalPlan.Modify(spec, output);
        return ctes.isEmpty() ? plan : new LogicalPlan.With(ctes, plan);
    }

    /// The target's rows, joined with FROM or USING, where WHERE holds; fills `scope`.
    private LogicalPlan source(
            TableRef.Table ref,
            TableDef table,
            List<Field> oldRow,
            Field rowId,
            List<TableRef> others,
            @Nullable Expr where,
            Scope scope) {
        Scope.Relation relation = relation(ref, table, oldRow);
        LogicalPlan plan = new LogicalPlan.Scan(table, relation.alias(), oldRow, rowId);
        scope.add(List.of(relation), relation.columns());
        if (!others.isEmpty()) {
            Scope fromScope = new Scope(scope.parent());
            FromBinder.Bound from =
                    new FromBinder(state, fromScope).bindList(new ViewExpansion(state, fromScope).expand(others));
            if (from.relations().stream().anyMatch(other -> other.alias().equals(relation.alias()))) {
                throw new UserException(
                                SqlState.DUPLICATE_ALIAS,
                                "table name \"" + relation.alias() + "\" specified more than once")
                        .withPosition(others.getFirst().position());
            }
            scope.add(from.relations(), from.columns());
            plan = new LogicalPlan.Join(JoinKind.INNER, plan, from.plan(), null, false);
        }
        if (where != null) {
            Scalar condition = where instanceof Expr.CurrentOf current
                    ? CurrentRow.condition(state, rowId, table, current.cursor())
                    : new ExpressionBinder(state, scope, Clause.WHERE).bindBoolean(where, "WHERE");
            plan = new LogicalPlan.Filter(plan, condition);
        }
        return plan;
    }

    /// Binds RETURNING; `changed`, if given, stands for the target's columns in place of the old row.
    private @Nullable List<Item> returning(List<SelectItem> items, Scope scope, Scope.@Nullable Relation changed) {
        if (items.isEmpty()) {
            return null;
        }
        Scope seen = scope;
        if (changed != null) {
            seen = new Scope(scope.parent());
            List<Scope.Relation> relations = new ArrayList<>(scope.relations());
            relations.set(0, changed);
            List<Scope.VisibleColumn> columns = new ArrayList<>(changed.columns());
            columns.addAll(scope.columns()
                    .subList(changed.columns().size(), scope.columns().size()));
            seen.add(relations, columns);
        }
        return returning(state, items, seen);
    }

    static @Nullable List<Item> returning(BindState state, List<SelectItem> items, Scope scope) {
        if (items.isEmpty()) {
            return null;
        }
        ExpressionBinder binder = new ExpressionBinder(state, scope, Clause.RETURNING);
        List<Item> bound = new ArrayList<>();
        for (SelectItem item : items) {
            if (item.expr() instanceof Expr.Star star) {
                List<Scope.VisibleColumn> columns = scope.columns();
                if (!star.qualifier().isEmpty()) {
                    Scope.Relation relation = scope.relation(star.qualifier());
                    if (relation == null) {
                        throw scope.unknownRelation(star.qualifier(), star.position());
                    }
                    columns = relation.columns();
                }
                columns.forEach(
                        column -> bound.add(new Item(state.fieldFor(column.name(), column.value()), column.value())));
                continue;
            }
            Scalar value = state.coercions.resolveUnknown(
                    binder.bind(item.expr()), item.expr().position());
            bound.add(new Item(state.fieldFor(ColumnNames.of(item), value), value));
        }
        return bound;
    }

    /// The table's CHECK constraints over `newRow`.
    static List<ModifySpec.Check> checks(BindState state, TableDef table, List<Field> newRow) {
        return new StoredExpressions(state).checks(table, newRow);
    }

    /// Coerces a value to a column's type as an assignment does; 42804 with PostgreSQL's words.
    static Scalar assign(BindState state, Scalar value, ColumnDef column, int position) {
        Scalar coerced = state.coercions.coerce(value, column.type(), column.typmod(), Context.ASSIGNMENT, position);
        if (coerced == null) {
            throw typeMismatch(column, value.type(), position);
        }
        return coerced;
    }

    static OmenException typeMismatch(ColumnDef column, SqlType actual, int position) {
        return new UserException(
                        SqlState.DATATYPE_MISMATCH,
                        "column \"" + column.name() + "\" is of type "
                                + column.type().format(-1) + " but expression is of type " + actual.format(-1))
                .withHint("You will need to rewrite or cast the expression.")
                .withPosition(position);
    }
}
