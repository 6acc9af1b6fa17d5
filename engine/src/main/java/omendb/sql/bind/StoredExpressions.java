package omendb.sql.bind;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.type.SqlType;
import omendb.sql.ast.Expr;
import omendb.sql.parse.SqlParser;
import omendb.sql.plan.Field;
import omendb.sql.plan.ModifySpec;
import omendb.sql.plan.Scalar;

/// Expressions that the catalog keeps as text: defaults, checks, keys and predicates of indexes.
final class StoredExpressions {
    private final BindState state;

    StoredExpressions(BindState state) {
        this.state = state;
    }

    /// What a column gets when no value is given.
    Scalar defaultOf(TableDef table, ColumnDef column) {
        String sql = column.defaultSql();
        if (sql == null || column.dropped() || column.isGenerated()) {
            return Scalar.Constant.ofNull(column.type());
        }
        String qualified =
                StoredNames.qualified(state.environment.catalog(), state.environment.searchPath(), table, sql);
        Scalar value = new ExpressionBinder(state, new Scope(null), Clause.DEFAULT).bind(withoutPositions(qualified));
        return DmlBinder.assign(state, value, column, 0);
    }

    private static Expr withoutPositions(String sql) {
        return SqlParser.parseExpression(sql);
    }

    /// Generated columns, then CHECK constraints (by name, as PostgreSQL checks them).
    List<ModifySpec.Check> checks(TableDef table, List<Field> row) {
        List<ModifySpec.Check> checks = new ArrayList<>();
        for (ColumnDef column : table.columns()) {
            if (column.generatedSql() != null) {
                checks.add(new ModifySpec.Check(column.name(), generated(table, column, row), column.attnum()));
            }
        }
        for (ConstraintDef constraint : table.constraints()) {
            if (constraint instanceof ConstraintDef.Check check) {
                checks.add(new ModifySpec.Check(
                        check.name(), condition(table, check.expressionSql(), row, Clause.CHECK), 0));
            }
        }
        return checks;
    }

    /// The value of a generated column, over a row of the table.
    Scalar generated(TableDef table, ColumnDef column, List<Field> row) {
        String sql = java.util.Objects.requireNonNull(column.generatedSql());
        Scalar value = unresolved(table, SqlParser.parseExpression(sql), row, Clause.GENERATED);
        return DmlBinder.assign(state, value, column, 0);
    }

    /// A condition over a table's row.
    Scalar condition(TableDef table, String sql, List<Field> row, Clause clause) {
        return new ExpressionBinder(state, rowScope(table, row), clause)
                .bindBoolean(SqlParser.parseExpression(sql), clause.text());
    }

    /// An expression over a table's row.
    Scalar expression(TableDef table, Expr expr, List<Field> row, Clause clause) {
        return state.coercions.resolveUnknown(unresolved(table, expr, row, clause), expr.position());
    }

    /// The same, with literals that have no type yet.
    Scalar unresolved(TableDef table, Expr expr, List<Field> row, Clause clause) {
        return new ExpressionBinder(state, rowScope(table, row), clause).bind(expr);
    }

    private Scope rowScope(TableDef table, List<Field> row) {
        Scope scope = new Scope(null);
        Scope.Relation relation = DmlBinder.relation(state, table.name(), false, table, row);
        scope.add(List.of(relation), relation.columns());
        return scope;
    }

    /// The type of a lone expression, for checks at CREATE TABLE.
    SqlType typeOf(Scalar scalar) {
        return scalar.type();
    }
}
