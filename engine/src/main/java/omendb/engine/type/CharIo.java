package omendb.engine.type;

import omendb.memory.NativeMemory;

/// "char": one byte, signed in its lane; zero is the empty string, other bytes above 127 are written in octal.
final class CharIo implements TypeIo {
    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        if (length == 4 && NativeMemory.getByte(address) == '\\' && isOctal(address + 1)) {
            int code = (octal(address + 1) << 6) | (octal(address + 2) << 3) | octal(address + 3);
            out.setLong(row, (byte) code);
        } else {
            out.setLong(row, length == 0 ? 0 : NativeMemory.getByte(address));
        }
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
        int code = (int) in.getLong(row) & 0xff;
        if (code >= 0x80) {
            out.writeAscii("\\" + (code >> 6) + ((code >> 3) & 7) + (code & 7));
        } else if (code != 0) {
            out.writeByte(code);
        }
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        TypeErrors.checkLength(length, 1);
        out.setLong(row, NativeMemory.getByte(address));
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        out.writeByte((int) in.getLong(row));
    }
}
