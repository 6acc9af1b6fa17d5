package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// record: output only, `(1,"a b",)`.
final class RecordIo implements TypeIo {
    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        throw new UserException(
                SqlState.FEATURE_NOT_SUPPORTED, "input of anonymous composite types is not implemented");
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long record = in.address(row);
        out.writeByte('(');
        try (ValueArena arena = new ValueArena();
                ColumnVector field = ColumnVector.allocate(Types.TEXT, arena);
                NativeBytesWriter text = new NativeBytesWriter()) {
            for (int i = 0; i < RecordValue.fieldCount(record); i++) {
                if (i > 0) {
                    out.writeByte(',');
                }
                RecordValue.readField(record, i, field, 0);
                if (!field.isNull(0)) {
                    text.clear();
                    field.type().io().print(context, field, 0, text);
                    printField(text.address(), text.position(), out);
                }
            }
        }
        out.writeByte(')');
    }

    private static void printField(long address, int length, BytesWriter out) {
        boolean quoted = length == 0;
        for (int i = 0; i < length && !quoted; i++) {
            int c = NativeMemory.getByte(address + i);
            quoted = c == '"' || c == '\\' || c == '(' || c == ')' || c == ',' || TextBytes.isSpace(c);
        }
        if (!quoted) {
            out.writeBytes(address, length);
            return;
        }
        out.writeByte('"');
        for (int i = 0; i < length; i++) {
            int c = NativeMemory.getByte(address + i);
            if (c == '"' || c == '\\') {
                out.writeByte(c);
            }
            out.writeByte(c);
        }
        out.writeByte('"');
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        throw new UserException(
                SqlState.FEATURE_NOT_SUPPORTED, "input of anonymous composite types is not implemented");
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long record = in.address(row);
        int count = RecordValue.fieldCount(record);
        out.writeInt(count);
        try (ValueArena arena = new ValueArena();
                ColumnVector field = ColumnVector.allocate(Types.TEXT, arena)) {
            for (int i = 0; i < count; i++) {
                RecordValue.readField(record, i, field, 0);
                out.writeInt(field.type().oid());
                int lengthAt = out.position();
                out.writeInt(-1);
                if (!field.isNull(0)) {
                    field.type().io().send(context, field, 0, out);
                    out.putIntAt(lengthAt, out.position() - lengthAt - 4);
                }
            }
        }
    }
}
