package omendb.sql.parse;

import java.util.List;
import java.util.function.IntUnaryOperator;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Statement;
import org.jspecify.annotations.Nullable;

/// One statement of a text.
///
/// From [SqlParser#parse] every literal is in the tree, `shape` is null and `literals` empty. From
/// [ShapeCache#parse]
/// the tree may be shared by all texts
/// of one shape: it then holds [Expr.LiftedLiteral]s, whose values for this text are in `literals`.
///
/// @param text           the statement's own text, without the semicolon and surrounding white space (for logs
///         and
/// pg_stat_activity)
/// @param offset         where it starts in the whole text, in characters from 0
/// @param parameterCount the highest `$n` in it
/// @param shape          the tree's identity, a key for plans; null = not shared
/// @param literals       values of the lifted literals by their index; entries of literals that stayed in the
///         tree are
/// there too and unused
/// @param positions      from a node's position to the position in this text
public record ParsedStatement(
        Statement statement,
        String text,
        int offset,
        int parameterCount,
        @Nullable Shape shape,
        List<Expr.Literal> literals,
        IntUnaryOperator positions) {

    public ParsedStatement(Statement statement, String text, int offset, int parameterCount) {
        this(statement, text, offset, parameterCount, null, List.of(), IntUnaryOperator.identity());
    }

    /// Position in this text of what a node's position points at; for errors raised while a shared tree or its
    /// plan is
    /// used.
    public int position(int nodePosition) {
        return nodePosition <= 0 ? nodePosition : positions.applyAsInt(nodePosition);
    }
}
