package omendb.engine.type;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.JsonPath.Accessor;
import omendb.engine.type.JsonPath.Function;
import omendb.engine.type.JsonPath.Node;
import omendb.engine.type.JsonPath.Subscript;
import org.jspecify.annotations.Nullable;

/// Reads SQL/JSON paths (SQL:2016, 9.39) as PostgreSQL 15 does.
final class JsonPathParser {
    private static final int MAX_DEPTH = 2_000;

    private static final Map<String, Function> METHODS = Map.of(
            "type", Function.TYPE,
            "size", Function.SIZE,
            "abs", Function.ABS,
            "floor", Function.FLOOR,
            "ceiling", Function.CEILING,
            "double", Function.DOUBLE,
            "datetime", Function.DATETIME,
            "keyvalue", Function.KEYVALUE);

    private final String text;
    private final JsonPathLexer lexer;
    private int filters;
    private int subscripts;
    private int depth;

    JsonPathParser(String text) {
        this.text = text;
        this.lexer = new JsonPathLexer(text);
    }

    JsonPath parse() {
        if (lexer.kind() == JsonPathLexer.Kind.END) {
            throw new UserException(
                    SqlState.INVALID_TEXT_REPRESENTATION, "invalid input syntax for type jsonpath: \"" + text + "\"");
        }
        boolean strict = lexer.isWord("strict");
        if (strict || lexer.isWord("lax")) {
            lexer.advance();
        }
        Node root = or();
        if (lexer.kind() != JsonPathLexer.Kind.END) {
            throw lexer.unexpected();
        }
        return new JsonPath(strict, root);
    }

    private boolean take(String sign) {
        if (lexer.isSign(sign)) {
            lexer.advance();
            return true;
        }
        return false;
    }

    private boolean takeWord(String word) {
        if (lexer.isWord(word)) {
            lexer.advance();
            return true;
        }
        return false;
    }

    private void expect(String sign) {
        if (!take(sign)) {
            throw lexer.unexpected();
        }
    }

    private void expectWord(String word) {
        if (!takeWord(word)) {
            throw lexer.unexpected();
        }
    }

    private Node predicate(Node node) {
        if (!JsonPath.isPredicate(node)) {
            throw lexer.unexpected();
        }
        return node;
    }

    private Node expression(Node node) {
        if (JsonPath.isPredicate(node)) {
            throw lexer.unexpected();
        }
        return node;
    }

