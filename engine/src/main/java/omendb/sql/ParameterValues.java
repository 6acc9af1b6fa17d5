package omendb.sql;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The values of a Bind message where they lie in the network buffer: address, length and format of each.
///
/// Reusable: the protocol keeps one per connection and refills it, so binding allocates nothing.
/// The memory must stay valid until [SqlSession#bind] returns (the session converts or copies everything in
/// it).
public final class ParameterValues {
    private static final int NULL_LENGTH = -1;

    private long[] addresses = new long[8];
    private int[] lengths = new int[8];
    private boolean[] binary = new boolean[8];
    private int count;

    /// No parameters; shared and never refilled.
    public static ParameterValues none() {
        return new ParameterValues();
    }

    public void clear() {
        count = 0;
    }

    public int count() {
        return count;
    }

    public void addNull() {
        add(0, NULL_LENGTH, false);
    }

    /// Adds a value that lies in native memory.
    public void add(MemorySegment value, boolean isBinary) {
        if (!value.isNative()) {
            throw new IllegalArgumentException("a parameter must lie in native memory");
        }
        add(value.address(), Math.toIntExact(value.byteSize()), isBinary);
    }

    public void add(long address, int length, boolean isBinary) {
        if (count == addresses.length) {
            addresses = Arrays.copyOf(addresses, count * 2);
            lengths = Arrays.copyOf(lengths, count * 2);
            binary = Arrays.copyOf(binary, count * 2);
        }
        addresses[count] = address;
        lengths[count] = length;
        binary[count++] = isBinary;
    }

    public boolean isNull(int index) {
        return lengths[index] == NULL_LENGTH;
    }

    public long address(int index) {
        return addresses[index];
    }

    public int length(int index) {
        return lengths[index];
    }

    public boolean isBinary(int index) {
        return binary[index];
    }
}
