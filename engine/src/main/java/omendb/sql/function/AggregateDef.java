package omendb.sql.function;

import java.util.List;
import omendb.engine.type.SqlType;

/// An aggregate: rows of pg_proc (prokind 'a') and pg_aggregate. DISTINCT, ORDER BY and FILTER are the executor's.
///
/// @param argTypes  empty for count(*)
/// @param variadic  whether the last argument is VARIADIC
/// @param kind      whether it takes WITHIN GROUP
/// @param directArguments of an ordered set, how many of `argTypes` stand before WITHIN GROUP; of a hypothetical set
///                  as many as there are sort keys
/// @param resultType declared; polymorphic types are resolved at the call site
public record AggregateDef(
        int oid,
        String schema,
        String name,
        List<SqlType> argTypes,
        boolean variadic,
        SqlType resultType,
        Kind kind,
        int directArguments,
        Factory factory)
        implements WindowFunction {
    public AggregateDef {
        argTypes = List.copyOf(argTypes);
    }

    /// pg_aggregate.aggkind.
    public enum Kind {
        NORMAL('n'),
        ORDERED_SET('o'),
        HYPOTHETICAL_SET('h');

        private final char code;

        Kind(char code) {
            this.code = code;
        }

        public char code() {
            return code;
        }
    }

    /// Makes the state of one call site.
    @FunctionalInterface
    public interface Factory {
        /// @param argTypes   actual argument types
        /// @param resultType actual result type
        AggregateState create(EvalContext context, List<SqlType> argTypes, SqlType resultType);
    }
}
