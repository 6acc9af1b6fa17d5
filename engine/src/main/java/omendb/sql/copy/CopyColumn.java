package omendb.sql.copy;

import omendb.engine.type.SqlType;

/// A column that COPY reads or writes.
///
/// @param name   as the CONTEXT line and HEADER name it
/// @param typmod type modifier applied to what is read; -1 = none
public record CopyColumn(String name, SqlType type, int typmod) {}
