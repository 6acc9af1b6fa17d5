package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// sparsevec as pgvector 0.8: `{1:1.5,3:3.5}/5`, indices from 1; binary: int32 dimensions, elements, zero, then the
/// indices (from 0) and the float4s. Values: [SparseVector].
final class SparsevecIo implements TypeIo {
    private static final VectorRules RULES = VectorRules.SPARSEVEC;

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        new SparsevecParser(address, length).parse(typmod, out, row);
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long value = in.address(row);
        out.writeByte('{');
        for (int i = 0; i < SparseVector.nonZero(value); i++) {
            if (i > 0) {
                out.writeByte(',');
            }
            IntegerIo.printLong(SparseVector.index(value, i) + 1L, out);
            out.writeByte(':');
            VectorIo.printElement(SparseVector.element(value, i), out);
        }
        out.writeByte('}');
        out.writeByte('/');
        IntegerIo.printLong(SparseVector.dimensions(value), out);
    }

    private static int bigEndian(long address) {
        return Integer.reverseBytes(NativeMemory.getInt(address));
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        if (length < 12) {
            throw new UserException(SqlState.PROTOCOL_VIOLATION, "insufficient data left in message");
        }
        int dimensions = bigEndian(address);
        int count = bigEndian(address + 4);
        int unused = bigEndian(address + 8);
        RULES.checkDimensions(dimensions);
        checkCount(count, dimensions);
        RULES.checkExpectedDimensions(typmod, dimensions);
        if (unused != 0) {
            throw new UserException(SqlState.DATA_EXCEPTION, "expected unused to be 0, not " + unused);
        }
        TypeErrors.checkLength(length, 12 + 8 * count);
        int[] indices = new int[count];
        float[] values = new float[count];
        int previous = -1;
        for (int i = 0; i < count; i++) {
            indices[i] = bigEndian(address + 12 + 4L * i);
            SparseVector.checkIndex(indices[i], previous, dimensions);
            previous = indices[i];
            values[i] = Float.intBitsToFloat(bigEndian(address + 12 + 4L * count + 4L * i));
            RULES.checkElement(values[i]);
            if (values[i] == 0) {
                throw new UserException(
                        SqlState.DATA_EXCEPTION, "binary representation of sparsevec cannot contain zero values");
            }
        }
        SparseVector.write(dimensions, indices, values, count, out, row);
    }

    private static void checkCount(int count, int dimensions) {
        if (count < 0) {
            throw new UserException(SqlState.DATA_EXCEPTION, "sparsevec cannot have negative number of elements");
        }
        SparseVector.checkNonZero(count);
        if (count > dimensions) {
            throw new UserException(SqlState.DATA_EXCEPTION, "sparsevec cannot have more elements than dimensions");
        }
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long value = in.address(row);
        int count = SparseVector.nonZero(value);
        out.writeInt(SparseVector.dimensions(value));
        out.writeInt(count);
        out.writeInt(0);
        for (int i = 0; i < count; i++) {
            out.writeInt(SparseVector.index(value, i));
        }
        for (int i = 0; i < count; i++) {
            out.writeInt(Float.floatToRawIntBits(SparseVector.element(value, i)));
        }
    }
}
