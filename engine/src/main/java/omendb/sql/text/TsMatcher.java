package omendb.sql.text;

import java.util.Arrays;
import omendb.engine.type.TsVector;
import omendb.sql.text.CompiledQuery.Node;
import org.jspecify.annotations.Nullable;

/// Whether something satisfies a query. Phrases are found as PostgreSQL does: every part yields the positions where it
/// ends, or, negated, those where it does not.
public final class TsMatcher {
    /// Without positions a phrase can only be guessed.
    enum Answer {
        NO,
        YES,
        MAYBE
    }

    /// Where a part of a phrase matches.
    static final class Places {
        int[] positions = new int[4];
        int count;

        /// The positions are those where it does not match.
        boolean negated;

        /// How far before the position a match begins.
        int width;

        void add(int position) {
            if (count == positions.length) {
                positions = Arrays.copyOf(positions, 2 * count);
            }
            positions[count++] = position;
        }
    }

    /// Answers for one operand, with its ascending positions if `places` is given.
    @FunctionalInterface
    interface Lookup {
        Answer find(int operand, @Nullable Places places);
    }

    private final Lookup lookup;

    private TsMatcher(Lookup lookup) {
        this.lookup = lookup;
    }

    /// The operator `@@`.
    public static boolean matches(long vector, CompiledQuery query) {
        return matches(query, (operand, places) -> find(vector, query, operand, places));
    }

    static boolean matches(CompiledQuery query, Lookup lookup) {
        Node root = query.root();
        return root != null && new TsMatcher(lookup).answer(root) != Answer.NO;
    }

    // ---- a vector's operands ----

    private static Answer find(long vector, CompiledQuery query, int operand, @Nullable Places places) {
        CompiledQuery.Range range = query.entries(vector, operand);
        if (range == null) {
            return Answer.NO;
        }
        int weights = query.operand(operand).weights();
        Answer answer = Answer.NO;
        for (int i = range.first(); i < range.first() + range.count(); i++) {
            Answer entry = entry(vector, i, weights, places);
            if (entry == Answer.MAYBE) {
                answer = Answer.MAYBE;
            } else if (entry == Answer.YES && answer == Answer.NO) {
                answer = Answer.YES;
            }
            if (places == null && answer == Answer.YES) {
                return answer;
            }
        }
        if (places != null && range.count() > 1) {
            sortPlaces(places);
        }
        return answer;
    }

    private static Answer entry(long vector, int index, int weights, @Nullable Places places) {
        int count = TsVector.positionCount(vector, index);
        if (count == 0) {
            return places == null ? Answer.YES : Answer.MAYBE;
        }
        if (weights == 0 && places == null) {
            return Answer.YES;
        }
        Answer answer = Answer.NO;
        for (int i = 0; i < count; i++) {
            int stored = TsVector.stored(vector, index, i);
            if (weights == 0 || (weights >> TsVector.weight(stored) & 1) != 0) {
                answer = Answer.YES;
                if (places == null) {
                    return answer;
                }
                places.add(TsVector.position(stored));
            }
        }
        return answer;
    }

    private static void sortPlaces(Places places) {
        Arrays.sort(places.positions, 0, places.count);
        int kept = 0;
        for (int i = 0; i < places.count; i++) {
            if (i == 0 || places.positions[i] != places.positions[i - 1]) {
                places.positions[kept++] = places.positions[i];
            }
        }
        places.count = kept;
    }

    // ---- operators ----

    private Answer answer(Node node) {
        return switch (node) {
            case Node.Leaf(var operand) -> lookup.find(operand, null);
            case Node.Negation(var inner) ->
                switch (answer(inner)) {
                    case NO -> Answer.YES;
                    case YES -> Answer.NO;
                    case MAYBE -> Answer.MAYBE;
                };
            case Node.Both(var left, var right) -> {
                Answer first = answer(left);
                if (first == Answer.NO) {
                    yield first;
                }
                Answer second = answer(right);
                yield second == Answer.YES ? first : second;
            }
            case Node.Either(var left, var right) -> {
                Answer first = answer(left);
                if (first == Answer.YES) {
                    yield first;
                }
                Answer second = answer(right);
                yield second == Answer.NO ? first : second;
            }
            // a phrase that can only be guessed is not found
            case Node.Apart apart -> places(apart, null) == Answer.YES ? Answer.YES : Answer.NO;
        };
    }

