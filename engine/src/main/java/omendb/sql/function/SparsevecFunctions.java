package omendb.sql.function;

import omendb.engine.type.ColumnVector;
import omendb.engine.type.SparseVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.engine.type.VectorRules;
import omendb.memory.NativeMemory;

/// pgvector's functions, operators and casts over sparsevec. Sums are float32, as in pgvector.
final class SparsevecFunctions {
    private static final VectorRules RULES = VectorRules.SPARSEVEC;

    private SparsevecFunctions() {}

    static void register(Registrar r) {
        distances(r);
        Comparisons.ordered(r, "sparsevec", "sparsevec_", Types.SPARSEVEC, "sparsevec_eq", "sparsevec_ne");
        r.immutable(
                "sparsevec_cmp(sparsevec, sparsevec) int4",
                Rows.strict((context, args, row, out) ->
                        out.setLong(row, Types.SPARSEVEC.compare(args[0], row, args[1], row))));
        r.immutable(
                "l2_norm(sparsevec) float8",
                Rows.strict((context, args, row, out) -> out.setDouble(row, norm(args[0].address(row)))));
        r.immutable("l2_normalize(sparsevec) sparsevec", Rows.strict(SparsevecFunctions::normalize));
        casts(r);
    }

    // ---- distances ----

    /// What a pair of elements adds to a sum; one of them may be zero.
    @FunctionalInterface
    private interface Term {
        float of(float a, float b);
    }

    /// What becomes of the sum.
    @FunctionalInterface
    private interface Finish {
        double of(float sum);
    }

    /// Both lists of elements are walked together by index.
    private static float sum(long a, long b, Term term) {
        int countA = SparseVector.nonZero(a);
        int countB = SparseVector.nonZero(b);
        float sum = 0;
        int i = 0;
        int j = 0;
        while (i < countA || j < countB) {
            int indexA = i < countA ? SparseVector.index(a, i) : Integer.MAX_VALUE;
            int indexB = j < countB ? SparseVector.index(b, j) : Integer.MAX_VALUE;
            float x = indexA <= indexB ? SparseVector.element(a, i++) : 0;
            float y = indexB <= indexA ? SparseVector.element(b, j++) : 0;
            sum += term.of(x, y);
        }
        return sum;
    }

    private static StrictBody distance(Term term, Finish finish) {
        return Rows.strict((context, args, row, out) -> {
            checkSame(args, row);
            out.setDouble(row, finish.of(sum(args[0].address(row), args[1].address(row), term)));
        });
    }

    private static void checkSame(ColumnVector[] args, int row) {
        RULES.checkSameDimensions(
                SparseVector.dimensions(args[0].address(row)), SparseVector.dimensions(args[1].address(row)));
    }

    private static void distances(Registrar r) {
        Term squares = (a, b) -> (a - b) * (a - b);
        Term products = (a, b) -> a * b;
        r.operator("<->", r.immutable("l2_distance(sparsevec, sparsevec) float8", distance(squares, Math::sqrt)));
        r.immutable("sparsevec_l2_squared_distance(sparsevec, sparsevec) float8", distance(squares, sum -> sum));
        r.immutable("inner_product(sparsevec, sparsevec) float8", distance(products, sum -> sum));
        r.operator(
                "<#>",
                r.immutable("sparsevec_negative_inner_product(sparsevec, sparsevec) float8", distance(products, sum ->
                        -(double) sum)));
        r.operator(
                "<+>",
                r.immutable(
                        "l1_distance(sparsevec, sparsevec) float8", distance((a, b) -> Math.abs(a - b), sum -> sum)));
        r.operator(
                "<=>",
                r.immutable("cosine_distance(sparsevec, sparsevec) float8", Rows.strict((context, args, row, out) -> {
                    checkSame(args, row);
                    long a = args[0].address(row);
                    long b = args[1].address(row);
                    double lengths = (double) squareSum(a) * squareSum(b);
                    double similarity = sum(a, b, products) / Math.sqrt(lengths);
                    // NaN stays NaN: a zero vector has no direction
                    out.setDouble(row, 1 - Math.max(-1, Math.min(1, similarity)));
                })));
    }

    private static float squareSum(long value) {
        float sum = 0;
        for (int i = 0; i < SparseVector.nonZero(value); i++) {
            sum += SparseVector.element(value, i) * SparseVector.element(value, i);
        }
        return sum;
    }

    private static double norm(long value) {
        double sum = 0;
        for (int i = 0; i < SparseVector.nonZero(value); i++) {
            double element = SparseVector.element(value, i);
            sum += element * element;
        }
        return Math.sqrt(sum);
    }

