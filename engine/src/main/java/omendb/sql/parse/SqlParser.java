package omendb.sql.parse;

import java.util.List;
import omendb.sql.ast.Expr;
import omendb.sql.ast.TypeName;

/// Parses SQL text.
@SuppressWarnings("DoNotCallSuggester") // bodies follow
public final class SqlParser {
    private SqlParser() {}

    /// All statements of a text; empty statements vanish, so that blank text yields an empty list.
    ///
    /// @throws OmenException 42601 with the position of the offending character; 54001 if nested too deeply
    public static List<ParsedStatement> parse(String sql) {
        throw new UnsupportedOperationException("being written");
    }

    /// A lone expression (a stored default, check or index expression).
    public static Expr parseExpression(String sql) {
        throw new UnsupportedOperationException("being written");
    }

    /// A lone type name, as `regtype` and `to_regtype` read it.
    public static TypeName parseTypeName(String sql) {
        throw new UnsupportedOperationException("being written");
    }
}
