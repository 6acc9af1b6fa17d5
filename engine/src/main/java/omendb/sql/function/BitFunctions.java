package omendb.sql.function;

import omendb.ann.DistanceKernels;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.BitString;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.Types;
import omendb.memory.NativeMemory;

/// Functions, operators and casts of bit and varbit, and pgvector's distances of bit strings.
final class BitFunctions {
    private BitFunctions() {}

    static void register(Registrar r) {
        Comparisons.ordered(r, "bit", "bit", Types.BIT, "biteq", "bitne");
        Comparisons.ordered(r, "varbit", "varbit", Types.VARBIT, "varbiteq", "varbitne");
        logic(r);
        parts(r);
        casts(r);
    }

    /// In the schema of the vector extension.
    static void registerDistances(Registrar r) {
        r.operator("<~>", r.immutable("hamming_distance(bit, bit) float8", Rows.strict((context, args, row, out) -> {
            int bits = sameLength(args, row);
            out.setDouble(row, (double) DistanceKernels.hamming(data(args[0], row), data(args[1], row), bits));
        })));
        r.operator(
                "<%>",
                r.immutable("jaccard_distance(bit, bit) float8", Rows.strict((context, args, row, out) -> {
                    int bits = sameLength(args, row);
                    out.setDouble(row, DistanceKernels.jaccard(data(args[0], row), data(args[1], row), bits));
                })));
    }

    private static int sameLength(ColumnVector[] args, int row) {
        int left = length(args[0], row);
        int right = length(args[1], row);
        if (left != right) {
            throw new UserException(SqlState.DATA_EXCEPTION, "different bit lengths " + left + " and " + right);
        }
        return left;
    }

    private static int length(ColumnVector in, int row) {
        return BitString.length(in.address(row));
    }

    private static long data(ColumnVector in, int row) {
        return BitString.data(in.address(row));
    }

    // ---- logic ----

    /// One byte of the result.
    @FunctionalInterface
    interface ByteOperator {
        int apply(int a, int b);
    }

    private static void logic(Registrar r) {
        r.operator("&", r.immutable("bitand(bit, bit) bit", bytes("AND", (a, b) -> a & b)));
        r.operator("|", r.immutable("bitor(bit, bit) bit", bytes("OR", (a, b) -> a | b)));
        r.operator("#", r.immutable("bitxor(bit, bit) bit", bytes("XOR", (a, b) -> a ^ b)));
        r.operator("~", r.immutable("bitnot(bit) bit", Rows.strict((context, args, row, out) -> {
            int bits = length(args[0], row);
            long target = BitString.allocate(out, row, bits);
            for (int i = 0; i < bits; i++) {
                BitString.set(target, i, !BitString.get(args[0].address(row), i));
            }
        })));
        r.operator("<<", r.immutable("bitshiftleft(bit, int4) bit", shift(1)));
        r.operator(">>", r.immutable("bitshiftright(bit, int4) bit", shift(-1)));
        r.aggregate("bit_and(bit) bit", (context, args, result) -> new BitFoldState("AND", (a, b) -> a & b));
        r.aggregate("bit_or(bit) bit", (context, args, result) -> new BitFoldState("OR", (a, b) -> a | b));
        r.aggregate("bit_xor(bit) bit", (context, args, result) -> new BitFoldState("XOR", (a, b) -> a ^ b));
    }

    private static StrictBody bytes(String name, ByteOperator operator) {
        return Rows.strict((context, args, row, out) -> {
            int bits = length(args[0], row);
            checkSameSize(name, bits, length(args[1], row));
            long target = BitString.allocate(out, row, bits);
            for (int i = 0; i < BitString.bytes(bits); i++) {
                int a = NativeMemory.getByte(data(args[0], row) + i);
                int b = NativeMemory.getByte(data(args[1], row) + i);
                NativeMemory.putByte(BitString.data(target) + i, (byte) operator.apply(a, b));
            }
        });
    }

    static void checkSameSize(String name, int left, int right) {
        if (left != right) {
            throw new UserException(
                    SqlState.STRING_DATA_LENGTH_MISMATCH, "cannot " + name + " bit strings of different sizes");
        }
    }

