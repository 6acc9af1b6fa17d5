package omendb.sql.parse;

import omendb.sql.ast.Expr;

/// Makes the node of a literal: the value itself, or a place for it when a shape is parsed.
interface LiteralPolicy {
    /// Literals stay in the tree.
    LiteralPolicy KEEP =
            (kind, value, _, negative, position) -> new Expr.Literal(kind, negative ? negated(value) : value, position);

    /// The number with the other sign; there is no negative zero among integers.
    static String negated(String number) {
        if (number.startsWith("-")) {
            return number.substring(1);
        }
        return number.equals("0") ? number : "-" + number;
    }

    /// @param token    index of the literal's token
    /// @param negative a minus sign before it is part of it
    Expr literal(Expr.LiteralKind kind, String value, int token, boolean negative, int position);

    /// The literal stands where its value is syntax (`ORDER BY 1`): it must stay in the tree. Returns the node.
    default Expr keep(Expr expr) {
        return expr;
    }

    /// Enters a part of the statement, or goes back to one; returns the part it was in.
    default Part enter(Part part) {
        return part;
    }

    /// Parts of a statement that differ in what their literals may be compared with.
    enum Part {
        /// Conditions, rows of VALUES, LIMIT: nothing refers to these expressions from elsewhere.
        FREE,
        /// Select lists, GROUP BY, ORDER BY: PostgreSQL finds equal expressions among them.
        MATCHED,
        /// Index inference: literals decide which index is meant.
        PINNED
    }
}
