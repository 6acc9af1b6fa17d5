package omendb.sql.bind;

import java.util.Locale;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import omendb.sql.ast.SelectItem;
import org.jspecify.annotations.Nullable;

/// The name PostgreSQL gives a result column that has no alias.
final class ColumnNames {
    static final String UNNAMED = "?column?";

    private ColumnNames() {}

    /// @param strong false: a cast around it may put its type's name in place
    private record Guess(String name, boolean strong) {}

    static String of(SelectItem item) {
        if (item.alias() != null) {
            return item.alias();
        }
        Guess guess = guess(item.expr());
        return guess == null ? UNNAMED : guess.name();
    }

    private static @Nullable Guess strong(String name) {
        return new Guess(name, true);
    }

    private static @Nullable Guess guess(Expr expr) {
        return switch (expr) {
            case Expr.ColumnRef column -> strong(column.name());
            case Expr.FieldSelection field -> strong(field.field());
            case Expr.Subscript subscript -> guess(subscript.base());
            case Expr.FunctionCall call -> strong(call.name().name());
            case Expr.NullIf _ -> strong("nullif");
            case Expr.Coalesce _ -> strong("coalesce");
            case Expr.MinMax minMax -> strong(minMax.greatest() ? "greatest" : "least");
            case Expr.Cast cast -> {
                Guess inner = guess(cast.operand());
                yield inner != null && inner.strong()
                        ? inner
                        : new Guess(cast.type().name(), false);
            }
            case Expr.Collate collate -> guess(collate.operand());
            case Expr.Case conditional -> {
                Guess inner = conditional.otherwise() == null ? null : guess(conditional.otherwise());
                yield inner != null && inner.strong() ? inner : new Guess("case", false);
            }
            case Expr.ArrayConstructor _, Expr.ArraySubquery _ -> strong("array");
            case Expr.Row _ -> strong("row");
            case Expr.Exists _ -> strong("exists");
            case Expr.Grouping _ -> strong("grouping");
            case Expr.ScalarSubquery query -> ofSubquery(query.query());
            case Expr.SqlValue value -> strong(value.kind().name().toLowerCase(Locale.ROOT));
            case Expr.JsonFunction function -> strong(function.function());
            default -> null;
        };
    }

    private static @Nullable Guess ofSubquery(Query query) {
        Query.Body body = query.body();
        while (body instanceof Query.SetOperation operation) {
            body = operation.left().body();
        }
        if (body instanceof Query.Select select && !select.items().isEmpty()) {
            SelectItem first = select.items().getFirst();
            return first.alias() != null ? strong(first.alias()) : guess(first.expr());
        }
        return null;
    }
}
