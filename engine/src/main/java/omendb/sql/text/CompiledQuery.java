package omendb.sql.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import omendb.engine.type.TsQuery;
import omendb.engine.type.TsQuery.And;
import omendb.engine.type.TsQuery.Empty;
import omendb.engine.type.TsQuery.Not;
import omendb.engine.type.TsQuery.Operand;
import omendb.engine.type.TsQuery.Or;
import omendb.engine.type.TsQuery.Phrase;
import omendb.engine.type.TsQuery.Stop;
import omendb.engine.type.TsVector;
import org.jspecify.annotations.Nullable;

/// A query whose operands are numbered, in the order of PostgreSQL's items: the right side of an operator first.
public final class CompiledQuery {
    /// A query over numbers of operands.
    sealed interface Node {
        record Leaf(int operand) implements Node {}

        record Negation(Node node) implements Node {}

        record Both(Node left, Node right) implements Node {}

        record Either(Node left, Node right) implements Node {}

        record Apart(Node left, Node right, int distance) implements Node {}
    }

    private final TsQuery query;
    private final @Nullable Node root;
    private final List<Operand> operands = new ArrayList<>();
    private final List<byte[]> lexemes = new ArrayList<>();

    public CompiledQuery(TsQuery query) {
        this.query = query;
        this.root = query instanceof Empty ? null : compile(query);
    }

    private Node compile(TsQuery part) {
        return switch (part) {
            case Operand operand -> {
                operands.add(operand);
                lexemes.add(operand.lexeme().getBytes(StandardCharsets.UTF_8));
                yield new Node.Leaf(operands.size() - 1);
            }
            case Not(var operand) -> new Node.Negation(compile(operand));
            case And(var left, var right) -> {
                Node second = compile(right);
                yield new Node.Both(compile(left), second);
            }
            case Or(var left, var right) -> {
                Node second = compile(right);
                yield new Node.Either(compile(left), second);
            }
            case Phrase(var left, var right, var distance) -> {
                Node second = compile(right);
                yield new Node.Apart(compile(left), second, distance);
            }
            case Empty(), Stop() -> throw new IllegalArgumentException("not a whole query");
        };
    }

    public TsQuery query() {
        return query;
    }

    /// Null for the empty query.
    @Nullable
    Node root() {
        return root;
    }

    int operandCount() {
        return operands.size();
    }

    Operand operand(int number) {
        return operands.get(number);
    }

    byte[] lexeme(int number) {
        return lexemes.get(number);
    }

    /// Entries of a vector that an operand means.
    ///
    /// @param first index of the first one
    record Range(int first, int count) {}

    /// Null if the vector has none.
    @Nullable
    Range entries(long vector, int operand) {
        byte[] lexeme = lexemes.get(operand);
        int found = TsVector.find(vector, lexeme);
        if (!operands.get(operand).prefix()) {
            return found < 0 ? null : new Range(found, 1);
        }
        int first = found < 0 ? -found - 1 : found;
        int end = first;
        while (end < TsVector.count(vector) && TsVector.startsWith(vector, end, lexeme)) {
            end++;
        }
        return end == first ? null : new Range(first, end - first);
    }
}
