package omendb.engine.type;

import java.util.Arrays;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// Collects elements and writes them as an [ArrayValue]. BYTES elements are kept by reference until written.
/// Threading: one owner.
public final class ArrayBuilder {
    private static final int MAX_ELEMENTS = 134_217_727;

    private final SqlType elementType;
    private long[] lanes = new long[8];
    private int[] lengths = new int[8];
    private boolean[] nulls = new boolean[8];
    private int count;
    private int nullCount;

    public ArrayBuilder(SqlType elementType) {
        this.elementType = elementType;
    }

    public SqlType elementType() {
        return elementType;
    }

    public int count() {
        return count;
    }

    public void clear() {
        count = 0;
        nullCount = 0;
    }

    private void add(long lane, int length, boolean isNull) {
        if (count == lanes.length) {
            if (count >= MAX_ELEMENTS) {
                throw new UserException(
                        SqlState.PROGRAM_LIMIT_EXCEEDED,
                        "array size exceeds the maximum allowed (" + MAX_ELEMENTS + ")");
            }
            lanes = Arrays.copyOf(lanes, count * 2);
            lengths = Arrays.copyOf(lengths, count * 2);
            nulls = Arrays.copyOf(nulls, count * 2);
        }
        lanes[count] = lane;
        lengths[count] = length;
        nulls[count++] = isNull;
        nullCount += isNull ? 1 : 0;
    }

    public void addNull() {
        add(0, 0, true);
    }

    /// Adds a value of the element type, or NULL.
    public void add(ColumnVector in, int row) {
        if (in.isNull(row)) {
            addNull();
        } else {
            add(in.getLong(row), elementType.kind() == SqlType.Kind.BYTES ? in.length(row) : 0, false);
        }
    }

    /// Adds all elements of an array of the same element type.
    public void addAll(ArrayValue array) {
        for (int i = 0; i < array.count(); i++) {
            addElement(array, i);
        }
    }

    public void addElement(ArrayValue array, int index) {
        if (array.isNull(index)) {
            addNull();
        } else {
            add(array.lane(index), array.elementLength(index), false);
        }
    }

    /// Writes a one-dimensional array with lower bound 1 (no elements: the empty array).
    public void write(ColumnVector out, int row) {
        write(List.of(count), List.of(1), out, row);
    }

    /// Writes with these dimensions; an empty one makes the empty array.
    public void write(List<Integer> dimensionLengths, List<Integer> lowerBounds, ColumnVector out, int row) {
        // an empty int2vector keeps its dimension (lower bound 0)
        boolean empty = count == 0 && !(lowerBounds.size() == 1 && lowerBounds.getFirst() == 0);
        int dimensions = empty ? 0 : dimensionLengths.size();
        long header = 8 + 8L * dimensions + (nullCount > 0 ? (count + 7) / 8 : 0);
        long bytes = header + dataBytes();
        if (bytes > Integer.MAX_VALUE) {
            throw new UserException(SqlState.PROGRAM_LIMIT_EXCEEDED, "array size exceeds the maximum allowed");
        }
        long address = out.arena().allocate(bytes);
        NativeMemory.putInt(address, 0);
        NativeMemory.putByte(address, (byte) dimensions);
        NativeMemory.putByte(address + 1, (byte) (nullCount > 0 ? 1 : 0));
        NativeMemory.putInt(address + 4, elementType.oid());
        for (int i = 0; i < dimensions; i++) {
            NativeMemory.putInt(address + 8 + 8L * i, dimensionLengths.get(i));
            NativeMemory.putInt(address + 12 + 8L * i, lowerBounds.get(i));
        }
        if (nullCount > 0) {
            writeNulls(address + 8 + 8L * dimensions);
        }
        writeData(address + header);
        out.setReference(row, address, (int) bytes);
    }

    private long dataBytes() {
        int width = elementType.storageWidth();
        if (width > 0) {
            return (long) width * count;
        }
        long bytes = 4L * count;
        for (int i = 0; i < count; i++) {
            bytes += lengths[i];
        }
        return bytes;
    }

    private void writeNulls(long address) {
        NativeMemory.fill(address, (count + 7) / 8, (byte) 0);
        for (int i = 0; i < count; i++) {
            if (nulls[i]) {
                long at = address + (i >> 3);
                NativeMemory.putByte(at, (byte) (NativeMemory.getByte(at) | (1 << (i & 7))));
            }
        }
    }

    private void writeData(long address) {
        int width = elementType.storageWidth();
        if (width > 0) {
            for (int i = 0; i < count; i++) {
                elementType.writeLane(address + (long) width * i, lanes[i]);
            }
            return;
        }
        long first = address + 4L * count;
        int end = 0;
        for (int i = 0; i < count; i++) {
            if (!nulls[i]) {
                NativeMemory.copy(lanes[i], first + end, lengths[i]);
                end += lengths[i];
            }
            NativeMemory.putInt(address + 4L * i, end);
        }
    }
}
