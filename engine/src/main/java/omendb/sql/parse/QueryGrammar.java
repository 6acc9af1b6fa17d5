package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Expr;
import omendb.sql.ast.OperatorName;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.SelectItem;
import omendb.sql.ast.SortItem;
import omendb.sql.ast.TableRef;
import omendb.sql.ast.Window;
import org.jspecify.annotations.Nullable;

/// Queries: SELECT, VALUES, TABLE, set operations, WITH, ORDER BY, LIMIT, row locks, windows.
final class QueryGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    QueryGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    // ---- whole queries

    /// A query without parentheses around it.
    Query query() {
        return query(cursor.at("with") ? with() : null);
    }

    /// A query behind its WITH clause.
    Query query(Query.@Nullable With with) {
        cursor.enter();
        int position = with == null ? cursor.position() : with.position();
        Query query = clauses(with, setOperations(operand(), 0), position);
        cursor.leave();
        return query;
    }

    /// Whether set operations or closing clauses follow a parenthesised query.
    boolean atTail() {
        return cursor.atAny("union", "intersect", "except", "order", "limit", "offset", "fetch", "for");
    }

    /// Goes on behind a parenthesised query.
    Query continueWith(Query first) {
        return clauses(null, setOperations(first, 0), first.position());
    }

    /// The same with WITH in front of the parenthesis or a statement of only a parenthesised query.
    private Query operand() {
        if (cursor.atSymbol("(")) {
            return grammar.primaries.queryInParentheses();
        }
        int position = cursor.position();
        if (cursor.at("select")) {
            return Query.of(select(), position);
        }
        if (cursor.accept("values")) {
            return Query.of(values(position), position);
        }
        if (cursor.accept("table")) {
            TableRef table = grammar.from.relation(null);
            SelectItem star = new SelectItem(new Expr.Star(List.of(), position), null, position);
            Query.Select select =
                    new Query.Select(null, List.of(star), null, List.of(table), null, null, null, List.of(), position);
            return Query.of(select, position);
        }
        throw cursor.syntaxError();
    }

    /// INTERSECT binds tighter than UNION and EXCEPT; all lean left.
    private Query setOperations(Query first, int level) {
        Query left = first;
        int chain = 0;
        while (cursor.atAny("union", "except", "intersect")) {
            int next = cursor.at("intersect") ? 2 : 1;
            if (next <= level) {
                return left;
            }
            if (++chain > 2000) {
                throw SyntaxErrors.tooDeep();
            }
            int position = cursor.position();
            Query.SetOperator operator = switch (cursor.next()) {
                case "union" -> Query.SetOperator.UNION;
                case "except" -> Query.SetOperator.EXCEPT;
                default -> Query.SetOperator.INTERSECT;
            };
            boolean all = cursor.accept("all");
            if (!all) {
                cursor.accept("distinct");
            }
            Query right = setOperations(operand(), next);
            left = Query.of(new Query.SetOperation(operator, all, left, right, position), left.position());
        }
        return left;
    }

    /// ORDER BY, LIMIT and locks behind a body. A body that is a parenthesised query may bring its own, but not
    /// twice the same.
    private Query clauses(Query.@Nullable With with, Query body, int position) {
        List<SortItem> orderBy = body.orderBy();
        if (cursor.at("order")) {
            if (!orderBy.isEmpty()) {
                throw cursor.errorAt("multiple ORDER BY clauses not allowed", orderPosition());
            }
            orderBy = optionalOrderBy();
        }
        Tail tail = new Tail(body);
        while (tail.clause()) {}
        if (tail.withTies && orderBy.isEmpty()) {
            throw cursor.errorAt("WITH TIES cannot be specified without ORDER BY clause", tail.tiesPosition);
        }
        boolean skips = tail.locking.stream().anyMatch(lock -> lock.waiting() == Query.LockWait.SKIP_LOCKED);
        if (tail.withTies && skips) {
            throw cursor.errorAt("SKIP LOCKED and WITH TIES options cannot be used together", tail.tiesPosition);
        }
        if (with != null && body.with() != null) {
            throw cursor.errorAt("multiple WITH clauses not allowed", with.position());
        }
        return new Query(
                with == null ? body.with() : with,
                body.body(),
                orderBy,
                tail.limit,
                tail.withTies,
                tail.offset,
                List.copyOf(tail.locking),
                position);
    }

    private int orderPosition() {
        int start = cursor.index();
        cursor.next();
        cursor.next();
        int position = cursor.position();
        cursor.rewind(start);
        return position;
    }

    /// LIMIT, OFFSET, FETCH and FOR, in any order PostgreSQL takes.
    private final class Tail {
        private @Nullable Expr limit;
        private @Nullable Expr offset;
        private boolean withTies;
        private int tiesPosition;
        private final List<Query.Locking> locking;
        private boolean limitSeen;
        private boolean locksSeen;
        private boolean locksFirst;

        Tail(Query body) {
            limit = body.limit();
            offset = body.offset();
            withTies = body.withTies();
            locking = new ArrayList<>(body.locking());
        }

        boolean clause() {
            if (cursor.at("for") && !(locksSeen && !locksFirst)) {
                locksFirst |= !limitSeen && offset == null;
                locksSeen = true;
                while (cursor.accept("for")) {
                    Query.Locking lock = locking();
                    if (lock != null) {
                        locking.add(lock);
                    }
                }
                return true;
            }
            if (locksSeen && !locksFirst) {
                return false;
            }
            if (cursor.at("limit") || cursor.at("fetch")) {
                int position = cursor.position();
                if (limit != null || limitSeen) {
                    throw cursor.errorAt("multiple LIMIT clauses not allowed", position);
                }
                limitSeen = true;
                if (cursor.next().equals("limit")) {
                    limit();
                } else {
                    fetch();
                }
                return true;
            }
            if (cursor.at("offset")) {
                int position = cursor.position();
                cursor.next();
                if (offset != null) {
                    throw cursor.errorAt("multiple OFFSET clauses not allowed", position);
                }
                offset = grammar.expressions.expression();
                cursor.acceptAny("row", "rows");
                return true;
            }
            return false;
        }

        private void limit() {
            if (!cursor.accept("all")) {
                limit = grammar.expressions.expression();
            }
            if (cursor.atSymbol(",")) {
                throw cursor.errorAt("LIMIT #,# syntax is not supported", cursor.position())
                        .withHint("Use separate LIMIT and OFFSET clauses.");
            }
        }

        private void fetch() {
            cursor.expectAny("first", "next");
            if (cursor.atAny("row", "rows")) {
                limit = TypeGrammar.constant(1);
            } else if (cursor.atOperator("-") || cursor.atOperator("+")) {
                int position = cursor.position();
                boolean negative = cursor.next().equals("-");
                if (cursor.kind() != TokenKind.INTEGER && cursor.kind() != TokenKind.NUMERIC) {
                    throw cursor.syntaxError();
                }
                limit = grammar.primaries.number(negative, position);
            } else {
                limit = grammar.primaries.primary();
            }
            cursor.expectAny("row", "rows");
            if (cursor.at("with")) {
                tiesPosition = cursor.position();
                cursor.next();
                cursor.expect("ties");
                withTies = true;
            } else {
                cursor.expect("only");
            }
        }
    }

    /// Behind FOR; null for FOR READ ONLY.
    private Query.@Nullable Locking locking() {
        if (cursor.accept("read", "only")) {
            return null;
        }
        Query.LockStrength strength;
        if (cursor.accept("no", "key", "update")) {
            strength = Query.LockStrength.NO_KEY_UPDATE;
        } else if (cursor.accept("key", "share")) {
            strength = Query.LockStrength.KEY_SHARE;
        } else {
            strength = cursor.expectAny("update", "share").equals("update")
                    ? Query.LockStrength.UPDATE
                    : Query.LockStrength.SHARE;
        }
        List<QualifiedName> tables = cursor.accept("of") ? cursor.commaList(cursor::qualifiedName) : List.of();
        Query.LockWait waiting = Query.LockWait.BLOCK;
        if (cursor.accept("nowait")) {
            waiting = Query.LockWait.NOWAIT;
        } else if (cursor.accept("skip")) {
            cursor.expect("locked");
            waiting = Query.LockWait.SKIP_LOCKED;
        }
        return new Query.Locking(strength, tables, waiting);
    }

    // ---- WITH

    Query.With with() {
        int position = cursor.position();
        cursor.expect("with");
        boolean recursive = cursor.accept("recursive");
        return new Query.With(recursive, cursor.commaList(this::commonTable), position);
    }

    private Query.CommonTable commonTable() {
        int position = cursor.position();
        String name = cursor.columnName();
        List<String> columns = cursor.optionalColumnNames();
        cursor.expect("as");
        Query.Materialization materialization = Query.Materialization.DEFAULT;
        if (cursor.accept("materialized")) {
            materialization = Query.Materialization.ALWAYS;
        } else if (cursor.accept("not")) {
            cursor.expect("materialized");
            materialization = Query.Materialization.NEVER;
        }
        cursor.expectSymbol("(");
        var statement = grammar.statements.preparable();
        cursor.expectSymbol(")");
        return new Query.CommonTable(name, columns, materialization, statement, search(), cycle(), position);
    }

    private Query.@Nullable Search search() {
        if (!cursor.accept("search")) {
            return null;
        }
        boolean breadth = cursor.expectAny("depth", "breadth").equals("breadth");
        cursor.expect("first");
        cursor.expect("by");
        List<String> columns = cursor.commaList(cursor::columnName);
        cursor.expect("set");
        return new Query.Search(breadth, columns, cursor.columnName());
    }

    private Query.@Nullable Cycle cycle() {
        if (!cursor.accept("cycle")) {
            return null;
        }
        List<String> columns = cursor.commaList(cursor::columnName);
        cursor.expect("set");
        String mark = cursor.columnName();
        Expr value = null;
        Expr otherwise = null;
        if (cursor.accept("to")) {
            value = grammar.primaries.primary();
            cursor.expect("default");
            otherwise = grammar.primaries.primary();
        }
        cursor.expect("using");
        return new Query.Cycle(columns, mark, value, otherwise, cursor.columnName());
    }

    // ---- SELECT

    private Query.Select select() {
        int position = cursor.position();
        cursor.expect("select");
        List<Expr> distinct = null;
        if (cursor.accept("distinct")) {
            distinct = List.of();
            if (cursor.accept("on")) {
                cursor.expectSymbol("(");
                distinct = grammar.expressions.list();
                cursor.expectSymbol(")");
            }
        } else {
            cursor.accept("all");
        }
        List<SelectItem> items = distinct == null && atEndOfItems() ? List.of() : selectItems();
        Query.Into into = cursor.at("into") ? into() : null;
        List<TableRef> from = cursor.accept("from") ? grammar.from.list() : List.of();
        Expr where = optionalWhere();
        Query.GroupBy groupBy = cursor.at("group") ? groupBy() : null;
        Expr having = cursor.accept("having") ? grammar.expressions.expression() : null;
        List<Window> windows = cursor.accept("window") ? cursor.commaList(grammar.windows::named) : List.of();
        return new Query.Select(distinct, items, into, from, where, groupBy, having, windows, position);
    }

    /// An empty select list is PostgreSQL's own.
    private boolean atEndOfItems() {
        return cursor.atEnd()
                || cursor.atSymbol(";")
                || cursor.atSymbol(")")
                || atTail()
                || cursor.atAny("from", "where", "group", "having", "window", "into");
    }

    @Nullable
    Expr optionalWhere() {
        return cursor.accept("where") ? grammar.expressions.expression() : null;
    }

    List<SelectItem> selectItems() {
        return cursor.commaList(this::selectItem);
    }

    private SelectItem selectItem() {
        int position = cursor.position();
        if (cursor.acceptOperator("*")) {
            return new SelectItem(new Expr.Star(List.of(), position), null, position);
        }
        Expr expr = grammar.expressions.expression();
        String alias = null;
        if (cursor.accept("as")) {
            alias = cursor.label();
        } else if (cursor.atBareLabel()) {
            alias = cursor.next();
        }
        return new SelectItem(expr, alias, position);
    }

    private Query.Into into() {
        cursor.expect("into");
        Ddl.Persistence persistence = Ddl.Persistence.PERMANENT;
        if (cursor.atAny("local", "global") && (cursor.at(1, "temporary") || cursor.at(1, "temp"))) {
            cursor.next();
        }
        if (cursor.acceptAny("temporary", "temp") != null) {
            persistence = Ddl.Persistence.TEMPORARY;
        } else if (cursor.accept("unlogged")) {
            persistence = Ddl.Persistence.UNLOGGED;
        }
        cursor.accept("table");
        return new Query.Into(cursor.qualifiedName(), persistence);
    }

    private Query.GroupBy groupBy() {
        cursor.expect("group");
        cursor.expect("by");
        boolean distinct = cursor.accept("distinct");
        if (!distinct) {
            cursor.accept("all");
        }
        return new Query.GroupBy(distinct, cursor.commaList(this::groupingElement));
    }

    private Query.GroupingElement groupingElement() {
        int position = cursor.position();
        if (cursor.atSymbol("(") && cursor.atSymbol(1, ")")) {
            cursor.next();
            cursor.next();
            return new Query.GroupingElement.Empty(position);
        }
        if (cursor.atAny("rollup", "cube") && cursor.atSymbol(1, "(")) {
            boolean rollup = cursor.next().equals("rollup");
            cursor.next();
            List<Expr> list = grammar.expressions.list();
            cursor.expectSymbol(")");
            return rollup
                    ? new Query.GroupingElement.Rollup(list, position)
                    : new Query.GroupingElement.Cube(list, position);
        }
        if (cursor.at("grouping", "sets")) {
            cursor.next();
            cursor.next();
            cursor.enter();
            cursor.expectSymbol("(");
            List<Query.GroupingElement> elements = cursor.commaList(this::groupingElement);
            cursor.expectSymbol(")");
            cursor.leave();
            return new Query.GroupingElement.Sets(elements, position);
        }
        return new Query.GroupingElement.Simple(grammar.expressions.expression());
    }

    private Query.Values values(int position) {
        List<List<Expr>> rows = cursor.commaList(() -> {
            cursor.expectSymbol("(");
            List<Expr> row = grammar.expressions.list();
            cursor.expectSymbol(")");
            return row;
        });
        return new Query.Values(rows, position);
    }

    // ---- ORDER BY

    List<SortItem> optionalOrderBy() {
        return cursor.at("order") ? orderBy() : List.of();
    }

    List<SortItem> orderBy() {
        cursor.expect("order");
        cursor.expect("by");
        return cursor.commaList(this::sortItem);
    }

    private SortItem sortItem() {
        int position = cursor.position();
        Expr expr = grammar.expressions.expression();
        OperatorName using = null;
        SortItem.Direction direction = SortItem.Direction.DEFAULT;
        if (cursor.accept("using")) {
            direction = SortItem.Direction.USING;
            using = cursor.at("operator") ? grammar.expressions.qualifiedOperator() : plainOperator();
        } else {
            direction = direction();
        }
        return new SortItem(expr, direction, using, nulls(), position);
    }

    private OperatorName plainOperator() {
        if (cursor.kind() != TokenKind.OPERATOR) {
            throw cursor.syntaxError();
        }
        return OperatorName.of(cursor.next());
    }

    SortItem.Direction direction() {
        if (cursor.accept("asc")) {
            return SortItem.Direction.ASC;
        }
        return cursor.accept("desc") ? SortItem.Direction.DESC : SortItem.Direction.DEFAULT;
    }

    SortItem.Nulls nulls() {
        if (cursor.at("nulls", "first") || cursor.at("nulls", "last")) {
            cursor.next();
            return cursor.next().equals("first") ? SortItem.Nulls.FIRST : SortItem.Nulls.LAST;
        }
        return SortItem.Nulls.DEFAULT;
    }
}
