package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// vector as pgvector 0.8: `[1,2,3]`; binary: int16 dimensions, int16 zero, float4s. A value is its float32s,
/// little-endian.
final class VectorIo implements TypeIo {
    private static final VectorRules RULES = VectorRules.VECTOR;

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        VectorParser parser = new VectorParser(RULES, address, length);
        int from = parser.open();
        int capacity = parser.elementsAtMost(from);
        long target = out.arena().allocate(4L * capacity);
        int dimensions = parser.elements(from, target, capacity);
        RULES.checkExpectedDimensions(typmod, dimensions);
        out.setReference(row, target, 4 * dimensions);
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long address = in.address(row);
        int dimensions = in.length(row) / 4;
        out.writeByte('[');
        for (int i = 0; i < dimensions; i++) {
            if (i > 0) {
                out.writeByte(',');
            }
            printElement(NativeMemory.getFloat(address + 4L * i), out);
        }
        out.writeByte(']');
    }

    static void printElement(float value, BytesWriter out) {
        int whole = (int) value;
        if (whole == value && Math.abs(whole) < 1_000_000 && (whole != 0 || 1 / value > 0)) {
            IntegerIo.printLong(whole, out);
        } else {
            out.writeAscii(FloatText.format(value));
        }
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        if (length < 4) {
            throw new UserException(SqlState.PROTOCOL_VIOLATION, "insufficient data left in message");
        }
        int dimensions = Short.reverseBytes(NativeMemory.getShort(address));
        int unused = Short.reverseBytes(NativeMemory.getShort(address + 2));
        RULES.checkDimensions(dimensions);
        RULES.checkExpectedDimensions(typmod, dimensions);
        if (unused != 0) {
            throw new UserException(SqlState.DATA_EXCEPTION, "expected unused to be 0, not " + unused);
        }
        TypeErrors.checkLength(length, 4 + 4 * dimensions);
        long target = out.arena().allocate(4L * dimensions);
        copyChecked(address + 4, target, dimensions);
        out.setReference(row, target, 4 * dimensions);
    }

    /// Swaps big-endian floats to little-endian; the check for NaN and infinity costs one test a float.
    private static void copyChecked(long source, long target, int dimensions) {
        boolean finite = true;
        for (int i = 0; i < dimensions; i++) {
            int bits = Integer.reverseBytes(NativeMemory.getInt(source + 4L * i));
            finite &= (bits & 0x7f80_0000) != 0x7f80_0000;
            NativeMemory.putInt(target + 4L * i, bits);
        }
        for (int i = 0; !finite && i < dimensions; i++) {
            RULES.checkElement(NativeMemory.getFloat(target + 4L * i));
        }
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long source = in.address(row);
        int dimensions = in.length(row) / 4;
        out.writeShort(dimensions);
        out.writeShort(0);
        long target = out.reserve(4 * dimensions);
        for (int i = 0; i < dimensions; i++) {
            NativeMemory.putInt(target + 4L * i, Integer.reverseBytes(NativeMemory.getInt(source + 4L * i)));
        }
        out.advance(4 * dimensions);
    }
}
