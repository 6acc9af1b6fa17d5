package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Expr;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.SelectItem;
import omendb.sql.ast.Statement;
import omendb.sql.ast.TypeName;
import org.jspecify.annotations.Nullable;

/// CREATE FUNCTION, PROCEDURE, TRIGGER and POLICY.
final class RoutineGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    RoutineGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    // ---- functions

    Statement createFunction(boolean replace, int position) {
        boolean procedure = cursor.next().equals("procedure");
        QualifiedName name = cursor.functionName();
        cursor.expectSymbol("(");
        List<Ddl.FunctionParameter> parameters = cursor.atSymbol(")") ? List.of() : cursor.commaList(this::parameter);
        cursor.expectSymbol(")");
        TypeName returns = null;
        List<Ddl.FunctionParameter> table = List.of();
        if (!procedure && cursor.accept("returns")) {
            if (cursor.accept("table")) {
                cursor.expectSymbol("(");
                table = cursor.commaList(() -> new Ddl.FunctionParameter(
                        "table", cursor.nonReservedWord(), grammar.types.routineType(), null));
                cursor.expectSymbol(")");
            } else {
                returns = grammar.types.routineType();
            }
        }
        List<Ddl.Option> options = new ArrayList<>();
        while (option(options)) {}
        return new Ddl.CreateFunction(
                procedure, replace, name, parameters, returns, table, List.copyOf(options), body(), position);
    }

    private Ddl.FunctionParameter parameter() {
        String mode = parameterMode();
        String name = null;
        if (cursor.atFunctionName() && !atTypeEnd(1)) {
            name = cursor.next();
        }
        if (mode == null) {
            mode = parameterMode();
        }
        TypeName type = grammar.types.routineType();
        Expr value = null;
        if (cursor.accept("default") || cursor.acceptOperator("=")) {
            value = grammar.expressions.expression();
        }
        return new Ddl.FunctionParameter(mode == null ? "in" : mode, name, type, value);
    }

    private @Nullable String parameterMode() {
        if (cursor.accept("in")) {
            return cursor.accept("out") ? "inout" : "in";
        }
        return cursor.acceptAny("out", "inout", "variadic");
    }

    /// Whether the word before token `ahead` was a type of its own, since nothing of a type follows.
    private boolean atTypeEnd(int ahead) {
        return cursor.atSymbol(ahead, ",")
                || cursor.atSymbol(ahead, ")")
                || cursor.atSymbol(ahead, "(")
                || cursor.atSymbol(ahead, "[")
                || cursor.atSymbol(ahead, ".")
                || cursor.at(ahead, "default")
                || cursor.at(ahead, "array")
                || cursor.at(ahead, "precision")
                || cursor.kind(ahead) == TokenKind.OPERATOR
                || cursor.kind(ahead) == TokenKind.END;
    }

    private boolean option(List<Ddl.Option> options) {
        int at = cursor.position();
        if (cursor.kind() != TokenKind.WORD) {
            return false;
        }
        String[] option = switch (cursor.value()) {
            case "language" -> {
                cursor.next();
                yield new String[] {"language", grammar.definitions.nameOrString()};
            }
            case "as" -> {
                cursor.next();
                String text = cursor.string();
                if (cursor.acceptSymbol(",")) {
                    options.add(new Ddl.Option("object_file", text, at));
                    text = cursor.string();
                }
                yield new String[] {"as", text};
            }
            case "immutable", "stable", "volatile" -> new String[] {"volatility", cursor.next()};
            case "strict" -> {
                cursor.next();
                yield new String[] {"strict", "true"};
            }
            case "window" -> {
                cursor.next();
                yield new String[] {"window", "true"};
            }
            case "support" -> {
                cursor.next();
                yield new String[] {"support", Deparser.name(cursor.qualifiedName())};
            }
            case "parallel" -> {
                cursor.next();
                yield new String[] {"parallel", cursor.columnName()};
            }
            case "cost", "rows" -> {
                String word = cursor.next();
                yield new String[] {word, grammar.tables.optionValue()};
            }
            default -> longOption();
        };
        if (option.length == 0) {
            return false;
        }
        options.add(new Ddl.Option(option[0], option[1], at));
        return true;
    }

    private String[] longOption() {
        if (cursor.accept("called", "on", "null", "input")) {
            return new String[] {"strict", "false"};
        }
        if (cursor.accept("returns", "null", "on", "null", "input")) {
            return new String[] {"strict", "true"};
        }
        if (cursor.at("external", "security")) {
            cursor.next();
        }
        if (cursor.accept("security")) {
            return new String[] {"security", cursor.expectAny("definer", "invoker")};
        }
        if (cursor.accept("leakproof")) {
            return new String[] {"leakproof", "true"};
        }
        if (cursor.accept("not", "leakproof")) {
            return new String[] {"leakproof", "false"};
        }
        if (cursor.at("set") || cursor.at("reset")) {
            int start = cursor.index();
            boolean set = cursor.next().equals("set");
            if (set) {
                grammar.settings.assignment(false, cursor.position());
            } else {
                cursor.label();
            }
            TokenList tokens = cursor.tokens();
            return new String[] {"set", tokens.sql.substring(tokens.start(start), tokens.end(cursor.index() - 1))};
        }
        return new String[0];
    }

    /// `RETURN expr` or `BEGIN ATOMIC ... END`; empty if there is none.
    private List<Statement> body() {
        if (cursor.at("return")) {
            int position = cursor.position();
            cursor.next();
            Expr expr = grammar.expressions.expression();
            Query.Select select = new Query.Select(
                    null,
                    List.of(new SelectItem(expr, null, expr.position())),
                    null,
                    List.of(),
                    null,
                    null,
                    null,
                    List.of(),
                    position);
            return List.of(Query.of(select, position));
        }
        if (!cursor.accept("begin", "atomic")) {
            return List.of();
        }
        List<Statement> statements = new ArrayList<>();
        while (!cursor.accept("end")) {
            statements.add(grammar.statements.statement());
            cursor.expectSymbol(";");
        }
        return List.copyOf(statements);
    }

    // ---- triggers

    Statement createTrigger(boolean replace, int position) {
        boolean constraint = cursor.accept("constraint");
        cursor.expect("trigger");
        String name = cursor.columnName();
        String timing = cursor.expectAny("before", "after", "instead").toUpperCase(Locale.ROOT);
        if (timing.equals("INSTEAD")) {
            cursor.expect("of");
            timing = "INSTEAD OF";
        }
        List<String> events = new ArrayList<>();
        List<String> columns = List.of();
        do {
            String event = cursor.expectAny("insert", "update", "delete", "truncate");
            events.add(event.toUpperCase(Locale.ROOT));
            if (event.equals("update") && cursor.accept("of")) {
                columns = cursor.commaList(cursor::columnName);
            }
        } while (cursor.accept("or"));
        cursor.expect("on");
        QualifiedName table = cursor.qualifiedName();
        if (cursor.accept("from")) {
            cursor.qualifiedName();
        }
        while (cursor.acceptAny("deferrable", "deferred", "immediate", "initially") != null
                || cursor.accept("not", "deferrable")) {}
        if (cursor.accept("referencing")) {
            while (cursor.acceptAny("new", "old") != null) {
                cursor.expectAny("table", "row");
                cursor.accept("as");
                cursor.columnName();
            }
        }
        boolean row = false;
        if (cursor.accept("for")) {
            cursor.accept("each");
            row = cursor.expectAny("row", "statement").equals("row");
        }
        Expr when = null;
        if (cursor.accept("when")) {
            cursor.expectSymbol("(");
            when = grammar.expressions.expression();
            cursor.expectSymbol(")");
        }
        cursor.expect("execute");
        cursor.expectAny("function", "procedure");
        QualifiedName function = cursor.functionName();
        cursor.expectSymbol("(");
        List<String> arguments = cursor.atSymbol(")") ? List.of() : cursor.commaList(this::triggerArgument);
        cursor.expectSymbol(")");
        return new Ddl.CreateTrigger(
                name,
                replace,
                constraint,
                timing,
                List.copyOf(events),
                columns,
                table,
                row,
                when,
                function,
                arguments,
                position);
    }

    private String triggerArgument() {
        return switch (cursor.kind()) {
            case INTEGER, NUMERIC, STRING -> cursor.next();
            default -> cursor.label();
        };
    }

    // ---- policies

    Statement createPolicy(int position) {
        cursor.expect("policy");
        String name = cursor.columnName();
        cursor.expect("on");
        QualifiedName table = cursor.qualifiedName();
        boolean permissive = true;
        if (cursor.accept("as")) {
            int at = cursor.position();
            String kind = cursor.columnName();
            if (!kind.equals("permissive") && !kind.equals("restrictive")) {
                throw cursor.errorAt("unrecognized row security option \"" + kind + "\"", at)
                        .withHint("Only PERMISSIVE or RESTRICTIVE policies are supported currently.");
            }
            permissive = kind.equals("permissive");
        }
        String command = "ALL";
        if (cursor.accept("for")) {
            command = cursor.expectAny("all", "select", "insert", "update", "delete")
                    .toUpperCase(Locale.ROOT);
        }
        List<String> roles = cursor.accept("to") ? cursor.commaList(cursor::role) : List.of("public");
        Expr using = cursor.accept("using") ? parenthesised() : null;
        Expr check = null;
        if (cursor.accept("with")) {
            cursor.expect("check");
            check = parenthesised();
        }
        return new Ddl.CreatePolicy(name, table, permissive, command, roles, using, check, position);
    }

    private Expr parenthesised() {
        cursor.expectSymbol("(");
        Expr expr = grammar.expressions.expression();
        cursor.expectSymbol(")");
        return expr;
    }
}
