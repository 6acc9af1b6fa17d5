package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.type.SqlType;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import omendb.sql.ast.TypeName;
import omendb.sql.function.CastDef.Context;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.ModifySpec;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// Binds one statement: the front door of the package.
public final class Binder {
    private final BindState state;

    public Binder(BindEnvironment environment, ParameterTypes parameters) {
        this.state = new BindState(environment, parameters);
    }

    public LogicalPlan bind(Query query) {
        return new QueryBinder(state, null).bind(query).plan();
    }

    public LogicalPlan bind(Dml dml) {
        return new DmlBinder(state, null).bind(dml);
    }

    /// A type as written, with its modifier.
    public TypeResolver.TypeUse type(TypeName name) {
        return state.types.resolve(name);
    }

    /// An expression without columns (a DEFAULT, an EXECUTE argument), coerced as an assignment.
    ///
    /// @param what names the place in errors
    public Scalar constant(Expr expr, SqlType type, int typmod, String what) {
        Clause clause = what.equals("EXECUTE") ? Clause.EXECUTE : Clause.DEFAULT;
        return new ExpressionBinder(state, new Scope(null), clause).bindAs(expr, type, typmod, Context.ASSIGNMENT);
    }

    /// An expression over a table's row: a CHECK or index predicate if `condition`, else an index key.
    public Scalar overRow(TableDef table, Expr expr, List<Field> row, boolean condition) {
        return overRow(table, expr, row, condition ? RowExpression.CHECK : RowExpression.INDEX_KEY);
    }

    /// What an expression over a table's row is for.
    public enum RowExpression {
        CHECK(Clause.CHECK),
        INDEX_KEY(Clause.INDEX),
        INDEX_PREDICATE(Clause.INDEX_PREDICATE),
        GENERATED(Clause.GENERATED),
        /// ALTER COLUMN TYPE ... USING.
        TRANSFORM(Clause.TRANSFORM);

        private final Clause clause;

        RowExpression(Clause clause) {
            this.clause = clause;
        }
    }

    /// An expression over a table's row.
    public Scalar overRow(TableDef table, Expr expr, List<Field> row, RowExpression what) {
        StoredExpressions stored = new StoredExpressions(state);
        // the type of a literal comes from the column that takes it
        Scalar bound = what == RowExpression.TRANSFORM || what == RowExpression.GENERATED
                ? stored.unresolved(table, expr, row, what.clause)
                : stored.expression(table, expr, row, what.clause);
        return switch (what) {
            case CHECK -> state.coercions.toBoolean(bound, Clause.CHECK.text(), expr.position());
            case INDEX_PREDICATE -> state.coercions.toBoolean(bound, "WHERE", expr.position());
            default -> bound;
        };
    }

    /// A value as an assignment to a column takes it; null if it cannot.
    public @Nullable Scalar assigned(Scalar value, SqlType type, int typmod) {
        return state.coercions.coerce(value, type, typmod, Context.ASSIGNMENT, 0);
    }

    /// The condition of COPY FROM ... WHERE over the row that was read.
    public Scalar copyCondition(TableDef table, Expr expr, List<Field> row) {
        Scope scope = new Scope(null);
        Scope.Relation relation = DmlBinder.relation(state, table.name(), false, table, row);
        scope.add(List.of(relation), relation.columns());
        return new ExpressionBinder(state, scope, Clause.COPY_WHERE).bindBoolean(expr, "WHERE");
    }

    /// One new field per column of a table.
    public List<Field> row(TableDef table) {
        return FromBinder.tableFields(state, table);
    }

    /// What each column of a table gets when COPY or INSERT names it not.
    public List<Scalar> defaults(TableDef table) {
        StoredExpressions stored = new StoredExpressions(state);
        return table.columns().stream()
                .map(column -> stored.defaultOf(table, column))
                .toList();
    }

    /// The values of fields as assignments to columns, one for each.
    public List<Scalar> assignments(List<Field> values, List<ColumnDef> columns) {
        List<Scalar> assignments = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            assignments.add(DmlBinder.assign(state, new Scalar.Column(values.get(i)), columns.get(i), 0));
        }
        return assignments;
    }

    public List<ModifySpec.Check> checks(TableDef table, List<Field> row) {
        return new StoredExpressions(state).checks(table, row);
    }
}
