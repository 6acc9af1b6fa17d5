package omendb.engine.type;

import java.util.List;
import java.util.stream.IntStream;
import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;
import omendb.memory.NativeMemory;

/// A view of an array value. Layout, little-endian, n = product of the dimensions:
///
///     offset size      field
///     0      1         number of dimensions, 0..6; 0 = the empty array
///     1      1         1 = there are NULLs
///     2      2         0
///     4      4         element type oid
///     8      8 * dims  per dimension: length, lower bound
///     ...    (n+7)/8   null bitmap, if there are NULLs; bit set = NULL
///     ...              fixed-width elements: n * storageWidth bytes
///                      others: n end offsets (4 bytes each) relative to the first element's byte, then the bytes
///
/// Elements stand in row-major order. Valid as long as the value's bytes are.
public final class ArrayValue {
    /// Most dimensions.
    public static final int MAX_DIMENSIONS = 6;

    private final long address;
    private final SqlType elementType;
    private final int dimensions;
    private final int count;
    private final long nulls;
    private final long data;

    private ArrayValue(long address) {
        this.address = address;
        this.dimensions = NativeMemory.getByte(address);
        SqlType type = Types.byOid(NativeMemory.getInt(address + 4));
        if (type == null) {
            throw new InternalException(SqlState.DATA_CORRUPTED, "array of an unknown element type");
        }
        this.elementType = type;
        int elements = dimensions == 0 ? 0 : 1;
        for (int i = 0; i < dimensions; i++) {
            elements *= NativeMemory.getInt(address + 8 + 8L * i);
        }
        this.count = elements;
        long afterDimensions = address + 8 + 8L * dimensions;
        boolean hasNulls = NativeMemory.getByte(address + 1) != 0;
        this.nulls = hasNulls ? afterDimensions : 0;
        this.data = hasNulls ? afterDimensions + (count + 7) / 8 : afterDimensions;
    }

    public static ArrayValue read(ColumnVector in, int row) {
        return new ArrayValue(in.address(row));
    }

    static ArrayValue read(long address) {
        return new ArrayValue(address);
    }

    public SqlType elementType() {
        return elementType;
    }

    public int dimensions() {
        return dimensions;
    }

    /// Number of elements of all dimensions together.
    public int count() {
        return count;
    }

    /// Length of dimension `index`, counted from 0.
    public int length(int index) {
        return NativeMemory.getInt(address + 8 + 8L * index);
    }

    public int lowerBound(int index) {
        return NativeMemory.getInt(address + 12 + 8L * index);
    }

    public List<Integer> lengths() {
        return IntStream.range(0, dimensions).map(this::length).boxed().toList();
    }

    public List<Integer> lowerBounds() {
        return IntStream.range(0, dimensions).map(this::lowerBound).boxed().toList();
    }

    public boolean hasNulls() {
        return nulls != 0;
    }

    public boolean isNull(int index) {
        return nulls != 0 && (NativeMemory.getByte(nulls + (index >> 3)) & (1 << (index & 7))) != 0;
    }

    /// Lane of element `index`: the LONG value, the double's bits or the address of the bytes.
    long lane(int index) {
        int width = elementType.storageWidth();
        if (width > 0) {
            return elementType.readLane(data + (long) index * width);
        }
        return data + 4L * count + start(index);
    }

    private int start(int index) {
        return index == 0 ? 0 : NativeMemory.getInt(data + 4L * (index - 1));
    }

    /// Bytes of element `index`; 0 for fixed-width types.
    int elementLength(int index) {
        return elementType.storageWidth() > 0 ? 0 : NativeMemory.getInt(data + 4L * index) - start(index);
    }

    /// Puts element `index` (BYTES by reference) into a row of `out`.
    public void get(int index, ColumnVector out, int row) {
        if (isNull(index)) {
            out.setNull(row);
        } else if (elementType.kind() == SqlType.Kind.BYTES) {
            out.setReference(row, lane(index), elementLength(index));
        } else {
            out.setLong(row, lane(index));
        }
    }

    /// Index of the element under these subscripts, or -1 if it lies outside.
    public int indexOf(long[] subscripts) {
        if (subscripts.length != dimensions) {
            return -1;
        }
        int index = 0;
        for (int i = 0; i < dimensions; i++) {
            long offset = subscripts[i] - lowerBound(i);
            if (offset < 0 || offset >= length(i)) {
                return -1;
            }
            index = (int) (index * (long) length(i) + offset);
        }
        return index;
    }
}
