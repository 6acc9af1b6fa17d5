package omendb.sql.function;

import java.util.List;
import java.util.function.BiFunction;
import omendb.engine.type.SqlType;

/// The aggregates of pg_aggregate.
final class Aggregates {
    private static final List<String> ORDERED = List.of(
            "int2",
            "int4",
            "int8",
            "oid",
            "float4",
            "float8",
            "numeric",
            "text",
            "bpchar",
            "date",
            "time",
            "timetz",
            "timestamp",
            "timestamptz",
            "interval",
            "anyarray");

    private Aggregates() {}

    static void register(Registrar r) {
        r.aggregate("count() int8", (context, args, result) -> new CountState());
        r.aggregate("count(any) int8", (context, args, result) -> new CountState());
        for (String type : ORDERED) {
            r.aggregate("min(" + type + ") " + type, (context, args, result) -> new ExtremeState(args.getFirst(), -1));
            r.aggregate("max(" + type + ") " + type, (context, args, result) -> new ExtremeState(args.getFirst(), 1));
        }
        sums(r);
        variances(r);
        logic(r);
        r.aggregate("string_agg(text, text) text", (context, args, result) -> new ConcatenationState());
        r.aggregate("string_agg(bytea, bytea) bytea", (context, args, result) -> new ConcatenationState());
        r.aggregate("array_agg(anynonarray) anyarray", (context, args, result) -> new ArrayState(args.getFirst()));
        r.aggregate("array_agg(anyarray) anyarray", (context, args, result) -> new ArrayState(args.getFirst()));
        JsonAggregates.register(r);
        Regression.register(r);
        OrderedSetAggregates.register(r);
    }

    private static void sums(Registrar r) {
        r.aggregate("sum(int2) int8", integers(LongSumState.Result.BIGINT_SUM));
        r.aggregate("sum(int4) int8", integers(LongSumState.Result.BIGINT_SUM));
        r.aggregate("sum(int8) numeric", integers(LongSumState.Result.NUMERIC_SUM));
        r.aggregate("sum(numeric) numeric", numerics(NumericSumState.Result.SUM));
        r.aggregate("sum(float4) float4", floats(DoubleMomentsState.Result.SUM_SINGLE));
        r.aggregate("sum(float8) float8", floats(DoubleMomentsState.Result.SUM));
        r.aggregate("sum(interval) interval", (context, args, result) -> new IntervalSumState(false));
        for (String type : Arithmetic.integerTypes()) {
            r.aggregate("avg(" + type + ") numeric", integers(LongSumState.Result.NUMERIC_AVERAGE));
        }
        r.aggregate("avg(numeric) numeric", numerics(NumericSumState.Result.AVERAGE));
        r.aggregate("avg(float4) float8", floats(DoubleMomentsState.Result.AVERAGE));
        r.aggregate("avg(float8) float8", floats(DoubleMomentsState.Result.AVERAGE));
        r.aggregate("avg(interval) interval", (context, args, result) -> new IntervalSumState(true));
    }

    private static AggregateDef.Factory integers(LongSumState.Result kind) {
        return (context, args, result) -> new LongSumState(kind);
    }

    private static AggregateDef.Factory numerics(NumericSumState.Result kind) {
        return (context, args, result) -> new NumericSumState(kind, args.getFirst());
    }

    private static AggregateDef.Factory floats(DoubleMomentsState.Result kind) {
        return (context, args, result) -> new DoubleMomentsState(kind);
    }

    private static void variances(Registrar r) {
        variance(r, "var_samp", NumericSumState.Result.VARIANCE_SAMPLE, DoubleMomentsState.Result.VARIANCE_SAMPLE);
        variance(r, "variance", NumericSumState.Result.VARIANCE_SAMPLE, DoubleMomentsState.Result.VARIANCE_SAMPLE);
        variance(
                r,
                "var_pop",
                NumericSumState.Result.VARIANCE_POPULATION,
                DoubleMomentsState.Result.VARIANCE_POPULATION);
        variance(r, "stddev_samp", NumericSumState.Result.DEVIATION_SAMPLE, DoubleMomentsState.Result.DEVIATION_SAMPLE);
        variance(r, "stddev", NumericSumState.Result.DEVIATION_SAMPLE, DoubleMomentsState.Result.DEVIATION_SAMPLE);
        variance(
                r,
                "stddev_pop",
                NumericSumState.Result.DEVIATION_POPULATION,
                DoubleMomentsState.Result.DEVIATION_POPULATION);
    }

    private static void variance(
            Registrar r, String name, NumericSumState.Result exact, DoubleMomentsState.Result floating) {
        for (String type : List.of("int2", "int4", "int8", "numeric")) {
            r.aggregate(name + "(" + type + ") numeric", numerics(exact));
        }
        r.aggregate(name + "(float4) float8", floats(floating));
        r.aggregate(name + "(float8) float8", floats(floating));
    }

    private static void logic(Registrar r) {
        r.aggregate("bool_and(bool) bool", folding((a, b) -> a & b));
        r.aggregate("every(bool) bool", folding((a, b) -> a & b));
        r.aggregate("bool_or(bool) bool", folding((a, b) -> a | b));
        for (String type : Arithmetic.integerTypes()) {
            r.aggregate("bit_and(" + type + ") " + type, folding((a, b) -> a & b));
            r.aggregate("bit_or(" + type + ") " + type, folding((a, b) -> a | b));
            r.aggregate("bit_xor(" + type + ") " + type, folding((a, b) -> a ^ b));
        }
    }

    private static AggregateDef.Factory folding(BiFunction<Long, Long, Long> fold) {
        return (context, args, result) -> new FoldState(fold);
    }

    /// For tests: the argument types of the ordered aggregates.
    static List<String> orderedTypes() {
        return ORDERED;
    }

    /// The type of an array over `element`.
    static SqlType arrayOf(SqlType element) {
        SqlType array = element.isArray() ? element : element.arrayType();
        if (array == null) {
            throw new omendb.engine.error.UserException(
                    omendb.engine.error.SqlState.UNDEFINED_OBJECT,
                    "could not find array type for data type " + element.format(-1));
        }
        return array;
    }
}
