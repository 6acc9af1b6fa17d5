package omendb.sql.copy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.BytesWriter;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.NativeBytesWriter;
import omendb.engine.type.TypeContext;
import omendb.memory.NativeMemory;

/// Writes rows in the format of a COPY TO.
///
/// Threading: one owner. Close it: it holds memory.
public final class CopyWriter implements AutoCloseable {
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0};

    private final CopyFormat format;
    private final List<CopyColumn> columns;
    private final TypeContext context;
    private final byte[] nullBytes;
    private final boolean[] forceQuote;
    private final NativeBytesWriter value = new NativeBytesWriter();

    public CopyWriter(CopyFormat format, List<CopyColumn> columns, TypeContext context) {
        this.format = format;
        this.columns = columns;
        this.context = context;
        this.nullBytes = format.nullString().getBytes(StandardCharsets.UTF_8);
        this.forceQuote = new boolean[columns.size()];
        for (int i = 0; i < forceQuote.length; i++) {
            forceQuote[i] = format.forceQuote().contains("*")
                    || format.forceQuote().contains(columns.get(i).name());
        }
    }

    /// What stands before the first row: binary header or line of column names.
    public void start(BytesWriter out) {
        if (format.isBinary()) {
            out.writeBytes(SIGNATURE);
            out.writeInt(0);
            out.writeInt(0);
        } else if (format.header() != CopyFormat.Header.NONE) {
            for (int i = 0; i < columns.size(); i++) {
                delimiter(i, out);
                value.clear();
                value.writeUtf8(columns.get(i).name());
                text(false, out);
            }
            out.writeByte('\n');
        }
    }

    /// One row of the batch, whose columns are those of the COPY.
    public void row(Batch batch, int row, BytesWriter out) {
        if (format.isBinary()) {
            binaryRow(batch, row, out);
            return;
        }
        for (int i = 0; i < columns.size(); i++) {
            delimiter(i, out);
            ColumnVector column = batch.column(i);
            if (column.isNull(row)) {
                out.writeBytes(nullBytes);
            } else {
                value.clear();
                column.type().io().print(context, column, row, value);
                text(forceQuote[i], out);
            }
        }
        out.writeByte('\n');
    }

    /// What stands behind the last row.
    public void end(BytesWriter out) {
        if (format.isBinary()) {
            out.writeShort(-1);
        }
    }

    private void binaryRow(Batch batch, int row, BytesWriter out) {
        out.writeShort(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            ColumnVector column = batch.column(i);
            int lengthAt = out.position();
            out.writeInt(-1);
            if (!column.isNull(row)) {
                column.type().io().send(context, column, row, out);
                out.putIntAt(lengthAt, out.position() - lengthAt - 4);
            }
        }
    }

    private void delimiter(int index, BytesWriter out) {
        if (index > 0) {
            out.writeByte(format.delimiter());
        }
    }

    private void text(boolean quoteAlways, BytesWriter out) {
        if (format.kind() == CopyFormat.Kind.CSV) {
            csv(quoteAlways, out);
        } else {
            escaped(out);
        }
    }

    private void escaped(BytesWriter out) {
        int length = value.position();
        for (int i = 0; i < length; i++) {
            byte c = NativeMemory.getByte(value.address() + i);
            int letter = switch (c) {
                case '\b' -> 'b';
                case '\f' -> 'f';
                case '\n' -> 'n';
                case '\r' -> 'r';
                case '\t' -> 't';
                case 0x0b -> 'v';
                default -> c == '\\' || c == format.delimiter() ? c : 0;
            };
            if (letter != 0) {
                out.writeByte('\\');
                out.writeByte(letter);
            } else {
                out.writeByte(c);
            }
        }
    }

    private void csv(boolean quoteAlways, BytesWriter out) {
        int length = value.position();
        if (!quoteAlways && !needsQuotes(length)) {
            out.writeBytes(value.address(), length);
            return;
        }
        out.writeByte(format.quote());
        for (int i = 0; i < length; i++) {
            byte c = NativeMemory.getByte(value.address() + i);
            if (c == format.quote() || c == format.escape()) {
                out.writeByte(format.escape());
            }
            out.writeByte(c);
        }
        out.writeByte(format.quote());
    }

    private boolean needsQuotes(int length) {
        if (length == nullBytes.length
                && new String(value.toByteArray(), StandardCharsets.UTF_8).equals(format.nullString())) {
            return true;
        }
        // a lone \. would read as the end of the data
        if (columns.size() == 1 && length == 2 && at(0) == '\\' && at(1) == '.') {
            return true;
        }
        for (int i = 0; i < length; i++) {
            byte c = at(i);
            if (c == format.delimiter() || c == format.quote() || c == '\n' || c == '\r') {
                return true;
            }
        }
        return false;
    }

    private byte at(int index) {
        return NativeMemory.getByte(value.address() + index);
    }

    @Override
    public void close() {
        value.close();
    }
}
