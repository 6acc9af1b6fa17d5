package omendb.sql.parse;

import java.util.List;
import omendb.engine.error.SqlState;
import omendb.sql.ast.Expr;
import omendb.sql.ast.SortItem;
import omendb.sql.ast.Window;
import org.jspecify.annotations.Nullable;

/// Windows of the WINDOW clause and of OVER.
final class WindowGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    WindowGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    Window named() {
        String name = cursor.columnName();
        cursor.expect("as");
        return specification(name);
    }

    /// Behind OVER.
    Window over() {
        if (cursor.atSymbol("(")) {
            return specification(null);
        }
        int position = cursor.position();
        return new Window(cursor.columnName(), null, List.of(), List.of(), null, position);
    }

    private Window specification(@Nullable String name) {
        int position = cursor.position();
        cursor.enter();
        cursor.expectSymbol("(");
        String base = null;
        boolean clause = cursor.at("partition") || cursor.atAny("range", "rows", "groups");
        if (!clause && cursor.atColumnName()) {
            base = cursor.next();
        }
        List<Expr> partitionBy = List.of();
        if (cursor.accept("partition")) {
            cursor.expect("by");
            partitionBy = grammar.expressions.list();
        }
        List<SortItem> orderBy = grammar.queries.optionalOrderBy();
        Window.Frame frame = cursor.atAny("range", "rows", "groups") ? frame() : null;
        cursor.expectSymbol(")");
        cursor.leave();
        return new Window(name, base, partitionBy, orderBy, frame, position);
    }

    private Window.Frame frame() {
        Window.Mode mode = switch (cursor.next()) {
            case "rows" -> Window.Mode.ROWS;
            case "range" -> Window.Mode.RANGE;
            default -> Window.Mode.GROUPS;
        };
        Window.Bound start;
        Window.Bound end = new Window.Bound(Window.BoundKind.CURRENT_ROW, null);
        boolean between = cursor.accept("between");
        int position = cursor.position();
        start = bound();
        if (start.kind() == Window.BoundKind.UNBOUNDED_FOLLOWING) {
            throw windowError("frame start cannot be UNBOUNDED FOLLOWING", position);
        }
        if (between) {
            cursor.expect("and");
            int endPosition = cursor.position();
            end = bound();
            checkBounds(start.kind(), end.kind(), endPosition);
        } else if (start.kind() == Window.BoundKind.FOLLOWING) {
            throw windowError("frame starting from following row cannot end with current row", position);
        }
        return new Window.Frame(mode, start, end, exclusion());
    }

    private Window.Bound bound() {
        if (cursor.at("unbounded") && (cursor.at(1, "preceding") || cursor.at(1, "following"))) {
            cursor.next();
            boolean preceding = cursor.next().equals("preceding");
            return new Window.Bound(
                    preceding ? Window.BoundKind.UNBOUNDED_PRECEDING : Window.BoundKind.UNBOUNDED_FOLLOWING, null);
        }
        if (cursor.accept("current", "row")) {
            return new Window.Bound(Window.BoundKind.CURRENT_ROW, null);
        }
        Expr offset = grammar.expressions.expression();
        boolean preceding = cursor.expectAny("preceding", "following").equals("preceding");
        return new Window.Bound(preceding ? Window.BoundKind.PRECEDING : Window.BoundKind.FOLLOWING, offset);
    }

    private void checkBounds(Window.BoundKind start, Window.BoundKind end, int position) {
        if (end == Window.BoundKind.UNBOUNDED_PRECEDING) {
            throw windowError("frame end cannot be UNBOUNDED PRECEDING", position);
        }
        if (start == Window.BoundKind.CURRENT_ROW && end == Window.BoundKind.PRECEDING) {
            throw windowError("frame starting from current row cannot have preceding rows", position);
        }
        if (start == Window.BoundKind.FOLLOWING
                && (end == Window.BoundKind.PRECEDING || end == Window.BoundKind.CURRENT_ROW)) {
            throw windowError("frame starting from following row cannot have preceding rows", position);
        }
    }

    private RuntimeException windowError(String message, int position) {
        return cursor.errorAt(SqlState.WINDOWING_ERROR, message, position);
    }

    private Window.Exclusion exclusion() {
        if (!cursor.accept("exclude")) {
            return Window.Exclusion.NO_OTHERS;
        }
        if (cursor.accept("current")) {
            cursor.expect("row");
            return Window.Exclusion.CURRENT_ROW;
        }
        if (cursor.accept("group")) {
            return Window.Exclusion.GROUP;
        }
        if (cursor.accept("ties")) {
            return Window.Exclusion.TIES;
        }
        cursor.expect("no");
        cursor.expect("others");
        return Window.Exclusion.NO_OTHERS;
    }
}
