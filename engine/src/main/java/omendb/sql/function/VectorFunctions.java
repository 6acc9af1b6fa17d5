package omendb.sql.function;

import omendb.ann.Distance;
import omendb.ann.DistanceKernels;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayBuilder;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.BitString;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Numeric;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.engine.type.VectorRules;
import omendb.memory.NativeMemory;

/// pgvector's functions, operators, casts and aggregates over vector.
final class VectorFunctions {
    private static final VectorRules RULES = VectorRules.VECTOR;

    private VectorFunctions() {}

    static void register(Registrar r) {
        distances(r);
        arithmetic(r);
        Comparisons.ordered(r, "vector", "vector_", Types.VECTOR, "vector_eq", "vector_ne");
        r.immutable(
                "vector_cmp(vector, vector) int4",
                Rows.strict((context, args, row, out) ->
                        out.setLong(row, Types.VECTOR.compare(args[0], row, args[1], row))));
        r.immutable(
                "vector_dims(vector) int4",
                Rows.strict((context, args, row, out) -> out.setLong(row, dimensions(args[0], row))));
        r.immutable(
                "vector_norm(vector) float8",
                Rows.strict((context, args, row, out) -> out.setDouble(row, Math.sqrt(sumOfSquares(args[0], row)))));
        r.immutable("l2_normalize(vector) vector", Rows.strict(VectorFunctions::normalize));
        r.immutable(
                "subvector(vector, int4, int4) vector",
                Rows.strict((context, args, row, out) -> subvector(RULES, 4, args, row, out)));
        r.immutable("binary_quantize(vector) bit", Rows.strict((context, args, row, out) -> {
            int dimensions = dimensions(args[0], row);
            long bits = BitString.allocate(out, row, dimensions);
            for (int i = 0; i < dimensions; i++) {
                BitString.set(bits, i, element(args[0], row, i) > 0);
            }
        }));
        casts(r);
        r.aggregate(
                "avg(vector) vector",
                (context, args, result) -> new VectorSumState(VectorSumState.Elements.FLOATS, true));
        r.aggregate(
                "sum(vector) vector",
                (context, args, result) -> new VectorSumState(VectorSumState.Elements.FLOATS, false));
    }

    static int dimensions(ColumnVector in, int row) {
        return in.length(row) >> 2;
    }

    private static float element(ColumnVector in, int row, int index) {
        return NativeMemory.getFloat(in.address(row) + 4L * index);
    }

    // ---- distances ----

    private static void distances(Registrar r) {
        StrictBody l2 = distance(Distance.L2);
        r.operator("<->", r.immutable("l2_distance(vector, vector) float8", l2));
        r.immutable("vector_l2_squared_distance(vector, vector) float8", Rows.strict((context, args, row, out) -> {
            int dimensions = dimensions(args[0], row);
            RULES.checkSameDimensions(dimensions, dimensions(args[1], row));
            out.setDouble(row, DistanceKernels.l2Squared(args[0].address(row), args[1].address(row), dimensions));
        }));
        r.immutable(
                "inner_product(vector, vector) float8",
                Rows.strict(
                        (context, args, row, out) -> out.setDouble(row, -distance(Distance.INNER_PRODUCT, args, row))));
        r.operator(
                "<#>",
                r.immutable("vector_negative_inner_product(vector, vector) float8", distance(Distance.INNER_PRODUCT)));
        r.operator("<=>", r.immutable("cosine_distance(vector, vector) float8", distance(Distance.COSINE)));
        r.operator("<+>", r.immutable("l1_distance(vector, vector) float8", distance(Distance.L1)));
        r.immutable("vector_spherical_distance(vector, vector) float8", Rows.strict((context, args, row, out) -> {
            out.setDouble(row, angle(-distance(Distance.INNER_PRODUCT, args, row)));
        }));
    }

    private static StrictBody distance(Distance distance) {
        return Rows.strict((context, args, row, out) -> out.setDouble(row, distance(distance, args, row)));
    }

    private static double distance(Distance distance, ColumnVector[] args, int row) {
        int dimensions = dimensions(args[0], row);
        RULES.checkSameDimensions(dimensions, dimensions(args[1], row));
        return DistanceKernels.distance(distance, args[0].address(row), args[1].address(row), dimensions);
    }

    /// Summed in double, as pgvector's vector_norm.
    private static double sumOfSquares(ColumnVector in, int row) {
        double sum = 0;
        for (int i = 0; i < dimensions(in, row); i++) {
            double value = element(in, row, i);
            sum += value * value;
        }
        return sum;
    }

    // ---- arithmetic ----

    /// One element of the result.
    @FunctionalInterface
    private interface ElementOperator {
        float apply(float a, float b);
    }

    private static void arithmetic(Registrar r) {
        r.operator("+", r.immutable("vector_add(vector, vector) vector", elements((a, b) -> a + b, false)));
        r.operator("-", r.immutable("vector_sub(vector, vector) vector", elements((a, b) -> a - b, false)));
        r.operator("*", r.immutable("vector_mul(vector, vector) vector", elements((a, b) -> a * b, true)));
        r.operator(
                "||",
                r.immutable(
                        "vector_concat(vector, vector) vector",
                        Rows.strict((context, args, row, out) -> concatenate(RULES, 4, args, row, out))));
    }

