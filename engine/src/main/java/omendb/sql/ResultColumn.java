package omendb.sql;

import omendb.engine.type.SqlType;

/// One column of a result as RowDescription tells it.
///
/// @param tableOid    the table this column is read from, 0 if it is computed
/// @param columnNumber attnum in that table, 0 if it is computed
/// @param typeModifier as in pg_attribute.atttypmod, -1 for none
public record ResultColumn(String name, int tableOid, int columnNumber, SqlType type, int typeModifier) {}
