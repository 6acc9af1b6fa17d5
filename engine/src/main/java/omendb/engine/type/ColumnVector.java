package omendb.engine.type;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Up to [Batch#CAPACITY] values of one type, off-heap.
///
/// Layout at `base` (64-byte aligned):
///
///     offset size      field
///     0      1024      null flags, one byte a row: 1 = NULL
///     1024   1024 * 8  lanes: LONG value, double bits, or for BYTES the value's address
///     9216   1024 * 4  lengths in bytes, BYTES only
///
/// BYTES values are references: the bytes live in row storage pinned by the statement, or in [#arena].
/// A lane of a NULL row is undefined. `set*` clears the null flag of its row.
/// Threading: one owner.
public final class ColumnVector implements AutoCloseable {
    private static final long LANES_OFFSET = Batch.CAPACITY;
    private static final long LENGTHS_OFFSET = LANES_OFFSET + Batch.CAPACITY * 8L;
    private static final long BYTES = LENGTHS_OFFSET + Batch.CAPACITY * 4L;

    private static final MemoryTag TAG = MemoryTag.of("columns");

    private SqlType type;
    private final ValueArena arena;
    private final long nulls;
    private final long lanes;
    private final long lengths;
    private final boolean owner;

    private ColumnVector(SqlType type, ValueArena arena, boolean owner, long nulls, long lanes, long lengths) {
        this.type = type;
        this.arena = arena;
        this.owner = owner;
        this.nulls = nulls;
        this.lanes = lanes;
        this.lengths = lengths;
    }

    /// A vector whose values go to `arena`, which outlives it; all rows not NULL.
    public static ColumnVector allocate(SqlType type, ValueArena arena) {
        long base = MemoryAccount.allocate(TAG, BYTES);
        arena.countVector(BYTES);
        return new ColumnVector(type, arena, true, base, base + LANES_OFFSET, base + LENGTHS_OFFSET);
    }

    /// A vector of a single row that lives in `arena` and needs no closing (scratch of parsers and the like).
    public static ColumnVector cell(SqlType type, ValueArena arena) {
        long base = arena.allocate(24);
        NativeMemory.fill(base, 24, (byte) 0);
        return new ColumnVector(type, arena, false, base, base + 8, base + 16);
    }

    public SqlType type() {
        return type;
    }

    /// Reuses the vector for another type (pooling, binary-coercible casts).
    public void retype(SqlType type) {
        this.type = type;
    }

    /// Where functions put the bytes of BYTES results.
    public ValueArena arena() {
        return arena;
    }

    /// Address of the null flags, for kernels.
    public long nullsAddress() {
        return nulls;
    }

    /// Address of the 8-byte lanes, for kernels.
    public long lanesAddress() {
        return lanes;
    }

    /// Address of the 4-byte lengths, for kernels.
    public long lengthsAddress() {
        return lengths;
    }

    public boolean isNull(int row) {
        return NativeMemory.getByte(nulls + row) != 0;
    }

    public void setNull(int row) {
        NativeMemory.putByte(nulls + row, (byte) 1);
    }

    /// Marks rows `0..count` not NULL.
    public void clearNulls(int count) {
        NativeMemory.fill(nulls, count, (byte) 0);
    }

    /// Marks rows `0..count` NULL.
    public void fillNulls(int count) {
        NativeMemory.fill(nulls, count, (byte) 1);
    }

    public long getLong(int row) {
        return NativeMemory.getLong(lanes + ((long) row << 3));
    }

    public void setLong(int row, long value) {
        NativeMemory.putByte(nulls + row, (byte) 0);
        NativeMemory.putLong(lanes + ((long) row << 3), value);
    }

    public boolean getBoolean(int row) {
        return getLong(row) != 0;
    }

    public void setBoolean(int row, boolean value) {
        setLong(row, value ? 1 : 0);
    }

    public double getDouble(int row) {
        return NativeMemory.getDouble(lanes + ((long) row << 3));
    }

    public void setDouble(int row, double value) {
        NativeMemory.putByte(nulls + row, (byte) 0);
        NativeMemory.putDouble(lanes + ((long) row << 3), value);
    }

    /// Address of a BYTES value.
    public long address(int row) {
        return NativeMemory.getLong(lanes + ((long) row << 3));
    }

    /// Length in bytes of a BYTES value.
    public int length(int row) {
        return NativeMemory.getInt(lengths + ((long) row << 2));
    }

    /// Refers to bytes that live at least as long as this batch is used.
    public void setReference(int row, long address, int length) {
        NativeMemory.putByte(nulls + row, (byte) 0);
        NativeMemory.putLong(lanes + ((long) row << 3), address);
        NativeMemory.putInt(lengths + ((long) row << 2), length);
    }

    /// Copies the bytes into the arena.
    public void setBytes(int row, byte[] value) {
        setReference(row, arena.copy(value, 0, value.length), value.length);
    }

    public byte[] getBytes(int row) {
        byte[] bytes = new byte[length(row)];
        NativeMemory.copy(address(row), bytes, 0, bytes.length);
        return bytes;
    }

    /// Copies the text as UTF-8 into the arena.
    public void setString(int row, String value) {
        setBytes(row, value.getBytes(StandardCharsets.UTF_8));
    }

    public String getString(int row) {
        return new String(getBytes(row), StandardCharsets.UTF_8);
    }

    /// The bytes in place; valid as long as the value is.
    public MemorySegment segment(int row) {
        return NativeMemory.segment(address(row), length(row)).asReadOnly();
    }

    /// Copies a value of the same physical kind; BYTES by reference.
    public void copyFrom(ColumnVector source, int sourceRow, int row) {
        if (source.isNull(sourceRow)) {
            setNull(row);
        } else {
            setLong(row, source.getLong(sourceRow));
            if (type.kind() == SqlType.Kind.BYTES) {
                NativeMemory.putInt(lengths + ((long) row << 2), source.length(sourceRow));
            }
        }
    }

    /// Like [#copyFrom], but BYTES values are copied into this vector's arena: use it to outlive the source.
    public void copyValueFrom(ColumnVector source, int sourceRow, int row) {
        copyFrom(source, sourceRow, row);
        if (type.kind() == SqlType.Kind.BYTES && !isNull(row)) {
            int length = length(row);
            NativeMemory.putLong(lanes + ((long) row << 3), arena.copy(address(row), length));
        }
    }

    /// Row 0 becomes a copy of the value; a BYTES value reuses the bytes of the one before where it fits (a running
    /// extreme does not grow the arena with every change).
    public void replaceWith(ColumnVector source, int sourceRow) {
        boolean reusable = type.kind() == SqlType.Kind.BYTES
                && address(0) != 0
                && !source.isNull(sourceRow)
                && source.length(sourceRow) <= ((length(0) + 7) & ~7);
        if (reusable) {
            int length = source.length(sourceRow);
            NativeMemory.copy(source.address(sourceRow), address(0), length);
            setReference(0, address(0), length);
        } else {
            copyValueFrom(source, sourceRow, 0);
        }
    }

    /// Copies rows `0..count` (references for BYTES).
    public void copyAll(ColumnVector source, int count) {
        NativeMemory.copy(source.nulls, nulls, count);
        NativeMemory.copy(source.lanes, lanes, count * 8L);
        if (type.kind() == SqlType.Kind.BYTES) {
            NativeMemory.copy(source.lengths, lengths, count * 4L);
        }
    }

    /// Fills `0..count` of this vector with the rows of `source` that `selection` names, in its order.
    public void gather(ColumnVector source, int[] selection, int count) {
        for (int i = 0; i < count; i++) {
            copyFrom(source, selection[i], i);
        }
    }

    /// Repeats row 0 in rows `1..count` (a constant column).
    public void repeatFirst(int count) {
        for (int i = 1; i < count; i++) {
            copyFrom(this, 0, i);
        }
    }

    @Override
    public void close() {
        if (owner) {
            MemoryAccount.free(TAG, nulls, BYTES);
            arena.countVector(-BYTES);
        }
    }
}
