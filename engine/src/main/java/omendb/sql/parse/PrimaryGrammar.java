package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.OmenException;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Expr.LiteralKind;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.TypeName;
import org.jspecify.annotations.Nullable;

/// Operands: constants, names, calls, parentheses, CASE, ARRAY (`c_expr`).
final class PrimaryGrammar {
    private final Grammar grammar;
    private final TokenCursor cursor;

    PrimaryGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    Expr primary() {
        int position = cursor.position();
        return switch (cursor.kind()) {
            case INTEGER, NUMERIC -> number(false, position);
            case STRING -> literal(LiteralKind.STRING);
            case BIT_STRING -> literal(LiteralKind.BIT);
            case HEX_STRING -> literal(LiteralKind.HEX_BIT);
            case NATIONAL_STRING ->
                new Expr.Cast(literal(LiteralKind.STRING), TypeName.of("pg_catalog", "bpchar"), position);
            case PARAMETER -> indirection(new Expr.Parameter(cursor.parameter(), position));
            case QUOTED_NAME -> nameOrCall();
            case WORD -> word(position);
            case SYMBOL -> {
                if (!cursor.atSymbol("(")) {
                    throw cursor.syntaxError();
                }
                yield afterParenthesis(parenthesised());
            }
            default -> throw cursor.syntaxError();
        };
    }

    // ---- constants

    /// The number at the cursor.
    Expr number(boolean negative, int position) {
        LiteralKind kind = cursor.kind() == TokenKind.INTEGER ? LiteralKind.INTEGER : LiteralKind.NUMERIC;
        String value = cursor.next();
        return new Expr.Literal(kind, negative ? Expr.Literal.negated(value) : value, position);
    }

    private Expr literal(LiteralKind kind) {
        int position = cursor.position();
        return new Expr.Literal(kind, cursor.next(), position);
    }

    private Expr keyword(LiteralKind kind, int position) {
        String word = cursor.next();
        return new Expr.Literal(kind, kind == LiteralKind.NULL ? "" : word, position);
    }

    /// `type 'text'`, behind the type.
    private Expr typedLiteral(TypeName type) {
        if (!cursor.atString()) {
            throw cursor.syntaxError();
        }
        return new Expr.Cast(literal(LiteralKind.STRING), type, type.position());
    }

    // ---- words

    private Expr word(int position) {
        String word = cursor.value();
        switch (word) {
            case "true", "false" -> {
                return keyword(LiteralKind.BOOLEAN, position);
            }
            case "null" -> {
                return keyword(LiteralKind.NULL, position);
            }
            case "case" -> {
                return caseExpression(position);
            }
            case "array" -> {
                return array(position);
            }
            default -> {}
        }
        Expr special = cursor.atSymbol(1, "(") ? parenthesisedForm(word, position) : null;
        if (special == null) {
            special = grammar.functions.special(word, position);
        }
        if (special == null) {
            special = typedConstant(word);
        }
        return special != null ? special : nameOrCall();
    }

    /// Forms `WORD (`, whose word is a keyword.
    private @Nullable Expr parenthesisedForm(String word, int position) {
        return switch (word) {
            case "row" -> {
                cursor.next();
                yield row(position);
            }
            case "exists" -> {
                cursor.next();
                yield new Expr.Exists(queryInParentheses(), position);
            }
            case "grouping" -> {
                cursor.next();
                yield new Expr.Grouping(listInParentheses(), position);
            }
            case "coalesce" -> {
                cursor.next();
                yield new Expr.Coalesce(listInParentheses(), position);
            }
            case "greatest", "least" -> {
                cursor.next();
                yield new Expr.MinMax(word.equals("greatest"), listInParentheses(), position);
            }
            default -> null;
        };
    }

    /// A function of the grammar's own where FROM allows one (`func_expr_windowless`); null (and nothing taken)
    /// if there is none.
    @Nullable
    Expr functionWord() {
        int position = cursor.position();
        String word = cursor.value();
        Expr special =
                cursor.atSymbol(1, "(") && !word.equals("row") && !word.equals("exists") && !word.equals("grouping")
                        ? parenthesisedForm(word, position)
                        : null;
        return special != null ? special : grammar.functions.special(word, position);
    }

    private List<Expr> listInParentheses() {
        cursor.expectSymbol("(");
        List<Expr> list = grammar.expressions.list();
        cursor.expectSymbol(")");
        return list;
    }

    /// `( query )`, with any number of parentheses.
    Query queryInParentheses() {
        if (!atParenthesisedQuery()) {
            throw syntaxErrorInParentheses();
        }
        Query query = parenthesised().query();
        if (query == null) {
            throw cursor.syntaxError();
        }
        return query;
    }

    /// The complaint about the first token behind a run of parentheses.
    OmenException syntaxErrorInParentheses() {
        int ahead = 0;
        while (cursor.atSymbol(ahead, "(")) {
            ahead++;
        }
        return cursor.syntaxErrorAt(
                Math.min(cursor.index() + ahead, cursor.tokens().size() - 1));
    }

