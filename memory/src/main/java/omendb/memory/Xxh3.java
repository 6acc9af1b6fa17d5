package omendb.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HexFormat;

/// XXH3 with 64 bits of output, seed 0 and the default secret, after the published specification
/// (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md); equal to `XXH3_64bits`.
///
/// Short inputs have a formula per length class; above 240 bytes, eight 64-bit accumulators take in 64-byte
/// stripes, are scrambled after every 1,024-byte block, and are folded at the end.
final class Xxh3 {
    private static final byte[] SECRET = HexFormat.of()
            .parseHex("b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
                    + "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
                    + "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
                    + "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
                    + "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
                    + "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e");
    private static final ValueLayout.OfLong KEY = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final MemorySegment SECRET_SEGMENT = MemorySegment.ofArray(SECRET);
    // the secret at every multiple of 8
    private static final long[] KEYS = new long[24];

    private static final long PRIME32_1 = 0x9E3779B1L;
    private static final long PRIME32_2 = 0x85EBCA77L;
    private static final long PRIME32_3 = 0xC2B2AE3DL;
    private static final long PRIME64_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME64_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME64_3 = 0x165667B19E3779F9L;
    private static final long PRIME64_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME64_5 = 0x27D4EB2F165667C5L;
    private static final long PRIME_MX1 = 0x165667919E3779F9L;
    private static final long PRIME_MX2 = 0x9FB21C651E98DF25L;

    private static final int STRIPE_BYTES = 64;
    private static final int BLOCK_STRIPES = 16;
    private static final int BLOCK_BYTES = STRIPE_BYTES * BLOCK_STRIPES;
    private static final int SCRAMBLE_KEY = 128;
    private static final int LAST_STRIPE_KEY = 121;
    private static final int MERGE_KEY = 11;

    static {
        for (int i = 0; i < KEYS.length; i++) {
            KEYS[i] = key(i * Long.BYTES);
        }
    }

    private Xxh3() {}

    static long hash(long address, long bytes) {
        if (bytes > 240) {
            return hashLong(address, bytes);
        }
        int length = (int) bytes;
        if (length <= 16) {
            return hashUpTo16(address, length);
        }
        return length <= 128 ? hashUpTo128(address, length) : hashUpTo240(address, length);
    }

    private static long hashUpTo16(long address, int length) {
        if (length > 8) {
            long low = NativeMemory.getLong(address) ^ key(24) ^ key(32);
            long high = NativeMemory.getLong(address + length - 8) ^ key(40) ^ key(48);
            return avalanche(length + Long.reverseBytes(low) + high + multiplyFold(low, high));
        }
        if (length >= 4) {
            long first = Integer.toUnsignedLong(NativeMemory.getInt(address));
            long last = Integer.toUnsignedLong(NativeMemory.getInt(address + length - 4));
            long hash = (last + (first << 32)) ^ key(8) ^ key(16);
            hash ^= Long.rotateLeft(hash, 49) ^ Long.rotateLeft(hash, 24);
            hash *= PRIME_MX2;
            hash ^= (hash >>> 35) + length;
            hash *= PRIME_MX2;
            return hash ^ (hash >>> 28);
        }
        if (length > 0) {
            int first = NativeMemory.getByte(address) & 0xff;
            int middle = NativeMemory.getByte(address + (length >> 1)) & 0xff;
            int last = NativeMemory.getByte(address + length - 1) & 0xff;
            int combined = first << 16 | middle << 24 | last | length << 8;
            int flip = (int) key(0) ^ (int) key(4);
            return avalanche64(Integer.toUnsignedLong(combined ^ flip));
        }
        return avalanche64(key(56) ^ key(64));
    }

    private static long hashUpTo128(long address, int length) {
        long sum = length * PRIME64_1;
        for (int i = (length - 1) / 32; i >= 0; i--) {
            sum += mix16(address + 16L * i, 32 * i);
            sum += mix16(address + length - 16L * (i + 1), 32 * i + 16);
        }
        return avalanche(sum);
    }

    private static long hashUpTo240(long address, int length) {
        long sum = length * PRIME64_1;
        for (int i = 0; i < 8; i++) {
            sum += mix16(address + 16L * i, 16 * i);
        }
        sum = avalanche(sum);
        for (int i = 8; i < length / 16; i++) {
            sum += mix16(address + 16L * i, 16 * (i - 8) + 3);
        }
        sum += mix16(address + length - 16, 119);
        return avalanche(sum);
    }