    private static void normalize(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        long value = args[0].address(row);
        double norm = norm(value);
        int[] indices = new int[SparseVector.nonZero(value)];
        float[] values = new float[indices.length];
        int count = 0;
        for (int i = 0; i < indices.length && norm > 0; i++) {
            float element = (float) (SparseVector.element(value, i) / norm);
            if (Float.isInfinite(element)) {
                throw Arithmetic.overflow();
            }
            // what became zero is left out
            if (element != 0) {
                indices[count] = SparseVector.index(value, i);
                values[count++] = element;
            }
        }
        SparseVector.write(SparseVector.dimensions(value), indices, values, count, out, row);
    }

    // ---- casts ----

    private static void casts(Registrar r) {
        r.cast(
                CastDef.Context.IMPLICIT,
                r.immutable("sparsevec(sparsevec, int4, bool) sparsevec", Rows.strict((context, args, row, out) -> {
                    checkExpected(RULES, args, row, SparseVector.dimensions(args[0].address(row)));
                    out.copyFrom(args[0], row, row);
                })));
        r.cast(
                CastDef.Context.IMPLICIT,
                r.immutable(
                        "vector_to_sparsevec(vector, int4, bool) sparsevec", Rows.strict((context, args, row, out) -> {
                            float[] elements = new float[VectorFunctions.dimensions(args[0], row)];
                            for (int i = 0; i < elements.length; i++) {
                                elements[i] = NativeMemory.getFloat(args[0].address(row) + 4L * i);
                            }
                            fromDense(elements, args, row, out);
                        })));
        r.cast(
                CastDef.Context.IMPLICIT,
                r.immutable(
                        "halfvec_to_sparsevec(halfvec, int4, bool) sparsevec",
                        Rows.strict((context, args, row, out) -> {
                            float[] elements = new float[HalfvecFunctions.dimensions(args[0], row)];
                            for (int i = 0; i < elements.length; i++) {
                                elements[i] = HalfvecFunctions.element(args[0], row, i);
                            }
                            fromDense(elements, args, row, out);
                        })));
        for (SqlType element : new SqlType[] {Types.INT4, Types.FLOAT4, Types.FLOAT8, Types.NUMERIC}) {
            r.cast(
                    CastDef.Context.ASSIGNMENT,
                    r.immutable(
                            "array_to_sparsevec(_" + element.name() + ", int4, bool) sparsevec",
                            Rows.strict((context, args, row, out) ->
                                    fromDense(VectorFunctions.arrayElements(RULES, args, row, out), args, row, out))));
        }
        r.cast(
                CastDef.Context.ASSIGNMENT,
                r.immutable(
                        "sparsevec_to_vector(sparsevec, int4, bool) vector",
                        Rows.strict((context, args, row, out) -> toDense(VectorRules.VECTOR, 4, args, row, out))));
        r.cast(
                CastDef.Context.ASSIGNMENT,
                r.immutable(
                        "sparsevec_to_halfvec(sparsevec, int4, bool) halfvec",
                        Rows.strict((context, args, row, out) -> toDense(VectorRules.HALFVEC, 2, args, row, out))));
    }

    private static void checkExpected(VectorRules rules, ColumnVector[] args, int row, int dimensions) {
        rules.checkExpectedDimensions((int) args[1].getLong(row), dimensions);
    }

    private static void fromDense(float[] elements, ColumnVector[] args, int row, ColumnVector out) {
        checkExpected(RULES, args, row, elements.length);
        int[] indices = new int[elements.length];
        float[] values = new float[elements.length];
        int count = 0;
        for (int i = 0; i < elements.length; i++) {
            if (elements[i] != 0) {
                indices[count] = i;
                values[count++] = elements[i];
            }
        }
        SparseVector.checkNonZero(count);
        SparseVector.write(elements.length, indices, values, count, out, row);
    }

    private static void toDense(VectorRules rules, int width, ColumnVector[] args, int row, ColumnVector out) {
        long value = args[0].address(row);
        int dimensions = SparseVector.dimensions(value);
        rules.checkDimensions(dimensions);
        checkExpected(rules, args, row, dimensions);
        long address = out.arena().allocate((long) width * dimensions);
        NativeMemory.fill(address, (long) width * dimensions, (byte) 0);
        for (int i = 0; i < SparseVector.nonZero(value); i++) {
            long target = address + (long) width * SparseVector.index(value, i);
            if (width == 4) {
                NativeMemory.putFloat(target, SparseVector.element(value, i));
            } else {
                NativeMemory.putShort(target, HalfvecFunctions.half(SparseVector.element(value, i)));
            }
        }
        out.setReference(row, address, width * dimensions);
    }
}
