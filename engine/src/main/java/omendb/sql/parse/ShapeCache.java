package omendb.sql.parse;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import omendb.engine.error.OmenException;
import omendb.sql.ast.Dml;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import omendb.sql.ast.Statement;
import org.jspecify.annotations.Nullable;

/// Parses texts and keeps the trees of queries and DML by shape: a text that differs from an earlier one only in
/// its
/// literals costs one pass of the
/// lexer, whatever the length of the literals.
///
/// Two steps find a tree. The shape's key has a mark for every literal. Where literals of a shape turned out to
/// be
/// syntax (`vector(3)`, `ORDER BY 1`), their
/// values choose among the shape's variants.
/// Texts of several statements, utility statements, very long ones and faulty ones are parsed afresh each time.
///
/// Threading: safe; a lock is held for look-ups, not while parsing. Least recently used shapes go first.
public final class ShapeCache {
    private static final int MAX_VARIANTS = 32;

    private final LinkedHashMap<String, Known> entries;

    /// @param shapes how many shapes are kept
    public ShapeCache(int shapes) {
        if (shapes < 1) {
            throw new IllegalArgumentException("shapes < 1: " + shapes);
        }
        this.entries = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
                return size() > shapes;
            }
        };
    }

    /// All statements of a text, as [SqlParser#parse], with trees from the cache where there are any.
    ///
    /// @throws OmenException as [SqlParser#parse]
    public List<ParsedStatement> parse(String sql) {
        TokenList tokens = Lexer.tokenize(sql);
        if (!ShapeKey.fits(tokens)) {
            return plain(tokens);
        }
        ShapeKey key = ShapeKey.of(tokens);
        Known entry;
        Variant variant = null;
        synchronized (entries) {
            entry = entries.get(key.text);
            if (entry != null && entry.shared) {
                variant = entry.variants.get(key.fixedValues(tokens, entry.fixed));
            }
        }
        if (variant != null) {
            return List.of(variant.statement(tokens, key));
        }
        return entry != null && !entry.shared ? plain(tokens) : parse(tokens, key);
    }

    private static List<ParsedStatement> plain(TokenList tokens) {
        return SqlParser.guarded(() -> SqlParser.statements(new Grammar(tokens, LiteralPolicy.KEEP)));
    }

    private List<ParsedStatement> parse(TokenList tokens, ShapeKey key) {
        LiftingPolicy policy = new LiftingPolicy(tokens, key.ordinals, key.literalTokens.length);
        List<ParsedStatement> parsed = SqlParser.guarded(() -> SqlParser.statements(new Grammar(tokens, policy)));
        boolean shared = parsed.size() == 1 && isShared(parsed.getFirst().statement());
        int[] fixed = policy.fixed();
        if (!shared) {
            keep(key, null, fixed, List.of());
            return plain(tokens);
        }
        Variant variant = new Variant(parsed.getFirst(), new Shape(key.text), policy.negated(), starts(tokens));
        keep(key, variant, fixed, key.fixedValues(tokens, fixed));
        return List.of(variant.statement(tokens, key));
    }

    private static boolean isShared(Statement statement) {
        return statement instanceof Query || statement instanceof Dml;
    }

    private void keep(ShapeKey key, @Nullable Variant variant, int[] fixed, List<String> fixedValues) {
        synchronized (entries) {
            Known entry = entries.computeIfAbsent(key.text, _ -> new Known(variant != null, fixed));
            if (variant != null && entry.shared) {
                if (entry.variants.size() >= MAX_VARIANTS) {
                    entry.variants.clear();
                }
                entry.variants.putIfAbsent(fixedValues, variant);
            }
        }
    }

    private static int[] starts(TokenList tokens) {
        TokenCursor cursor = new TokenCursor(tokens);
        int[] starts = new int[tokens.size()];
        Arrays.setAll(starts, cursor::positionOf);
        return starts;
    }

    /// What is known of a shape.
    private static final class Known {
        /// False: texts of this shape are parsed afresh.
        private final boolean shared;

        /// Numbers of the literals that are syntax.
        private final int[] fixed;

        private final Map<List<String>, Variant> variants = new HashMap<>(2);

        Known(boolean shared, int[] fixed) {
            this.shared = shared;
            this.fixed = fixed;
        }
    }

    /// A tree of a shape, with the positions of the tokens it was parsed from.
    private static final class Variant {
        private final ParsedStatement parsed;
        private final Shape shape;
        private final boolean[] negated;
        private final int[] starts;

        Variant(ParsedStatement parsed, Shape shape, boolean[] negated, int[] starts) {
            this.parsed = parsed;
            this.shape = shape;
            this.negated = negated;
            this.starts = starts;
        }

        /// The tree with the literals of another text.
        ParsedStatement statement(TokenList tokens, ShapeKey key) {
            TokenCursor positions = new TokenCursor(tokens);
            List<Expr.Literal> literals = key.literals(tokens, positions, negated);
            IntUnaryOperator translate = position -> {
                int token = Arrays.binarySearch(starts, position);
                int index = token >= 0 ? token : Math.max(0, -token - 2);
                return positions.positionOf(index);
            };
            int first = tokens.start(0);
            int last = tokens.size() - 2;
            while (last > 0 && tokens.sql.charAt(tokens.start(last)) == ';') {
                last--;
            }
            String text = tokens.sql.substring(first, tokens.end(last));
            return new ParsedStatement(
                    parsed.statement(), text, first, parsed.parameterCount(), shape, literals, translate);
        }
    }
}
