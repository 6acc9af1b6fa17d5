package omendb.engine.type;

import omendb.memory.NativeMemory;

/// The orders of the simple types.
public final class ValueOrders {
    private ValueOrders() {}

    /// Signed or unsigned integers of a width; key big-endian, signed ones with the sign bit flipped.
    static ValueOrder integers(int width, boolean unsigned) {
        return new ValueOrder() {
            @Override
            public int compare(long a, int lengthA, long b, int lengthB) {
                return Long.compare(a, b);
            }

            @Override
            public long hash(long a, int length) {
                return Hash.mix(a);
            }

            @Override
            public void encodeKey(long a, int length, BytesWriter out) {
                switch (width) {
                    case 1 -> out.writeByte((int) a ^ 0x80);
                    case 2 -> out.writeShort((int) a ^ 0x8000);
                    case 4 -> out.writeInt(unsigned ? (int) a : (int) a ^ Integer.MIN_VALUE);
                    default -> out.writeLong(a ^ Long.MIN_VALUE);
                }
            }
        };
    }

    /// Floats: NaN is equal to itself and largest, -0 = 0.
    static ValueOrder floats(int width) {
        return new ValueOrder() {
            @Override
            public int compare(long a, int lengthA, long b, int lengthB) {
                return compareDoubles(Double.longBitsToDouble(a), Double.longBitsToDouble(b));
            }

            @Override
            public long hash(long a, int length) {
                double value = Double.longBitsToDouble(a);
                return Hash.mix(Double.doubleToLongBits(value == 0 ? 0 : value));
            }

            @Override
            public void encodeKey(long a, int length, BytesWriter out) {
                double value = Double.longBitsToDouble(a);
                if (width == 4) {
                    out.writeInt(sortable((float) value));
                } else {
                    long bits = Double.doubleToLongBits(value == 0 ? 0 : value);
                    out.writeLong(bits >= 0 ? bits ^ Long.MIN_VALUE : ~bits);
                }
            }
        };
    }

    /// Unsigned order of the result is the order of the floats.
    static int sortable(float value) {
        int bits = Float.floatToIntBits(value == 0 ? 0 : value);
        return bits >= 0 ? bits ^ Integer.MIN_VALUE : ~bits;
    }

    /// PostgreSQL's order of float8.
    public static int compareDoubles(double a, double b) {
        if (a < b) {
            return -1;
        }
        if (a > b) {
            return 1;
        }
        if (a == b) {
            return 0;
        }
        return Boolean.compare(Double.isNaN(a), Double.isNaN(b));
    }

    /// Bytes as they are (text in C collation, bytea, name).
    static final class Bytes implements ValueOrder {
        @Override
        public int compare(long a, int lengthA, long b, int lengthB) {
            return NativeMemory.compare(a, lengthA, b, lengthB);
        }

        @Override
        public boolean equal(long a, int lengthA, long b, int lengthB) {
            return NativeMemory.equal(a, lengthA, b, lengthB);
        }

        @Override
        public long hash(long a, int length) {
            return Hash.bytes(a, length);
        }

        @Override
        public void encodeKey(long a, int length, BytesWriter out) {
            encodeEscaped(a, length, out);
        }
    }

    /// 0x00 becomes 0x00 0xFF; the end is 0x00 0x01.
    static void encodeEscaped(long address, int length, BytesWriter out) {
        int start = 0;
        for (int i = 0; i < length; i++) {
            if (NativeMemory.getByte(address + i) == 0) {
                out.writeBytes(address + start, i + 1 - start);
                out.writeByte(0xff);
                start = i + 1;
            }
        }
        out.writeBytes(address + start, length - start);
        out.writeByte(0);
        out.writeByte(1);
    }

    /// bpchar: trailing blanks do not count.
    static final class PaddedText implements ValueOrder {
        @Override
        public int compare(long a, int lengthA, long b, int lengthB) {
            return NativeMemory.compare(
                    a, TextIo.withoutTrailingBlanks(a, lengthA), b, TextIo.withoutTrailingBlanks(b, lengthB));
        }

        @Override
        public long hash(long a, int length) {
            return Hash.bytes(a, TextIo.withoutTrailingBlanks(a, length));
        }

        @Override
        public void encodeKey(long a, int length, BytesWriter out) {
            encodeEscaped(a, TextIo.withoutTrailingBlanks(a, length), out);
        }
    }

    /// Values of one length whose bytes are the key (uuid).
    static final class FixedBytes implements ValueOrder {
        @Override
        public int compare(long a, int lengthA, long b, int lengthB) {
            return NativeMemory.compare(a, lengthA, b, lengthB);
        }

        @Override
        public long hash(long a, int length) {
            return Hash.bytes(a, length);
        }

        @Override
        public void encodeKey(long a, int length, BytesWriter out) {
            out.writeBytes(a, length);
        }
    }

    /// vector: element by element, then by dimensions. Key: 0x01 and four bytes per element, then 0x00.
    static final class Floats implements ValueOrder {
        @Override
        public int compare(long a, int lengthA, long b, int lengthB) {
            int shared = Math.min(lengthA, lengthB);
            for (int i = 0; i < shared; i += 4) {
                float x = NativeMemory.getFloat(a + i);
                float y = NativeMemory.getFloat(b + i);
                if (x < y) {
                    return -1;
                }
                if (x > y) {
                    return 1;
                }
            }
            return Integer.compare(lengthA, lengthB);
        }

        @Override
        public long hash(long a, int length) {
            long hash = length;
            for (int i = 0; i < length; i += 4) {
                hash = hash * 31 + sortable(NativeMemory.getFloat(a + i));
            }
            return Hash.mix(hash);
        }

        @Override
        public void encodeKey(long a, int length, BytesWriter out) {
            for (int i = 0; i < length; i += 4) {
                out.writeByte(1);
                out.writeInt(sortable(NativeMemory.getFloat(a + i)));
            }
            out.writeByte(0);
        }
    }

    /// halfvec: as vector, with two bytes per element.
    static final class Halves implements ValueOrder {
        private static short bits(long address) {
            short half = NativeMemory.getShort(address);
            // -0 = 0
            return half == Short.MIN_VALUE ? 0 : half;
        }

        /// Ascending as an unsigned 16-bit number.
        private static int sortableHalf(long address) {
            short half = bits(address);
            return (half >= 0 ? half ^ 0x8000 : ~half) & 0xffff;
        }

        @Override
        public int compare(long a, int lengthA, long b, int lengthB) {
            int shared = Math.min(lengthA, lengthB);
            for (int i = 0; i < shared; i += 2) {
                int order = sortableHalf(a + i) - sortableHalf(b + i);
                if (order != 0) {
                    return order;
                }
            }
            return Integer.compare(lengthA, lengthB);
        }

        @Override
        public long hash(long a, int length) {
            long hash = length;
            for (int i = 0; i < length; i += 2) {
                hash = hash * 31 + bits(a + i);
            }
            return Hash.mix(hash);
        }

        @Override
        public void encodeKey(long a, int length, BytesWriter out) {
            for (int i = 0; i < length; i += 2) {
                out.writeByte(1);
                out.writeShort(sortableHalf(a + i));
            }
            out.writeByte(0);
        }
    }
}
