package omendb.sql.function;

/// A body that makes the result NULL where any argument is NULL: what [FunctionDef#strict] is set from.
@FunctionalInterface
public interface StrictBody extends BatchFunction {}
