package omendb.sql.pgcatalog;

import java.util.List;
import java.util.stream.Collectors;
import omendb.engine.catalog.Catalog;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.function.AggregateDef;
import omendb.sql.function.CastDef;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.function.OperatorDef;
import omendb.sql.function.WindowDef;
import org.jspecify.annotations.Nullable;

/// Functions, aggregates, operators and casts: the registry as catalogs.
final class RoutineViews {
    private static final int INTERNAL_LANGUAGE = 12;

    private RoutineViews() {}

    static void register(SystemViews.Builder builder) {
        builder.add("pg_catalog.pg_proc", RoutineViews::procedures);
        builder.add("pg_catalog.pg_aggregate", RoutineViews::aggregates);
        builder.add("pg_catalog.pg_operator", RoutineViews::operators);
        builder.add("pg_catalog.pg_cast", RoutineViews::casts);
    }

    private static void procedures(SystemState state, NamedRows rows) {
        FunctionRegistry registry = state.functions();
        for (FunctionDef function : registry.allFunctions()) {
            procedure(
                            rows,
                            function.oid(),
                            function.schema(),
                            function.name(),
                            function.argTypes(),
                            function.resultType())
                    .set("provariadic", oid(function.variadicElement()))
                    .set("prorows", function.returnsSet() ? 1000.0 : 0.0)
                    .set("prokind", "f")
                    .set("proisstrict", function.strict())
                    .set("proretset", function.returnsSet())
                    .set("provolatile", String.valueOf(function.volatility().code()))
                    .set("pronargdefaults", function.defaultTexts().size());
        }
        for (AggregateDef aggregate : registry.allAggregates()) {
            procedure(
                            rows,
                            aggregate.oid(),
                            aggregate.schema(),
                            aggregate.name(),
                            aggregate.argTypes(),
                            aggregate.resultType())
                    .set("provariadic", aggregate.variadic() ? Types.ANY.oid() : 0)
                    .set("prorows", 0.0)
                    .set("prokind", "a")
                    .set("proisstrict", false)
                    .set("proretset", false)
                    .set("provolatile", "i")
                    .set("pronargdefaults", 0);
        }
        for (WindowDef window : registry.allWindows()) {
            procedure(rows, window.oid(), "pg_catalog", window.name(), window.argTypes(), window.resultType())
                    .set("provariadic", 0)
                    .set("prorows", 0.0)
                    .set("prokind", "w")
                    .set("proisstrict", !window.argTypes().isEmpty())
                    .set("proretset", false)
                    .set("provolatile", "i")
                    .set("pronargdefaults", 0);
        }
        ProcedureNames.all().forEach((name, oid) -> {
            if (registry.function(oid) == null) {
                procedure(rows, oid, "pg_catalog", name, List.of(Types.INTERNAL), Types.INTERNAL)
                        .set("provariadic", 0)
                        .set("prorows", 0.0)
                        .set("prokind", "f")
                        .set("proisstrict", true)
                        .set("proretset", false)
                        .set("provolatile", "i")
                        .set("pronargdefaults", 0);
            }
        });
    }

    private static NamedRows procedure(
            NamedRows rows, int oid, String schema, String name, List<SqlType> arguments, SqlType result) {
        return rows.row()
                .set("oid", oid)
                .set("proname", name)
                .set("pronamespace", schemaOid(schema))
                .set("proowner", NamespaceViews.OWNER)
                .set("prolang", INTERNAL_LANGUAGE)
                .set("procost", 1.0)
                .set("prosupport", 0)
                .set("prosecdef", false)
                .set("proleakproof", false)
                .set("proparallel", "s")
                .set("pronargs", arguments.size())
                .set("prorettype", result.oid())
                .set(
                        "proargtypes",
                        arguments.stream()
                                .map(type -> Integer.toString(type.oid()))
                                .collect(Collectors.joining(" ")))
                .set("prosrc", name);
    }

    private static void aggregates(SystemState state, NamedRows rows) {
        for (AggregateDef aggregate : state.functions().allAggregates()) {
            rows.row()
                    .set("aggfnoid", aggregate.oid())
                    .set("aggkind", String.valueOf(aggregate.kind().code()))
                    .set("aggnumdirectargs", aggregate.directArguments())
                    .set("aggtransfn", 0)
                    .set("aggfinalfn", 0)
                    .set("aggcombinefn", 0)
                    .set("aggserialfn", 0)
                    .set("aggdeserialfn", 0)
                    .set("aggmtransfn", 0)
                    .set("aggminvtransfn", 0)
                    .set("aggmfinalfn", 0)
                    .set("aggfinalextra", false)
                    .set("aggmfinalextra", false)
                    .set("aggfinalmodify", "r")
                    .set("aggmfinalmodify", "r")
                    .set("aggsortop", 0)
                    .set("aggtranstype", Types.INTERNAL.oid())
                    .set("aggtransspace", 0)
                    .set("aggmtranstype", 0)
                    .set("aggmtransspace", 0);
        }
    }

    private static void operators(SystemState state, NamedRows rows) {
        FunctionRegistry registry = state.functions();
        for (OperatorDef operator : registry.allOperators()) {
            rows.row()
                    .set("oid", operator.oid())
                    .set("oprname", operator.name())
                    .set("oprnamespace", schemaOid(operator.schema()))
                    .set("oprowner", NamespaceViews.OWNER)
                    .set("oprkind", operator.left() == null ? "l" : "b")
                    .set("oprcanmerge", operator.name().equals("="))
                    .set("oprcanhash", operator.name().equals("="))
                    .set("oprleft", oid(operator.left()))
                    .set("oprright", operator.right().oid())
                    .set("oprresult", operator.resultType().oid())
                    .set("oprcom", partner(registry, operator.commutator(), operator.right(), operator.left()))
                    .set("oprnegate", partner(registry, operator.negator(), operator.left(), operator.right()))
                    .set("oprcode", operator.function().oid())
                    .set("oprrest", 0)
                    .set("oprjoin", 0);
        }
    }

    private static int partner(
            FunctionRegistry registry, @Nullable String name, @Nullable SqlType left, @Nullable SqlType right) {
        if (name == null) {
            return 0;
        }
        for (OperatorDef operator : registry.operators(name)) {
            if (operator.left() == left && operator.right() == right) {
                return operator.oid();
            }
        }
        return 0;
    }

    private static void casts(SystemState state, NamedRows rows) {
        for (CastDef cast : state.functions().allCasts()) {
            FunctionDef function = cast.function();
            rows.row()
                    .set("oid", cast.oid())
                    .set("castsource", cast.source().oid())
                    .set("casttarget", cast.target().oid())
                    .set("castfunc", function == null ? 0 : function.oid())
                    .set("castcontext", String.valueOf(cast.context().code()))
                    .set("castmethod", function == null ? "b" : "f");
        }
    }

    private static int oid(@Nullable SqlType type) {
        return type == null ? 0 : type.oid();
    }

    private static int schemaOid(String schema) {
        return schema.equals("public") ? Catalog.PUBLIC_OID : Catalog.PG_CATALOG_OID;
    }
}
