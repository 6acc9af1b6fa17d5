package omendb.engine.type;

import omendb.memory.NativeMemory;
/// Memcomparable index keys: unsigned bytewise order of the bytes is the order of the values.
///
/// Per key column: one flag byte, then the value's key unless NULL.
///
///     nulls last  (ASC default)   0x01 value   0x02 NULL
///     nulls first (DESC default)  0x00 NULL    0x01 value
///     descending: every byte of the value's key is inverted, the flag byte is not
///
/// Keys of values, none a prefix of another:
///
///     LONG kinds   1, 2, 4 or 8 bytes big-endian with the sign bit flipped (oid: unsigned)
///     float        IEEE bits, sign flipped, negatives inverted; NaN largest; -0 = 0; float4 in 4 bytes
///     text, bytea  bytes with 0x00 escaped as 0x00 0xFF, terminated by 0x00 0x01 (C collation); bpchar without
/// trailing blanks
///     uuid         16 bytes
///     others       above their ValueOrder

public final class KeyEncoding {
    static final int NULL_FIRST = 0x00;
    static final int VALUE = 0x01;
    static final int NULL_LAST = 0x02;

    private KeyEncoding() {}

    /// Appends the key of one column of one row, NULL or not.
    public static void encode(
            SqlType type, ColumnVector in, int row, boolean descending, boolean nullsFirst, BytesWriter out) {
        if (in.isNull(row)) {
            out.writeByte(nullsFirst ? NULL_FIRST : NULL_LAST);
        } else {
            encodeLane(type, in.getLong(row), in.length(row), descending, out);
        }
    }

    /// [#encode] of NULL.
    public static void encodeNull(boolean nullsFirst, BytesWriter out) {
        out.writeByte(nullsFirst ? NULL_FIRST : NULL_LAST);
    }

    /// [#encode] of a raw value: the LONG value, the double's bits, or address and length of BYTES (e.g. straight from
    /// a row).
    public static void encodeLane(SqlType type, long lane, int length, boolean descending, BytesWriter out) {
        out.writeByte(VALUE);
        int start = out.position();
        type.order().encodeKey(lane, length, out);
        if (descending) {
            int end = out.position();
            long base = out.address();
            for (int i = start; i < end; i++) {
                NativeMemory.putByte(base + i, (byte) ~NativeMemory.getByte(base + i));
            }
        }
    }
}
