package omendb.engine.type;

import omendb.engine.type.TsQuery.And;
import omendb.engine.type.TsQuery.Empty;
import omendb.engine.type.TsQuery.Not;
import omendb.engine.type.TsQuery.Operand;
import omendb.engine.type.TsQuery.Or;
import omendb.engine.type.TsQuery.Phrase;
import omendb.engine.type.TsQuery.Stop;
import org.jspecify.annotations.Nullable;

/// Takes stop words out of a query. A phrase operator whose neighbour goes away grows by the distance it spanned, so
/// that
/// `fat <-> (the) <-> cat` becomes `fat <2> cat`.
final class TsStopWords {
    /// What is left of a node, and how far that moved the node's left and right ends.
    private record Rest(@Nullable TsQuery query, int left, int right) {}

    private TsStopWords() {}

    static TsQuery remove(TsQuery query) {
        TsQuery rest = rest(query).query;
        return rest == null ? new Empty() : rest;
    }

    private static Rest rest(TsQuery query) {
        return switch (query) {
            case Operand operand -> new Rest(operand, 0, 0);
            case Stop(), Empty() -> new Rest(null, 0, 0);
            case Not(var operand) -> {
                Rest rest = rest(operand);
                yield new Rest(rest.query == null ? null : new Not(rest.query), rest.left, rest.right);
            }
            case And(var left, var right) -> {
                Rest a = rest(left);
                Rest b = rest(right);
                yield a.query == null || b.query == null ? one(a, b) : new Rest(new And(a.query, b.query), 0, 0);
            }
            case Or(var left, var right) -> {
                Rest a = rest(left);
                Rest b = rest(right);
                yield a.query == null || b.query == null ? one(a, b) : new Rest(new Or(a.query, b.query), 0, 0);
            }
            case Phrase(var left, var right, var distance) -> phrase(rest(left), rest(right), distance);
        };
    }

    private static Rest one(Rest a, Rest b) {
        if (a.query != null) {
            return a;
        }
        if (b.query != null) {
            return b;
        }
        int widest = Math.max(a.left, b.left);
        return new Rest(null, widest, widest);
    }

    private static Rest phrase(Rest a, Rest b, int distance) {
        if (a.query == null && b.query == null) {
            int all = a.left + distance + b.left;
            return new Rest(null, all, all);
        }
        if (a.query == null) {
            return new Rest(b.query, a.left + distance + b.left, b.right);
        }
        if (b.query == null) {
            return new Rest(a.query, a.left, a.right + distance + b.right);
        }
        return new Rest(new Phrase(a.query, b.query, distance + a.right + b.left), a.left, b.right);
    }
}
