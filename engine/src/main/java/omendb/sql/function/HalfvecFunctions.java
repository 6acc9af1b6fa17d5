package omendb.sql.function;

import omendb.ann.Distance;
import omendb.ann.DistanceKernels;
import omendb.engine.type.ArrayBuilder;
import omendb.engine.type.BitString;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.FloatText;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.engine.type.ValueArena;
import omendb.engine.type.VectorRules;
import omendb.memory.NativeMemory;

/// pgvector's functions, operators, casts and aggregates over halfvec. Distances are those of the same numbers as
/// vector, computed by the same kernels.
final class HalfvecFunctions {
    private static final VectorRules RULES = VectorRules.HALFVEC;

    private HalfvecFunctions() {}

    static void register(Registrar r) {
        distances(r);
        arithmetic(r);
        Comparisons.ordered(r, "halfvec", "halfvec_", Types.HALFVEC, "halfvec_eq", "halfvec_ne");
        r.immutable(
                "halfvec_cmp(halfvec, halfvec) int4",
                Rows.strict((context, args, row, out) ->
                        out.setLong(row, Integer.signum(Types.HALFVEC.compare(args[0], row, args[1], row)))));
        r.immutable(
                "vector_dims(halfvec) int4",
                Rows.strict((context, args, row, out) -> out.setLong(row, dimensions(args[0], row))));
        r.immutable(
                "l2_norm(halfvec) float8",
                Rows.strict((context, args, row, out) -> out.setDouble(row, norm(args[0], row))));
        r.immutable("l2_normalize(halfvec) halfvec", Rows.strict(HalfvecFunctions::normalize));
        r.immutable(
                "subvector(halfvec, int4, int4) halfvec",
                Rows.strict((context, args, row, out) -> VectorFunctions.subvector(RULES, 2, args, row, out)));
        r.immutable("binary_quantize(halfvec) bit", Rows.strict((context, args, row, out) -> {
            int dimensions = dimensions(args[0], row);
            long bits = BitString.allocate(out, row, dimensions);
            for (int i = 0; i < dimensions; i++) {
                BitString.set(bits, i, element(args[0], row, i) > 0);
            }
        }));
        casts(r);
        r.aggregate(
                "avg(halfvec) halfvec",
                (context, args, result) -> new VectorSumState(VectorSumState.Elements.HALVES, true));
        r.aggregate(
                "sum(halfvec) halfvec",
                (context, args, result) -> new VectorSumState(VectorSumState.Elements.HALVES, false));
    }

    static int dimensions(ColumnVector in, int row) {
        return in.length(row) >> 1;
    }

    static float element(ColumnVector in, int row, int index) {
        return Float.float16ToFloat(NativeMemory.getShort(in.address(row) + 2L * index));
    }

    /// The nearest half; a finite value that becomes infinite is an error.
    static short half(float value) {
        if (Float.isFinite(value) && RULES.isOutOfRange(value)) {
            throw RULES.outOfRange(FloatText.format(value));
        }
        return Float.floatToFloat16(value);
    }

    private static void write(float[] elements, ColumnVector out, int row) {
        long address = out.arena().allocate(2L * elements.length);
        for (int i = 0; i < elements.length; i++) {
            NativeMemory.putShort(address + 2L * i, half(elements[i]));
        }
        out.setReference(row, address, 2 * elements.length);
    }

    // ---- distances ----

    /// A distance of two runs of float32 numbers.
    @FunctionalInterface
    private interface FloatDistance {
        double apply(long left, long right, int dimensions);
    }

    /// Floats of one halfvec after the other, in one place; the same value again (a query) is not converted again.
    private static final class FloatScratch {
        private final ValueArena arena;
        private long floats;
        private int capacity;
        private long source;
        private int converted;

        FloatScratch(ValueArena arena) {
            this.arena = arena;
        }

        long floats(ColumnVector in, int row) {
            int dimensions = dimensions(in, row);
            if (in.address(row) == source && dimensions == converted) {
                return floats;
            }
            if (dimensions > capacity) {
                floats = arena.allocate(4L * dimensions);
                capacity = dimensions;
            }
            source = in.address(row);
            converted = dimensions;
            for (int i = 0; i < dimensions; i++) {
                NativeMemory.putFloat(floats + 4L * i, Float.float16ToFloat(NativeMemory.getShort(source + 2L * i)));
            }
            return floats;
        }
    }

    private static StrictBody distance(FloatDistance distance) {
        return (context, args, out, count) -> {
            boolean nulls = Lanes.combineNulls(args, out, count);
            FloatScratch left = new FloatScratch(out.arena());
            FloatScratch right = new FloatScratch(out.arena());
            for (int row = 0; row < count; row++) {
                if (!nulls || !out.isNull(row)) {
                    int dimensions = dimensions(args[0], row);
                    RULES.checkSameDimensions(dimensions, dimensions(args[1], row));
                    out.setDouble(
                            row, distance.apply(left.floats(args[0], row), right.floats(args[1], row), dimensions));
                }
            }
        };
    }

    private static StrictBody distance(Distance distance) {
        return distance((left, right, dimensions) -> DistanceKernels.distance(distance, left, right, dimensions));
    }

