package omendb.engine.type;

import omendb.memory.NativeMemory;

/// timetz: by the instant in UTC, then by zone. Key: both, sign flipped.
final class TimetzOrder implements ValueOrder {
    private static long utc(long address) {
        return NativeMemory.getLong(address) + zone(address) * Timestamps.MICROS_PER_SECOND;
    }

    private static int zone(long address) {
        return NativeMemory.getInt(address + 8);
    }

    @Override
    public int compare(long a, int lengthA, long b, int lengthB) {
        int order = Long.compare(utc(a), utc(b));
        return order != 0 ? order : Integer.compare(zone(a), zone(b));
    }

    @Override
    public long hash(long a, int length) {
        return Hash.combine(utc(a), zone(a));
    }

    @Override
    public void encodeKey(long a, int length, BytesWriter out) {
        out.writeLong(utc(a) ^ Long.MIN_VALUE);
        out.writeInt(zone(a) ^ Integer.MIN_VALUE);
    }
}
