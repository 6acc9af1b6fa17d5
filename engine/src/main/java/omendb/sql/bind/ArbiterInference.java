package omendb.sql.bind;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Expr;
import omendb.sql.parse.SqlParser;
import omendb.sql.plan.Field;
import omendb.sql.plan.PredicateTest;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;

/// Finds the unique indexes that `ON CONFLICT (elements) WHERE predicate` means: those over just these columns and
/// expressions, in any order, whose own predicate follows from the clause's.
final class ArbiterInference {
    private final BindState state;
    private final TableDef table;
    private final List<Field> row;

    ArbiterInference(BindState state, TableDef table) {
        this.state = state;
        this.table = table;
        this.row = FromBinder.tableFields(state, table);
    }

    List<IndexDef> infer(Dml.OnConflict clause) {
        Set<Integer> attnums = new HashSet<>();
        Set<Scalar> expressions = new HashSet<>();
        for (Ddl.IndexElement element : clause.elements()) {
            Expr expr = element.expr();
            String name = expr instanceof Expr.ColumnRef reference ? reference.name() : element.column();
            if (name != null) {
                attnums.add(column(name, element).attnum());
            } else if (expr != null) {
                expressions.add(PredicateTest.plain(bind(expr, Clause.INDEX)));
            }
        }
        List<Scalar> conditions = clause.indexWhere() == null
                ? List.of()
                : Scalars.conjuncts(new StoredExpressions(state)
                        .expression(table, clause.indexWhere(), row, Clause.INDEX_PREDICATE));
        List<IndexDef> found = new ArrayList<>();
        for (IndexDef index : state.environment.catalog().indexesOf(table.oid())) {
            if (index.unique() && fits(index, attnums, expressions) && covers(index, conditions)) {
                found.add(index);
            }
        }
        if (found.isEmpty()) {
            throw new UserException(
                    SqlState.INVALID_COLUMN_REFERENCE,
                    "there is no unique or exclusion constraint matching the ON CONFLICT specification");
        }
        return found;
    }

    private ColumnDef column(String name, Ddl.IndexElement element) {
        ColumnDef column = table.column(name);
        if (column == null) {
            throw new UserException(SqlState.UNDEFINED_COLUMN, "column \"" + name + "\" does not exist")
                    .withPosition(element.position());
        }
        return column;
    }

    private Scalar bind(Expr expr, Clause clause) {
        return new StoredExpressions(state).expression(table, expr, row, clause);
    }

    private boolean fits(IndexDef index, Set<Integer> attnums, Set<Scalar> expressions) {
        Set<Integer> columns = new HashSet<>();
        Set<Scalar> computed = new HashSet<>();
        for (IndexDef.Key key : index.keys()) {
            String sql = key.expressionSql();
            if (sql == null) {
                columns.add(key.attnum());
            } else {
                computed.add(PredicateTest.plain(bind(SqlParser.parseExpression(sql), Clause.INDEX)));
            }
        }
        return columns.equals(attnums) && computed.equals(expressions);
    }

    private boolean covers(IndexDef index, List<Scalar> conditions) {
        String where = index.predicateSql();
        return where == null
                || PredicateTest.implied(conditions, bind(SqlParser.parseExpression(where), Clause.INDEX_PREDICATE));
    }
}
