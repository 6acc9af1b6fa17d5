package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Expr;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.Statement;
import omendb.sql.ast.TableRef;
import omendb.sql.ast.TypeName;
import omendb.sql.ast.Utility;

/// Prepared statements, cursors, EXPLAIN, maintenance, messages.
final class UtilityGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    UtilityGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    // ---- prepared statements

    /// Behind PREPARE.
    Statement prepare(int position) {
        if (cursor.at("transaction") && cursor.kind(1) == TokenKind.STRING) {
            cursor.next();
            return new Utility.PrepareTransaction(cursor.string(), position);
        }
        String name = cursor.columnName();
        List<TypeName> types = List.of();
        if (cursor.acceptSymbol("(")) {
            types = cursor.commaList(grammar.types::type);
            cursor.expectSymbol(")");
        }
        cursor.expect("as");
        return new Utility.Prepare(name, types, grammar.statements.preparable(), position);
    }

    Utility.Execute execute() {
        int position = cursor.position();
        cursor.expect("execute");
        String name = cursor.columnName();
        List<Expr> args = List.of();
        if (cursor.acceptSymbol("(")) {
            args = grammar.expressions.list();
            cursor.expectSymbol(")");
        }
        return new Utility.Execute(name, args, position);
    }

    /// Behind DEALLOCATE.
    Statement deallocate(int position) {
        if (cursor.at("prepare") && (cursor.atColumnName(1) || cursor.at(1, "all"))) {
            cursor.next();
        }
        return new Utility.Deallocate(cursor.accept("all") ? null : cursor.columnName(), position);
    }

    // ---- cursors

    /// Behind DECLARE.
    Statement declare(int position) {
        String name = cursor.columnName();
        boolean binary = false;
        Boolean insensitive = null;
        Boolean scroll = null;
        while (!cursor.at("cursor")) {
            switch (cursor.expectAny("binary", "insensitive", "asensitive", "scroll", "no")) {
                case "binary" -> binary = true;
                case "insensitive" -> insensitive = true;
                case "asensitive" -> insensitive = false;
                case "scroll" -> scroll = true;
                default -> {
                    cursor.expect("scroll");
                    scroll = false;
                }
            }
        }
        cursor.expect("cursor");
        boolean hold = cursor.accept("with", "hold");
        if (!hold) {
            cursor.accept("without", "hold");
        }
        cursor.expect("for");
        Query query = grammar.queries.query();
        return new Utility.DeclareCursor(name, binary, insensitive, scroll, hold, query, position);
    }

    /// Behind FETCH or MOVE.
    Statement fetch(boolean move, int position) {
        Utility.FetchDirection direction = Utility.FetchDirection.FORWARD;
        long count = 1;
        boolean from = cursor.atAny("from", "in");
        boolean name = cursor.atColumnName() && (cursor.kind(1) == TokenKind.END || cursor.atSymbol(1, ";"));
        boolean word =
                cursor.atAny("next", "forward", "prior", "backward", "first", "last", "absolute", "relative", "all");
        boolean number = cursor.kind() == TokenKind.INTEGER || cursor.kind() == TokenKind.OPERATOR;
        if (!from && !name && (word || number)) {
            if (number) {
                count = cursor.signedInteger();
            } else {
                switch (cursor.next()) {
                    case "next", "forward" -> count = cursor.value(-1).equals("next") ? 1 : count();
                    case "prior", "backward" -> {
                        direction = Utility.FetchDirection.BACKWARD;
                        count = cursor.value(-1).equals("prior") ? 1 : count();
                    }
                    case "first" -> direction = Utility.FetchDirection.ABSOLUTE;
                    case "last" -> {
                        direction = Utility.FetchDirection.ABSOLUTE;
                        count = -1;
                    }
                    case "absolute" -> {
                        direction = Utility.FetchDirection.ABSOLUTE;
                        count = cursor.signedInteger();
                    }
                    case "relative" -> {
                        direction = Utility.FetchDirection.RELATIVE;
                        count = cursor.signedInteger();
                    }
                    default -> count = Long.MAX_VALUE;
                }
            }
        }
        cursor.acceptAny("from", "in");
        return new Utility.Fetch(move, direction, count, cursor.columnName(), position);
    }

    /// Behind FORWARD and BACKWARD: a number, ALL or nothing.
    private long count() {
        if (cursor.accept("all")) {
            return Long.MAX_VALUE;
        }
        boolean number = cursor.kind() == TokenKind.INTEGER || cursor.kind() == TokenKind.OPERATOR;
        return number ? cursor.signedInteger() : 1;
    }

    /// Behind CLOSE.
    Statement close(int position) {
        return new Utility.ClosePortal(cursor.accept("all") ? null : cursor.columnName(), position);
    }

    // ---- EXPLAIN

    /// Behind EXPLAIN.
    Statement explain(int position) {
        List<Ddl.Option> options = new ArrayList<>();
        if (cursor.atSymbol("(") && !grammar.primaries.atParenthesisedQuery()) {
            options.addAll(utilityOptions());
        } else {
            int at = cursor.position();
            if (cursor.acceptAny("analyze", "analyse") != null) {
                options.add(new Ddl.Option("analyze", null, at));
            }
            at = cursor.position();
            if (cursor.accept("verbose")) {
                options.add(new Ddl.Option("verbose", null, at));
            }
        }
        return new Utility.Explain(List.copyOf(options), grammar.statements.explainable(), position);
    }

    /// `(name [value], ...)`.
    private List<Ddl.Option> utilityOptions() {
        cursor.expectSymbol("(");
        List<Ddl.Option> options = cursor.commaList(() -> {
            int at = cursor.position();
            boolean reserved = cursor.atAny("analyze", "analyse");
            String name = reserved ? cursor.next() : cursor.nonReservedWord();
            name = name.equals("analyse") ? "analyze" : name.toLowerCase(Locale.ROOT);
            boolean end = cursor.atSymbol(",") || cursor.atSymbol(")");
            return new Ddl.Option(name, end ? null : utilityValue(), at);
        });
        cursor.expectSymbol(")");
        return options;
    }

    private String utilityValue() {
        return switch (cursor.kind()) {
            case INTEGER, NUMERIC, STRING -> cursor.next();
            case OPERATOR -> Long.toString(cursor.signedInteger());
            default -> cursor.atAny("true", "false", "on") ? cursor.next() : cursor.nonReservedWord();
        };
    }

    // ---- maintenance

    /// At VACUUM.
    Statement vacuum(int position) {
        cursor.expect("vacuum");
        List<Ddl.Option> options = new ArrayList<>();
        if (cursor.atSymbol("(")) {
            options.addAll(utilityOptions());
        } else {
            for (String word : new String[] {"full", "freeze", "verbose", "analyze"}) {
                int at = cursor.position();
                if (cursor.accept(word) || (word.equals("analyze") && cursor.accept("analyse"))) {
                    options.add(new Ddl.Option(word, null, at));
                }
            }
        }
        return new Utility.Vacuum(true, List.copyOf(options), vacuumRelations(), position);
    }

    /// Behind ANALYZE.
    Statement analyze(int position) {
        List<Ddl.Option> options = new ArrayList<>();
        if (cursor.atSymbol("(")) {
            options.addAll(utilityOptions());
        } else {
            int at = cursor.position();
            if (cursor.accept("verbose")) {
                options.add(new Ddl.Option("verbose", null, at));
            }
        }
        return new Utility.Vacuum(false, List.copyOf(options), vacuumRelations(), position);
    }

    private List<Utility.VacuumRelation> vacuumRelations() {
        if (!cursor.atColumnName()) {
            return List.of();
        }
        return cursor.commaList(() -> new Utility.VacuumRelation(cursor.qualifiedName(), cursor.optionalColumnNames()));
    }

    /// Behind REINDEX.
    Statement reindex(int position) {
        List<Ddl.Option> options = cursor.atSymbol("(") ? utilityOptions() : List.of();
        String type = cursor.expectAny("index", "table", "schema", "database", "system")
                .toUpperCase(Locale.ROOT);
        boolean concurrently = cursor.accept("concurrently");
        for (Ddl.Option option : options) {
            concurrently |= option.name().equals("concurrently")
                    && !"false".equals(option.value())
                    && !"off".equals(option.value());
        }
        boolean nameless = type.equals("DATABASE") || type.equals("SYSTEM");
        QualifiedName name = nameless && !cursor.atColumnName() ? null : cursor.qualifiedName();
        return new Utility.Reindex(type, name, concurrently, options, position);
    }

    /// Behind CLUSTER.
    Statement cluster(int position) {
        boolean verbose = cursor.accept("verbose");
        if (cursor.atSymbol("(")) {
            verbose = !utilityOptions().isEmpty();
        }
        if (!cursor.atColumnName()) {
            return new Utility.Cluster(null, null, verbose, position);
        }
        QualifiedName table = cursor.qualifiedName();
        String index = null;
        if (cursor.accept("using")) {
            index = cursor.columnName();
        } else if (cursor.accept("on")) {
            index = table.name();
            table = cursor.qualifiedName();
        }
        return new Utility.Cluster(table, index, verbose, position);
    }

    /// Behind LOCK.
    Statement lock(int position) {
        cursor.accept("table");
        List<TableRef.Table> tables = cursor.commaList(() -> grammar.from.relation(null));
        String mode = "ACCESS EXCLUSIVE";
        if (cursor.accept("in")) {
            mode = lockMode();
            cursor.expect("mode");
        }
        return new Utility.Lock(tables, mode, cursor.accept("nowait"), position);
    }

    private String lockMode() {
        return switch (cursor.expectAny("access", "row", "share", "exclusive")) {
            case "access" -> "ACCESS " + cursor.expectAny("share", "exclusive").toUpperCase(Locale.ROOT);
            case "row" -> "ROW " + cursor.expectAny("share", "exclusive").toUpperCase(Locale.ROOT);
            case "share" -> {
                if (cursor.accept("update", "exclusive")) {
                    yield "SHARE UPDATE EXCLUSIVE";
                }
                yield cursor.accept("row", "exclusive") ? "SHARE ROW EXCLUSIVE" : "SHARE";
            }
            default -> "EXCLUSIVE";
        };
    }

    /// Behind TRUNCATE.
    Statement truncate(int position) {
        cursor.accept("table");
        List<TableRef.Table> tables = cursor.commaList(() -> grammar.from.relation(null));
        boolean restart = cursor.accept("restart", "identity");
        if (!restart) {
            cursor.accept("continue", "identity");
        }
        return new Ddl.Truncate(tables, restart, grammar.alters.cascade(), position);
    }

    /// Behind REFRESH.
    Statement refresh(int position) {
        cursor.expect("materialized");
        cursor.expect("view");
        boolean concurrently = cursor.accept("concurrently");
        QualifiedName name = cursor.qualifiedName();
        return new Ddl.RefreshMaterializedView(name, concurrently, grammar.definitions.withData(), position);
    }

    /// Behind DISCARD.
    Statement discard(int position) {
        String what = cursor.expectAny("all", "plans", "sequences", "temp", "temporary");
        String name = what.equals("temporary") ? "TEMP" : what.toUpperCase(Locale.ROOT);
        return new Utility.Discard(name, position);
    }

    // ---- messages and code

    /// Behind NOTIFY.
    Statement notify(int position) {
        String channel = cursor.columnName();
        return new Utility.Notify(channel, cursor.acceptSymbol(",") ? cursor.string() : null, position);
    }

    /// Behind UNLISTEN.
    Statement unlisten(int position) {
        return new Utility.Unlisten(cursor.acceptOperator("*") ? null : cursor.columnName(), position);
    }

    /// Behind DO.
    Statement doBlock(int position) {
        String language = null;
        String code = null;
        do {
            if (cursor.accept("language")) {
                language = grammar.definitions.nameOrString();
            } else {
                code = cursor.string();
            }
        } while (cursor.at("language") || cursor.atString());
        if (code == null) {
            throw cursor.errorAt("no inline code specified", position);
        }
        return new Utility.Do(code, language, position);
    }

    /// Behind CALL.
    Statement call(int position) {
        return new Utility.Call(grammar.functions.application(cursor.functionName()), position);
    }
}
