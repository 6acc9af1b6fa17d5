package omendb.sql.copy;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.NativeBytesWriter;
import omendb.engine.type.TypeContext;
import omendb.memory.NativeMemory;

/// FORMAT csv: columns between delimiters, quoted where they hold delimiters, quotes or line ends; an unquoted null
/// string is NULL.
final class CopyCsvReader extends CopyLineReader {
    private final NativeBytesWriter unquoted = new NativeBytesWriter();
    private final boolean[] forceNotNull;
    private final boolean[] forceNull;

    /// Whether any part of the column last read was quoted.
    private boolean sawQuote;

    CopyCsvReader(CopyFormat format, List<CopyColumn> columns, TypeContext context, String relation, CopyRows rows) {
        super(format, columns, context, relation, rows);
        forceNotNull = marked(format.forceNotNull());
        forceNull = marked(format.forceNull());
    }

    private boolean[] marked(List<String> names) {
        boolean[] marks = new boolean[columns.size()];
        for (int i = 0; i < marks.length; i++) {
            marks[i] = names.contains("*") || names.contains(columns.get(i).name());
        }
        return marks;
    }

    @Override
    protected long lineEnd(long address, long length, boolean atEnd) {
        boolean quoted = false;
        boolean escaped = false;
        // where quote and escape are one, a doubled quote toggles twice and needs no escape
        boolean ownEscape = format.escape() != format.quote();
        for (long at = 0; at < length; at++) {
            byte c = NativeMemory.getByte(address + at);
            if (!quoted && (c == '\n' || c == '\r')) {
                return terminator(address, length, at, atEnd) ? at : INCOMPLETE;
            }
            if (ownEscape && quoted && c == format.escape()) {
                escaped = !escaped;
            }
            if (c == format.quote() && !escaped) {
                quoted = !quoted;
            }
            if (c != format.escape()) {
                escaped = false;
            }
        }
        if (!atEnd) {
            return INCOMPLETE;
        }
        if (quoted) {
            throw malformed("unterminated CSV quoted field").withWhere(whereLine(address, length));
        }
        return length;
    }

    @Override
    protected long field(int index, long address, long start, long length, Batch batch, int row) {
        long end = unquote(address, start, length);
        store(index, batch, row);
        return end;
    }

    private void store(int index, Batch batch, int row) {
        boolean isNull = isNullString(unquoted.address(), unquoted.position())
                && (sawQuote ? forceNull[index] : !forceNotNull[index]);
        if (isNull) {
            batch.column(index).setNull(row);
        } else {
            value(index, unquoted.address(), unquoted.position(), batch, row);
        }
    }

    /// Copies the column that begins at `start` without its quotes; returns the offset of the delimiter behind it.
    private long unquote(long address, long start, long length) {
        unquoted.clear();
        sawQuote = false;
        boolean quoted = false;
        long at = start;
        for (; at < length; at++) {
            byte c = NativeMemory.getByte(address + at);
            if (!quoted) {
                if (c == format.delimiter()) {
                    return at;
                }
                if (c == format.quote()) {
                    quoted = true;
                    sawQuote = true;
                } else {
                    unquoted.writeByte(c);
                }
            } else if (c == format.escape() && protectsNext(address, at, length)) {
                unquoted.writeByte(NativeMemory.getByte(address + ++at));
            } else if (c == format.quote()) {
                quoted = false;
            } else {
                unquoted.writeByte(c);
            }
        }
        if (quoted) {
            throw malformed("unterminated CSV quoted field").withWhere(whereLine(address, length));
        }
        return at;
    }

    private boolean protectsNext(long address, long at, long length) {
        if (at + 1 >= length) {
            return false;
        }
        byte next = NativeMemory.getByte(address + at + 1);
        return next == format.escape() || next == format.quote();
    }

    @Override
    protected List<String> headerNames(long address, long length) {
        List<String> names = new ArrayList<>();
        for (long start = 0; start <= length; ) {
            long end = unquote(address, start, length);
            names.add(text(unquoted.address(), unquoted.position()));
            start = end + 1;
        }
        return names;
    }

    @Override
    public void close() {
        unquoted.close();
        super.close();
    }
}
