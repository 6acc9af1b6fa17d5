package omendb.sql.text;

import java.util.Arrays;
import java.util.TreeMap;
import omendb.engine.type.TsVector;

/// ts_rank: how often and how near each other the lexemes of a query stand. PostgreSQL's numbers, so its floats too.
public final class TsRank {
    /// Bits of the argument `normalization`.
    static final int BY_LOG_LENGTH = 1;

    static final int BY_LENGTH = 2;
    static final int BY_EXTENT_DISTANCE = 4;
    static final int BY_UNIQUE = 8;
    static final int BY_LOG_UNIQUE = 16;
    static final int BY_ITSELF_PLUS_ONE = 32;

    private static final double SUM_OF_INVERSE_SQUARES = 1.64493406685;

    private TsRank() {}

    /// @param weights of D, C, B and A
    public static float rank(float[] weights, long vector, CompiledQuery query, int normalization) {
        CompiledQuery.Node root = query.root();
        int count = TsVector.count(vector);
        if (count == 0 || root == null) {
            return 0;
        }
        boolean together = root instanceof CompiledQuery.Node.Both || root instanceof CompiledQuery.Node.Apart;
        float rank = together ? ofAll(weights, vector, query) : ofAny(weights, vector, query);
        if (rank < 0) {
            rank = 1e-20f;
        }
        if ((normalization & BY_LOG_LENGTH) != 0) {
            rank = (float) (rank / (Math.log(length(vector) + 1.0) / Math.log(2.0)));
        }
        if ((normalization & BY_LENGTH) != 0) {
            rank /= length(vector);
        }
        if ((normalization & BY_UNIQUE) != 0) {
            rank /= count;
        }
        if ((normalization & BY_LOG_UNIQUE) != 0) {
            rank = (float) (rank / (Math.log(count + 1.0) / Math.log(2.0)));
        }
        if ((normalization & BY_ITSELF_PLUS_ONE) != 0) {
            rank /= rank + 1;
        }
        return rank;
    }

    /// Positions of all lexemes; one without positions counts once.
    static int length(long vector) {
        int length = 0;
        for (int i = 0; i < TsVector.count(vector); i++) {
            length += Math.max(1, TsVector.positionCount(vector, i));
        }
        return length;
    }

    /// Operands with different lexemes, in the order of these.
    private static int[] distinctOperands(CompiledQuery query) {
        TreeMap<byte[], Integer> distinct = new TreeMap<>(Arrays::compareUnsigned);
        for (int i = 0; i < query.operandCount(); i++) {
            distinct.putIfAbsent(query.lexeme(i), i);
        }
        return distinct.values().stream().mapToInt(Integer::intValue).toArray();
    }

    private static float ofAny(float[] weights, long vector, CompiledQuery query) {
        int[] operands = distinctOperands(query);
        float rank = 0;
        for (int operand : operands) {
            CompiledQuery.Range range = query.entries(vector, operand);
            for (int i = 0; range != null && i < range.count(); i++) {
                rank = (float) (rank + ofEntry(weights, vector, range.first() + i));
            }
        }
        return rank / operands.length;
    }

    private static double ofEntry(float[] weights, long vector, int entry) {
        int count = Math.max(1, TsVector.positionCount(vector, entry));
        float sum = 0;
        float highest = -1;
        int at = 0;
        for (int i = 0; i < count; i++) {
            float weight = weights[TsVector.weight(storedOr(vector, entry, i, 0))];
            sum += weight / ((i + 1) * (i + 1));
            if (weight > highest) {
                highest = weight;
                at = i;
            }
        }
        return (highest + sum - highest / ((at + 1) * (at + 1))) / SUM_OF_INVERSE_SQUARES;
    }

    private static int storedOr(long vector, int entry, int at, int without) {
        return TsVector.positionCount(vector, entry) == 0 ? without : TsVector.stored(vector, entry, at);
    }

    private static float ofAll(float[] weights, long vector, CompiledQuery query) {
        int[] operands = distinctOperands(query);
        if (operands.length < 2) {
            return ofAny(weights, vector, query);
        }
        int[] entryOf = new int[operands.length];
        Arrays.fill(entryOf, -1);
        float rank = -1;
        for (int i = 0; i < operands.length; i++) {
            CompiledQuery.Range range = query.entries(vector, operands[i]);
            for (int n = 0; range != null && n < range.count(); n++) {
                entryOf[i] = range.first() + n;
                for (int k = 0; k < i; k++) {
                    if (entryOf[k] >= 0) {
                        rank = ofPair(weights, vector, entryOf[i], entryOf[k], rank);
                    }
                }
            }
        }
        return rank;
    }

    private static float ofPair(float[] weights, long vector, int a, int b, float before) {
        boolean known = TsVector.positionCount(vector, a) > 0 && TsVector.positionCount(vector, b) > 0;
        float rank = before;
        for (int i = 0; i < Math.max(1, TsVector.positionCount(vector, a)); i++) {
            int first = storedOr(vector, a, i, TsVector.MAX_POSITION);
            for (int j = 0; j < Math.max(1, TsVector.positionCount(vector, b)); j++) {
                int second = storedOr(vector, b, j, TsVector.MAX_POSITION);
                int distance = Math.abs(TsVector.position(first) - TsVector.position(second));
                if (distance == 0 && known) {
                    continue;
                }
                int apart = distance == 0 ? TsVector.MAX_POSITION + 1 : distance;
                float product = weights[TsVector.weight(first)] * weights[TsVector.weight(second)] * nearness(apart);
                float weight = (float) Math.sqrt(product);
                rank = rank < 0 ? weight : (float) (1.0 - (1.0 - rank) * (1.0 - weight));
            }
        }
        return rank;
    }

    private static float nearness(int distance) {
        return distance > 100 ? 1e-30f : (float) (1.0 / (1.005 + 0.05 * Math.exp((float) distance / 1.5 - 2)));
    }
}
