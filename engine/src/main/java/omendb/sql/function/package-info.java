/// Functions, operators, casts and aggregates as rows of one registry.
///
/// Front door: [FunctionRegistry] ([FunctionRegistry#builtin], or [FunctionRegistry#of] with contributions from
/// outside,
/// e.g. the session functions of pgcatalog). Rows: [FunctionDef] (scalar or set-returning), [OperatorDef], [CastDef],
/// [AggregateDef]. Bodies work on columns: [BatchFunction], [SetFunction], [AggregateState]; what a call may ask of its
/// session is [EvalContext]. Which row a call means (PostgreSQL's chapter 10) is decided in `omendb.sql.bind`.
/// How to add a row: docs/how-to-add.md.
/// Threading: definitions are immutable; evaluation belongs to one session at a time.
@NullMarked
package omendb.sql.function;

import org.jspecify.annotations.NullMarked;
