package omendb.sql.parse;

import omendb.sql.ast.Expr;

/// Makes the node of a literal: the value itself, or a place for it when a shape is parsed.
interface LiteralPolicy {
    /// Literals stay in the tree.
    LiteralPolicy KEEP = (kind, value, token, negative, position) ->
            new Expr.Literal(kind, negative ? "-" + value : value, position);

    /// @param token    index of the literal's token
    /// @param negative a minus sign before it is part of it
    Expr literal(Expr.LiteralKind kind, String value, int token, boolean negative, int position);

    /// The literal stands where its value is syntax (`ORDER BY 1`): it must stay in the tree. Returns the node.
    default Expr keep(Expr expr) {
        return expr;
    }
}
