package omendb.engine.alex;

import static omendb.memory.NativeMemory.getLong;
import static omendb.memory.NativeMemory.putLong;

/// Sorted entries as they lie in memory: pairs of 16 bytes, key before payload. And the order of entries.
final class Entries {
    static final int BYTES = 16;

    private Entries() {}

    static long key(long entries, long index) {
        return getLong(entries + index * BYTES);
    }

    static long payload(long entries, long index) {
        return getLong(entries + index * BYTES + 8);
    }

    static void put(long entries, long index, long key, long payload) {
        putLong(entries + index * BYTES, key);
        putLong(entries + index * BYTES + 8, payload);
    }

    static boolean less(long key, long payload, long otherKey, long otherPayload) {
        return key < otherKey || (key == otherKey && payload < otherPayload);
    }

    /// Number of entries in front of (key, payload).
    static int lowerBound(long entries, int count, long key, long payload) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (less(key(entries, middle), payload(entries, middle), key, payload)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    // ---- neighbours in the order of all possible entries ----

    static boolean isGreatest(long key, long payload) {
        return key == Long.MAX_VALUE && payload == Long.MAX_VALUE;
    }

    static boolean isLeast(long key, long payload) {
        return key == Long.MIN_VALUE && payload == Long.MIN_VALUE;
    }

    /// Key of the entry that follows; not of the greatest.
    static long keyAfter(long key, long payload) {
        return payload == Long.MAX_VALUE ? key + 1 : key;
    }

    /// Payload of the entry that follows.
    static long payloadAfter(long payload) {
        return payload + 1; // MAX becomes MIN
    }

    /// Key of the entry in front; not of the least.
    static long keyBefore(long key, long payload) {
        return payload == Long.MIN_VALUE ? key - 1 : key;
    }

    /// Payload of the entry in front.
    static long payloadBefore(long payload) {
        return payload - 1; // MIN becomes MAX
    }

    /// A difference of keys, which is an unsigned number.
    static double toDouble(long unsigned) {
        return unsigned >= 0 ? (double) unsigned : (double) (unsigned >>> 1) * 2;
    }
}
