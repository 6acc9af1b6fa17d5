package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Expr;
import omendb.sql.function.CastDef.Context;
import omendb.sql.plan.Datum;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// Binds the SET list of UPDATE and of ON CONFLICT DO UPDATE.
final class Assignments {
    private final BindState state;
    private final Scope scope;
    private final TableDef table;

    Assignments(BindState state, Scope scope, TableDef table) {
        this.state = state;
        this.scope = scope;
        this.table = table;
    }

    /// Adds, per assigned column, its attnum and its new value.
    void bind(List<Dml.Assignment> assignments, List<Integer> changed, List<Scalar> values) {
        ExpressionBinder binder = new ExpressionBinder(state, scope, Clause.UPDATE);
        for (Dml.Assignment assignment : assignments) {
            if (!assignment.multiple()) {
                addOne(assignment.targets().getFirst(), assignment.value(), binder, changed, values);
            } else {
                addRow(assignment, binder, changed, values);
            }
        }
    }

    private void addRow(
            Dml.Assignment assignment, ExpressionBinder binder, List<Integer> changed, List<Scalar> values) {
        List<Dml.Target> targets = assignment.targets();
        if (assignment.value() instanceof Expr.Row row) {
            if (row.elements().size() != targets.size()) {
                throw new UserException(SqlState.SYNTAX_ERROR, "number of columns does not match number of values")
                        .withPosition(assignment.value().position());
            }
            for (int i = 0; i < targets.size(); i++) {
                addOne(targets.get(i), row.elements().get(i), binder, changed, values);
            }
            return;
        }
        if (assignment.value() instanceof Expr.ScalarSubquery && targets.size() == 1) {
            addOne(targets.getFirst(), assignment.value(), binder, changed, values);
            return;
        }
        if (assignment.value() instanceof Expr.ScalarSubquery subquery) {
            addSubquery(assignment, subquery, binder, changed, values);
            return;
        }
        throw new UserException(
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression")
                .withPosition(assignment.value().position());
    }

    /// `(a, b) = (SELECT x, y ...)`: each column gets the query with its own column of the result.
    private void addSubquery(
            Dml.Assignment assignment,
            Expr.ScalarSubquery subquery,
            ExpressionBinder binder,
            List<Integer> changed,
            List<Scalar> values) {
        List<Dml.Target> targets = assignment.targets();
        for (int i = 0; i < targets.size(); i++) {
            LogicalPlan plan = binder.subquery(subquery.query());
            if (plan.output().size() != targets.size()) {
                throw new UserException(SqlState.SYNTAX_ERROR, "number of columns does not match number of values")
                        .withPosition(assignment.value().position());
            }
            Field field = plan.output().get(i);
            LogicalPlan only =
                    new LogicalPlan.Project(plan, List.of(new LogicalPlan.Item(field, new Scalar.Column(field))));
            Scalar value = new Scalar.Subquery(Scalar.SubqueryKind.SCALAR, only, null, field.type());
            add(targets.get(i), value, subquery.position(), binder, changed, values);
        }
    }

    private void addOne(
            Dml.Target target, Expr expr, ExpressionBinder binder, List<Integer> changed, List<Scalar> values) {
        ColumnDef column = column(state, table, target);
        if (expr instanceof Expr.Default) {
            if (!target.path().isEmpty()) {
                throw new UserException(
                                SqlState.FEATURE_NOT_SUPPORTED,
                                (target.path().getFirst().field() == null
                                        ? "cannot set an array element to DEFAULT"
                                        : "cannot set a subfield to DEFAULT"))
                        .withPosition(target.position());
            }
            if (!column.isGenerated()) {
                put(column, new StoredExpressions(state).defaultOf(table, column), changed, values);
            }
            return;
        }
        boolean constructor =
                expr instanceof Expr.ArrayConstructor && column.type().isArray();
        boolean whole = target.path().isEmpty() || isSlice(target);
        if (constructor && whole) {
            Scalar array = binder.bindAs(expr, column.type(), column.typmod(), Context.ASSIGNMENT);
            add(target, array, expr.position(), binder, changed, values);
        } else {
            add(target, binder.bind(expr), expr.position(), binder, changed, values);
        }
    }

    private static boolean isSlice(Dml.Target target) {
        return target.path().stream()
                .anyMatch(step -> step.index() != null && step.index().slice());
    }

    /// Assigns a bound value to a column or to a part of it.
    private void add(
            Dml.Target target,
            Scalar value,
            int position,
            ExpressionBinder binder,
            List<Integer> changed,
            List<Scalar> values) {
        ColumnDef column = column(state, table, target);
        if (column.identity() == ColumnDef.Identity.ALWAYS || column.isGenerated()) {
            throw generatedAlways(column, column.isGenerated() ? 0 : target.position());
        }
        if (target.path().isEmpty()) {
            put(column, DmlBinder.assign(state, value, column, position), changed, values);
            return;
        }
        int at = changed.indexOf(column.attnum());
        boolean goesOn = at >= 0 && values.get(at) instanceof Scalar.Assigned;
        Scalar base = goesOn ? values.get(at) : current(column);
        Scalar assigned = assigned(column, base, target, value, position, binder);
        if (goesOn) {
            values.set(at, assigned);
        } else {
            put(column, assigned, changed, values);
        }
    }

    private void put(ColumnDef column, Scalar value, List<Integer> changed, List<Scalar> values) {
        if (changed.contains(column.attnum())) {
            throw new UserException(
                    SqlState.SYNTAX_ERROR, "multiple assignments to same column \"" + column.name() + "\"");
        }
        changed.add(column.attnum());
        values.add(value);
    }

    /// The column's value before the change.
    private Scalar current(ColumnDef column) {
        for (Scope.VisibleColumn visible : scope.relations().getFirst().columns()) {
            if (visible.value() instanceof Scalar.Column(Field field) && field.columnNumber() == column.attnum()) {
                return visible.value();
            }
        }
        throw new IllegalStateException("column " + column.name() + " is not in scope");
    }

    private Scalar assigned(
            ColumnDef column, Scalar base, Dml.Target target, Scalar value, int position, ExpressionBinder binder) {
        SqlType element = column.type().elementType();
        boolean fields = target.path().stream().anyMatch(step -> step.field() != null);
        if (element == null || fields) {
            if (fields || column.type() == Types.JSONB) {
                throw ExpressionBinder.unsupported("assignment to a part of a column", target.position());
            }
            throw new UserException(
                            SqlState.DATATYPE_MISMATCH,
                            "cannot subscript type " + column.type().format(-1)
                                    + " because it does not support subscripting")
                    .withPosition(target.position());
        }
        List<@Nullable Scalar> uppers = new ArrayList<>();
        List<@Nullable Scalar> lowers = new ArrayList<>();
        boolean slice = isSlice(target);
        for (Dml.Step step : target.path()) {
            Expr.Index index = java.util.Objects.requireNonNull(step.index());
            uppers.add(bound(index.upper(), binder));
            // a plain subscript among slices means 1 to it
            boolean plain = slice && !index.slice();
            lowers.add(plain ? one() : bound(index.lower(), binder));
        }
        SqlType wanted = slice ? column.type() : element;
        Scalar coerced = state.coercions.coerce(value, wanted, column.typmod(), Context.ASSIGNMENT, position);
        if (coerced == null) {
            throw new UserException(
                            SqlState.DATATYPE_MISMATCH,
                            "subscripted assignment to \"" + column.name() + "\" requires type " + wanted.format(-1)
                                    + " but expression is of type "
                                    + value.type().format(-1))
                    .withHint("You will need to rewrite or cast the expression.")
                    .withPosition(position);
        }
        return new Scalar.Assigned(base, uppers, lowers, slice, coerced, column.type());
    }

    private static Scalar one() {
        return new Scalar.Constant(Types.INT4, -1, Datum.ofLong(1));
    }

    private static @Nullable Scalar bound(@Nullable Expr expr, ExpressionBinder binder) {
        return expr == null ? null : binder.bindAs(expr, Types.INT4, -1, Context.ASSIGNMENT);
    }

    static OmenException generatedAlways(ColumnDef column, int position) {
        return new UserException(
                        SqlState.GENERATED_ALWAYS, "column \"" + column.name() + "\" can only be updated to DEFAULT")
                .withDetail(
                        column.isGenerated()
                                ? "Column \"" + column.name() + "\" is a generated column."
                                : "Column \"" + column.name() + "\" is an identity column defined as GENERATED ALWAYS.")
                .withPosition(position);
    }

    static ColumnDef column(BindState state, TableDef table, Dml.Target target) {
        ColumnDef column = table.column(target.column());
        if (column == null) {
            throw new UserException(
                            SqlState.UNDEFINED_COLUMN,
                            "column \"" + target.column() + "\" of relation \"" + table.name() + "\" does not exist")
                    .withPosition(target.position());
        }
        return column;
    }

    /// Adds the generated columns as changed ones: their values are computed from the new row.
    void addGenerated(List<Integer> changed, List<Scalar> values) {
        for (ColumnDef column : table.columns()) {
            if (column.isGenerated()) {
                changed.add(column.attnum());
                values.add(Scalar.Constant.ofNull(column.type()));
            }
        }
    }

    /// A full row: the assigned columns' values, the others as they are in `existing`.
    List<Scalar> fullRow(List<Integer> changed, List<Scalar> values, List<Field> existing) {
        List<Scalar> row = new ArrayList<>();
        existing.forEach(field -> row.add(new Scalar.Column(field)));
        for (int i = 0; i < changed.size(); i++) {
            row.set(changed.get(i) - 1, values.get(i));
        }
        return row;
    }
}
