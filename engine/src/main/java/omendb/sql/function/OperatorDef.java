package omendb.sql.function;

import omendb.engine.type.SqlType;
import org.jspecify.annotations.Nullable;

/// An operator: a row of pg_operator.
///
/// @param left       null for a prefix operator
/// @param function   implementation; takes (left, right) or (right)
/// @param commutator operator name with the operands swapped, or null
/// @param negator    operator name of the negation, or null
public record OperatorDef(
        int oid,
        String schema,
        String name,
        @Nullable SqlType left,
        SqlType right,
        SqlType resultType,
        FunctionDef function,
        @Nullable String commutator,
        @Nullable String negator) {}
