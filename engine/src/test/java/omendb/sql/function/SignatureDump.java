package omendb.sql.function;

import java.util.List;
import java.util.stream.Collectors;
import omendb.engine.type.SqlType;

/// Prints every registered signature for the oracle script (engine/src/test/oracle/record.py), which asks PostgreSQL
/// about each of them.
final class SignatureDump {
    private SignatureDump() {}

    public static void main(String[] arguments) {
        FunctionRegistry registry = FunctionRegistry.builtin();
        for (FunctionDef function : registry.allFunctions()) {
            print(
                    function.returnsSet() ? "set" : "function",
                    function.schema(),
                    function.name(),
                    function.argTypes(),
                    function.resultType(),
                    function.strict() + "\t" + function.volatility().code());
        }
        for (OperatorDef operator : registry.allOperators()) {
            List<SqlType> args =
                    operator.left() == null ? List.of(operator.right()) : List.of(operator.left(), operator.right());
            print("operator", operator.schema(), operator.name(), args, operator.resultType(), "true\ti");
        }
        for (CastDef cast : registry.allCasts()) {
            print(
                    "cast",
                    cast.target().schema(),
                    String.valueOf(cast.context().code()),
                    List.of(cast.source()),
                    cast.target(),
                    "true\ti");
        }
        for (AggregateDef aggregate : registry.allAggregates()) {
            print(
                    "aggregate",
                    aggregate.schema(),
                    aggregate.name(),
                    aggregate.argTypes(),
                    aggregate.resultType(),
                    "false\ti");
        }
    }

    private static void print(
            String kind, String schema, String name, List<SqlType> args, SqlType result, String flags) {
        String types = args.stream().map(SqlType::name).collect(Collectors.joining(","));
        System.out.println(kind + "\t" + schema + "\t" + name + "\t" + types + "\t" + result.name() + "\t" + flags);
    }
}