    /// Shifts left by `direction` times the argument; the length stays.
    private static StrictBody shift(int direction) {
        return Rows.strict((context, args, row, out) -> {
            int bits = length(args[0], row);
            long left = direction * args[1].getLong(row);
            long target = BitString.allocate(out, row, bits);
            if (Math.abs(left) < bits) {
                int from = (int) Math.max(left, 0);
                int to = (int) Math.max(-left, 0);
                BitString.copy(args[0].address(row), from, target, to, bits - from - to);
            }
        });
    }

    // ---- parts ----

    private static void parts(Registrar r) {
        r.immutable("length(bit) int4", number(bits -> bits));
        r.immutable("bit_length(bit) int4", number(bits -> bits));
        r.immutable("octet_length(bit) int4", number(BitString::bytes));
        r.immutable("bit_count(bit) int8", Rows.strict((context, args, row, out) -> {
            long count = 0;
            for (int i = 0; i < BitString.bytes(length(args[0], row)); i++) {
                count += Integer.bitCount(NativeMemory.getByte(data(args[0], row) + i) & 0xff);
            }
            out.setLong(row, count);
        }));
        r.operator("||", r.immutable("bitcat(varbit, varbit) varbit", Rows.strict((context, args, row, out) -> {
            int left = length(args[0], row);
            int right = length(args[1], row);
            long target = BitString.allocate(out, row, left + right);
            BitString.copy(args[0].address(row), 0, target, 0, left);
            BitString.copy(args[1].address(row), 0, target, left, right);
        })));
        r.immutable(
                "substring(bit, int4) bit",
                Rows.strict((context, args, row, out) ->
                        slice(args[0].address(row), args[1].getLong(row), Integer.MAX_VALUE, out, row)));
        r.immutable(
                "substring(bit, int4, int4) bit",
                Rows.strict((context, args, row, out) ->
                        slice(args[0].address(row), args[1].getLong(row), args[2].getLong(row), out, row)));
        r.immutable(
                "overlay(bit, bit, int4) bit",
                Rows.strict((context, args, row, out) -> overlay(args, row, length(args[1], row), out)));
        r.immutable(
                "overlay(bit, bit, int4, int4) bit",
                Rows.strict((context, args, row, out) -> overlay(args, row, args[3].getLong(row), out)));
        r.immutable(
                "position(bit, bit) int4",
                Rows.strict((context, args, row, out) ->
                        out.setLong(row, position(args[0].address(row), args[1].address(row)))));
        r.immutable("get_bit(bit, int4) int4", Rows.strict((context, args, row, out) -> {
            checkIndex(args[1].getLong(row), length(args[0], row));
            out.setLong(row, BitString.get(args[0].address(row), (int) args[1].getLong(row)) ? 1 : 0);
        }));
        r.immutable("set_bit(bit, int4, int4) bit", Rows.strict(BitFunctions::setBit));
    }

    private static StrictBody number(java.util.function.IntUnaryOperator ofBits) {
        return Rows.strict((context, args, row, out) -> out.setLong(row, ofBits.applyAsInt(length(args[0], row))));
    }

    private static void checkIndex(long index, int bits) {
        if (index < 0 || index >= bits) {
            throw new UserException(
                    SqlState.ARRAY_ELEMENT_ERROR, "bit index " + index + " out of valid range (0.." + (bits - 1) + ")");
        }
    }