    private static void distances(Registrar r) {
        r.operator("<->", r.immutable("l2_distance(halfvec, halfvec) float8", distance(Distance.L2)));
        r.immutable("halfvec_l2_squared_distance(halfvec, halfvec) float8", distance(DistanceKernels::l2Squared));
        r.immutable("inner_product(halfvec, halfvec) float8", distance(DistanceKernels::innerProduct));
        r.operator(
                "<#>",
                r.immutable(
                        "halfvec_negative_inner_product(halfvec, halfvec) float8", distance(Distance.INNER_PRODUCT)));
        r.operator("<=>", r.immutable("cosine_distance(halfvec, halfvec) float8", distance(Distance.COSINE)));
        r.operator("<+>", r.immutable("l1_distance(halfvec, halfvec) float8", distance(Distance.L1)));
        r.immutable(
                "halfvec_spherical_distance(halfvec, halfvec) float8",
                distance((left, right, dimensions) ->
                        VectorFunctions.angle(DistanceKernels.innerProduct(left, right, dimensions))));
    }

    // ---- arithmetic ----

    @FunctionalInterface
    private interface ElementOperator {
        float apply(float a, float b);
    }

    private static void arithmetic(Registrar r) {
        r.operator("+", r.immutable("halfvec_add(halfvec, halfvec) halfvec", elements((a, b) -> a + b, false)));
        r.operator("-", r.immutable("halfvec_sub(halfvec, halfvec) halfvec", elements((a, b) -> a - b, false)));
        r.operator("*", r.immutable("halfvec_mul(halfvec, halfvec) halfvec", elements((a, b) -> a * b, true)));
        r.operator(
                "||",
                r.immutable(
                        "halfvec_concat(halfvec, halfvec) halfvec",
                        Rows.strict(
                                (context, args, row, out) -> VectorFunctions.concatenate(RULES, 2, args, row, out))));
    }

    private static StrictBody elements(ElementOperator operator, boolean checkUnderflow) {
        return Rows.strict((context, args, row, out) -> {
            int dimensions = dimensions(args[0], row);
            RULES.checkSameDimensions(dimensions, dimensions(args[1], row));
            long address = out.arena().allocate(2L * dimensions);
            for (int i = 0; i < dimensions; i++) {
                float a = element(args[0], row, i);
                float b = element(args[1], row, i);
                float value = operator.apply(a, b);
                if (RULES.isOutOfRange(value)) {
                    throw Arithmetic.overflow();
                }
                short half = Float.floatToFloat16(value);
                if (checkUnderflow && Float.float16ToFloat(half) == 0 && a != 0 && b != 0) {
                    throw Arithmetic.underflow();
                }
                NativeMemory.putShort(address + 2L * i, half);
            }
            out.setReference(row, address, 2 * dimensions);
        });
    }

    private static double norm(ColumnVector in, int row) {
        double sum = 0;
        for (int i = 0; i < dimensions(in, row); i++) {
            double value = element(in, row, i);
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    private static void normalize(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        float[] elements = new float[dimensions(args[0], row)];
        double norm = norm(args[0], row);
        for (int i = 0; i < elements.length && norm > 0; i++) {
            elements[i] = (float) (element(args[0], row, i) / norm);
        }
        write(elements, out, row);
    }

    // ---- casts ----

    private static void casts(Registrar r) {
        r.cast(
                CastDef.Context.IMPLICIT,
                r.immutable("halfvec(halfvec, int4, bool) halfvec", Rows.strict((context, args, row, out) -> {
                    RULES.checkExpectedDimensions((int) args[1].getLong(row), dimensions(args[0], row));
                    out.copyFrom(args[0], row, row);
                })));
        r.cast(
                CastDef.Context.ASSIGNMENT,
                r.immutable("halfvec_to_vector(halfvec, int4, bool) vector", Rows.strict((context, args, row, out) -> {
                    int dimensions = dimensions(args[0], row);
                    VectorRules.VECTOR.checkExpectedDimensions((int) args[1].getLong(row), dimensions);
                    long address = out.arena().allocate(4L * dimensions);
                    for (int i = 0; i < dimensions; i++) {
                        NativeMemory.putFloat(address + 4L * i, element(args[0], row, i));
                    }
                    out.setReference(row, address, 4 * dimensions);
                })));
        r.cast(
                CastDef.Context.IMPLICIT,
                r.immutable("vector_to_halfvec(vector, int4, bool) halfvec", Rows.strict((context, args, row, out) -> {
                    float[] elements = new float[VectorFunctions.dimensions(args[0], row)];
                    RULES.checkExpectedDimensions((int) args[1].getLong(row), elements.length);
                    for (int i = 0; i < elements.length; i++) {
                        elements[i] = NativeMemory.getFloat(args[0].address(row) + 4L * i);
                    }
                    write(elements, out, row);
                })));
        r.cast(
                CastDef.Context.ASSIGNMENT,
                r.immutable("halfvec_to_float4(halfvec, int4, bool) _float4", Rows.strict((context, args, row, out) -> {
                    ArrayBuilder builder = new ArrayBuilder(Types.FLOAT4);
                    ColumnVector cell = ColumnVector.cell(Types.FLOAT4, out.arena());
                    for (int i = 0; i < dimensions(args[0], row); i++) {
                        cell.setDouble(0, element(args[0], row, i));
                        builder.add(cell, 0);
                    }
                    builder.write(out, row);
                })));
        for (SqlType element : new SqlType[] {Types.INT4, Types.FLOAT4, Types.FLOAT8, Types.NUMERIC}) {
            r.cast(
                    CastDef.Context.ASSIGNMENT,
                    r.immutable(
                            "array_to_halfvec(_" + element.name() + ", int4, bool) halfvec",
                            Rows.strict((context, args, row, out) ->
                                    write(VectorFunctions.arrayElements(RULES, args, row, out), out, row))));
        }
    }
}
