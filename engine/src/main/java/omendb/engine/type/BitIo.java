package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// bit(n) and bit varying: values are [BitString]s. Text is binary digits, or hexadecimal after `x`; binary: int32
/// number
/// of bits, then the bytes.
final class BitIo implements TypeIo {
    private static final int HEAD = 4;

    private final boolean varying;

    BitIo(boolean varying) {
        this.varying = varying;
    }

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        int first = length > 0 ? NativeMemory.getByte(address) | 0x20 : 0;
        boolean prefixed = first == 'b' || first == 'x';
        boolean hexadecimal = first == 'x';
        long digits = prefixed ? address + 1 : address;
        int count = prefixed ? length - 1 : length;
        int bitsPerDigit = hexadecimal ? 4 : 1;
        int bits = count * bitsPerDigit;
        checkLength(bits, typmod);
        long target = BitString.allocate(out, row, bits);
        for (int i = 0; i < count; i++) {
            int c = NativeMemory.getByte(digits + i) & 0xff;
            int digit = Character.digit(c, hexadecimal ? 16 : 2);
            if (digit < 0) {
                String character = Character.toString(
                        TextBytes.toString(digits + i, count - i).codePointAt(0));
                throw new UserException(
                        SqlState.INVALID_TEXT_REPRESENTATION,
                        "\"" + character + "\" is not a valid " + (hexadecimal ? "hexadecimal" : "binary") + " digit");
            }
            int at = i * bitsPerDigit;
            long cell = target + HEAD + (at >> 3);
            int shifted = digit << (8 - bitsPerDigit - (at & 7));
            NativeMemory.putByte(cell, (byte) (NativeMemory.getByte(cell) | shifted));
        }
    }

    private void checkLength(int bits, int typmod) {
        if (typmod < 0) {
            return;
        }
        if (!varying && bits != typmod) {
            throw new UserException(
                    SqlState.STRING_DATA_LENGTH_MISMATCH,
                    "bit string length " + bits + " does not match type bit(" + typmod + ")");
        }
        if (varying && bits > typmod) {
            throw new UserException(
                    SqlState.STRING_DATA_RIGHT_TRUNCATION, "bit string too long for type bit varying(" + typmod + ")");
        }
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long address = in.address(row);
        int bits = NativeMemory.getInt(address);
        for (int i = 0; i < bits; i++) {
            out.writeByte(BitString.get(address, i) ? '1' : '0');
        }
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        if (length < HEAD) {
            throw new UserException(SqlState.PROTOCOL_VIOLATION, "insufficient data left in message");
        }
        int bits = Integer.reverseBytes(NativeMemory.getInt(address));
        if (bits < 0) {
            throw new UserException(SqlState.INVALID_BINARY_REPRESENTATION, "invalid length in external bit string");
        }
        TypeErrors.checkLength(length - HEAD, BitString.bytes(bits));
        checkLength(bits, typmod);
        long target = BitString.allocate(out, row, bits);
        NativeMemory.copy(address + HEAD, target + HEAD, BitString.bytes(bits));
        if ((bits & 7) != 0) {
            long last = target + HEAD + BitString.bytes(bits) - 1;
            NativeMemory.putByte(last, (byte) (NativeMemory.getByte(last) & (0xff << (8 - (bits & 7)))));
        }
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long address = in.address(row);
        int bits = NativeMemory.getInt(address);
        out.writeInt(bits);
        out.writeBytes(address + HEAD, BitString.bytes(bits));
    }
}
