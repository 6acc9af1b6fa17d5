package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import omendb.sql.ast.Alias;
import omendb.sql.ast.Expr;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.TableRef;
import omendb.sql.ast.TypeName;
import org.jspecify.annotations.Nullable;

/// Items of FROM and joins.
final class FromGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    FromGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    List<TableRef> list() {
        return cursor.commaList(this::tableRef);
    }

    /// An item with the joins behind it.
    TableRef tableRef() {
        cursor.enter();
        TableRef ref = joins(item());
        cursor.leave();
        return ref;
    }

    // ---- joins

    private boolean atJoin() {
        return cursor.atAny("join", "inner", "left", "right", "full", "cross", "natural");
    }

    private TableRef joins(TableRef first) {
        TableRef left = first;
        int chain = 0;
        while (atJoin()) {
            if (++chain > 1000) {
                throw SyntaxErrors.tooDeep();
            }
            left = join(left);
        }
        return left;
    }

    /// One join. Its right side takes further joins as long as no ON or USING comes: `a JOIN b JOIN c ON ... ON
    /// ...`.
    private TableRef join(TableRef left) {
        cursor.enter();
        int position = cursor.position();
        boolean natural = cursor.accept("natural");
        TableRef.JoinKind kind = joinKind(natural);
        TableRef right = item();
        Expr on = null;
        List<String> using = List.of();
        String usingAlias = null;
        if (!natural && kind != TableRef.JoinKind.CROSS) {
            while (atJoin()) {
                right = join(right);
            }
            if (cursor.accept("using")) {
                using = cursor.columnNames();
                usingAlias = cursor.accept("as") ? cursor.columnName() : null;
            } else {
                cursor.expect("on");
                on = grammar.expressions.expression();
            }
        }
        cursor.leave();
        return new TableRef.Join(kind, natural, left, right, on, using, usingAlias, null, position);
    }

    private TableRef.JoinKind joinKind(boolean natural) {
        TableRef.JoinKind kind = TableRef.JoinKind.INNER;
        if (!natural && cursor.accept("cross")) {
            kind = TableRef.JoinKind.CROSS;
        } else if (!cursor.accept("inner")) {
            String outer = cursor.acceptAny("left", "right", "full");
            if (outer != null) {
                cursor.accept("outer");
                kind = switch (outer) {
                    case "left" -> TableRef.JoinKind.LEFT;
                    case "right" -> TableRef.JoinKind.RIGHT;
                    default -> TableRef.JoinKind.FULL;
                };
            }
        }
        cursor.expect("join");
        return kind;
    }

    // ---- items

    private TableRef item() {
        int position = cursor.position();
        boolean lateral = cursor.accept("lateral");
        if (cursor.atSymbol("(")) {
            return parenthesised(lateral, position);
        }
        if (cursor.at("rows") && cursor.at(1, "from") && cursor.atSymbol(2, "(")) {
            return rowsFrom(lateral, position);
        }
        Expr call = functionInFrom();
        if (call != null) {
            return function(List.of(new TableRef.FunctionItem(call, List.of())), false, lateral, position);
        }
        if (lateral) {
            cursor.qualifiedName();
            throw cursor.syntaxError();
        }
        return relation(this::alias);
    }

    private TableRef derived(Query query, boolean lateral, int position) {
        return new TableRef.Derived(query, lateral, alias(), 0, position);
    }

    private TableRef withAlias(TableRef.Join join) {
        Alias alias = alias();
        if (alias == null) {
            return join;
        }
        if (join.alias() != null) {
            throw cursor.syntaxError();
        }
        return new TableRef.Join(
                join.kind(),
                join.natural(),
                join.left(),
                join.right(),
                join.on(),
                join.using(),
                join.usingAlias(),
                alias,
                join.position());
    }

    private TableRef parenthesised(boolean lateral, int position) {
        Content content = content();
        if (lateral && content.query() == null) {
            throw cursor.syntaxError();
        }
        return asTable(content, lateral, position);
    }

    /// What stands between two parentheses: one of the two is there.
    private record Content(@Nullable Query query, TableRef.@Nullable Join join) {}

    private TableRef asTable(Content content, boolean lateral, int position) {
        if (content.query() != null) {
            return derived(content.query(), lateral, position);
        }
        return withAlias(Objects.requireNonNull(content.join()));
    }

    /// `( query )` or `( join )`, which may begin alike: `((SELECT 1) UNION SELECT 2)`, `((SELECT 1) x JOIN t ON
    /// b)`.
    private Content content() {
        boolean query = grammar.primaries.atParenthesisedQuery();
        if (query && !cursor.atSymbol(1, "(")) {
            return new Content(grammar.primaries.queryInParentheses(), null);
        }
        cursor.enter();
        cursor.expectSymbol("(");
        int position = cursor.position();
        Content result;
        if (query) {
            Content inner = content();
            if (inner.query() != null && (cursor.atSymbol(")") || grammar.queries.atTail())) {
                result = new Content(grammar.queries.continueWith(inner.query()), null);
            } else {
                result = new Content(null, joinOnly(asTable(inner, false, position)));
            }
        } else {
            result = new Content(null, joinOnly(item()));
        }
        cursor.expectSymbol(")");
        cursor.leave();
        return result;
    }

    /// Parentheses in FROM hold a join or nothing else.
    private TableRef.Join joinOnly(TableRef first) {
        if (joins(first) instanceof TableRef.Join join) {
            return join;
        }
        throw cursor.syntaxError();
    }

    /// `name`, `name *`, `ONLY name`, `ONLY (name)`, with what `alias` takes and TABLESAMPLE.
    TableRef.Table relation(@Nullable Supplier<@Nullable Alias> alias) {
        int position = cursor.position();
        boolean only = cursor.accept("only");
        boolean parenthesis = only && cursor.acceptSymbol("(");
        QualifiedName name = cursor.qualifiedName();
        if (parenthesis) {
            cursor.expectSymbol(")");
        }
        if (!only) {
            cursor.acceptOperator("*");
        }
        if (alias == null) {
            return new TableRef.Table(name, only, null, null, position);
        }
        return new TableRef.Table(name, only, alias.get(), sample(), position);
    }

    /// A table that DML changes, with a plain alias. In UPDATE a bare `SET` is no alias.
    TableRef.Table target() {
        return relation(() -> {
            if (cursor.accept("as")) {
                return new Alias(cursor.columnName(), List.of());
            }
            if (cursor.atColumnName() && !cursor.at("set")) {
                return new Alias(cursor.next(), List.of());
            }
            return null;
        });
    }

    private TableRef.@Nullable Sample sample() {
        int position = cursor.position();
        if (!cursor.accept("tablesample")) {
            return null;
        }
        QualifiedName method = cursor.functionName();
        cursor.expectSymbol("(");
        List<Expr> args = grammar.expressions.list();
        cursor.expectSymbol(")");
        Expr seed = null;
        if (cursor.accept("repeatable")) {
            cursor.expectSymbol("(");
            seed = grammar.expressions.expression();
            cursor.expectSymbol(")");
        }
        return new TableRef.Sample(method, args, seed, position);
    }

    private @Nullable Alias alias() {
        if (cursor.accept("as")) {
            return new Alias(cursor.columnName(), cursor.optionalColumnNames());
        }
        if (!cursor.atColumnName()) {
            return null;
        }
        return new Alias(cursor.next(), cursor.optionalColumnNames());
    }

    // ---- functions

    /// The function at the cursor; null (and nothing taken) if a table is there.
    @Nullable
    Expr functionInFrom() {
        int start = cursor.index();
        if (cursor.kind() == TokenKind.WORD) {
            Expr special = grammar.primaries.functionWord();
            if (special != null) {
                return special;
            }
        }
        boolean qualified = cursor.atColumnName() && cursor.atSymbol(1, ".");
        if (qualified || cursor.atFunctionName()) {
            QualifiedName name = cursor.functionName();
            if (cursor.atSymbol("(")) {
                return grammar.functions.application(name);
            }
        }
        cursor.rewind(start);
        return null;
    }

    private TableRef rowsFrom(boolean lateral, int position) {
        cursor.expect("rows");
        cursor.expect("from");
        cursor.expectSymbol("(");
        List<TableRef.FunctionItem> functions = cursor.commaList(() -> {
            Expr call = functionInFrom();
            if (call == null) {
                throw cursor.syntaxError();
            }
            List<TableRef.ColumnDefinition> columns = List.of();
            if (cursor.accept("as")) {
                cursor.expectSymbol("(");
                columns = cursor.commaList(this::columnDefinition);
                cursor.expectSymbol(")");
            }
            return new TableRef.FunctionItem(call, columns);
        });
        cursor.expectSymbol(")");
        return function(functions, true, lateral, position);
    }

    private TableRef function(List<TableRef.FunctionItem> functions, boolean rowsFrom, boolean lateral, int position) {
        boolean ordinality = cursor.accept("with", "ordinality");
        Alias alias = null;
        List<TableRef.ColumnDefinition> columns = List.of();
        boolean as = cursor.accept("as");
        if (as && cursor.acceptSymbol("(")) {
            columns = cursor.commaList(this::columnDefinition);
            cursor.expectSymbol(")");
        } else if (as || cursor.atColumnName()) {
            String name = cursor.columnName();
            List<String> names = new ArrayList<>();
            if (cursor.acceptSymbol("(")) {
                if (cursor.atSymbol(1, ",") || cursor.atSymbol(1, ")")) {
                    names.addAll(cursor.commaList(cursor::columnName));
                } else {
                    columns = cursor.commaList(this::columnDefinition);
                }
                cursor.expectSymbol(")");
            }
            alias = new Alias(name, List.copyOf(names));
        }
        return new TableRef.Function(functions, rowsFrom, lateral, ordinality, alias, columns, position);
    }

    private TableRef.ColumnDefinition columnDefinition() {
        String name = cursor.columnName();
        TypeName type = grammar.types.type();
        return new TableRef.ColumnDefinition(name, type, grammar.expressions.optionalCollation());
    }
}