    private Node or() {
        if (++depth > MAX_DEPTH) {
            throw new UserException(SqlState.STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
        }
        Node node = and();
        while (lexer.isSign("||")) {
            predicate(node);
            lexer.advance();
            node = new JsonPath.Or(node, predicate(and()));
        }
        depth--;
        return node;
    }

    private Node and() {
        Node node = not();
        while (lexer.isSign("&&")) {
            predicate(node);
            lexer.advance();
            node = new JsonPath.And(node, predicate(not()));
        }
        return node;
    }

    private Node not() {
        if (!take("!")) {
            return comparison();
        }
        if (lexer.isWord("exists")) {
            return new JsonPath.Not(exists());
        }
        expect("(");
        Node inner = predicate(or());
        expect(")");
        return new JsonPath.Not(inner);
    }

    private Node exists() {
        expectWord("exists");
        expect("(");
        Node operand = expression(or());
        expect(")");
        return new JsonPath.Exists(operand);
    }

    private @Nullable String comparisonSign() {
        if (lexer.kind() != JsonPathLexer.Kind.SIGN) {
            return null;
        }
        return switch (lexer.value()) {
            case "==", "!=", "<", "<=", ">", ">=" -> lexer.value();
            case "<>" -> "!=";
            default -> null;
        };
    }

    private Node comparison() {
        Node left = additive();
        String operator = comparisonSign();
        if (operator != null) {
            expression(left);
            lexer.advance();
            return new JsonPath.Comparison(operator, left, expression(additive()));
        }
        if (lexer.isWord("starts")) {
            expression(left);
            lexer.advance();
            expectWord("with");
            return new JsonPath.StartsWith(left, beginning());
        }
        if (lexer.isWord("like_regex")) {
            expression(left);
            lexer.advance();
            return likeRegex(left);
        }
        return left;
    }

    private Node beginning() {
        Node node = switch (lexer.kind()) {
            case STRING -> new JsonPath.Literal(new Json.TextValue(lexer.value()));
            case VARIABLE -> new JsonPath.Variable(lexer.value());
            default -> throw lexer.unexpected();
        };
        lexer.advance();
        return node;
    }

    private String string() {
        if (lexer.kind() != JsonPathLexer.Kind.STRING) {
            throw lexer.unexpected();
        }
        String value = lexer.value();
        lexer.advance();
        return value;
    }

    private Node likeRegex(Node operand) {
        String pattern = string();
        String given = takeWord("flag") ? string() : "";
        for (int i = 0; i < given.length(); i++) {
            char flag = given.charAt(i);
            if (flag == 'x') {
                throw new UserException(
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "XQuery \"x\" flag (expanded regular expressions) is not implemented");
            }
            if ("ismq".indexOf(flag) < 0) {
                throw JsonPathLexer.syntax("invalid input syntax for type jsonpath");
            }
        }
        StringBuilder flags = new StringBuilder();
        for (char flag : new char[] {'i', 's', 'm', 'q'}) {
            if (given.indexOf(flag) >= 0) {
                flags.append(flag);
            }
        }
        return new JsonPath.LikeRegex(operand, pattern, flags.toString());
    }

    private Node additive() {
        Node node = multiplicative();
        while (lexer.isSign("+") || lexer.isSign("-")) {
            char operator = expressionOperator(node);
            node = new JsonPath.Arithmetic(operator, node, expression(multiplicative()));
        }
        return node;
    }

    private Node multiplicative() {
        Node node = unary();
        while (lexer.isSign("*") || lexer.isSign("/") || lexer.isSign("%")) {
            char operator = expressionOperator(node);
            node = new JsonPath.Arithmetic(operator, node, expression(unary()));
        }
        return node;
    }

    private char expressionOperator(Node left) {
        expression(left);
        char operator = lexer.value().charAt(0);
        lexer.advance();
        return operator;
    }

    private Node unary() {
        if (lexer.isSign("+") || lexer.isSign("-")) {
            boolean minus = lexer.isSign("-");
            lexer.advance();
            if (++depth > MAX_DEPTH) {
                throw new UserException(SqlState.STATEMENT_TOO_COMPLEX, "stack depth limit exceeded");
            }
            Node operand = expression(unary());
            depth--;
            if (operand instanceof JsonPath.Literal(Json.NumberValue(var value))) {
                return minus ? new JsonPath.Literal(new Json.NumberValue(negated(value))) : operand;
            }
            return new JsonPath.Sign(minus, operand);
        }
        return accessed();
    }

    private static Numeric negated(Numeric value) {
        return Numeric.of(value.decimal().negate());
    }

    // ---- primaries and accessors ----

    private Node accessed() {
        Node base = primary();
        List<Accessor> accessors = new ArrayList<>();
        for (Accessor accessor = accessor(); accessor != null; accessor = accessor()) {
            accessors.add(accessor);
        }
        return accessors.isEmpty() ? base : new JsonPath.Chain(base, accessors);
    }

    private Node primary() {
        String value = lexer.value();
        switch (lexer.kind()) {
            case STRING -> {
                lexer.advance();
                return new JsonPath.Literal(new Json.TextValue(value));
            }
            case NUMBER -> {
                lexer.advance();
                return new JsonPath.Literal(new Json.NumberValue(Numeric.parse(value, -1)));
            }
            case VARIABLE -> {
                lexer.advance();
                return new JsonPath.Variable(value);
            }
            case NAME -> {
                return word(value);
            }
            default -> {}
        }
        if (take("$")) {
            return new JsonPath.Root();
        }
        if (lexer.isSign("@")) {
            if (filters == 0) {
                throw JsonPathLexer.syntax("@ is not allowed in root expressions");
            }
            lexer.advance();
            return new JsonPath.Current();
        }
        expect("(");
        Node inner = or();
        expect(")");
        if (JsonPath.isPredicate(inner) && takeWord("is")) {
            expectWord("unknown");
            return new JsonPath.IsUnknown(inner);
        }
        return inner;
    }

    private Node word(String word) {
        if (word.equalsIgnoreCase("exists")) {
            return exists();
        }
        if (word.equalsIgnoreCase("last")) {
            if (subscripts == 0) {
                throw JsonPathLexer.syntax("LAST is allowed only in array subscripts");
            }
            lexer.advance();
            return new JsonPath.Last();
        }
        Json literal = switch (word) {
            case "true" -> Json.of(true);
            case "false" -> Json.of(false);
            case "null" -> Json.nullValue();
            default -> throw lexer.unexpected();
        };
        lexer.advance();
        return new JsonPath.Literal(literal);
    }

    private @Nullable Accessor accessor() {
        if (take("?")) {
            expect("(");
            filters++;
            Node condition = predicate(or());
            filters--;
            expect(")");
            return new JsonPath.Filter(condition);
        }
        if (take("[")) {
            if (take("*")) {
                expect("]");
                return new JsonPath.AnyElement();
            }
            return elements();
        }
        if (!take(".")) {
            return null;
        }
        if (take("*")) {
            return new JsonPath.AnyKey();
        }
        if (take("**")) {
            return levels();
        }
        if (lexer.kind() != JsonPathLexer.Kind.NAME && lexer.kind() != JsonPathLexer.Kind.STRING) {
            throw lexer.unexpected();
        }
        boolean bare = lexer.kind() == JsonPathLexer.Kind.NAME;
        String name = lexer.value();
        lexer.advance();
        Function method = bare ? METHODS.get(name.toLowerCase(Locale.ROOT)) : null;
        if (method != null && take("(")) {
            String argument =
                    method == Function.DATETIME && lexer.kind() == JsonPathLexer.Kind.STRING ? string() : null;
            expect(")");
            return new JsonPath.Method(method, argument);
        }
        return new JsonPath.Key(name);
    }

    private Accessor elements() {
        List<Subscript> list = new ArrayList<>();
        subscripts++;
        do {
            Node from = expression(or());
            list.add(new Subscript(from, takeWord("to") ? expression(or()) : null));
        } while (take(","));
        subscripts--;
        expect("]");
        return new JsonPath.Elements(list);
    }

    private Accessor levels() {
        if (!take("{")) {
            return new JsonPath.AnyLevel(0, JsonPath.AnyLevel.LAST);
        }
        long first = level();
        long last = takeWord("to") ? level() : first;
        expect("}");
        return new JsonPath.AnyLevel(first, last);
    }

    private long level() {
        if (takeWord("last")) {
            return JsonPath.AnyLevel.LAST;
        }
        if (lexer.kind() != JsonPathLexer.Kind.NUMBER || !lexer.value().chars().allMatch(Character::isDigit)) {
            throw lexer.unexpected();
        }
        String value = lexer.value();
        lexer.advance();
        return new java.math.BigDecimal(value)
                .min(java.math.BigDecimal.valueOf(Integer.MAX_VALUE))
                .longValue();
    }
}
