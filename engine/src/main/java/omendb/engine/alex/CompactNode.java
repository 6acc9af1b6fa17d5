package omendb.engine.alex;

import static omendb.memory.NativeMemory.getByte;
import static omendb.memory.NativeMemory.getDouble;
import static omendb.memory.NativeMemory.getInt;
import static omendb.memory.NativeMemory.getLong;
import static omendb.memory.NativeMemory.putByte;
import static omendb.memory.NativeMemory.putDouble;
import static omendb.memory.NativeMemory.putInt;
import static omendb.memory.NativeMemory.putLong;

/// Data node without gaps that never changes: entries as bit-packed residuals of two lines, see [Packing].
///
///     offset size field
///     0      5    see [Node]
///     5      1    key bits k, 0 to 64
///     6      1    payload bits p, 0 to 64
///     8      8    least key residual
///     16     4    payload step, whole part
///     20     4    payload step, fraction in 2^-32
///     24     8    first key
///     32     8    positions for each unit of the key: the model of a look-up
///     40     8    key step, whole part
///     48     4    key step, fraction in 2^-32
///     52     4    entries n
///     56     8    payload at position 0: first payload + least payload residual
///     64     ...  bounds, see [DataNode]
///     128    ...  n times k + p bits, the key's first, from the lowest bit on; 9 bytes may be read behind them
final class CompactNode {
    private static final int KEY_BITS = 5;
    private static final int PAYLOAD_BITS = 6;
    private static final int LEAST_RESIDUAL = 8;
    private static final int PAYLOAD_STEP = 16;
    private static final int PAYLOAD_FRACTION = 20;
    private static final int FIRST_KEY = 24;
    private static final int SLOPE = 32;
    private static final int KEY_STEP = 40;
    private static final int KEY_FRACTION = 48;
    private static final int COUNT = 52;
    private static final int PAYLOAD_BASE = 56;
    private static final int SLACK_BYTES = 9;
    private static final long LOW_INT = 0xffffffffL;

    /// Probes that follow the line before the search halves or doubles.
    private static final int MODEL_PROBES = 3;

    private CompactNode() {}

    static long bytes(Packing packing, int count) {
        return DataNode.HEADER_BYTES + packing.bytes(count) + SLACK_BYTES;
    }

    /// Builds a node in a fresh block of [#bytes]; the bounds are the caller's.
    static void build(long node, Packing packing, long entries, int count) {
        int keyBits = packing.keyBits;
        int payloadBits = packing.payloadBits;
        Node.setKind(node, Node.COMPACT);
        putByte(node + KEY_BITS, (byte) keyBits);
        putByte(node + PAYLOAD_BITS, (byte) payloadBits);
        putLong(node + LEAST_RESIDUAL, packing.leastKeyResidual);
        putInt(node + PAYLOAD_STEP, (int) packing.payloadStep);
        putInt(node + PAYLOAD_FRACTION, (int) packing.payloadFraction);
        putLong(node + FIRST_KEY, packing.firstKey);
        double perPosition = packing.keyStep + packing.keyFraction * 0x1p-32;
        putDouble(node + SLOPE, perPosition > 0 ? 1 / perPosition : 0);
        putLong(node + KEY_STEP, packing.keyStep);
        putInt(node + KEY_FRACTION, (int) packing.keyFraction);
        putInt(node + COUNT, count);
        putLong(node + PAYLOAD_BASE, packing.firstPayload + packing.leastPayloadResidual);
        var writer = new BitWriter(node + DataNode.HEADER_BYTES);
        long keyLine = packing.firstKey + packing.leastKeyResidual;
        long keyRest = 0;
        long payloadLine = packing.firstPayload + packing.leastPayloadResidual;
        long payloadRest = 0;
        for (int i = 0; i < count; i++) {
            writer.write(Entries.key(entries, i) - keyLine - (keyRest >>> 32), keyBits);
            writer.write(Entries.payload(entries, i) - payloadLine - (payloadRest >>> 32), payloadBits);
            keyLine += packing.keyStep;
            keyRest += packing.keyFraction;
            payloadLine += packing.payloadStep;
            payloadRest += packing.payloadFraction;
        }
        writer.finish();
    }

    /// Fields of up to 64 bits, one after another.
    private static final class BitWriter {
        private long address;
        private long word;
        private int filled;

        BitWriter(long address) {
            this.address = address;
        }

        void write(long value, int bits) {
            if (bits == 0) {
                return;
            }
            word |= value << filled;
            filled += bits;
            if (filled >= Long.SIZE) {
                putLong(address, word);
                address += Long.BYTES;
                filled -= Long.SIZE;
                word = filled == 0 ? 0 : value >>> (bits - filled);
            }
        }

        // writes 8 bytes whatever is left: within the slack
        void finish() {
            putLong(address, word);
        }
    }

    static int keyBits(long node) {
        return getByte(node + KEY_BITS);
    }

    static int payloadBits(long node) {
        return getByte(node + PAYLOAD_BITS);
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L >>> -bits;
    }

    private static long field(long data, long bit, int bits, long mask) {
        long at = data + (bit >>> 3);
        int shift = (int) bit & 7;
        long value = getLong(at) >>> shift;
        if (bits + shift > Long.SIZE) {
            value |= (long) getByte(at + Long.BYTES) << (Long.SIZE - shift);
        }
        return value & mask;
    }

