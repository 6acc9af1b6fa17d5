package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import omendb.sql.function.CastDef.Context;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.LogicalPlan.Item;
import omendb.sql.plan.ModifySpec;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// Binds INSERT.
final class InsertBinder {
    private final BindState state;
    private final @Nullable Scope outer;

    InsertBinder(BindState state, @Nullable Scope outer) {
        this.state = state;
        this.outer = outer;
    }

    LogicalPlan bind(Dml.Insert insert) {
        Scope withScope = new Scope(outer);
        List<LogicalPlan.Cte> ctes = new QueryBinder(state, outer).bindWith(insert.with(), withScope);
        TableDef table = DmlBinder.target(state, insert.table());
        List<ColumnDef> targets = targets(insert, table);
        Rows rows = rows(insert, table, targets, withScope);
        List<Scalar> values = fullRow(table, targets, rows, insert);
        List<Field> newRow = FromBinder.tableFields(state, table);
        String alias = insert.alias() == null ? table.name() : insert.alias();
        Scope scope = new Scope(withScope);
        Scope.Relation relation = DmlBinder.relation(state, alias, insert.alias() != null, table, newRow);
        scope.add(List.of(relation), relation.columns());
        ModifySpec.Conflict conflict =
                insert.onConflict() == null ? null : conflict(insert, insert.onConflict(), table, alias, withScope);
        List<Item> returning = DmlBinder.returning(state, insert.returning(), scope);
        ModifySpec spec = new ModifySpec.Insert(
                table, rows.plan(), values, newRow, DmlBinder.checks(state, table, newRow), conflict, returning);
        return DmlBinder.modify(spec, ctes);
    }

    /// The source and, per target column, its value over the source's output.
    private record Rows(LogicalPlan plan, List<Scalar> values) {}

    private List<ColumnDef> targets(Dml.Insert insert, TableDef table) {
        if (insert.columns().isEmpty()) {
            return table.liveColumns();
        }
        List<ColumnDef> targets = new ArrayList<>();
        for (Dml.Target target : insert.columns()) {
            ColumnDef column = Assignments.column(state, table, target);
            if (!target.path().isEmpty()) {
                throw ExpressionBinder.unsupported("INSERT into a part of a column", target.position());
            }
            if (targets.contains(column)) {
                throw new UserException(
                                SqlState.DUPLICATE_COLUMN, "column \"" + column.name() + "\" specified more than once")
                        .withPosition(target.position());
            }
            targets.add(column);
        }
        return targets;
    }

