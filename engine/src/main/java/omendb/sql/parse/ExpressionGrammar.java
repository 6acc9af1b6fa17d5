package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import omendb.sql.ast.Expr;
import omendb.sql.ast.OperatorName;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.TypeName;
import org.jspecify.annotations.Nullable;

/// Operators by precedence climbing, with PostgreSQL's levels.
///
/// Comparison, LIKE/IN/BETWEEN and IS DISTINCT do not associate: after `a < b` another comparison is a syntax
/// error.
/// Forms that end in a fixed token (`IS NULL`, `= ANY (...)`, `IN (...)`) leave no such mark, as in PostgreSQL's
/// tables.
final class ExpressionGrammar {
    private static final int NONE = 0;
    private static final int OR = 1;
    private static final int AND = 2;
    private static final int NOT = 3;
    private static final int IS = 4;
    private static final int COMPARISON = 5;
    private static final int LIKE = 6;
    private static final int OTHER = 8;
    private static final int ADD = 9;
    private static final int MULTIPLY = 10;
    private static final int POWER = 11;
    private static final int AT = 12;
    private static final int COLLATE = 13;
    private static final int SIGN = 14;
    private static final int CAST = 16;

    /// How many operators may follow each other on one level: the tree leans left and as deep.
    private static final int MAX_CHAIN = 3000;

    private final Grammar grammar;
    private final TokenCursor cursor;

    /// Whether the step taken last ended in a token of its own rather than in an operand.
    private boolean lastStepFixed;

    ExpressionGrammar(Grammar grammar) {
        this.grammar = grammar;
        this.cursor = grammar.cursor;
    }

    /// `a_expr`.
    Expr expression() {
        return climb(OR, false);
    }

    /// `b_expr`: without AND, OR, NOT, IN, LIKE, BETWEEN, IS NULL and their kin, which would be ambiguous where
    /// it stands.
    Expr restricted() {
        return climb(IS, true);
    }

    /// Goes on with an expression whose first operand is known.
    Expr continueWith(Expr left) {
        return infix(left, OR, false);
    }

    List<Expr> list() {
        return cursor.commaList(this::expression);
    }

    // ---- prefix

    private Expr climb(int level, boolean restricted) {
        cursor.enter();
        Expr expr = infix(prefix(restricted), level, restricted);
        cursor.leave();
        return expr;
    }

    private Expr prefix(boolean restricted) {
        int position = cursor.position();
        if (cursor.kind() == TokenKind.OPERATOR) {
            return prefixOperator(position, restricted);
        }
        if (cursor.kind() == TokenKind.WORD) {
            switch (cursor.value()) {
                case "not" -> {
                    if (!restricted) {
                        cursor.next();
                        return new Expr.Not(climb(NOT, false), position);
                    }
                }
                case "default" -> {
                    if (!restricted) {
                        cursor.next();
                        return new Expr.Default(position);
                    }
                }
                case "operator" -> {
                    if (cursor.atSymbol(1, "(")) {
                        OperatorName name = qualifiedOperator();
                        return new Expr.Unary(name, climb(ADD, restricted), position);
                    }
                }
                default -> {}
            }
        }
        return grammar.primaries.primary();
    }

    private Expr prefixOperator(int position, boolean restricted) {
        String sign = cursor.value();
        if (sign.equals("+") || sign.equals("-")) {
            boolean negative = sign.equals("-");
            cursor.next();
            boolean number = cursor.kind() == TokenKind.INTEGER || cursor.kind() == TokenKind.NUMERIC;
            if (negative && number && !cursor.atSymbol(1, "::")) {
                Expr literal = grammar.primaries.number(true, position);
                return infix(literal, SIGN, restricted);
            }
            Expr operand = climb(SIGN, restricted);
            if (negative && operand instanceof Expr.Literal literal && isNumber(literal.kind())) {
                return negate(literal, position);
            }
            return new Expr.Unary(OperatorName.of(sign), operand, position);
        }
        if (isArithmetic(sign) || isComparison(sign)) {
            throw cursor.syntaxError();
        }
        cursor.next();
        return new Expr.Unary(OperatorName.of(sign), climb(ADD, restricted), position);
    }

