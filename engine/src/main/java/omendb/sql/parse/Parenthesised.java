package omendb.sql.parse;

import java.util.List;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import org.jspecify.annotations.Nullable;

/// What stood between two parentheses: a query or expressions.
///
/// @param elements   empty if it is a query
record Parenthesised(@Nullable Query query, List<Expr> elements, int position) {

    /// As an operand: a scalar subquery, the expression itself, or a row.
    Expr asExpr() {
        if (query != null) {
            return new Expr.ScalarSubquery(query, position);
        }
        return elements.size() == 1 ? elements.getFirst() : new Expr.Row(elements, false, position);
    }

    /// Rows take no subscripts or fields without further parentheses.
    boolean isRow() {
        return elements.size() > 1;
    }
}
