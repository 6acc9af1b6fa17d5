package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Expr.CallSyntax;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.SortItem;
import omendb.sql.ast.TypeName;
import omendb.sql.ast.Window;
import org.jspecify.annotations.Nullable;

/// Function calls: the general form and those that have a syntax of their own.
final class FunctionGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    FunctionGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    /// A call that stands for a form of SQL's own.
    static Expr.FunctionCall sqlCall(String name, List<Expr> args, int position) {
        return Expr.FunctionCall.of(QualifiedName.of("pg_catalog", name), args, CallSyntax.SQL, position);
    }

    /// A call that the grammar adds.
    static Expr.FunctionCall systemCall(String name, List<Expr> args, int position) {
        return Expr.FunctionCall.of(QualifiedName.of("pg_catalog", name), args, CallSyntax.CALL, position);
    }

    // ---- the general form

    /// `( arguments )` behind a name.
    Expr.FunctionCall application(QualifiedName name) {
        cursor.enter();
        cursor.expectSymbol("(");
        boolean star = false;
        boolean distinct = false;
        boolean variadic = false;
        List<Expr> args = new ArrayList<>();
        List<SortItem> orderBy = List.of();
        if (cursor.acceptOperator("*")) {
            star = true;
        } else if (!cursor.atSymbol(")")) {
            distinct = cursor.accept("distinct");
            boolean quantified = distinct || cursor.accept("all");
            do {
                variadic = !quantified && cursor.accept("variadic");
                args.add(argument());
            } while (!variadic && cursor.acceptSymbol(","));
            orderBy = grammar.queries.optionalOrderBy();
        }
        cursor.expectSymbol(")");
        cursor.leave();
        return new Expr.FunctionCall(
                name,
                List.copyOf(args),
                star,
                distinct,
                variadic,
                orderBy,
                false,
                null,
                null,
                CallSyntax.CALL,
                name.position());
    }

    private Expr argument() {
        if (cursor.atFunctionName() && (cursor.atSymbol(1, "=>") || cursor.atSymbol(1, ":="))) {
            int position = cursor.position();
            String name = cursor.next();
            cursor.next();
            return new Expr.NamedArgument(name, grammar.expressions.expression(), position);
        }
        return grammar.expressions.expression();
    }

    /// WITHIN GROUP, FILTER and OVER behind a call.
    Expr tail(Expr.FunctionCall call) {
        if (!cursor.atAny("within", "filter", "over")) {
            return call;
        }
        List<SortItem> orderBy = call.orderBy();
        boolean withinGroup = false;
        if (cursor.at("within", "group")) {
            int position = cursor.position();
            cursor.next();
            cursor.next();
            withinGroup = true;
            if (!orderBy.isEmpty()) {
                throw cursor.errorAt("cannot use multiple ORDER BY clauses with WITHIN GROUP", position);
            }
            if (call.distinct()) {
                throw cursor.errorAt("cannot use DISTINCT with WITHIN GROUP", position);
            }
            if (call.variadic()) {
                throw cursor.errorAt("cannot use VARIADIC with WITHIN GROUP", position);
            }
            cursor.expectSymbol("(");
            orderBy = grammar.queries.orderBy();
            cursor.expectSymbol(")");
        }
        Expr filter = null;
        if (cursor.at("filter") && cursor.atSymbol(1, "(")) {
            cursor.next();
            cursor.next();
            cursor.expect("where");
            filter = grammar.expressions.expression();
            cursor.expectSymbol(")");
        }
        Window over = null;
        if (cursor.accept("over")) {
            over = grammar.windows.over();
        }
        return new Expr.FunctionCall(
                call.name(),
                call.args(),
                call.star(),
                call.distinct(),
                call.variadic(),
                orderBy,
                withinGroup,
                filter,
                over,
                call.syntax(),
                call.position());
    }

    // ---- forms of their own

    /// A form that begins with this word; null (and nothing taken) if the word is a name here.
    @Nullable
    Expr special(String word, int position) {
        Expr value = sqlValue(word, position);
        if (value != null) {
            return value;
        }
        if (word.equals("collation") && cursor.at(1, "for")) {
            cursor.next();
            cursor.next();
            cursor.expectSymbol("(");
            Expr operand = grammar.expressions.expression();
            cursor.expectSymbol(")");
            return sqlCall("pg_collation_for", List.of(operand), position);
        }
        if (!cursor.atSymbol(1, "(")) {
            return null;
        }
        if (JsonGrammar.isJsonFunction(word)) {
            Expr json = new JsonGrammar(grammar).function(word, position);
            if (json != null) {
                return json;
            }
        }
        return switch (word) {
            case "cast", "extract", "overlay", "position", "substring", "trim", "normalize", "treat", "nullif" -> {
                cursor.next();
                cursor.next();
                Expr call = inParentheses(word, position);
                cursor.expectSymbol(")");
                yield call;
            }
            default -> null;
        };
    }

    private Expr inParentheses(String word, int position) {
        return switch (word) {
            case "cast" -> {
                Expr operand = grammar.expressions.expression();
                cursor.expect("as");
                yield new Expr.Cast(operand, grammar.types.type(), position);
            }
            case "extract" -> extract(position);
            case "overlay" -> overlay(position);
            case "position" -> {
                Expr part = grammar.expressions.restricted();
                cursor.expect("in");
                Expr whole = grammar.expressions.restricted();
                yield sqlCall("position", List.of(whole, part), position);
            }
            case "substring" -> substring(position);
            case "trim" -> trim(position);
            case "normalize" -> normalize(position);
            case "treat" -> {
                Expr operand = grammar.expressions.expression();
                cursor.expect("as");
                TypeName type = grammar.types.type();
                yield systemCall(type.name(), List.of(operand), position);
            }
            default -> {
                Expr left = grammar.expressions.expression();
                cursor.expectSymbol(",");
                yield new Expr.NullIf(left, grammar.expressions.expression(), position);
            }
        };
    }

    private Expr extract(int position) {
        if (cursor.atSymbol(")")) {
            throw cursor.syntaxError();
        }
        int at = cursor.position();
        boolean unit = cursor.atAny("year", "month", "day", "hour", "minute", "second");
        boolean plain = cursor.kind() == TokenKind.WORD && (unit || cursor.category() == null);
        boolean word = plain || cursor.kind() == TokenKind.QUOTED_NAME;
        if (!word && !cursor.atString()) {
            throw cursor.syntaxError();
        }
        Expr field = new Expr.Literal(Expr.LiteralKind.STRING, cursor.next(), at);
        cursor.expect("from");
        return sqlCall("extract", List.of(field, grammar.expressions.expression()), position);
    }

    private Expr overlay(int position) {
        List<Expr> args = new ArrayList<>();
        if (!cursor.atSymbol(")")) {
            args.add(argument());
            if (cursor.accept("placing")) {
                args.add(grammar.expressions.expression());
                cursor.expect("from");
                args.add(grammar.expressions.expression());
                if (cursor.accept("for")) {
                    args.add(grammar.expressions.expression());
                }
                return sqlCall("overlay", List.copyOf(args), position);
            }
            plainArguments(args);
        }
        return plainCall("overlay", args, position);
    }

    private Expr substring(int position) {
        List<Expr> args = new ArrayList<>();
        if (!cursor.atSymbol(")")) {
            args.add(argument());
            if (cursor.atAny("from", "for", "similar")) {
                return substringForm(args, position);
            }
            plainArguments(args);
        }
        return plainCall("substring", args, position);
    }

    private Expr substringForm(List<Expr> args, int position) {
        if (cursor.accept("similar")) {
            args.add(grammar.expressions.expression());
            cursor.expect("escape");
            args.add(grammar.expressions.expression());
        } else if (cursor.accept("from")) {
            args.add(grammar.expressions.expression());
            if (cursor.accept("for")) {
                args.add(grammar.expressions.expression());
            }
        } else {
            cursor.expect("for");
            Expr count = grammar.expressions.expression();
            if (cursor.accept("from")) {
                args.add(grammar.expressions.expression());
                args.add(count);
            } else {
                // the standard has no such call: from the start, and the count must be an integer, not a pattern
                args.add(TypeGrammar.constant(1));
                args.add(new Expr.Cast(count, TypeName.of("pg_catalog", "int4"), 0));
            }
        }
        return sqlCall("substring", List.copyOf(args), position);
    }

    private Expr trim(int position) {
        String side = cursor.acceptAny("both", "leading", "trailing");
        String name = side == null || side.equals("both") ? "btrim" : side.equals("leading") ? "ltrim" : "rtrim";
        List<Expr> args;
        if (cursor.accept("from")) {
            args = grammar.expressions.list();
        } else {
            List<Expr> first = grammar.expressions.list();
            if (first.size() == 1 && cursor.accept("from")) {
                args = new ArrayList<>(grammar.expressions.list());
                args.addAll(first);
            } else {
                args = first;
            }
        }
        return sqlCall(name, List.copyOf(args), position);
    }

    private Expr normalize(int position) {
        List<Expr> args = new ArrayList<>();
        args.add(grammar.expressions.expression());
        if (cursor.acceptSymbol(",")) {
            int at = cursor.position();
            String form = cursor.expectAny("nfc", "nfd", "nfkc", "nfkd");
            args.add(new Expr.Literal(Expr.LiteralKind.STRING, form.toUpperCase(Locale.ROOT), at));
        }
        return sqlCall("normalize", List.copyOf(args), position);
    }

    private void plainArguments(List<Expr> args) {
        while (cursor.acceptSymbol(",")) {
            args.add(argument());
        }
    }

    private static Expr plainCall(String name, List<Expr> args, int position) {
        return Expr.FunctionCall.of(
                new QualifiedName(List.of(name), position), List.copyOf(args), CallSyntax.CALL, position);
    }

    /// `row OVERLAPS row`, behind the first row.
    Expr overlaps(List<Expr> left, int position) {
        if (left.size() != 2) {
            throw cursor.errorAt("wrong number of parameters on left side of OVERLAPS expression", position);
        }
        int at = cursor.position();
        cursor.expect("overlaps");
        int rightPosition = cursor.position();
        cursor.accept("row");
        if (!cursor.atSymbol("(")) {
            throw cursor.syntaxError();
        }
        List<Expr> right = grammar.primaries.parenthesised().elements();
        if (right.size() != 2) {
            throw cursor.errorAt("wrong number of parameters on right side of OVERLAPS expression", rightPosition);
        }
        return sqlCall("overlaps", List.of(left.get(0), left.get(1), right.get(0), right.get(1)), at);
    }

    // ---- values without parentheses

    private @Nullable Expr sqlValue(String word, int position) {
        Expr.SqlValueKind kind = switch (word) {
            case "current_date" -> Expr.SqlValueKind.CURRENT_DATE;
            case "current_time" -> Expr.SqlValueKind.CURRENT_TIME;
            case "current_timestamp" -> Expr.SqlValueKind.CURRENT_TIMESTAMP;
            case "localtime" -> Expr.SqlValueKind.LOCALTIME;
            case "localtimestamp" -> Expr.SqlValueKind.LOCALTIMESTAMP;
            case "current_role" -> Expr.SqlValueKind.CURRENT_ROLE;
            case "current_user" -> Expr.SqlValueKind.CURRENT_USER;
            case "session_user" -> Expr.SqlValueKind.SESSION_USER;
            case "system_user" -> Expr.SqlValueKind.SYSTEM_USER;
            case "user" -> Expr.SqlValueKind.USER;
            case "current_catalog" -> Expr.SqlValueKind.CURRENT_CATALOG;
            case "current_schema" ->
                cursor.atSymbol(1, "(") || cursor.atSymbol(1, ".") ? null : Expr.SqlValueKind.CURRENT_SCHEMA;
            default -> null;
        };
        if (kind == null || (kind == Expr.SqlValueKind.SYSTEM_USER && cursor.atSymbol(1, "."))) {
            return null;
        }
        cursor.next();
        int precision = -1;
        boolean timed = switch (kind) {
            case CURRENT_TIME, CURRENT_TIMESTAMP, LOCALTIME, LOCALTIMESTAMP -> true;
            default -> false;
        };
        if (timed && cursor.acceptSymbol("(")) {
            precision = cursor.integer();
            cursor.expectSymbol(")");
        }
        return new Expr.SqlValue(kind, precision, position);
    }
}
