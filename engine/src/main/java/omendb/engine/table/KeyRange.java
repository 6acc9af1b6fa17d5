package omendb.engine.table;

import java.lang.foreign.MemorySegment;
import omendb.engine.catalog.IndexDef;
import omendb.engine.type.BytesWriter;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.KeyEncoding;
import omendb.engine.type.NativeBytesWriter;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// A range of encoded index keys: values for the leading columns, then at most one lower and one upper bound on
/// the next.
///
/// Reusable: [#reset], then [#equal] for leading columns in order, then [#lower] / [#upper]. NULL as a value of
/// `equal`
/// means the keys with NULL there ("IS NULL"); `=` with NULL is the caller's to answer with no rows. Values must have
/// exactly the column's type.
/// Threading: one owner.
public final class KeyRange implements AutoCloseable {
    private static final int VALUE_FLAG = 0x01;

    private final IndexKeys keys;
    private final NativeBytesWriter prefix = new NativeBytesWriter(64);
    private final NativeBytesWriter first = new NativeBytesWriter(64);
    private final NativeBytesWriter end = new NativeBytesWriter(64);
    private int equalColumns;
    private boolean hasNull;
    private boolean hasFirst;
    private boolean hasEnd;
    private boolean closed;

    KeyRange(IndexKeys keys) {
        this.keys = keys;
    }

    public KeyRange reset() {
        prefix.truncate(0);
        equalColumns = 0;
        hasNull = false;
        hasFirst = false;
        hasEnd = false;
        return this;
    }

    /// The next key column equals `values[row]`.
    public KeyRange equal(ColumnVector values, int row) {
        encode(equalColumns, values, row, prefix);
        hasNull |= values.isNull(row);
        equalColumns++;
        return this;
    }

    /// The next key column is greater (in SQL's order, whatever the index's) than `values[row]`, NULLs excluded.
    public KeyRange lower(ColumnVector values, int row, boolean inclusive) {
        return bound(values, row, inclusive, !column(equalColumns).descending());
    }

    /// The next key column is less (in SQL's order) than `values[row]`, NULLs excluded.
    public KeyRange upper(ColumnVector values, int row, boolean inclusive) {
        return bound(values, row, inclusive, column(equalColumns).descending());
    }

    private KeyRange bound(ColumnVector values, int row, boolean inclusive, boolean atFirst) {
        NativeBytesWriter target = atFirst ? first : end;
        copyPrefix(target);
        encode(equalColumns, values, row, target);
        if (atFirst != inclusive) {
            successor(target); // first: beyond all keys with the value; end: including them
        }
        hasFirst |= atFirst;
        hasEnd |= !atFirst;
        return this;
    }

    private void encode(int column, ColumnVector values, int row, BytesWriter out) {
        IndexDef.Key key = column(column);
        KeyEncoding.encode(keys.type(column), values, row, key.descending(), key.nullsFirst(), out);
    }

    private IndexDef.Key column(int column) {
        return keys.index().keys().get(column);
    }

    private void copyPrefix(NativeBytesWriter target) {
        target.truncate(0);
        target.writeBytes(prefix.address(), prefix.position());
    }

    /// Makes `key` the smallest key after all that begin with it; empty = there is none.
    private static void successor(NativeBytesWriter key) {
        int length = key.position();
        while (length > 0) {
            long last = key.address() + length - 1;
            int value = NativeMemory.getByte(last) & 0xff;
            if (value != 0xff) {
                NativeMemory.putByte(last, (byte) (value + 1));
                break;
            }
            length--;
        }
        key.truncate(length);
    }

    /// The encoded leading columns, for who encodes them himself.
    NativeBytesWriter prefix() {
        return prefix;
    }

    /// Whether every column has a value: a unique index has at most one such entry.
    boolean isOneKey() {
        return equalColumns == keys.columnCount() && !hasNull;
    }

    /// The key of a range that fixes all columns.
    MemorySegment key() {
        return segment(prefix);
    }

    /// First key of the range; null = from the beginning.
    @Nullable
    MemorySegment from() {
        if (!hasFirst) {
            copyPrefix(first);
            if (hasEnd) {
                first.writeByte(VALUE_FLAG); // NULLs stay out of a bounded range
            }
        }
        return first.position() == 0 ? null : segment(first);
    }

    /// End of the range, exclusive; null = to the end.
    @Nullable
    MemorySegment to() {
        if (!hasEnd) {
            copyPrefix(end);
            if (hasFirst) {
                end.writeByte(VALUE_FLAG);
            }
            successor(end);
        }
        return end.position() == 0 ? null : segment(end);
    }

    private static MemorySegment segment(NativeBytesWriter writer) {
        return NativeMemory.segment(writer.address(), writer.position());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            prefix.close();
            first.close();
            end.close();
        }
    }
}
