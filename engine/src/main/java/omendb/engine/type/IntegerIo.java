package omendb.engine.type;

import omendb.memory.NativeMemory;

/// int2, int4, int8 and the plain unsigned ones (oid, xid, cid).
final class IntegerIo implements TypeIo {
    private final String sqlName;
    private final int width;
    private final boolean unsigned;
    private final long least;
    private final long greatest;

    private IntegerIo(String sqlName, int width, boolean unsigned) {
        this.sqlName = sqlName;
        this.width = width;
        this.unsigned = unsigned;
        this.greatest = unsigned ? 0xffff_ffffL : Long.MAX_VALUE >> (64 - 8 * width);
        // oid input takes negative numbers and wraps them
        this.least = unsigned ? Integer.MIN_VALUE : Long.MIN_VALUE >> (64 - 8 * width);
    }

    static IntegerIo signed(String sqlName, int width) {
        return new IntegerIo(sqlName, width, false);
    }

    static IntegerIo unsigned(String sqlName) {
        return new IntegerIo(sqlName, 4, true);
    }

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        long value = parse(address, length);
        out.setLong(row, unsigned ? value & 0xffff_ffffL : value);
    }

    private long parse(long address, int length) {
        int at = 0;
        int end = length;
        while (at < end && TextBytes.isSpace(NativeMemory.getByte(address + at))) {
            at++;
        }
        while (end > at && TextBytes.isSpace(NativeMemory.getByte(address + end - 1))) {
            end--;
        }
        int sign = at < end ? NativeMemory.getByte(address + at) : 0;
        if (sign == '-' || sign == '+') {
            at++;
        }
        if (at == end) {
            throw TypeErrors.invalidSyntax(sqlName, TextBytes.toString(address, length));
        }
        // accumulated as a negative number: its range is the larger one
        long value = 0;
        boolean overflow = false;
        for (; at < end; at++) {
            int digit = NativeMemory.getByte(address + at) - '0';
            if (digit < 0 || digit > 9) {
                throw TypeErrors.invalidSyntax(sqlName, TextBytes.toString(address, length));
            }
            overflow |= value < -922_337_203_685_477_580L || (value == -922_337_203_685_477_580L && digit > 8);
            value = value * 10 - digit;
        }
        if (sign != '-') {
            overflow |= value == Long.MIN_VALUE;
            value = -value;
        }
        if (overflow || value < least || value > greatest) {
            throw TypeErrors.outOfRange(sqlName, TextBytes.toString(address, length));
        }
        return value;
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        printLong(in.getLong(row), out);
    }

    /// Writes decimal digits without a string in between.
    static void printLong(long value, BytesWriter out) {
        if (value == Long.MIN_VALUE) {
            out.writeAscii("-9223372036854775808");
            return;
        }
        if (value < 0) {
            out.writeByte('-');
            value = -value;
        }
        int digits = 1;
        for (long rest = value / 10; rest != 0; rest /= 10) {
            digits++;
        }
        long at = out.reserve(digits) + digits;
        for (int i = 0; i < digits; i++) {
            NativeMemory.putByte(--at, (byte) ('0' + value % 10));
            value /= 10;
        }
        out.advance(digits);
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        TypeErrors.checkLength(length, width);
        long value = switch (width) {
            case 2 -> Short.reverseBytes(NativeMemory.getShort(address));
            case 4 -> Integer.reverseBytes(NativeMemory.getInt(address));
            default -> Long.reverseBytes(NativeMemory.getLong(address));
        };
        out.setLong(row, unsigned ? value & 0xffff_ffffL : value);
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long value = in.getLong(row);
        switch (width) {
            case 2 -> out.writeShort((int) value);
            case 4 -> out.writeInt((int) value);
            default -> out.writeLong(value);
        }
    }
}
