package omendb.sql.copy;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.NativeBytesWriter;
import omendb.engine.type.TypeContext;
import omendb.memory.NativeMemory;

/// FORMAT text: columns between delimiters, `\` escapes the delimiter, line ends and itself, and writes
/// `\b \f \n \r \t \v \ooo \xhh`.
final class CopyTextReader extends CopyLineReader {
    private final NativeBytesWriter unescaped = new NativeBytesWriter();

    CopyTextReader(CopyFormat format, List<CopyColumn> columns, TypeContext context, String relation, CopyRows rows) {
        super(format, columns, context, relation, rows);
    }

    @Override
    protected long lineEnd(long address, long length, boolean atEnd) {
        for (long at = 0; at < length; at++) {
            byte c = NativeMemory.getByte(address + at);
            if (c == '\\') {
                if (at + 1 < length && NativeMemory.getByte(address + at + 1) == '.') {
                    if (at + 2 == length && !atEnd) {
                        return INCOMPLETE;
                    }
                    checkEndMarker(address, at + 2, length);
                }
                at++; // the escaped character is data, even a line end
            } else if (c == '\n' || c == '\r') {
                return terminator(address, length, at, atEnd) ? at : INCOMPLETE;
            }
        }
        return atEnd ? length : INCOMPLETE;
    }

    /// `\.` stands alone at the end of a line.
    private void checkEndMarker(long address, long behind, long length) {
        if (behind < length) {
            byte next = NativeMemory.getByte(address + behind);
            if (next != '\n' && next != '\r') {
                throw malformed("end-of-copy marker corrupt").withWhere(whereLine());
            }
        }
    }

    @Override
    protected long field(int index, long address, long start, long length, Batch batch, int row) {
        long end = fieldEnd(address, start, length);
        store(index, address + start, Math.toIntExact(end - start), batch, row);
        return end;
    }

    private long fieldEnd(long address, long start, long length) {
        for (long at = start; at < length; at++) {
            byte c = NativeMemory.getByte(address + at);
            if (c == format.delimiter()) {
                return at;
            }
            if (c == '\\') {
                at++;
            }
        }
        return length;
    }

    private void store(int index, long address, int length, Batch batch, int row) {
        if (isNullString(address, length)) {
            batch.column(index).setNull(row);
        } else if (hasBackslash(address, length)) {
            unescape(address, length);
            value(index, unescaped.address(), unescaped.position(), batch, row);
        } else {
            value(index, address, length, batch, row);
        }
    }

    private static boolean hasBackslash(long address, int length) {
        for (int i = 0; i < length; i++) {
            if (NativeMemory.getByte(address + i) == '\\') {
                return true;
            }
        }
        return false;
    }

    private void unescape(long address, int length) {
        unescaped.clear();
        int at = 0;
        while (at < length) {
            byte c = NativeMemory.getByte(address + at++);
            if (c == '\\' && at < length) {
                at = escape(address, at, length);
            } else {
                unescaped.writeByte(c);
            }
        }
    }

    /// Writes what the escape whose second character is at `at` stands for; returns the offset behind it.
    private int escape(long address, int at, int length) {
        byte c = NativeMemory.getByte(address + at);
        switch (c) {
            case 'b' -> unescaped.writeByte('\b');
            case 'f' -> unescaped.writeByte('\f');
            case 'n' -> unescaped.writeByte('\n');
            case 'r' -> unescaped.writeByte('\r');
            case 't' -> unescaped.writeByte('\t');
            case 'v' -> unescaped.writeByte(0x0b);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                return digits(address, at, length, 3, 8);
            }
            case 'x' -> {
                if (at + 1 < length && Character.digit(NativeMemory.getByte(address + at + 1), 16) >= 0) {
                    return digits(address, at + 1, length, 2, 16);
                }
                unescaped.writeByte('x');
            }
            default -> unescaped.writeByte(c);
        }
        return at + 1;
    }

    private int digits(long address, int from, int length, int most, int radix) {
        int value = 0;
        int at = from;
        while (at < length && at - from < most) {
            int digit = Character.digit(NativeMemory.getByte(address + at), radix);
            if (digit < 0) {
                break;
            }
            value = value * radix + digit;
            at++;
        }
        unescaped.writeByte(value & 0xff);
        return at;
    }

    @Override
    protected List<String> headerNames(long address, long length) {
        List<String> names = new ArrayList<>();
        for (long start = 0; start <= length; ) {
            long end = fieldEnd(address, start, length);
            unescape(address + start, Math.toIntExact(end - start));
            names.add(text(unescaped.address(), unescaped.position()));
            start = end + 1;
        }
        return names;
    }

    @Override
    public void close() {
        unescaped.close();
        super.close();
    }
}
