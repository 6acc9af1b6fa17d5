package omendb.sql.function;

import omendb.engine.type.ColumnVector;

/// The body of a scalar function: computes rows `0..count` of `out` from the same rows of `args`.
///
/// It handles NULLs itself (a strict function's body is wrapped by the registry's adaptors). Argument and result types
/// are
/// those of the vectors (for polymorphic functions the types of the call site). BYTES results go to `out.arena()` or
/// refer to
/// argument bytes. `out` is never one of `args`. Stateless: what a call wants to keep goes to [EvalContext#cached].
@FunctionalInterface
public interface BatchFunction {
    void apply(EvalContext context, ColumnVector[] args, ColumnVector out, int count);
}
