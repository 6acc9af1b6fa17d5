package omendb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Statement;
import omendb.sql.ast.TypeName;

/// Parses SQL text.
public final class SqlParser {
    private SqlParser() {}

    /// All statements of a text; empty statements vanish, so that blank text yields an empty list.
    ///
    /// @throws OmenException 42601 with the position of the offending character; 54001 if nested too deeply
    public static List<ParsedStatement> parse(String sql) {
        return guarded(() -> statements(new Grammar(Lexer.tokenize(sql))));
    }

    /// A lone expression (a stored default, check or index expression).
    public static Expr parseExpression(String sql) {
        return whole(sql, grammar -> grammar.expressions.expression());
    }

    /// A lone type name, as `regtype` and `to_regtype` read it.
    public static TypeName parseTypeName(String sql) {
        return whole(sql, grammar -> grammar.types.type());
    }

    /// The statements of a token stream, split at semicolons.
    static List<ParsedStatement> statements(Grammar grammar) {
        TokenCursor cursor = grammar.cursor;
        TokenList tokens = cursor.tokens();
        List<ParsedStatement> statements = new ArrayList<>(1);
        while (true) {
            while (cursor.acceptSymbol(";")) {}
            if (cursor.atEnd()) {
                cursor.expectEnd();
                return List.copyOf(statements);
            }
            int first = cursor.index();
            Statement statement = grammar.statements.statement();
            if (!cursor.atEnd() && !cursor.atSymbol(";")) {
                throw cursor.syntaxError();
            }
            int start = tokens.start(first);
            String text = tokens.sql.substring(start, tokens.end(cursor.index() - 1));
            statements.add(new ParsedStatement(statement, text, start, cursor.takeHighestParameter()));
        }
    }

    private static <T> T whole(String sql, Function<Grammar, T> rule) {
        return guarded(() -> {
            Grammar grammar = new Grammar(Lexer.tokenize(sql));
            T result = rule.apply(grammar);
            grammar.cursor.expectEnd();
            return result;
        });
    }

    /// The grammar counts its depth; this is for callers that come in with little stack left.
    static <T> T guarded(Supplier<T> parse) {
        try {
            return parse.get();
        } catch (StackOverflowError e) {
            throw SyntaxErrors.tooDeep();
        }
    }
}
