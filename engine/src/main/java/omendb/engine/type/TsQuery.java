package omendb.engine.type;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import omendb.memory.NativeMemory;

/// A text search query as a tree. A stored tsquery is its binary form, [TsQueryIo]: operators before their operands,
/// the
/// right one first.
public sealed interface TsQuery {
    /// Longest distance of a phrase operator.
    int MAX_DISTANCE = 1 << 14;

    /// A lexeme.
    ///
    /// @param weights weights it is looked for with: bit 0 = D ... bit 3 = A; 0 = any
    /// @param prefix  whether lexemes that begin so match
    record Operand(String lexeme, int weights, boolean prefix) implements TsQuery {}

    record Not(TsQuery operand) implements TsQuery {}

    record And(TsQuery left, TsQuery right) implements TsQuery {}

    record Or(TsQuery left, TsQuery right) implements TsQuery {}

    /// `left` is found `distance` positions before `right`.
    record Phrase(TsQuery left, TsQuery right, int distance) implements TsQuery {}

    /// The query that finds nothing; never part of another.
    record Empty() implements TsQuery {}

    /// Where a stop word stood; only while a query is built, see [TsQueryParser].
    record Stop() implements TsQuery {}

    /// Operators and operands together.
    default int nodeCount() {
        return switch (this) {
            case Empty() -> 0;
            case Operand _ -> 1;
            case Stop() -> 1;
            case Not(var operand) -> 1 + operand.nodeCount();
            case And(var left, var right) -> 1 + left.nodeCount() + right.nodeCount();
            case Or(var left, var right) -> 1 + left.nodeCount() + right.nodeCount();
            case Phrase(var left, var right, var _) -> 1 + left.nodeCount() + right.nodeCount();
        };
    }

    static TsQuery read(ColumnVector in, int row) {
        return TsQueryIo.decode(in.address(row), in.length(row));
    }

    default void write(ColumnVector out, int row) {
        try (NativeBytesWriter writer = new NativeBytesWriter()) {
            TsQueryIo.encode(this, writer);
            out.setReference(row, out.arena().copy(writer.address(), writer.position()), writer.position());
        }
    }

    /// PostgreSQL's text form.
    default String print() {
        try (NativeBytesWriter writer = new NativeBytesWriter()) {
            TsQueryIo.print(this, writer);
            return new String(writer.toByteArray(), StandardCharsets.UTF_8);
        }
    }

    /// PostgreSQL's order, which means nothing: number of nodes, bytes of the lexemes, then node by node, operators
    /// before operands, right before left, by checksums of the lexemes. Weights and prefixes do not count.
    final class Order implements ValueOrder {
        private static final int[] CRC_TABLE = crcTable();

        @Override
        public int compare(long a, int lengthA, long b, int lengthB) {
            return Arrays.compareUnsigned(key(a, lengthA), key(b, lengthB));
        }

        @Override
        public long hash(long a, int length) {
            try (NativeBytesWriter key = new NativeBytesWriter()) {
                encodeKey(a, length, key);
                return Hash.bytes(key.address(), key.position());
            }
        }

        private byte[] key(long a, int length) {
            try (NativeBytesWriter key = new NativeBytesWriter()) {
                encodeKey(a, length, key);
                return key.toByteArray();
            }
        }

        @Override
        public void encodeKey(long a, int length, BytesWriter out) {
            TsQuery query = TsQueryIo.decode(a, length);
            out.writeInt(query.nodeCount());
            out.writeInt(lexemeBytes(query));
            encode(query, out);
        }

        private static int lexemeBytes(TsQuery query) {
            return switch (query) {
                case Operand(var lexeme, var _, var _) -> lexeme.getBytes(StandardCharsets.UTF_8).length + 1;
                case Not(var operand) -> lexemeBytes(operand);
                case And(var left, var right) -> lexemeBytes(left) + lexemeBytes(right);
                case Or(var left, var right) -> lexemeBytes(left) + lexemeBytes(right);
                case Phrase(var left, var right, var _) -> lexemeBytes(left) + lexemeBytes(right);
                case Empty(), Stop() -> 0;
            };
        }

        private static void encode(TsQuery query, BytesWriter out) {
            switch (query) {
                case Operand(var lexeme, var _, var _) -> {
                    byte[] bytes = lexeme.getBytes(StandardCharsets.UTF_8);
                    out.writeByte(1);
                    out.writeInt(~(checksum(bytes) ^ 0x8000_0000)); // the greater one is first
                    try (NativeBytesWriter copy = new NativeBytesWriter()) {
                        copy.writeBytes(bytes);
                        ValueOrders.encodeEscaped(copy.address(), copy.position(), out);
                    }
                }
                case Not(var operand) -> {
                    startOperator(TsQueryIo.NOT, out);
                    encode(operand, out);
                }
                case And(var left, var right) -> {
                    startOperator(TsQueryIo.AND, out);
                    encode(right, out);
                    encode(left, out);
                }
                case Or(var left, var right) -> {
                    startOperator(TsQueryIo.OR, out);
                    encode(right, out);
                    encode(left, out);
                }
                case Phrase(var left, var right, var distance) -> {
                    startOperator(TsQueryIo.PHRASE, out);
                    encode(right, out);
                    encode(left, out);
                    out.writeShort(0xffff - distance);
                }
                case Empty(), Stop() -> {}
            }
        }

        private static void startOperator(int operator, BytesWriter out) {
            out.writeByte(0);
            out.writeByte(0xff - operator);
        }

        /// PostgreSQL's "legacy" CRC-32: the reflected table, used as if it were not.
        private static int checksum(byte[] bytes) {
            int crc = 0xffff_ffff;
            for (byte value : bytes) {
                crc = CRC_TABLE[(crc >>> 24 ^ value) & 0xff] ^ crc << 8;
            }
            return ~crc;
        }

        private static int[] crcTable() {
            int[] table = new int[256];
            for (int i = 0; i < 256; i++) {
                int entry = i;
                for (int bit = 0; bit < 8; bit++) {
                    entry = (entry & 1) != 0 ? entry >>> 1 ^ 0xedb8_8320 : entry >>> 1;
                }
                table[i] = entry;
            }
            return table;
        }
    }

    /// Whether two stored queries are the same bytes.
    static boolean same(long a, int lengthA, long b, int lengthB) {
        return NativeMemory.equal(a, lengthA, b, lengthB);
    }
}