    private static long hashLong(long address, long bytes) {
        long[] sums = {PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1};
        long blocks = (bytes - 1) / BLOCK_BYTES;
        for (long block = 0; block < blocks; block++) {
            accumulate(sums, address + block * BLOCK_BYTES, BLOCK_STRIPES);
            scramble(sums);
        }
        long rest = address + blocks * BLOCK_BYTES;
        accumulate(sums, rest, (int) ((bytes - 1 - blocks * BLOCK_BYTES) / STRIPE_BYTES));
        accumulateLast(sums, address + bytes - STRIPE_BYTES);
        long hash = bytes * PRIME64_1;
        for (int i = 0; i < 4; i++) {
            hash += multiplyFold(sums[2 * i] ^ key(MERGE_KEY + 16 * i), sums[2 * i + 1] ^ key(MERGE_KEY + 16 * i + 8));
        }
        return avalanche(hash);
    }

    // lanes in pairs: each takes the other's data and the product of the halves of its own keyed data. Held in
    // locals so that a block runs in registers.
    private static void accumulate(long[] sums, long address, int stripes) {
        long s0 = sums[0];
        long s1 = sums[1];
        long s2 = sums[2];
        long s3 = sums[3];
        long s4 = sums[4];
        long s5 = sums[5];
        long s6 = sums[6];
        long s7 = sums[7];
        for (int n = 0; n < stripes; n++) {
            long stripe = address + (long) n * STRIPE_BYTES;
            long d0 = NativeMemory.getLong(stripe);
            long d1 = NativeMemory.getLong(stripe + 8);
            s0 += d1 + product(d0 ^ KEYS[n]);
            s1 += d0 + product(d1 ^ KEYS[n + 1]);
            long d2 = NativeMemory.getLong(stripe + 16);
            long d3 = NativeMemory.getLong(stripe + 24);
            s2 += d3 + product(d2 ^ KEYS[n + 2]);
            s3 += d2 + product(d3 ^ KEYS[n + 3]);
            long d4 = NativeMemory.getLong(stripe + 32);
            long d5 = NativeMemory.getLong(stripe + 40);
            s4 += d5 + product(d4 ^ KEYS[n + 4]);
            s5 += d4 + product(d5 ^ KEYS[n + 5]);
            long d6 = NativeMemory.getLong(stripe + 48);
            long d7 = NativeMemory.getLong(stripe + 56);
            s6 += d7 + product(d6 ^ KEYS[n + 6]);
            s7 += d6 + product(d7 ^ KEYS[n + 7]);
        }
        sums[0] = s0;
        sums[1] = s1;
        sums[2] = s2;
        sums[3] = s3;
        sums[4] = s4;
        sums[5] = s5;
        sums[6] = s6;
        sums[7] = s7;
    }

    // the last 64 bytes, which overlap the stripe before, under a key of their own
    private static void accumulateLast(long[] sums, long stripe) {
        for (int i = 0; i < 8; i++) {
            long data = NativeMemory.getLong(stripe + 8L * i);
            sums[i ^ 1] += data;
            sums[i] += product(data ^ key(LAST_STRIPE_KEY + 8 * i));
        }
    }

    private static void scramble(long[] sums) {
        for (int i = 0; i < 8; i++) {
            long sum = sums[i];
            sums[i] = (sum ^ (sum >>> 47) ^ KEYS[SCRAMBLE_KEY / 8 + i]) * PRIME32_1;
        }
    }

    private static long product(long keyed) {
        return (keyed & 0xFFFFFFFFL) * (keyed >>> 32);
    }

    private static long mix16(long address, int keyOffset) {
        return multiplyFold(
                NativeMemory.getLong(address) ^ key(keyOffset), NativeMemory.getLong(address + 8) ^ key(keyOffset + 8));
    }

    // high and low half of the 128-bit product, folded
    private static long multiplyFold(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }

    private static long avalanche(long hash) {
        long mixed = (hash ^ (hash >>> 37)) * PRIME_MX1;
        return mixed ^ (mixed >>> 32);
    }

    private static long avalanche64(long hash) {
        long mixed = (hash ^ (hash >>> 33)) * PRIME64_2;
        mixed = (mixed ^ (mixed >>> 29)) * PRIME64_3;
        return mixed ^ (mixed >>> 32);
    }

    private static long key(int offset) {
        return SECRET_SEGMENT.get(KEY, offset);
    }
}
