package omendb.engine.type;

import omendb.memory.NativeMemory;

/// uuid: 32 hex digits, hyphens after any group of four, optional braces.
final class UuidIo implements TypeIo {
    private static final int BYTES = 16;
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        long target = out.arena().allocate(BYTES);
        if (!parse(address, length, target)) {
            throw TypeErrors.invalidSyntax("uuid", TextBytes.toString(address, length));
        }
        out.setReference(row, target, BYTES);
    }

    private static boolean parse(long address, int length, long target) {
        int at = 0;
        int end = length;
        if (length > 0 && NativeMemory.getByte(address) == '{') {
            if (NativeMemory.getByte(address + length - 1) != '}') {
                return false;
            }
            at++;
            end--;
        }
        for (int i = 0; i < BYTES; i++) {
            if (at + 2 > end) {
                return false;
            }
            int high = Character.digit(NativeMemory.getByte(address + at) & 0x7f, 16);
            int low = Character.digit(NativeMemory.getByte(address + at + 1) & 0x7f, 16);
            if (high < 0 || low < 0) {
                return false;
            }
            NativeMemory.putByte(target + i, (byte) (high << 4 | low));
            at += 2;
            if (at < end && NativeMemory.getByte(address + at) == '-' && i % 2 == 1 && i < BYTES - 1) {
                at++;
            }
        }
        return at == end;
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long address = in.address(row);
        long target = out.reserve(36);
        for (int i = 0; i < BYTES; i++) {
            if (i == 4 || i == 6 || i == 8 || i == 10) {
                NativeMemory.putByte(target++, (byte) '-');
            }
            int value = NativeMemory.getByte(address + i);
            NativeMemory.putByte(target++, HEX[(value >> 4) & 15]);
            NativeMemory.putByte(target++, HEX[value & 15]);
        }
        out.advance(36);
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        TypeErrors.checkLength(length, BYTES);
        out.setReference(row, out.arena().copy(address, BYTES), BYTES);
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        out.writeBytes(in.address(row), BYTES);
    }
}