    private static StrictBody elements(ElementOperator operator, boolean checkUnderflow) {
        return Rows.strict((context, args, row, out) -> {
            int dimensions = dimensions(args[0], row);
            RULES.checkSameDimensions(dimensions, dimensions(args[1], row));
            long address = out.arena().allocate(4L * dimensions);
            for (int i = 0; i < dimensions; i++) {
                float a = element(args[0], row, i);
                float b = element(args[1], row, i);
                float value = operator.apply(a, b);
                if (Float.isInfinite(value)) {
                    throw Arithmetic.overflow();
                }
                if (checkUnderflow && value == 0 && a != 0 && b != 0) {
                    throw Arithmetic.underflow();
                }
                NativeMemory.putFloat(address + 4L * i, value);
            }
            out.setReference(row, address, 4 * dimensions);
        });
    }

    private static void normalize(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        int dimensions = dimensions(args[0], row);
        double norm = Math.sqrt(sumOfSquares(args[0], row));
        long address = out.arena().allocate(4L * dimensions);
        for (int i = 0; i < dimensions; i++) {
            float value = norm > 0 ? (float) (element(args[0], row, i) / norm) : 0;
            if (Float.isInfinite(value)) {
                throw Arithmetic.overflow();
            }
            NativeMemory.putFloat(address + 4L * i, value);
        }
        out.setReference(row, address, 4 * dimensions);
    }

    // ---- casts ----

    private static void casts(Registrar r) {
        r.cast(
                Types.VECTOR,
                Types.VECTOR,
                CastDef.Context.IMPLICIT,
                r.immutable("vector(vector, int4, bool) vector", Rows.strict((context, args, row, out) -> {
                    RULES.checkExpectedDimensions((int) args[1].getLong(row), dimensions(args[0], row));
                    out.copyFrom(args[0], row, row);
                })));
        for (SqlType element : new SqlType[] {Types.INT4, Types.FLOAT4, Types.FLOAT8, Types.NUMERIC}) {
            String signature = "array_to_vector(_" + element.name() + ", int4, bool) vector";
            r.cast(CastDef.Context.ASSIGNMENT, r.immutable(signature, Rows.strict(VectorFunctions::arrayToVector)));
        }
        FunctionDef toArray =
                r.immutable("vector_to_float4(vector, int4, bool) _float4", Rows.strict((context, args, row, out) -> {
                    ArrayBuilder builder = new ArrayBuilder(Types.FLOAT4);
                    ColumnVector cell = ColumnVector.cell(Types.FLOAT4, out.arena());
                    for (int i = 0; i < dimensions(args[0], row); i++) {
                        cell.setDouble(0, element(args[0], row, i));
                        builder.add(cell, 0);
                    }
                    builder.write(out, row);
                }));
        r.cast(CastDef.Context.IMPLICIT, toArray);
    }

    private static void arrayToVector(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        float[] elements = arrayElements(RULES, args, row, out);
        long address = out.arena().allocate(4L * elements.length);
        for (int i = 0; i < elements.length; i++) {
            NativeMemory.putFloat(address + 4L * i, elements[i]);
        }
        out.setReference(row, address, 4 * elements.length);
    }

    /// The finite elements of an array (int4, float4, float8 or numeric) for a cast (array, typmod, explicit).
    static float[] arrayElements(VectorRules rules, ColumnVector[] args, int row, ColumnVector out) {
        ArrayValue array = ArrayValue.read(args[0], row);
        if (array.dimensions() > 1) {
            throw new UserException(SqlState.DATA_EXCEPTION, "array must be 1-D");
        }
        if (array.hasNulls()) {
            throw new UserException(SqlState.NULL_VALUE_NOT_ALLOWED, "array must not contain nulls");
        }
        rules.checkDimensions(array.count());
        rules.checkExpectedDimensions((int) args[1].getLong(row), array.count());
        SqlType element = array.elementType();
        ColumnVector cell = ColumnVector.cell(element, out.arena());
        float[] elements = new float[array.count()];
        for (int i = 0; i < elements.length; i++) {
            array.get(i, cell, 0);
            elements[i] = switch (element.kind()) {
                case LONG -> (float) cell.getLong(0);
                case DOUBLE -> (float) cell.getDouble(0);
                case BYTES -> (float) Numeric.read(cell, 0).toDouble();
            };
            rules.checkElement(elements[i]);
        }
        return elements;
    }

    /// Like substring: `start` counts from 1 and may lie outside.
    ///
    /// @param width bytes of an element
    static void subvector(VectorRules rules, int width, ColumnVector[] args, int row, ColumnVector out) {
        int dimensions = args[0].length(row) / width;
        long start = args[1].getLong(row);
        long count = args[2].getLong(row);
        if (count < 1) {
            rules.checkDimensions(0);
        }
        long end = start > dimensions - count ? dimensions + 1L : start + count;
        long from = Math.max(start, 1);
        if (start > dimensions || end <= from) {
            rules.checkDimensions(0);
        }
        out.setReference(row, args[0].address(row) + width * (from - 1), (int) (width * (end - from)));
    }

    /// Values of a vector type one after the other.
    ///
    /// @param width bytes of an element
    static void concatenate(VectorRules rules, int width, ColumnVector[] args, int row, ColumnVector out) {
        int left = args[0].length(row);
        int right = args[1].length(row);
        rules.checkDimensions((left + right) / width);
        long address = out.arena().allocate((long) left + right);
        NativeMemory.copy(args[0].address(row), address, left);
        NativeMemory.copy(args[1].address(row), address + left, right);
        out.setReference(row, address, left + right);
    }

    /// The spherical distance of unit vectors by their inner product.
    static double angle(double product) {
        return Math.acos(Math.clamp(product, -1, 1)) / Math.PI;
    }
}
