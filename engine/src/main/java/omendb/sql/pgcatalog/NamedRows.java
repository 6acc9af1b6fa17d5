package omendb.sql.pgcatalog;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// Rows filled by column name: the views are written in PostgreSQL's words, not in positions.
///
/// A name that the view does not have is a defect of ours and throws.
final class NamedRows {
    private final String view;
    private final Map<String, Integer> positions = new HashMap<>();
    private final List<VirtualTable.Column> columns;
    private final VirtualTable.RowWriter writer;

    NamedRows(String view, List<VirtualTable.Column> columns, VirtualTable.RowWriter writer) {
        this.view = view;
        this.columns = columns;
        this.writer = writer;
        for (int i = 0; i < columns.size(); i++) {
            positions.put(columns.get(i).name(), i);
        }
    }

    NamedRows row() {
        writer.row();
        return this;
    }

    NamedRows set(String column, long value) {
        writer.set(position(column), value);
        return this;
    }

    NamedRows set(String column, boolean value) {
        writer.set(position(column), value);
        return this;
    }

    NamedRows set(String column, double value) {
        writer.set(position(column), value);
        return this;
    }

    /// Null leaves the column NULL.
    NamedRows set(String column, @Nullable String text) {
        if (text == null) {
            return this;
        }
        int position = position(column);
        SqlType type = columns.get(position).type();
        if (type == Types.REGPROC) {
            writer.set(position, (long) ProcedureNames.oid(text));
        } else {
            writer.set(position, text);
        }
        return this;
    }

    private int position(String column) {
        Integer position = positions.get(column);
        if (position == null) {
            throw new IllegalStateException(view + " has no column " + column);
        }
        return position;
    }
}
