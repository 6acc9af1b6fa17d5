package omendb.sql.pgcatalog;

import java.util.List;
import omendb.engine.type.SqlType;

/// A system view whose rows are computed when it is scanned.
///
/// @param oid    its own row in pg_class
/// @param schema `pg_catalog` or `information_schema`
/// @param source makes the rows
public record VirtualTable(int oid, String schema, String name, List<Column> columns, RowSource source) {
    public VirtualTable {
        columns = List.copyOf(columns);
    }

    /// One column.
    public record Column(String name, SqlType type) {}

    /// Makes rows.
    @FunctionalInterface
    public interface RowSource {
        /// Adds every row of the view.
        void emit(SystemState state, RowWriter rows);
    }

    /// Takes rows value by value: call [#row], then set the columns in any order; what is not set is NULL.
    public interface RowWriter {
        /// Starts the next row, all NULL.
        RowWriter row();

        /// Sets a bool, integer, oid, date or timestamp column.
        RowWriter set(int column, long value);

        RowWriter set(int column, boolean value);

        RowWriter set(int column, double value);

        /// Sets a text, name, json or other column from its text form.
        RowWriter set(int column, String text);
    }
}