    private static void setBit(EvalContext context, ColumnVector[] args, int row, ColumnVector out) {
        int bits = length(args[0], row);
        checkIndex(args[1].getLong(row), bits);
        long bit = args[2].getLong(row);
        if (bit != 0 && bit != 1) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "new bit must be 0 or 1");
        }
        long target = BitString.allocate(out, row, bits);
        BitString.copy(args[0].address(row), 0, target, 0, bits);
        BitString.set(target, (int) args[1].getLong(row), bit == 1);
    }

    private static UserException negativeLength() {
        return new UserException(SqlState.SUBSTRING_ERROR, "negative substring length not allowed");
    }

    private static void slice(long value, long start, long count, ColumnVector out, int row) {
        if (count < 0) {
            throw negativeLength();
        }
        int bits = BitString.length(value);
        int from = Math.clamp(start - 1, 0, bits);
        int until = Math.clamp(start - 1 + count, from, bits);
        long target = BitString.allocate(out, row, until - from);
        BitString.copy(value, from, target, 0, until - from);
    }

    private static void overlay(ColumnVector[] args, int row, long count, ColumnVector out) {
        long start = args[2].getLong(row);
        if (start <= 0) {
            throw negativeLength();
        }
        if (start + count > Integer.MAX_VALUE) {
            throw Arithmetic.outOfRange("integer");
        }
        long value = args[0].address(row);
        int bits = BitString.length(value);
        int inserted = length(args[1], row);
        int head = (int) Math.min(start - 1, bits);
        int rest = Math.clamp(start + count - 1, 0, bits);
        long target = BitString.allocate(out, row, head + inserted + bits - rest);
        BitString.copy(value, 0, target, 0, head);
        BitString.copy(args[1].address(row), 0, target, head, inserted);
        BitString.copy(value, rest, target, head + inserted, bits - rest);
    }

    private static int position(long whole, long part) {
        int bits = BitString.length(whole);
        int wanted = BitString.length(part);
        if (bits == 0) {
            return 0;
        }
        for (int at = 0; at + wanted <= bits; at++) {
            int same = 0;
            while (same < wanted && BitString.get(whole, at + same) == BitString.get(part, same)) {
                same++;
            }
            if (same == wanted) {
                return at + 1;
            }
        }
        return 0;
    }

    // ---- casts ----

    private static void casts(Registrar r) {
        r.cast(Types.BIT, Types.VARBIT, CastDef.Context.IMPLICIT, null);
        r.cast(Types.VARBIT, Types.BIT, CastDef.Context.IMPLICIT, null);
        r.cast(
                CastDef.Context.IMPLICIT,
                r.immutable("bit(bit, int4, bool) bit", Rows.strict((context, args, row, out) -> {
                    int wanted = (int) args[1].getLong(row);
                    int bits = length(args[0], row);
                    if (wanted > 0 && wanted != bits && !args[2].getBoolean(row)) {
                        throw new UserException(
                                SqlState.STRING_DATA_LENGTH_MISMATCH,
                                "bit string length " + bits + " does not match type bit(" + wanted + ")");
                    }
                    resize(args[0], row, wanted > 0 ? wanted : bits, out);
                })));
        r.cast(
                CastDef.Context.IMPLICIT,
                r.immutable("varbit(varbit, int4, bool) varbit", Rows.strict((context, args, row, out) -> {
                    int most = (int) args[1].getLong(row);
                    int bits = length(args[0], row);
                    if (most > 0 && bits > most && !args[2].getBoolean(row)) {
                        throw new UserException(
                                SqlState.STRING_DATA_RIGHT_TRUNCATION,
                                "bit string too long for type bit varying(" + most + ")");
                    }
                    resize(args[0], row, most > 0 ? Math.min(most, bits) : bits, out);
                })));
        for (String integer : new String[] {"int4", "int8"}) {
            int width = integer.equals("int4") ? 32 : 64;
            String sqlName = width == 32 ? "integer" : "bigint";
            r.cast(
                    CastDef.Context.EXPLICIT,
                    r.immutable("bit(" + integer + ", int4) bit", Rows.strict((context, args, row, out) -> {
                        // a bare bit is bit(1)
                        int bits = Math.max(1, (int) args[1].getLong(row));
                        long target = BitString.allocate(out, row, bits);
                        for (int i = 0; i < bits; i++) {
                            int power = Math.min(bits - 1 - i, 63);
                            BitString.set(target, i, (args[0].getLong(row) >> power & 1) != 0);
                        }
                    })));
            r.cast(
                    CastDef.Context.EXPLICIT,
                    r.immutable(integer + "(bit) " + integer, Rows.strict((context, args, row, out) -> {
                        int bits = length(args[0], row);
                        if (bits > width) {
                            throw Arithmetic.outOfRange(sqlName);
                        }
                        long value = 0;
                        for (int i = 0; i < bits; i++) {
                            value = value << 1 | (BitString.get(args[0].address(row), i) ? 1 : 0);
                        }
                        out.setLong(row, width == 32 ? (int) value : value);
                    })));
        }
    }

    /// Cuts on the right or fills up with zeros.
    private static void resize(ColumnVector in, int row, int bits, ColumnVector out) {
        if (bits == length(in, row)) {
            out.copyFrom(in, row, row);
            return;
        }
        long target = BitString.allocate(out, row, bits);
        BitString.copy(in.address(row), 0, target, 0, Math.min(bits, length(in, row)));
    }
}
