package omendb.sql.copy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.TypeContext;

/// A COPY FROM STDIN into a table: a [CopyReader] that feeds rows to whatever inserts them.
///
/// Threading: one session. Close it: it holds memory.
public final class TableCopyIn implements CopyIn, AutoCloseable {
    private final CopyFormat format;
    private final int columnCount;
    private final CopyReader reader;

    /// @param rows inserts; closed by its owner
    public TableCopyIn(
            CopyFormat format, List<CopyColumn> columns, TypeContext context, String relation, CopyRows rows) {
        this.format = format;
        this.columnCount = columns.size();
        this.reader = CopyReader.open(format, columns, context, relation, rows);
    }

    @Override
    public boolean isBinary() {
        return format.isBinary();
    }

    @Override
    public int columnCount() {
        return columnCount;
    }

    @Override
    public void data(MemorySegment chunk) {
        reader.feed(chunk);
    }

    @Override
    public String end() {
        reader.end();
        return "COPY " + reader.rowCount();
    }

    @Override
    public void fail(String reason) {
        throw new UserException(SqlState.QUERY_CANCELED, "COPY from stdin failed: " + reason)
                .withWhere(reader.whereNext());
    }

    @Override
    public void close() {
        reader.close();
    }
}
