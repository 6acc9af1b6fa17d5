package omendb.sql.parse;

import java.util.Arrays;
import omendb.sql.ast.Expr;

/// Lifts literals out of a tree, so that the tree serves every text of its shape.
///
/// A literal stays where its value is syntax. And where a query groups or removes duplicates, those of the parts
/// that
/// are matched against each other
/// stay too: in `SELECT a + 1 ... GROUP BY a + 1` both ones must be seen to be equal.
final class LiftingPolicy implements LiteralPolicy {
    private final TokenList tokens;
    private final int[] ordinals;
    private final int[] tokenOf;
    private final boolean[] lifted;
    private final boolean[] negated;
    private final boolean matches;
    private Part part = Part.MATCHED;

    /// @param ordinals per token the number of its literal, -1 = none that may be lifted
    LiftingPolicy(TokenList tokens, int[] ordinals, int literals) {
        this.tokens = tokens;
        this.ordinals = ordinals;
        this.tokenOf = new int[literals];
        this.lifted = new boolean[literals];
        this.negated = new boolean[literals];
        boolean found = false;
        for (int i = 0; i < tokens.size(); i++) {
            if (ordinals[i] >= 0) {
                tokenOf[ordinals[i]] = i;
            } else if (tokens.kind(i) == TokenKind.WORD) {
                String word = tokens.value(i);
                found |=
                        word.equals("group") || word.equals("distinct") || word.equals("over") || word.equals("window");
            }
        }
        this.matches = found;
    }

    @Override
    public Expr literal(Expr.LiteralKind kind, String value, int token, boolean negative, int position) {
        int ordinal = ordinals[token];
        boolean stays = part == Part.PINNED || (matches && part == Part.MATCHED);
        if (ordinal < 0 || stays) {
            return KEEP.literal(kind, value, token, negative, position);
        }
        lifted[ordinal] = true;
        negated[ordinal] = negative;
        return new Expr.LiftedLiteral(kind, ordinal, position);
    }

    @Override
    public Expr keep(Expr expr) {
        if (!(expr instanceof Expr.LiftedLiteral literal)) {
            return expr;
        }
        int ordinal = literal.index();
        lifted[ordinal] = false;
        String value = tokens.value(tokenOf[ordinal]);
        return KEEP.literal(literal.kind(), value, tokenOf[ordinal], negated[ordinal], literal.position());
    }

    @Override
    public Part enter(Part next) {
        Part previous = part;
        part = next;
        return previous;
    }

    /// Numbers of the literals that stayed in the tree.
    int[] fixed() {
        int[] fixed = new int[lifted.length];
        int count = 0;
        for (int i = 0; i < lifted.length; i++) {
            if (!lifted[i]) {
                fixed[count++] = i;
            }
        }
        return Arrays.copyOf(fixed, count);
    }

    boolean[] negated() {
        return negated.clone();
    }
}
