package omendb.sql.ast;

/// One SQL statement.
public sealed interface Statement permits Query, Dml, Ddl, Utility {}