    private static boolean isNumber(Expr.LiteralKind kind) {
        return kind == Expr.LiteralKind.INTEGER || kind == Expr.LiteralKind.NUMERIC;
    }

    private static Expr negate(Expr.Literal literal, int position) {
        return new Expr.Literal(literal.kind(), Expr.Literal.negated(literal.value()), position);
    }

    // ---- infix and postfix

    private Expr infix(Expr first, int level, boolean restricted) {
        Expr left = first;
        int closed = NONE;
        int chain = 0;
        while (true) {
            int next = levelOfCurrent(restricted);
            if (next < level) {
                return left;
            }
            if (next == closed) {
                throw cursor.syntaxError();
            }
            if (++chain > MAX_CHAIN) {
                throw SyntaxErrors.tooDeep();
            }
            left = step(left, next, restricted);
            closed = isNonAssociative(next) && !lastStepFixed ? next : NONE;
        }
    }

    private static boolean isNonAssociative(int level) {
        return level == IS || level == COMPARISON || level == LIKE;
    }

    /// Level of the operator at the cursor; NONE if there is none.
    private int levelOfCurrent(boolean restricted) {
        return switch (cursor.kind()) {
            case OPERATOR -> levelOf(cursor.value());
            case SYMBOL -> cursor.atSymbol("::") ? CAST : NONE;
            case WORD -> levelOfWord(restricted);
            default -> NONE;
        };
    }

    private int levelOfWord(boolean restricted) {
        switch (cursor.value()) {
            case "operator" -> {
                return cursor.atSymbol(1, "(") ? OTHER : NONE;
            }
            case "is" -> {
                if (!restricted) {
                    return IS;
                }
                boolean distinct = cursor.at(1, "distinct") || (cursor.at(1, "not") && cursor.at(2, "distinct"));
                return distinct ? IS : NONE;
            }
            default -> {}
        }
        if (restricted) {
            return NONE;
        }
        return switch (cursor.value()) {
            case "or" -> OR;
            case "and" -> AND;
            case "isnull", "notnull" -> IS;
            case "like", "ilike", "between", "in" -> LIKE;
            case "similar" -> cursor.at(1, "to") ? LIKE : NONE;
            case "not" ->
                cursor.at(1, "like")
                                || cursor.at(1, "ilike")
                                || cursor.at(1, "between")
                                || cursor.at(1, "in")
                                || cursor.at(1, "similar")
                        ? LIKE
                        : NONE;
            case "at" -> cursor.at(1, "time") || cursor.at(1, "local") ? AT : NONE;
            case "collate" -> COLLATE;
            default -> NONE;
        };
    }

    private static int levelOf(String operator) {
        return switch (operator) {
            case "<", ">", "=", "<=", ">=", "<>" -> COMPARISON;
            case "+", "-" -> ADD;
            case "*", "/", "%" -> MULTIPLY;
            case "^" -> POWER;
            default -> OTHER;
        };
    }

    private static boolean isArithmetic(String operator) {
        return switch (operator) {
            case "*", "/", "%", "^" -> true;
            default -> false;
        };
    }

    private static boolean isComparison(String operator) {
        return levelOf(operator) == COMPARISON;
    }

    private Expr step(Expr left, int level, boolean restricted) {
        lastStepFixed = false;
        int position = cursor.position();
        return switch (level) {
            case OR -> {
                List<Expr> args = chain(left, "or", OR);
                yield new Expr.Or(args, position);
            }
            case AND -> {
                List<Expr> args = chain(left, "and", AND);
                yield new Expr.And(args, position);
            }
            case IS -> is(left, position, restricted);
            case LIKE -> like(left, position);
            case AT -> atTimeZone(left, position);
            case COLLATE -> {
                cursor.next();
                yield new Expr.Collate(left, cursor.qualifiedName(), position);
            }
            case CAST -> {
                cursor.next();
                TypeName type = grammar.types.type();
                yield new Expr.Cast(left, type, position);
            }
            default -> binary(left, level, position, restricted);
        };
    }