    private Expr row(int position) {
        cursor.expectSymbol("(");
        List<Expr> elements = cursor.atSymbol(")") ? List.of() : grammar.expressions.list();
        cursor.expectSymbol(")");
        if (cursor.at("overlaps")) {
            return grammar.functions.overlaps(elements, position);
        }
        return new Expr.Row(elements, true, position);
    }

    /// `type 'text'` of a type that is a keyword; null if the word is a name here.
    private @Nullable Expr typedConstant(String word) {
        if (word.equals("interval")) {
            return cursor.kind(1) == TokenKind.STRING || cursor.atSymbol(1, "(") ? interval() : null;
        }
        boolean type = switch (word) {
            case "int",
                    "integer",
                    "smallint",
                    "bigint",
                    "real",
                    "boolean",
                    "float",
                    "decimal",
                    "dec",
                    "numeric",
                    "bit",
                    "character",
                    "char",
                    "nchar",
                    "national",
                    "varchar",
                    "timestamp",
                    "time" ->
                cursor.kind(1) == TokenKind.STRING
                        || cursor.atSymbol(1, "(")
                        || cursor.at(1, "varying")
                        || cursor.at(1, "with")
                        || cursor.at(1, "without")
                        || cursor.at(1, "character")
                        || cursor.at(1, "char");
            case "double" -> cursor.at(1, "precision");
            default -> false;
        };
        if (!type) {
            return null;
        }
        boolean length = cursor.atSymbol(1, "(") || cursor.atSymbol(2, "(") || cursor.atSymbol(3, "(");
        TypeName name = grammar.types.keywordType(true);
        if (name == null) {
            return null;
        }
        boolean implicitLength =
                !length && (name.name().equals("bpchar") || name.name().equals("bit"));
        return typedLiteral(implicitLength ? TypeGrammar.named(name.names(), List.of(), name.position()) : name);
    }

    private Expr interval() {
        int position = cursor.position();
        if (cursor.atSymbol(1, "(")) {
            TypeName type = grammar.types.keywordType(true);
            if (type == null) {
                throw cursor.syntaxError();
            }
            return typedLiteral(type);
        }
        cursor.next();
        Expr text = literal(LiteralKind.STRING);
        List<Expr> fields = grammar.types.intervalFields();
        return new Expr.Cast(text, TypeGrammar.named(List.of("pg_catalog", "interval"), fields, position), position);
    }

    // ---- CASE, ARRAY

    private Expr caseExpression(int position) {
        cursor.enter();
        cursor.expect("case");
        Expr operand = cursor.at("when") ? null : grammar.expressions.expression();
        List<Expr.When> whens = new ArrayList<>();
        if (!cursor.at("when")) {
            throw cursor.syntaxError();
        }
        while (cursor.at("when")) {
            int at = cursor.position();
            cursor.next();
            Expr condition = grammar.expressions.expression();
            cursor.expect("then");
            whens.add(new Expr.When(condition, grammar.expressions.expression(), at));
        }
        Expr otherwise = cursor.accept("else") ? grammar.expressions.expression() : null;
        cursor.expect("end");
        cursor.leave();
        return new Expr.Case(operand, List.copyOf(whens), otherwise, position);
    }

    private Expr array(int position) {
        cursor.next();
        if (cursor.atSymbol("(")) {
            return new Expr.ArraySubquery(queryInParentheses(), position);
        }
        return brackets(position);
    }

    private Expr brackets(int position) {
        cursor.enter();
        cursor.expectSymbol("[");
        List<Expr> elements = List.of();
        if (cursor.atSymbol("[")) {
            elements = cursor.commaList(() -> brackets(cursor.position()));
        } else if (!cursor.atSymbol("]")) {
            elements = grammar.expressions.list();
        }
        cursor.expectSymbol("]");
        cursor.leave();
        return new Expr.ArrayConstructor(elements, position);
    }

    // ---- parentheses

    /// Whether a query starts at the cursor.
    private boolean atQuery(int ahead) {
        return cursor.at(ahead, "select")
                || cursor.at(ahead, "with")
                || cursor.at(ahead, "table")
                || (cursor.at(ahead, "values") && cursor.atSymbol(ahead + 1, "("));
    }

    /// Whether a query starts behind the run of parentheses at the cursor.
    boolean atParenthesisedQuery() {
        int ahead = 0;
        while (cursor.atSymbol(ahead, "(")) {
            ahead++;
        }
        return ahead > 0 && atQuery(ahead);
    }

    /// `( query )` or `( expression, ... )`.
    ///
    /// A query may itself begin with parentheses: `((SELECT 1) UNION SELECT 2)`, while `((SELECT 1) + 1)` is an
    /// expression. Which one it is shows behind the inner parenthesis.
    Parenthesised parenthesised() {
        return parenthesised(false);
    }

