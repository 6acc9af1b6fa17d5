package omendb.sql.copy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import omendb.engine.error.OmenException;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.TextBytes;
import omendb.engine.type.TypeContext;
import omendb.memory.NativeMemory;

/// What text and csv share: lines ended by \n, \r or \r\n (one style in the whole input), a header, and columns
/// of text that the types' input functions read.
abstract sealed class CopyLineReader extends CopyReader permits CopyTextReader, CopyCsvReader {
    /// How lines end; the first line end decides.
    private enum NewLine {
        UNKNOWN,
        LF,
        CR,
        CRLF
    }

    /// A line's end that is not in the bytes at hand.
    protected static final long INCOMPLETE = -1;

    protected final byte[] nullBytes;
    private NewLine newLine = NewLine.UNKNOWN;
    private boolean headerPending;
    private boolean ended;

    /// Bytes of the line end that the last [#lineEnd] found.
    private int terminatorBytes;

    CopyLineReader(CopyFormat format, List<CopyColumn> columns, TypeContext context, String relation, CopyRows rows) {
        super(format, columns, context, relation, rows);
        this.nullBytes = format.nullString().getBytes(StandardCharsets.UTF_8);
        this.headerPending = format.header() != CopyFormat.Header.NONE;
    }

    /// Offset of the line's end (its terminator is not part of it), or [#INCOMPLETE]. Calls [#terminator] on
    /// every line end character that is not data.
    protected abstract long lineEnd(long address, long length, boolean atEnd);

    /// Puts the column that begins at `start` into `batch` at `row`; returns the offset of the delimiter behind it,
    /// `length` at the line's end.
    protected abstract long field(int index, long address, long start, long length, Batch batch, int row);

    /// Names in a header line.
    protected abstract List<String> headerNames(long address, long length);

    /// True if the line is the end-of-data marker `\.`.
    protected final boolean isEndMarker(long address, long length) {
        return length == 2 && NativeMemory.getByte(address) == '\\' && NativeMemory.getByte(address + 1) == '.';
    }

    @Override
    protected final long parse(long address, long length, boolean atEnd) {
        long used = 0;
        while (used < length && !ended) {
            terminatorBytes = 0;
            line++;
            long end = lineEnd(address + used, length - used, atEnd);
            if (end == INCOMPLETE) {
                line--;
                return used;
            }
            line(address + used, end);
            used += end + terminatorBytes;
        }
        // what follows the marker is thrown away, as PostgreSQL does
        return ended ? length : used;
    }

    private void line(long address, long length) {
        try {
            TextBytes.validate(address, Math.toIntExact(length));
        } catch (OmenException e) {
            throw e.withWhere(whereLine());
        }
        if (isEndMarker(address, length)) {
            ended = true;
            return;
        }
        if (headerPending) {
            headerPending = false;
            if (format.header() == CopyFormat.Header.MATCH) {
                matchHeader(address, length);
            }
            return;
        }
        Batch batch = batch();
        fields(address, length, batch, batch.rowCount());
        rowComplete();
    }

    /// Splits the line into columns.
    private void fields(long address, long length, Batch batch, int row) {
        long start = 0;
        for (int i = 0; i < columns.size(); i++) {
            if (start > length) {
                throw missingColumn(i, address, length);
            }
            start = field(i, address, start, length, batch, row) + 1;
        }
        if (start <= length && !(columns.isEmpty() && length == 0)) {
            throw extraColumns(address, length);
        }
    }

    private void matchHeader(long address, long length) {
        List<String> names = headerNames(address, length);
        if (names.size() != columns.size()) {
            throw malformed("wrong number of fields in header line: got " + names.size() + ", expected "
                            + columns.size())
                    .withWhere(whereLine(address, length));
        }
        for (int i = 0; i < names.size(); i++) {
            String expected = columns.get(i).name();
            if (!names.get(i).equals(expected)) {
                throw malformed("column name mismatch in header line field " + (i + 1) + ": got \"" + names.get(i)
                                + "\", expected \"" + expected + "\"")
                        .withWhere(whereLine(address, length));
            }
        }
    }

    /// Judges a \n or \r at `offset` that is not inside quotes: a line end of the input's style, or an error.
    ///
    /// @return true if the line ends here; false if more bytes are needed to tell
    protected final boolean terminator(long address, long length, long offset, boolean atEnd) {
        byte c = NativeMemory.getByte(address + offset);
        if (c == '\n') {
            if (newLine == NewLine.CR || newLine == NewLine.CRLF) {
                throw literal("newline", "\\n");
            }
            newLine = NewLine.LF;
            terminatorBytes = 1;
            return true;
        }
        if (newLine == NewLine.LF) {
            throw literal("carriage return", "\\r");
        }
        if (newLine == NewLine.CR) {
            terminatorBytes = 1;
            return true;
        }
        if (offset + 1 == length && !atEnd) {
            return false;
        }
        boolean pair = offset + 1 < length && NativeMemory.getByte(address + offset + 1) == '\n';
        if (newLine == NewLine.CRLF && !pair) {
            throw literal("carriage return", "\\r");
        }
        newLine = pair ? NewLine.CRLF : NewLine.CR;
        terminatorBytes = pair ? 2 : 1;
        return true;
    }

    private OmenException literal(String what, String escape) {
        boolean csv = format.kind() == CopyFormat.Kind.CSV;
        return malformed((csv ? "unquoted " : "literal ") + what + " found in data")
                .withHint(
                        csv
                                ? "Use quoted CSV field to represent " + what + "."
                                : "Use \"" + escape + "\" to represent " + what + ".")
                .withWhere(whereLine());
    }

    /// Hands a column's text to the type's input function.
    protected final void value(int index, long address, int length, Batch batch, int row) {
        CopyColumn column = columns.get(index);
        ColumnVector out = batch.column(index);
        try {
            column.type().io().parse(context, address, length, column.typmod(), out, row);
        } catch (OmenException e) {
            throw e.withWhere(whereColumn(column, "\"" + shown(address, length) + "\""));
        }
    }

    protected final boolean isNullString(long address, long length) {
        if (length != nullBytes.length) {
            return false;
        }
        for (int i = 0; i < nullBytes.length; i++) {
            if (NativeMemory.getByte(address + i) != nullBytes[i]) {
                return false;
            }
        }
        return true;
    }

    private OmenException missingColumn(int index, long address, long length) {
        return malformed("missing data for column \"" + columns.get(index).name() + "\"")
                .withWhere(whereLine(address, length));
    }

    private OmenException extraColumns(long address, long length) {
        return malformed("extra data after last expected column").withWhere(whereLine(address, length));
    }
}
