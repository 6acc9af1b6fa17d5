package omendb.engine.catalog;

import java.util.Arrays;

/// A value that is not NULL as a row stores it: a fixed-width type's lane in 8 bytes (little-endian), else its bytes.
public final class StoredValue {
    private final byte[] bytes;

    public StoredValue(byte[] bytes) {
        this.bytes = bytes.clone();
    }

    public static StoredValue ofLane(long lane) {
        byte[] bytes = new byte[Long.BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            bytes[i] = (byte) (lane >>> (8 * i));
        }
        return new StoredValue(bytes);
    }

    /// The lane of a fixed-width value.
    public long lane() {
        long lane = 0;
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            lane = lane << 8 | (bytes[i] & 0xff);
        }
        return lane;
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoredValue value && Arrays.equals(bytes, value.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return java.util.HexFormat.of().formatHex(bytes);
    }
}
