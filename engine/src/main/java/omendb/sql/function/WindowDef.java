package omendb.sql.function;

import java.util.List;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;

/// A function that needs a window: a row of pg_proc (prokind 'w', schema pg_catalog). What it computes is the
/// executor's.
///
/// @param resultType declared; polymorphic types are resolved at the call site
public record WindowDef(int oid, String name, List<SqlType> argTypes, SqlType resultType, Kind kind)
        implements WindowFunction {
    public WindowDef {
        argTypes = List.copyOf(argTypes);
    }

    /// What it computes.
    public enum Kind {
        ROW_NUMBER,
        RANK,
        DENSE_RANK,
        PERCENT_RANK,
        CUME_DIST,
        NTILE,
        LAG,
        LEAD,
        FIRST_VALUE,
        LAST_VALUE,
        NTH_VALUE
    }

    static void register(FunctionRegistry.Builder builder) {
        SqlType any = Types.ANYELEMENT;
        SqlType like = Types.ANYCOMPATIBLE;
        List.of(
                        new WindowDef(3100, "row_number", List.of(), Types.INT8, Kind.ROW_NUMBER),
                        new WindowDef(3101, "rank", List.of(), Types.INT8, Kind.RANK),
                        new WindowDef(3102, "dense_rank", List.of(), Types.INT8, Kind.DENSE_RANK),
                        new WindowDef(3103, "percent_rank", List.of(), Types.FLOAT8, Kind.PERCENT_RANK),
                        new WindowDef(3104, "cume_dist", List.of(), Types.FLOAT8, Kind.CUME_DIST),
                        new WindowDef(3105, "ntile", List.of(Types.INT4), Types.INT4, Kind.NTILE),
                        new WindowDef(3106, "lag", List.of(any), any, Kind.LAG),
                        new WindowDef(3107, "lag", List.of(any, Types.INT4), any, Kind.LAG),
                        new WindowDef(3108, "lag", List.of(like, Types.INT4, like), like, Kind.LAG),
                        new WindowDef(3109, "lead", List.of(any), any, Kind.LEAD),
                        new WindowDef(3110, "lead", List.of(any, Types.INT4), any, Kind.LEAD),
                        new WindowDef(3111, "lead", List.of(like, Types.INT4, like), like, Kind.LEAD),
                        new WindowDef(3112, "first_value", List.of(any), any, Kind.FIRST_VALUE),
                        new WindowDef(3113, "last_value", List.of(any), any, Kind.LAST_VALUE),
                        new WindowDef(3114, "nth_value", List.of(any, Types.INT4), any, Kind.NTH_VALUE))
                .forEach(builder::add);
    }
}
