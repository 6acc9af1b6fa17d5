package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// bit(n) and bit varying: a value is the number of bits (int32, little-endian), then the bits, the first one being the
/// highest of the first byte; unused bits of the last byte are zero. Text is binary digits, or hexadecimal after `x`.
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
        long target = allocate(out, bits);
        for (int i = 0; i < count; i++) {
            int c = NativeMemory.getByte(digits + i) & 0xff;
            int digit = Character.digit(c, hexadecimal ? 16 : 2);
            if (digit < 0) {
                throw new UserException(
                        SqlState.INVALID_TEXT_REPRESENTATION,
                        "\"" + (char) c + "\" is not a valid " + (hexadecimal ? "hexadecimal" : "binary") + " digit");
            }
            int at = i * bitsPerDigit;
            long cell = target + HEAD + (at >> 3);
            int shifted = digit << (8 - bitsPerDigit - (at & 7));
            NativeMemory.putByte(cell, (byte) (NativeMemory.getByte(cell) | shifted));
        }
        out.setReference(row, target, HEAD + bytes(bits));
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

    /// Room for a value of that many zero bits, its length written.
    private static long allocate(ColumnVector out, int bits) {
        int size = HEAD + bytes(bits);
        long target = out.arena().allocate(size);
        for (int i = 0; i < size; i++) {
            NativeMemory.putByte(target + i, (byte) 0);
        }
        NativeMemory.putInt(target, bits);
        return target;
    }

    private static int bytes(int bits) {
        return (bits + 7) >> 3;
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long address = in.address(row);
        int bits = NativeMemory.getInt(address);
        for (int i = 0; i < bits; i++) {
            int bit = NativeMemory.getByte(address + HEAD + (i >> 3)) >> (7 - (i & 7)) & 1;
            out.writeByte('0' + bit);
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
        TypeErrors.checkLength(length - HEAD, bytes(bits));
        checkLength(bits, typmod);
        long target = allocate(out, bits);
        NativeMemory.copy(address + HEAD, target + HEAD, bytes(bits));
        if ((bits & 7) != 0) {
            long last = target + HEAD + bytes(bits) - 1;
            NativeMemory.putByte(last, (byte) (NativeMemory.getByte(last) & (0xff << (8 - (bits & 7)))));
        }
        out.setReference(row, target, HEAD + bytes(bits));
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long address = in.address(row);
        int bits = NativeMemory.getInt(address);
        out.writeInt(bits);
        out.writeBytes(address + HEAD, bytes(bits));
    }
}
