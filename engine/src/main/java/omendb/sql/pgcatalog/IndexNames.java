package omendb.sql.pgcatalog;

import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.sql.ast.Expr;
import omendb.sql.parse.SqlParser;
import org.jspecify.annotations.Nullable;

/// Names of an index's keys: what its default name is made of and pg_attribute shows.
public final class IndexNames {
    private IndexNames() {}

    /// The column's name, the function's, or `expr`.
    public static String of(IndexDef.Key key, TableDef table) {
        String sql = key.expressionSql();
        return sql == null ? table.column(key.attnum()).name() : of(SqlParser.parseExpression(sql));
    }

    /// The name of an expression.
    public static String of(Expr expr) {
        String name = guess(expr);
        return name == null ? "expr" : name;
    }

    private static @Nullable String guess(Expr expr) {
        return switch (expr) {
            case Expr.ColumnRef column -> column.name();
            case Expr.FunctionCall call -> call.name().name();
            case Expr.Coalesce _ -> "coalesce";
            case Expr.NullIf _ -> "nullif";
            case Expr.MinMax minMax -> minMax.greatest() ? "greatest" : "least";
            case Expr.Subscript subscript -> guess(subscript.base());
            case Expr.Collate collate -> guess(collate.operand());
            case Expr.Cast cast -> {
                String inner = guess(cast.operand());
                yield inner == null ? cast.type().name() : inner;
            }
            case Expr.Case _ -> "case";
            case Expr.ArrayConstructor _ -> "array";
            case Expr.Row _ -> "row";
            default -> null;
        };
    }
}