    /// @param single one expression at most
    Parenthesised parenthesised(boolean single) {
        cursor.enter();
        int position = cursor.position();
        boolean nested = cursor.atSymbol(1, "(") && atParenthesisedQuery();
        cursor.expectSymbol("(");
        Parenthesised result;
        if (atQuery(0)) {
            result = query(grammar.queries.query(), position);
        } else if (nested) {
            Parenthesised inner = parenthesised();
            if (inner.query() != null && (cursor.atSymbol(")") || grammar.queries.atTail())) {
                result = query(grammar.queries.continueWith(inner.query()), position);
            } else {
                Expr operand = afterParenthesis(inner);
                result = expressions(grammar.expressions.continueWith(operand), single, position);
            }
        } else {
            result = expressions(grammar.expressions.expression(), single, position);
        }
        cursor.leave();
        return result;
    }

    private Parenthesised query(Query query, int position) {
        cursor.expectSymbol(")");
        return new Parenthesised(query, List.of(), position);
    }

    private Parenthesised expressions(Expr first, boolean single, int position) {
        List<Expr> elements = List.of(first);
        if (!single && cursor.atSymbol(",")) {
            List<Expr> all = new ArrayList<>(elements);
            while (cursor.acceptSymbol(",")) {
                all.add(grammar.expressions.expression());
            }
            elements = List.copyOf(all);
        }
        cursor.expectSymbol(")");
        return new Parenthesised(null, elements, position);
    }

    private Expr afterParenthesis(Parenthesised content) {
        if (content.isRow()) {
            if (cursor.at("overlaps")) {
                return grammar.functions.overlaps(content.elements(), content.position());
            }
            return content.asExpr();
        }
        return indirection(content.asExpr());
    }

    // ---- names

    /// A column, a call, or `name 'text'`.
    private Expr nameOrCall() {
        int position = cursor.position();
        int start = cursor.index();
        if (!cursor.atNonReservedWord()) {
            throw cursor.syntaxError();
        }
        boolean column = cursor.atColumnName();
        boolean function = cursor.atFunctionName();
        List<String> names = new ArrayList<>(2);
        names.add(cursor.next());
        while (column && cursor.atSymbol(".")) {
            if (cursor.atOperator(1, "*")) {
                cursor.next();
                cursor.next();
                return new Expr.Star(List.copyOf(names), position);
            }
            cursor.next();
            names.add(cursor.label());
        }
        boolean callable = function || names.size() > 1;
        if (callable && cursor.atSymbol("(")) {
            return callOrTypedLiteral(new QualifiedName(List.copyOf(names), position));
        }
        if (callable && cursor.atString()) {
            return typedLiteral(TypeGrammar.named(List.copyOf(names), List.of(), position));
        }
        if (!column) {
            throw cursor.syntaxErrorAt(function ? cursor.index() : start);
        }
        return indirection(new Expr.ColumnRef(List.copyOf(names), position));
    }

    private Expr callOrTypedLiteral(QualifiedName name) {
        Expr.FunctionCall call = grammar.functions.application(name);
        if (cursor.atString() && isPlain(call)) {
            return typedLiteral(TypeGrammar.named(name.parts(), call.args(), name.position()));
        }
        return grammar.functions.tail(call);
    }

    private static boolean isPlain(Expr.FunctionCall call) {
        return !call.star()
                && !call.distinct()
                && !call.variadic()
                && call.orderBy().isEmpty()
                && !call.args().isEmpty();
    }

    // ---- subscripts and fields

    /// `[i]`, `[i:j]`, `.field`, `.*` behind an operand.
    Expr indirection(Expr base) {
        Expr expr = base;
        while (true) {
            int position = cursor.position();
            if (cursor.atSymbol("[")) {
                List<Expr.Index> indexes = new ArrayList<>(1);
                while (cursor.atSymbol("[")) {
                    indexes.add(index());
                }
                expr = new Expr.Subscript(expr, List.copyOf(indexes), position);
            } else if (cursor.acceptSymbol(".")) {
                if (cursor.acceptOperator("*")) {
                    return new Expr.FieldStar(expr, position);
                }
                expr = new Expr.FieldSelection(expr, cursor.label(), position);
            } else {
                return expr;
            }
        }
    }

    /// `[i]`, `[i:j]`, `[:j]`, `[i:]`, `[:]`.
    Expr.Index index() {
        cursor.expectSymbol("[");
        Expr first = cursor.atSymbol(":") ? null : grammar.expressions.expression();
        Expr.Index index;
        if (cursor.acceptSymbol(":")) {
            Expr upper = cursor.atSymbol("]") ? null : grammar.expressions.expression();
            index = new Expr.Index(first, upper, true);
        } else {
            index = new Expr.Index(null, first, false);
        }
        cursor.expectSymbol("]");
        return index;
    }
}
