package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// halfvec as pgvector 0.8: `[1,2,3]`; binary: int16 dimensions, int16 zero, half-precision numbers. A value is its
/// IEEE binary16 numbers, little-endian.
final class HalfvecIo implements TypeIo {
    private static final VectorRules RULES = VectorRules.HALFVEC;

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        VectorParser parser = new VectorParser(RULES, address, length);
        int from = parser.open();
        int capacity = parser.elementsAtMost(from);
        long floats = out.arena().allocate(4L * capacity);
        int dimensions = parser.elements(from, floats, capacity);
        RULES.checkExpectedDimensions(typmod, dimensions);
        // in place: half i is written over float i / 2, which has been read
        for (int i = 0; i < dimensions; i++) {
            NativeMemory.putShort(floats + 2L * i, Float.floatToFloat16(NativeMemory.getFloat(floats + 4L * i)));
        }
        out.setReference(row, floats, 2 * dimensions);
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long address = in.address(row);
        int dimensions = in.length(row) / 2;
        out.writeByte('[');
        for (int i = 0; i < dimensions; i++) {
            if (i > 0) {
                out.writeByte(',');
            }
            VectorIo.printElement(Float.float16ToFloat(NativeMemory.getShort(address + 2L * i)), out);
        }
        out.writeByte(']');
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
        TypeErrors.checkLength(length, 4 + 2 * dimensions);
        long target = out.arena().allocate(2L * dimensions);
        for (int i = 0; i < dimensions; i++) {
            short half = Short.reverseBytes(NativeMemory.getShort(address + 4 + 2L * i));
            RULES.checkElement(Float.float16ToFloat(half));
            NativeMemory.putShort(target + 2L * i, half);
        }
        out.setReference(row, target, 2 * dimensions);
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long source = in.address(row);
        int dimensions = in.length(row) / 2;
        out.writeShort(dimensions);
        out.writeShort(0);
        for (int i = 0; i < dimensions; i++) {
            out.writeShort(NativeMemory.getShort(source + 2L * i));
        }
    }
}
