package omendb.sql.copy;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Batch;
import omendb.engine.type.NativeBytesWriter;
import omendb.engine.type.TypeContext;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Parses the chunks of a COPY FROM into rows. A row may be split between chunks anywhere: a chunk is parsed where it
/// lies, and only its last, incomplete row is carried over to the next.
///
/// Threading: one owner. Close it: it holds memory.
public abstract sealed class CopyReader implements AutoCloseable permits CopyLineReader, CopyBinaryReader {
    private static final int SHOWN_BYTES = 100;

    protected final CopyFormat format;
    protected final List<CopyColumn> columns;
    protected final TypeContext context;
    protected final CopyRows rows;
    private final String relation;
    private final NativeBytesWriter carry = new NativeBytesWriter();

    /// Line (binary: row) being read, from 1 on; 0 before the first.
    protected long line;

    private long firstLineOfBatch = 1;
    private long rowCount;

    protected CopyReader(
            CopyFormat format, List<CopyColumn> columns, TypeContext context, String relation, CopyRows rows) {
        this.format = format;
        this.columns = columns;
        this.context = context;
        this.relation = relation;
        this.rows = rows;
    }

    /// A reader for the format.
    ///
    /// @param relation name of the table, for the CONTEXT line of errors
    public static CopyReader open(
            CopyFormat format, List<CopyColumn> columns, TypeContext context, String relation, CopyRows rows) {
        return switch (format.kind()) {
            case TEXT -> new CopyTextReader(format, columns, context, relation, rows);
            case CSV -> new CopyCsvReader(format, columns, context, relation, rows);
            case BINARY -> new CopyBinaryReader(format, columns, context, relation, rows);
        };
    }

    /// Rows read so far.
    public final long rowCount() {
        return rowCount;
    }

    /// Parses what can be parsed; native memory, valid during the call.
    public final void feed(MemorySegment chunk) {
        long size = chunk.byteSize();
        if (carry.position() == 0) {
            long used = parse(chunk.address(), size, false);
            carry.writeBytes(chunk.address() + used, Math.toIntExact(size - used));
            return;
        }
        requireRoom(size);
        carry.writeBytes(chunk.address(), Math.toIntExact(size));
        long used = parse(carry.address(), carry.position(), false);
        int left = Math.toIntExact(carry.position() - used);
        NativeMemory.copy(carry.address() + used, carry.address(), left);
        carry.truncate(left);
    }

    private void requireRoom(long size) {
        if (carry.position() + size > Integer.MAX_VALUE - 64L) {
            throw new UserException(SqlState.PROGRAM_LIMIT_EXCEEDED, "a row of COPY data is longer than 2 GiB");
        }
    }

    /// Parses the last, unterminated row and hands over what is buffered.
    ///
    /// @throws UserException 22P04 if the data end in the middle of a row
    public final void end() {
        long used = parse(carry.address(), carry.position(), true);
        carry.truncate(Math.toIntExact(carry.position() - used));
        finish();
        flush();
    }

    /// Parses complete rows.
    ///
    /// @param atEnd true if no byte follows
    /// @return bytes used; the rest begins with an incomplete row
    protected abstract long parse(long address, long length, boolean atEnd);

    /// Checks what must hold when all bytes were seen.
    protected void finish() {}

    /// The batch to put the next row into, at row [Batch#rowCount].
    protected final Batch batch() {
        return rows.batch();
    }

    /// Counts the row as complete.
    protected final void rowComplete() {
        Batch batch = rows.batch();
        if (batch.rowCount() == 0) {
            firstLineOfBatch = line;
        }
        batch.setRowCount(batch.rowCount() + 1);
        rowCount++;
        if (batch.isFull()) {
            flush();
        }
    }

    private void flush() {
        if (rows.batch().rowCount() > 0) {
            rows.flush(firstLineOfBatch);
        }
    }

    protected static OmenException malformed(String message) {
        return new UserException(SqlState.BAD_COPY_FILE_FORMAT, message);
    }

    /// CONTEXT naming the line alone.
    protected final String whereLine() {
        return "COPY " + relation + ", line " + line;
    }

    /// CONTEXT of the line that was to come.
    public final String whereNext() {
        return "COPY " + relation + ", line " + (line + 1);
    }

    /// CONTEXT with the line's text.
    protected final String whereLine(long address, long length) {
        return whereLine() + ": \"" + shown(address, length) + "\"";
    }

    /// CONTEXT naming a column, with its text where there is one.
    protected final String whereColumn(CopyColumn column, @Nullable String value) {
        return whereLine() + ", column " + column.name() + (value == null ? "" : ": " + value);
    }

    /// At most 100 bytes of the text, cut between characters, with "..." where it goes on.
    protected static String shown(long address, long length) {
        if (length <= SHOWN_BYTES) {
            return text(address, length);
        }
        int cut = SHOWN_BYTES;
        while (cut > 0 && (NativeMemory.getByte(address + cut) & 0xC0) == 0x80) {
            cut--;
        }
        return text(address, cut) + "...";
    }

    protected static String text(long address, long length) {
        byte[] bytes = new byte[Math.toIntExact(length)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = NativeMemory.getByte(address + i);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        carry.close();
    }
}
