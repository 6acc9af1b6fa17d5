package omendb.engine.type;

import omendb.memory.NativeMemory;

/// Hashing of lanes and bytes for joins and grouping.
final class Hash {
    private static final long PRIME_1 = 0x9E37_79B1_85EB_CA87L;
    private static final long PRIME_2 = 0xC2B2_AE3D_27D4_EB4FL;

    private Hash() {}

    static long mix(long value) {
        long hash = value * PRIME_1;
        hash ^= hash >>> 32;
        hash *= PRIME_2;
        return hash ^ (hash >>> 29);
    }

    static long combine(long left, long right) {
        return mix(left * 31 + right);
    }

    static long bytes(long address, int length) {
        long hash = length * PRIME_2;
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            hash = Long.rotateLeft(hash ^ (NativeMemory.getLong(address + i) * PRIME_1), 27) * PRIME_2;
        }
        for (; i < length; i++) {
            hash = Long.rotateLeft(hash ^ ((NativeMemory.getByte(address + i) & 0xff) * PRIME_1), 11) * PRIME_2;
        }
        return mix(hash);
    }
}