    private List<Expr> chain(Expr left, String word, int level) {
        List<Expr> args = new ArrayList<>();
        if (level == AND && left instanceof Expr.And and) {
            args.addAll(and.args());
        } else if (level == OR && left instanceof Expr.Or or) {
            args.addAll(or.args());
        } else {
            args.add(left);
        }
        while (cursor.accept(word)) {
            args.add(climb(level + 1, false));
        }
        return List.copyOf(args);
    }

    private Expr binary(Expr left, int level, int position, boolean restricted) {
        OperatorName operator = cursor.at("operator") ? qualifiedOperator() : OperatorName.of(cursor.next());
        if (!restricted && cursor.atAny("any", "some", "all")) {
            return quantified(left, operator, position);
        }
        Expr right = climb(level + 1, restricted);
        lastStepFixed = false;
        return new Expr.Binary(operator, left, right, position);
    }

    /// `OPERATOR(schema.sign)`.
    OperatorName qualifiedOperator() {
        cursor.expect("operator");
        cursor.expectSymbol("(");
        OperatorName name = anyOperator();
        cursor.expectSymbol(")");
        return name;
    }

    /// `schema.sign` or `sign`.
    OperatorName anyOperator() {
        String schema = null;
        while (cursor.kind() != TokenKind.OPERATOR) {
            schema = cursor.columnName();
            cursor.expectSymbol(".");
        }
        return new OperatorName(schema, cursor.next());
    }

    private Expr quantified(Expr left, OperatorName operator, int position) {
        boolean all = cursor.next().equals("all");
        if (!cursor.atSymbol("(")) {
            throw cursor.syntaxError();
        }
        Parenthesised operand = grammar.primaries.parenthesised(true);
        lastStepFixed = true;
        if (operand.query() != null) {
            return new Expr.QuantifiedSubquery(left, operator, all, operand.query(), position);
        }
        return new Expr.QuantifiedArray(left, operator, all, operand.elements().getFirst(), position);
    }

    // ---- IS

    private Expr is(Expr left, int position, boolean restricted) {
        lastStepFixed = true;
        String word = cursor.next();
        if (word.equals("isnull") || word.equals("notnull")) {
            return new Expr.NullTest(left, word.equals("notnull"), position);
        }
        boolean negated = cursor.accept("not");
        if (cursor.accept("distinct")) {
            cursor.expect("from");
            lastStepFixed = false;
            Expr right = climb(IS + 1, restricted);
            lastStepFixed = false;
            return new Expr.DistinctFrom(left, right, negated, position);
        }
        if (cursor.accept("null")) {
            return new Expr.NullTest(left, negated, position);
        }
        String truth = cursor.acceptAny("true", "false", "unknown");
        if (truth != null) {
            Expr.Truth value = switch (truth) {
                case "true" -> Expr.Truth.TRUE;
                case "false" -> Expr.Truth.FALSE;
                default -> Expr.Truth.UNKNOWN;
            };
            return new Expr.BooleanTest(left, value, negated, position);
        }
        if (cursor.accept("json")) {
            return jsonTest(left, negated, position);
        }
        return normalized(left, negated, position);
    }

    private Expr jsonTest(Expr left, boolean negated, int position) {
        String kind = cursor.acceptAny("value", "array", "object", "scalar");
        Expr.JsonKind value =
                kind == null ? Expr.JsonKind.VALUE : Enum.valueOf(Expr.JsonKind.class, kind.toUpperCase(Locale.ROOT));
        boolean unique = false;
        if (cursor.accept("with", "unique")) {
            unique = true;
            cursor.accept("keys");
        } else if (cursor.accept("without", "unique")) {
            cursor.accept("keys");
        }
        return new Expr.JsonTest(left, value, unique, negated, position);
    }