    private Answer places(Node node, @Nullable Places out) {
        return switch (node) {
            case Node.Leaf(var operand) -> lookup.find(operand, out);
            case Node.Negation(var inner) -> negated(inner, out);
            case Node.Both(var left, var right) -> both(left, right, -1, out);
            case Node.Apart(var left, var right, var distance) -> both(left, right, distance, out);
            case Node.Either(var left, var right) -> either(left, right, out);
        };
    }

    private Answer negated(Node inner, @Nullable Places out) {
        Places places = out == null ? new Places() : out;
        return switch (places(inner, places)) {
            case NO -> {
                places.count = 0;
                places.negated = true;
                yield Answer.YES;
            }
            case YES -> {
                boolean everywhere = places.count == 0 && places.negated;
                places.negated = !places.negated;
                yield everywhere ? Answer.NO : Answer.YES;
            }
            case MAYBE -> Answer.MAYBE;
        };
    }

    /// @param distance of a phrase, -1 = an AND inside a phrase
    private Answer both(Node left, Node right, int distance, @Nullable Places out) {
        Places a = new Places();
        Places b = new Places();
        Answer first = places(left, a);
        if (first == Answer.NO) {
            return first;
        }
        Answer second = places(right, b);
        if (second == Answer.NO) {
            return second;
        }
        if (first == Answer.MAYBE || second == Answer.MAYBE) {
            return Answer.MAYBE;
        }
        int offsetA;
        int offsetB = 0;
        int width;
        if (distance >= 0) {
            offsetA = distance + b.width;
            width = distance + a.width + b.width;
        } else {
            width = Math.max(a.width, b.width);
            offsetA = width - a.width;
            offsetB = width - b.width;
        }
        if (out != null) {
            out.width = width;
        }
        if (a.negated && b.negated) {
            merge(a, offsetA, b, offsetB, true, true, true, out);
            if (out != null) {
                out.negated = true;
            }
            return Answer.YES;
        }
        return merge(a, offsetA, b, offsetB, !a.negated && !b.negated, b.negated, a.negated, out);
    }

    private Answer either(Node left, Node right, @Nullable Places out) {
        Places a = new Places();
        Places b = new Places();
        Answer first = places(left, a);
        Answer second = places(right, b);
        if (first == Answer.NO && second == Answer.NO) {
            return Answer.NO;
        }
        if (first == Answer.MAYBE || second == Answer.MAYBE) {
            return Answer.MAYBE;
        }
        a.width = first == Answer.NO ? 0 : a.width;
        b.width = second == Answer.NO ? 0 : b.width;
        int width = Math.max(a.width, b.width);
        int offsetA = width - a.width;
        int offsetB = width - b.width;
        if (out != null) {
            out.width = width;
        }
        if (!a.negated && !b.negated) {
            return merge(a, offsetA, b, offsetB, true, true, true, out);
        }
        merge(a, offsetA, b, offsetB, a.negated && b.negated, a.negated && !b.negated, b.negated && !a.negated, out);
        if (out != null) {
            out.negated = true;
        }
        return Answer.YES;
    }

    /// Merges two lists of positions.
    ///
    /// @param inBoth whether positions of both are wanted; `inA` and `inB`: those of one alone
    private static Answer merge(
            Places a,
            int offsetA,
            Places b,
            int offsetB,
            boolean inBoth,
            boolean inA,
            boolean inB,
            @Nullable Places out) {
        int i = 0;
        int j = 0;
        while (i < a.count || j < b.count) {
            int left = i < a.count ? a.positions[i] + offsetA : Integer.MAX_VALUE;
            int right = j < b.count ? b.positions[j] + offsetB : Integer.MAX_VALUE;
            int position = Math.min(left, right);
            boolean wanted = left == right ? inBoth : left < right ? inA : inB;
            i += left == position ? 1 : 0;
            j += right == position ? 1 : 0;
            if (wanted) {
                if (out == null) {
                    return Answer.YES;
                }
                out.add(position);
            }
        }
        return out != null && out.count > 0 ? Answer.YES : Answer.NO;
    }
}
