package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// bytea: `\x` hex and the older escape form in, either out.
final class ByteaIo implements TypeIo {
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        boolean hex = length >= 2 && NativeMemory.getByte(address) == '\\' && NativeMemory.getByte(address + 1) == 'x';
        if (hex) {
            parseHex(address + 2, length - 2, out, row);
        } else {
            parseEscape(address, length, out, row);
        }
    }

    private static void parseHex(long address, int length, ColumnVector out, int row) {
        long target = out.arena().allocate(length / 2 + 1L);
        int written = 0;
        for (int i = 0; i < length; i++) {
            int c = NativeMemory.getByte(address + i);
            if (TextBytes.isSpace(c)) {
                continue;
            }
            int high = hexDigit(address + i, length - i);
            if (++i == length) {
                throw new UserException(
                        SqlState.INVALID_PARAMETER_VALUE, "invalid hexadecimal data: odd number of digits");
            }
            int low = hexDigit(address + i, length - i);
            NativeMemory.putByte(target + written++, (byte) (high << 4 | low));
        }
        out.setReference(row, target, written);
    }

    private static int hexDigit(long address, int remaining) {
        int digit = Character.digit((char) (NativeMemory.getByte(address) & 0xff), 16);
        if (digit < 0) {
            int width = Math.min(remaining, 4);
            String shown = TextBytes.toString(address, width);
            throw new UserException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "invalid hexadecimal digit: \"" + shown.substring(0, shown.offsetByCodePoints(0, 1)) + "\"");
        }
        return digit;
    }

    private static void parseEscape(long address, int length, ColumnVector out, int row) {
        long target = out.arena().allocate(length);
        int written = 0;
        int i = 0;
        while (i < length) {
            byte c = NativeMemory.getByte(address + i);
            if (c != '\\') {
                i++;
            } else if (i + 1 < length && NativeMemory.getByte(address + i + 1) == '\\') {
                i += 2;
            } else if (i + 3 < length && isOctal(address + i + 1)) {
                c = (byte) ((octal(address + i + 1) << 6) | (octal(address + i + 2) << 3) | octal(address + i + 3));
                i += 4;
            } else {
                throw new UserException(SqlState.INVALID_TEXT_REPRESENTATION, "invalid input syntax for type bytea");
            }
            NativeMemory.putByte(target + written++, c);
        }
        out.setReference(row, target, written);
    }

    private static boolean isOctal(long address) {
        return octal(address) >= 0
                && octal(address) <= 3
                && octal(address + 1) >= 0
                && octal(address + 1) <= 7
                && octal(address + 2) >= 0
                && octal(address + 2) <= 7;
    }

    private static int octal(long address) {
        return NativeMemory.getByte(address) - '0';
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long address = in.address(row);
        int length = in.length(row);
        if (context.byteaHex()) {
            printHex(address, length, out);
        } else {
            printEscape(address, length, out);
        }
    }

    private static void printHex(long address, int length, BytesWriter out) {
        long target = out.reserve(Math.addExact(2, Math.multiplyExact(length, 2)));
        NativeMemory.putByte(target, (byte) '\\');
        NativeMemory.putByte(target + 1, (byte) 'x');
        for (int i = 0; i < length; i++) {
            int value = NativeMemory.getByte(address + i);
            NativeMemory.putByte(target + 2 + 2L * i, HEX[(value >> 4) & 15]);
            NativeMemory.putByte(target + 3 + 2L * i, HEX[value & 15]);
        }
        out.advance(2 + 2 * length);
    }

    private static void printEscape(long address, int length, BytesWriter out) {
        for (int i = 0; i < length; i++) {
            int value = NativeMemory.getByte(address + i) & 0xff;
            if (value == '\\') {
                out.writeAscii("\\\\");
            } else if (value < 0x20 || value > 0x7e) {
                out.writeAscii("\\" + (value >> 6) + ((value >> 3) & 7) + (value & 7));
            } else {
                out.writeByte(value);
            }
        }
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        out.setReference(row, out.arena().copy(address, length), length);
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        out.writeBytes(in.address(row), in.length(row));
    }
}