    /// `IS [NOT] [NFC|...] NORMALIZED`.
    private Expr normalized(Expr left, boolean negated, int position) {
        List<Expr> args = new ArrayList<>();
        args.add(left);
        int at = cursor.position();
        String form = cursor.acceptAny("nfc", "nfd", "nfkc", "nfkd");
        if (form != null) {
            args.add(new Expr.Literal(Expr.LiteralKind.STRING, form.toUpperCase(Locale.ROOT), at));
        }
        cursor.expect("normalized");
        Expr call = FunctionGrammar.sqlCall("is_normalized", List.copyOf(args), position);
        return negated ? new Expr.Not(call, position) : call;
    }

    // ---- LIKE, IN, BETWEEN

    private Expr like(Expr left, int position) {
        boolean negated = cursor.accept("not");
        String word = cursor.next();
        switch (word) {
            case "between" -> {
                return between(left, negated, position);
            }
            case "in" -> {
                return in(left, negated, position);
            }
            case "similar" -> {
                cursor.expect("to");
                return similar(left, negated, position);
            }
            default -> {}
        }
        String sign = (negated ? "!~~" : "~~") + (word.equals("ilike") ? "*" : "");
        if (cursor.atAny("any", "some", "all")) {
            return quantified(left, OperatorName.of(sign), position);
        }
        Expr pattern = climb(LIKE + 1, false);
        if (cursor.accept("escape")) {
            Expr escape = climb(LIKE + 1, false);
            pattern = FunctionGrammar.systemCall("like_escape", List.of(pattern, escape), position);
        }
        lastStepFixed = false;
        return new Expr.Binary(OperatorName.of(sign), left, pattern, position);
    }

    private Expr similar(Expr left, boolean negated, int position) {
        List<Expr> args = new ArrayList<>();
        args.add(climb(LIKE + 1, false));
        if (cursor.accept("escape")) {
            args.add(climb(LIKE + 1, false));
        }
        lastStepFixed = false;
        Expr pattern = FunctionGrammar.systemCall("similar_to_escape", List.copyOf(args), position);
        return new Expr.Binary(OperatorName.of(negated ? "!~" : "~"), left, pattern, position);
    }

    private Expr between(Expr left, boolean negated, int position) {
        boolean symmetric = cursor.accept("symmetric");
        if (!symmetric) {
            cursor.accept("asymmetric");
        }
        Expr low = restricted();
        cursor.expect("and");
        Expr high = climb(LIKE + 1, false);
        lastStepFixed = false;
        return new Expr.Between(left, low, high, negated, symmetric, position);
    }

    private Expr in(Expr left, boolean negated, int position) {
        if (!cursor.atSymbol("(")) {
            throw cursor.syntaxError();
        }
        Parenthesised operand = grammar.primaries.parenthesised();
        lastStepFixed = true;
        if (operand.query() != null) {
            return new Expr.InSubquery(left, operand.query(), negated, position);
        }
        return new Expr.InList(left, operand.elements(), negated, position);
    }

    // ---- AT TIME ZONE

    private Expr atTimeZone(Expr left, int position) {
        cursor.next();
        if (cursor.accept("local")) {
            return FunctionGrammar.sqlCall("timezone", List.of(left), position);
        }
        cursor.expect("time");
        cursor.expect("zone");
        Expr zone = climb(AT + 1, false);
        return FunctionGrammar.sqlCall("timezone", List.of(zone, left), position);
    }

    /// `[COLLATE name]`.
    @Nullable
    QualifiedName optionalCollation() {
        return cursor.accept("collate") ? cursor.qualifiedName() : null;
    }
}