    private Rows rows(Dml.Insert insert, TableDef table, List<ColumnDef> targets, Scope scope) {
        Query source = insert.source();
        if (source == null) {
            return new Rows(LogicalPlan.Values.oneRow(), List.of());
        }
        boolean plain = source.with() == null
                && source.orderBy().isEmpty()
                && source.limit() == null
                && source.offset() == null;
        if (plain && source.body() instanceof Query.Values values) {
            return valuesRows(insert, values, table, targets, scope);
        }
        LogicalPlan plan = new QueryBinder(state, scope).bind(source, false).plan();
        checkWidth(plan.output().size(), targets.size(), insert, source.position());
        List<Scalar> values = new ArrayList<>();
        if (plan instanceof LogicalPlan.Project(var input, var items)) {
            List<Item> coerced = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
                Scalar value = assign(items.get(i).expression(), targets.get(i), source.position());
                Field field = state.fieldFor(targets.get(i).name(), value);
                coerced.add(new Item(field, value));
                values.add(new Scalar.Column(field));
            }
            return new Rows(new LogicalPlan.Project(input, coerced), values);
        }
        for (int i = 0; i < plan.output().size(); i++) {
            values.add(assign(new Scalar.Column(plan.output().get(i)), targets.get(i), source.position()));
        }
        return new Rows(plan, values);
    }

    private static void checkWidth(int given, int targets, Dml.Insert insert, int position) {
        if (given > targets) {
            throw new UserException(SqlState.SYNTAX_ERROR, "INSERT has more expressions than target columns")
                    .withPosition(position);
        }
        if (given < targets && !insert.columns().isEmpty()) {
            throw new UserException(SqlState.SYNTAX_ERROR, "INSERT has more target columns than expressions")
                    .withPosition(insert.columns().get(given).position());
        }
    }

    /// VALUES lists: every value is coerced to its column where it stands; DEFAULT is allowed.
    private Rows valuesRows(
            Dml.Insert insert, Query.Values values, TableDef table, List<ColumnDef> targets, Scope scope) {
        ExpressionBinder binder = new ExpressionBinder(state, scope, Clause.VALUES);
        int width = values.rows().getFirst().size();
        int firstExtra = Math.min(width - 1, targets.size());
        checkWidth(
                width,
                targets.size(),
                insert,
                values.rows().getFirst().get(firstExtra).position());
        List<List<Scalar>> rows = new ArrayList<>();
        for (List<Expr> row : values.rows()) {
            if (row.size() != width) {
                throw new UserException(SqlState.SYNTAX_ERROR, "VALUES lists must all be the same length")
                        .withPosition(row.getFirst().position());
            }
            List<Scalar> bound = new ArrayList<>();
            for (int i = 0; i < width; i++) {
                bound.add(value(row.get(i), targets.get(i), table, insert, binder));
            }
            rows.add(bound);
        }
        if (rows.size() == 1) {
            return new Rows(LogicalPlan.Values.oneRow(), rows.getFirst());
        }
        List<Field> fields = new ArrayList<>();
        List<Scalar> columns = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            ColumnDef column = targets.get(i);
            Field field = state.field(column.name(), column.type(), column.typmod());
            fields.add(field);
            columns.add(new Scalar.Column(field));
        }
        return new Rows(new LogicalPlan.Values(rows, fields), columns);
    }

    private Scalar value(Expr expr, ColumnDef column, TableDef table, Dml.Insert insert, ExpressionBinder binder) {
        if (expr instanceof Expr.Default) {
            return new StoredExpressions(state).defaultOf(table, column);
        }
        checkGenerated(column);
        checkIdentity(column, insert);
        if (column.identity() != ColumnDef.Identity.NONE && insert.overriding() == Dml.Overriding.USER) {
            return new StoredExpressions(state).defaultOf(table, column);
        }
        if (expr instanceof Expr.ArrayConstructor && column.type().isArray()) {
            return binder.bindAs(expr, column.type(), column.typmod(), Context.ASSIGNMENT);
        }
        return assign(binder.bind(expr), column, expr.position());
    }

    private static void checkGenerated(ColumnDef column) {
        if (column.isGenerated()) {
            throw new UserException(
                            SqlState.GENERATED_ALWAYS,
                            "cannot insert a non-DEFAULT value into column \"" + column.name() + "\"")
                    .withDetail("Column \"" + column.name() + "\" is a generated column.");
        }
    }

    private static void checkIdentity(ColumnDef column, Dml.Insert insert) {
        if (column.identity() == ColumnDef.Identity.ALWAYS && insert.overriding() == Dml.Overriding.NONE) {
            throw new UserException(
                            SqlState.GENERATED_ALWAYS,
                            "cannot insert a non-DEFAULT value into column \"" + column.name() + "\"")
                    .withDetail("Column \"" + column.name() + "\" is an identity column defined as GENERATED ALWAYS.")
                    .withHint("Use OVERRIDING SYSTEM VALUE to override.");
        }
    }

    private Scalar assign(Scalar value, ColumnDef column, int position) {
        return DmlBinder.assign(state, value, column, position);
    }

    private List<Scalar> fullRow(TableDef table, List<ColumnDef> targets, Rows rows, Dml.Insert insert) {
        List<Scalar> row = new ArrayList<>();
        StoredExpressions stored = new StoredExpressions(state);
        for (ColumnDef column : table.columns()) {
            int at = targets.indexOf(column);
            if (at >= 0 && at < rows.values().size()) {
                if (insert.source() != null && !(insert.source().body() instanceof Query.Values)) {
                    checkGenerated(column);
                    checkIdentity(column, insert);
                }
                row.add(rows.values().get(at));
            } else {
                row.add(stored.defaultOf(table, column));
            }
        }
        return row;
    }

    // ON CONFLICT

    private ModifySpec.Conflict conflict(
            Dml.Insert insert, Dml.OnConflict clause, TableDef table, String alias, Scope outerScope) {
        List<IndexDef> arbiters = arbiters(clause, table);
        requireImmediate(table, arbiters);
        if (clause.doNothing()) {
            return new ModifySpec.Conflict(arbiters, null, null, List.of(), List.of());
        }
        if (arbiters.isEmpty()) {
            throw new UserException(
                            SqlState.SYNTAX_ERROR,
                            "ON CONFLICT DO UPDATE requires inference specification or constraint name")
                    .withHint("For example, ON CONFLICT (column_name).")
                    .withPosition(clause.position());
        }
        List<Field> existing = FromBinder.tableFields(state, table);
        List<Field> excluded = FromBinder.tableFields(state, table);
        Scope scope = new Scope(outerScope);
        Scope.Relation target = DmlBinder.relation(state, alias, insert.alias() != null, table, existing);
        Scope.Relation proposed = DmlBinder.relation(state, "excluded", true, table, excluded);
        scope.add(List.of(target, proposed), target.columns());
        List<Integer> changed = new ArrayList<>();
        List<Scalar> values = new ArrayList<>();
        Assignments assignments = new Assignments(state, scope, table);
        assignments.bind(clause.assignments(), changed, values);
        Scalar where = clause.where() == null
                ? null
                : new ExpressionBinder(state, scope, Clause.WHERE).bindBoolean(clause.where(), "WHERE");
        return new ModifySpec.Conflict(
                arbiters, assignments.fullRow(changed, values, existing), where, existing, excluded);
    }

    private List<IndexDef> arbiters(Dml.OnConflict clause, TableDef table) {
        if (clause.constraint() != null) {
            for (ConstraintDef constraint : table.constraints()) {
                if (constraint.name().equals(clause.constraint()) && constraint instanceof ConstraintDef.Key key) {
                    IndexDef index = state.environment.catalog().index(key.indexOid());
                    if (index != null) {
                        return List.of(index);
                    }
                }
            }
            throw new UserException(
                            SqlState.UNDEFINED_OBJECT,
                            "constraint \"" + clause.constraint() + "\" for table \"" + table.name()
                                    + "\" does not exist")
                    .withPosition(clause.position());
        }
        if (clause.elements().isEmpty()) {
            return List.of();
        }
        return new ArbiterInference(state, table).infer(clause);
    }

    /// A deferrable constraint cannot decide; without any named, all unique indexes do.
    private void requireImmediate(TableDef table, List<IndexDef> arbiters) {
        Catalog catalog = state.environment.catalog();
        for (IndexDef index : arbiters.isEmpty() ? catalog.indexesOf(table.oid()) : arbiters) {
            if (index.unique() && !index.immediate()) {
                SchemaDef schema = catalog.schema(table.schemaOid());
                throw new UserException(
                                SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                                "ON CONFLICT does not support deferrable unique constraints/exclusion constraints"
                                        + " as arbiters")
                        .withTable(schema == null ? "" : schema.name(), table.name())
                        .withConstraint(index.name());
            }
        }
    }

    /// Types a client may not store.
    static boolean isStorable(SqlType type) {
        return !type.isPseudo() || type == Types.RECORD;
    }
}
