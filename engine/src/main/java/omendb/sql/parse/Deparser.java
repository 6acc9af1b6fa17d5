package omendb.sql.parse;

import omendb.sql.ast.Dml;
import omendb.sql.ast.Expr;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.TypeName;

/// Writes trees as SQL text in the manner of ruleutils.c: one line, every operation in parentheses, names quoted
/// where they must be.
///
/// Parsing the text yields the same tree again. What only the binder knows (the type of a constant, the meaning
/// of BETWEEN) is
/// written as it came: `pg_get_expr` of PostgreSQL prints `'x'::text` where this prints `'x'`.
public final class Deparser {
    private Deparser() {}

    /// An expression with every operation in parentheses.
    public static String expression(Expr expr) {
        StringBuilder out = new StringBuilder();
        guarded(() -> new QueryWriter(out).expressions.write(expr));
        return out.toString();
    }

    /// A query.
    public static String query(Query query) {
        StringBuilder out = new StringBuilder();
        guarded(() -> new QueryWriter(out).query(query));
        return out.toString();
    }

    /// INSERT, UPDATE, DELETE, MERGE.
    public static String dml(Dml dml) {
        StringBuilder out = new StringBuilder();
        guarded(() -> new QueryWriter(out).statement(dml));
        return out.toString();
    }

    /// A type as format_type prints it where the name says so (`integer`, `timestamp with time zone`,
    /// `numeric(10,2)`).
    public static String type(TypeName type) {
        return TypeWriter.write(type);
    }

    /// A name with its schema, quoted where it must be.
    public static String name(QualifiedName name) {
        StringBuilder out = new StringBuilder();
        new QueryWriter(out).expressions.name(name);
        return out.toString();
    }

    /// A name, quoted if it must be (`quote_ident`).
    public static String identifier(String name) {
        boolean safe = !name.isEmpty() && !(name.charAt(0) >= '0' && name.charAt(0) <= '9');
        for (int i = 0; i < name.length() && safe; i++) {
            char c = name.charAt(i);
            safe = (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
        }
        if (safe && !Keywords.needsQuotes(name)) {
            return name;
        }
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /// A string constant (`quote_literal`).
    public static String string(String text) {
        String quoted = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'";
        return text.indexOf('\\') < 0 ? quoted : "E" + quoted;
    }

    private static void guarded(Runnable write) {
        SqlParser.guarded(() -> {
            write.run();
            return Boolean.TRUE;
        });
    }
}
