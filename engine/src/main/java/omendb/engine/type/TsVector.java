package omendb.engine.type;

import omendb.memory.NativeMemory;

/// Reads tsvector values where they lie. Layout, little-endian:
///
///     offset size   field
///     0      4      number of lexemes n
///     4      4 * n  end of each entry, relative to the first one's start
///     ...           entries: 2 length of the lexeme in bytes, the lexeme (UTF-8),
///                   2 for each position: weight << 14 | position (weight 0 = D ... 3 = A, position 1..16383)
///
/// Lexemes are distinct and ascend bytewise, the shorter first; positions ascend. An entry without positions is one
/// of a stripped vector.
public final class TsVector {
    /// Longest lexeme in bytes.
    public static final int MAX_LEXEME_BYTES = 2047;

    /// Most bytes of lexemes and positions together.
    public static final int MAX_BYTES = (1 << 20) - 1;

    /// The largest position; larger ones are cut down to it.
    public static final int MAX_POSITION = (1 << 14) - 1;

    /// Most positions of one lexeme.
    public static final int MAX_POSITIONS = 256;

    private static final int HEAD = 4;

    private TsVector() {}

    public static int count(long vector) {
        return NativeMemory.getInt(vector);
    }

    private static int end(long vector, int index) {
        return index < 0 ? 0 : NativeMemory.getInt(vector + HEAD + 4L * index);
    }

    private static long entry(long vector, int index) {
        return vector + HEAD + 4L * count(vector) + end(vector, index - 1);
    }

    public static long lexemeAddress(long vector, int index) {
        return entry(vector, index) + 2;
    }

    public static int lexemeLength(long vector, int index) {
        return NativeMemory.getShort(entry(vector, index)) & 0xffff;
    }

    public static String lexeme(long vector, int index) {
        return TextBytes.toString(lexemeAddress(vector, index), lexemeLength(vector, index));
    }

    /// Positions of an entry; 0 = none are kept.
    public static int positionCount(long vector, int index) {
        int bytes = end(vector, index) - end(vector, index - 1);
        return (bytes - 2 - lexemeLength(vector, index)) / 2;
    }

    /// A position with its weight, as stored.
    public static int stored(long vector, int index, int at) {
        long entry = entry(vector, index);
        int length = NativeMemory.getShort(entry) & 0xffff;
        return NativeMemory.getShort(entry + 2 + length + 2L * at) & 0xffff;
    }

    public static int position(int stored) {
        return stored & MAX_POSITION;
    }

    /// 0 = D to 3 = A.
    public static int weight(int stored) {
        return stored >>> 14;
    }

    public static int store(int position, int weight) {
        return weight << 14 | position;
    }

    /// A position as far as it can be kept.
    public static int limited(long position) {
        return (int) Math.min(position, MAX_POSITION);
    }

    /// Index of a lexeme; if there is none, `-(index of the next one) - 1`.
    public static int find(long vector, byte[] lexeme) {
        int low = 0;
        int high = count(vector) - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = compare(vector, middle, lexeme);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -low - 1;
    }

    private static int compare(long vector, int index, byte[] lexeme) {
        long address = lexemeAddress(vector, index);
        int length = lexemeLength(vector, index);
        int shared = Math.min(length, lexeme.length);
        for (int i = 0; i < shared; i++) {
            int order = (NativeMemory.getByte(address + i) & 0xff) - (lexeme[i] & 0xff);
            if (order != 0) {
                return order;
            }
        }
        return length - lexeme.length;
    }

    /// Whether lexeme `index` begins with these bytes.
    public static boolean startsWith(long vector, int index, byte[] prefix) {
        long address = lexemeAddress(vector, index);
        if (lexemeLength(vector, index) < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (NativeMemory.getByte(address + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /// Bytes that PostgreSQL's own form takes (it compares by size first).
    static int postgresBytes(long vector) {
        int bytes = 0;
        int count = count(vector);
        for (int i = 0; i < count; i++) {
            bytes = added(bytes, lexemeLength(vector, i), positionCount(vector, i));
        }
        return 8 + 4 * count + bytes;
    }

    /// PostgreSQL's bytes after one more entry.
    static int added(int bytes, int lexemeLength, int positions) {
        int sum = bytes + lexemeLength;
        return positions == 0 ? sum : sum + (sum & 1) + 2 + 2 * positions;
    }

    /// By size, then lexeme by lexeme; PostgreSQL's order, which means nothing else.
    static final class Order implements ValueOrder {
        @Override
        public int compare(long a, int lengthA, long b, int lengthB) {
            int order = Integer.compare(postgresBytes(a), postgresBytes(b));
            if (order == 0) {
                order = Integer.compare(count(a), count(b));
            }
            for (int i = 0; order == 0 && i < count(a); i++) {
                order = compareEntries(a, b, i);
            }
            return order;
        }

        private static int compareEntries(long a, long b, int index) {
            int countA = positionCount(a, index);
            int countB = positionCount(b, index);
            if ((countA > 0) != (countB > 0)) {
                return countA > 0 ? -1 : 1;
            }
            int order = NativeMemory.compare(
                    lexemeAddress(a, index), lexemeLength(a, index), lexemeAddress(b, index), lexemeLength(b, index));
            if (order == 0) {
                order = Integer.compare(countB, countA);
            }
            for (int i = 0; order == 0 && i < countA; i++) {
                order = Integer.compare(reordered(stored(b, index, i)), reordered(stored(a, index, i)));
            }
            return order;
        }

        /// Position first, then weight.
        private static int reordered(int stored) {
            return position(stored) << 2 | weight(stored);
        }

        @Override
        public long hash(long a, int length) {
            return Hash.bytes(a, length);
        }

        @Override
        public void encodeKey(long a, int length, BytesWriter out) {
            out.writeInt(postgresBytes(a));
            out.writeInt(count(a));
            for (int i = 0; i < count(a); i++) {
                int positions = positionCount(a, i);
                out.writeByte(positions > 0 ? 0 : 1);
                ValueOrders.encodeEscaped(lexemeAddress(a, i), lexemeLength(a, i), out);
                out.writeShort(0xffff - positions);
                for (int j = 0; j < positions; j++) {
                    out.writeShort(0xffff - reordered(stored(a, i, j)));
                }
            }
        }
    }
}
