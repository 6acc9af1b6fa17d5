package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Expr;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;

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
                        .withPosition(assignment.position());
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
        throw ExpressionBinder.unsupported("assignment of a subquery's row", assignment.position());
    }

    private void addOne(
            Dml.Target target, Expr expr, ExpressionBinder binder, List<Integer> changed, List<Scalar> values) {
        ColumnDef column = column(state, table, target);
        if (changed.contains(column.attnum())) {
            throw new UserException(
                            SqlState.SYNTAX_ERROR, "multiple assignments to same column \"" + column.name() + "\"")
                    .withPosition(target.position());
        }
        if (!target.path().isEmpty()) {
            throw ExpressionBinder.unsupported("assignment to a part of a column", target.position());
        }
        Scalar value;
        if (expr instanceof Expr.Default) {
            value = new StoredExpressions(state).defaultOf(table, column);
        } else {
            if (column.identity() == ColumnDef.Identity.ALWAYS) {
                throw generatedAlways(column, target.position());
            }
            value = expr instanceof Expr.ArrayConstructor && column.type().isArray()
                    ? binder.bindAs(
                            expr, column.type(), column.typmod(), omendb.sql.function.CastDef.Context.ASSIGNMENT)
                    : DmlBinder.assign(state, binder.bind(expr), column, expr.position());
        }
        changed.add(column.attnum());
        values.add(value);
    }

    static OmenException generatedAlways(ColumnDef column, int position) {
        return new UserException(
                        SqlState.GENERATED_ALWAYS, "column \"" + column.name() + "\" can only be updated to DEFAULT")
                .withDetail("Column \"" + column.name() + "\" is an identity column defined as GENERATED ALWAYS.")
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
