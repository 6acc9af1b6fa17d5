package omendb.sql.function;

/// Every built-in row, family by family.
final class Builtins {
    private Builtins() {}

    static void contribute(FunctionRegistry.Builder builder) {
        Registrar r = new Registrar(builder, "pg_catalog");
        Comparisons.register(r);
        Arithmetic.register(r);
        FloatMath.register(r);
        NumericFunctions.register(r);
        TextFunctions.register(r);
        DateTimeArithmetic.register(r);
        TextFormatting.register(r);
        PatternFunctions.register(r);
        ByteaFunctions.register(r);
        DateTimeFunctions.register(r);
        JsonFunctions.register(r);
        ArrayFunctions.register(r);
        UuidFunctions.register(r);
        JsonBuilders.register(r);
        JsonTexts.register(r);
        JsonRecords.register(r);
        SetFunctions.register(r);
        Casts.register(r);
        Aggregates.register(r);
        WindowDef.register(builder);
        BitFunctions.register(r);
        Overlaps.register(r);
        WidthBuckets.register(r);
        TextSearchFunctions.register(r);
        JsonPathFunctions.register(r);
        Registrar vectors = new Registrar(builder, "public");
        VectorFunctions.register(vectors);
        HalfvecFunctions.register(vectors);
        SparsevecFunctions.register(vectors);
        BitFunctions.registerDistances(vectors);
    }
}
