package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import omendb.sql.ast.Expr;
import omendb.sql.ast.TypeName;
import org.jspecify.annotations.Nullable;

/// The SQL/JSON functions with clauses of their own (PostgreSQL 16 and 17).
///
/// Their names are no keywords here, so a call without any such clause (`json_object('{a,1}')`) stays a plain
/// call.
final class JsonGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    JsonGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    static boolean isJsonFunction(String word) {
        return switch (word) {
            case "json_object",
                    "json_array",
                    "json_value",
                    "json_query",
                    "json_exists",
                    "json_objectagg",
                    "json_arrayagg",
                    "json_scalar",
                    "json_serialize",
                    "json" -> true;
            default -> false;
        };
    }

    /// The function at the cursor; null (and nothing taken) if it is a plain call.
    @Nullable
    Expr function(String word, int position) {
        int start = cursor.index();
        boolean always = word.equals("json_value") || word.equals("json_query") || word.equals("json_exists");
        cursor.next();
        cursor.expectSymbol("(");
        List<Expr> args = new ArrayList<>();
        List<String> clauses = new ArrayList<>();
        boolean special = always;
        boolean keyed = word.startsWith("json_object");
        if (!cursor.atSymbol(")") && !atClause()) {
            do {
                args.add(grammar.expressions.expression());
                if (keyed && (cursor.acceptSymbol(":") || cursor.accept("value"))) {
                    special = true;
                    args.add(grammar.expressions.expression());
                }
                if (cursor.accept("format", "json")) {
                    special = true;
                    clauses.add("FORMAT JSON");
                }
            } while (cursor.acceptSymbol(","));
        } else if (atClause()) {
            special = true;
        }
        TypeName returning = null;
        while (!cursor.atSymbol(")")) {
            if (!atClause()) {
                break;
            }
            special = true;
            if (cursor.accept("returning")) {
                returning = grammar.types.type();
                if (cursor.accept("format", "json")) {
                    clauses.add("FORMAT JSON");
                }
            } else {
                clause(args, clauses);
            }
        }
        if (!special || !cursor.atSymbol(")")) {
            cursor.rewind(start);
            return null;
        }
        cursor.next();
        return new Expr.JsonFunction(word, List.copyOf(args), List.copyOf(clauses), returning, position);
    }

    private boolean atClause() {
        return cursor.atAny(
                        "returning",
                        "passing",
                        "with",
                        "without",
                        "keep",
                        "omit",
                        "absent",
                        "error",
                        "empty",
                        "default")
                || cursor.at("null", "on")
                || cursor.at("true", "on")
                || cursor.at("false", "on")
                || cursor.at("unknown", "on");
    }

    private void clause(List<Expr> args, List<String> clauses) {
        if (cursor.accept("passing")) {
            do {
                args.add(grammar.expressions.expression());
                cursor.expect("as");
                clauses.add("PASSING " + cursor.label());
            } while (cursor.acceptSymbol(","));
            return;
        }
        StringBuilder words = new StringBuilder();
        if (cursor.accept("default")) {
            args.add(grammar.expressions.expression());
            words.append("DEFAULT");
        }
        while (cursor.atAny(
                "null",
                "error",
                "empty",
                "absent",
                "true",
                "false",
                "unknown",
                "array",
                "object",
                "with",
                "without",
                "unique",
                "keys",
                "conditional",
                "unconditional",
                "wrapper",
                "keep",
                "omit",
                "quotes",
                "on",
                "scalar",
                "string")) {
            String word = cursor.next().toUpperCase(Locale.ROOT);
            words.append(words.isEmpty() ? "" : " ").append(word);
            if (words.indexOf("ON ") >= 0 && (word.equals("EMPTY") || word.equals("ERROR") || word.equals("NULL"))) {
                break;
            }
            if (word.equals("WRAPPER") || word.equals("KEYS") || (word.equals("QUOTES") && !cursor.at("on"))) {
                break;
            }
        }
        if (words.isEmpty()) {
            throw cursor.syntaxError();
        }
        clauses.add(words.toString());
    }
}
