package omendb.sql.copy;

import java.util.List;
import omendb.engine.error.OmenException;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.TypeContext;
import omendb.memory.NativeMemory;

/// FORMAT binary, as PostgreSQL's COPY page specifies it (all numbers big-endian):
///
///     header   11 bytes signature `PGCOPY\n\377\r\n\0`, int32 flags (bit 16: oids, refused; other high bits: refused),
///              int32 length of an extension, which is skipped
///     row      int16 number of fields; per field int32 length (-1 = NULL) and that many bytes
///     trailer  int16 -1; nothing may follow
final class CopyBinaryReader extends CopyReader {
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0};
    private static final int OIDS = 1 << 16;

    private enum State {
        HEADER,
        EXTENSION,
        ROWS,
        TRAILER_SEEN
    }

    private State state = State.HEADER;
    private long extensionLeft;

    CopyBinaryReader(CopyFormat format, List<CopyColumn> columns, TypeContext context, String relation, CopyRows rows) {
        super(format, columns, context, relation, rows);
    }

    @Override
    protected long parse(long address, long length, boolean atEnd) {
        long used = 0;
        if (state == State.HEADER) {
            used = header(address, length, atEnd);
        }
        if (state == State.EXTENSION) {
            long skipped = Math.min(extensionLeft, length - used);
            used += skipped;
            extensionLeft -= skipped;
            if (extensionLeft == 0) {
                state = State.ROWS;
            }
        }
        while (state == State.ROWS) {
            long row = row(address + used, length - used, atEnd);
            if (row == 0) {
                break;
            }
            used += row;
        }
        if (state == State.TRAILER_SEEN && used < length) {
            throw malformed("received copy data after EOF marker").withWhere(whereLine());
        }
        return used;
    }

    private long header(long address, long length, boolean atEnd) {
        long shared = Math.min(length, SIGNATURE.length);
        for (int i = 0; i < shared; i++) {
            if (NativeMemory.getByte(address + i) != SIGNATURE[i]) {
                throw malformed("COPY file signature not recognized");
            }
        }
        if (length < SIGNATURE.length + 8L) {
            if (atEnd) {
                throw malformed(
                        length < SIGNATURE.length
                                ? "COPY file signature not recognized"
                                : length < SIGNATURE.length + 4L
                                        ? "invalid COPY file header (missing flags)"
                                        : "invalid COPY file header (missing length)");
            }
            return 0;
        }
        int flags = intAt(address + SIGNATURE.length);
        if ((flags & OIDS) != 0) {
            throw malformed("invalid COPY file header (WITH OIDS)");
        }
        if ((flags & 0xffff0000) != 0) {
            throw malformed("unrecognized critical flags in COPY file header");
        }
        extensionLeft = intAt(address + SIGNATURE.length + 4);
        if (extensionLeft < 0) {
            throw malformed("invalid COPY file header (missing length)");
        }
        state = State.EXTENSION;
        return SIGNATURE.length + 8L;
    }

    @Override
    protected void finish() {
        if (state == State.EXTENSION) {
            throw malformed("invalid COPY file header (wrong length)");
        }
    }

    /// Reads a row if it is complete; returns its bytes, or 0.
    private long row(long address, long length, boolean atEnd) {
        if (length < 2) {
            // as in PostgreSQL the end of the data at a row's border needs no trailer
            return 0;
        }
        line++;
        int fields = Short.reverseBytes(NativeMemory.getShort(address));
        if (fields == -1) {
            state = State.TRAILER_SEEN;
            return 2;
        }
        if (fields != columns.size()) {
            throw malformed("row field count is " + fields + ", expected " + columns.size())
                    .withWhere(whereLine());
        }
        long size = rowSize(address, length, atEnd);
        if (size == 0) {
            line--;
            return 0;
        }
        Batch batch = batch();
        int row = batch.rowCount();
        long at = address + 2;
        for (int i = 0; i < fields; i++) {
            int bytes = intAt(at);
            at += 4;
            if (bytes < 0) {
                batch.column(i).setNull(row);
            } else {
                receive(i, at, bytes, batch.column(i), row);
                at += bytes;
            }
        }
        rowComplete();
        return size;
    }

    /// Bytes of the row at `address`, or 0 if it goes on beyond `length`.
    private long rowSize(long address, long length, boolean atEnd) {
        long at = 2;
        for (CopyColumn column : columns) {
            if (at + 4 > length) {
                return incomplete(column, atEnd);
            }
            int bytes = intAt(address + at);
            if (bytes < -1) {
                throw malformed("invalid field size").withWhere(whereColumn(column, null));
            }
            at += 4L + Math.max(bytes, 0);
            if (at > length) {
                return incomplete(column, atEnd);
            }
        }
        return at;
    }

    private long incomplete(CopyColumn column, boolean atEnd) {
        if (atEnd) {
            throw malformed("unexpected EOF in COPY data").withWhere(whereColumn(column, null));
        }
        return 0;
    }

    private void receive(int index, long address, int bytes, ColumnVector out, int row) {
        CopyColumn column = columns.get(index);
        try {
            column.type().io().receive(context, address, bytes, column.typmod(), out, row);
        } catch (OmenException e) {
            throw e.withWhere(whereColumn(column, null));
        }
    }

    private static int intAt(long address) {
        return Integer.reverseBytes(NativeMemory.getInt(address));
    }
}