    static long key(long node, int index) {
        int keyBits = keyBits(node);
        long stride = (long) keyBits + payloadBits(node);
        return getLong(node + FIRST_KEY)
                + getLong(node + LEAST_RESIDUAL)
                + index * getLong(node + KEY_STEP)
                + ((index * (getInt(node + KEY_FRACTION) & LOW_INT)) >>> 32)
                + field(node + DataNode.HEADER_BYTES, index * stride, keyBits, mask(keyBits));
    }

    static long payload(long node, int index) {
        int keyBits = keyBits(node);
        int payloadBits = payloadBits(node);
        long stride = (long) keyBits + payloadBits;
        return getLong(node + PAYLOAD_BASE)
                + (long) index * getInt(node + PAYLOAD_STEP)
                + ((index * (getInt(node + PAYLOAD_FRACTION) & LOW_INT)) >>> 32)
                + field(node + DataNode.HEADER_BYTES, index * stride + keyBits, payloadBits, mask(payloadBits));
    }

    /// Predicted index of a key: not below 0, below the count.
    static int predict(long node, long key) {
        long first = getLong(node + FIRST_KEY);
        if (key <= first) {
            return 0;
        }
        int last = getInt(node + COUNT) - 1;
        double position = Entries.toDouble(key - first) * getDouble(node + SLOPE);
        return position >= last ? last : (int) position;
    }

    static int lowerBound(long node, long key, long payload) {
        int high = getInt(node + COUNT); // entry is not less
        if (high == 0) {
            return 0;
        }
        int low = -1; // entry is less
        double slope = getDouble(node + SLOPE);
        int keyBits = keyBits(node);
        long mask = mask(keyBits);
        long stride = (long) keyBits + payloadBits(node);
        long base = getLong(node + FIRST_KEY) + getLong(node + LEAST_RESIDUAL);
        long step = getLong(node + KEY_STEP);
        long fraction = getInt(node + KEY_FRACTION) & LOW_INT;
        long data = node + DataNode.HEADER_BYTES;
        int at = predict(node, key);
        int leap = 4;
        for (int probe = 0; ; probe++) {
            long found = base + at * step + ((at * fraction) >>> 32) + field(data, at * stride, keyBits, mask);
            boolean less = found < key || (found == key && payload(node, at) < payload);
            if (less) {
                low = at;
            } else {
                high = at;
            }
            if (high - low == 1) {
                return high;
            }
            if (probe < MODEL_PROBES) {
                // the line again, from here; a wrapped difference only costs probes
                int distance = (int) ((key - found) * slope);
                at += less ? Math.max(distance, 0) + 1 : Math.min(distance, 0) - 1;
            } else if (leap > 0) {
                boolean bracketed = high - low <= 2 * leap;
                at = bracketed ? (low + high) >>> 1 : less ? at + leap : at - leap;
                leap = bracketed ? 0 : leap * 2;
            } else {
                at = (low + high) >>> 1;
            }
            at = Math.min(Math.max(at, low + 1), high - 1);
        }
    }

    /// Payload of the first entry of a key that lies in this node, or `absent`.
    static long findFirst(long node, long key, long absent) {
        int at = lowerBound(node, key, Long.MIN_VALUE);
        return at < getInt(node + COUNT) && key(node, at) == key ? payload(node, at) : absent;
    }

    static boolean contains(long node, long key, long payload) {
        return holds(node, lowerBound(node, key, payload), key, payload);
    }

    static boolean holds(long node, int index, long key, long payload) {
        return index < getInt(node + COUNT) && key(node, index) == key && payload(node, index) == payload;
    }

    static int copyForward(long node, int from, long[] target, int limit) {
        int count = Math.min(limit, getInt(node + COUNT) - from);
        copy(node, from, count, 1, target);
        return Math.max(count, 0);
    }

    static int copyBackward(long node, int before, long[] target, int limit) {
        int count = Math.min(limit, before);
        copy(node, before - 1, count, -1, target);
        return count;
    }

    private static void copy(long node, int from, int count, int direction, long[] target) {
        int keyBits = keyBits(node);
        int payloadBits = payloadBits(node);
        long keyMask = mask(keyBits);
        long payloadMask = mask(payloadBits);
        long stride = (long) keyBits + payloadBits;
        long base = getLong(node + FIRST_KEY) + getLong(node + LEAST_RESIDUAL);
        long step = getLong(node + KEY_STEP);
        long fraction = getInt(node + KEY_FRACTION) & LOW_INT;
        long payloadBase = getLong(node + PAYLOAD_BASE);
        long payloadStep = getInt(node + PAYLOAD_STEP);
        long payloadFraction = getInt(node + PAYLOAD_FRACTION) & LOW_INT;
        long data = node + DataNode.HEADER_BYTES;
        for (int i = 0, at = from; i < count; i++, at += direction) {
            long bit = at * stride;
            target[2 * i] = base + at * step + ((at * fraction) >>> 32) + field(data, bit, keyBits, keyMask);
            target[2 * i + 1] = payloadBase
                    + at * payloadStep
                    + ((at * payloadFraction) >>> 32)
                    + field(data, bit + keyBits, payloadBits, payloadMask);
        }
    }

    static void extract(long node, long entries) {
        int count = getInt(node + COUNT);
        for (int i = 0; i < count; i++) {
            Entries.put(entries, i, key(node, i), payload(node, i));
        }
    }
}
