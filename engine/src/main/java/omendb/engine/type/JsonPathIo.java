package omendb.engine.type;

import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;

/// jsonpath: its canonical text; binary: a version byte 1, then the text.
final class JsonPathIo implements TypeIo {
    private static final int VERSION = 1;

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        TextBytes.validate(address, length);
        JsonPath path = JsonPath.parse(TextBytes.toString(address, length));
        try (NativeBytesWriter text = new NativeBytesWriter()) {
            JsonPathText.print(path, text);
            out.setReference(row, out.arena().copy(text.address(), text.position()), text.position());
        }
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        out.writeBytes(in.address(row), in.length(row));
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        int version = new MessageReader(address, length).readByte();
        if (version != VERSION) {
            throw new InternalException(SqlState.INTERNAL_ERROR, "unsupported jsonpath version number: " + version);
        }
        parse(context, address + 1, length - 1, typmod, out, row);
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        out.writeByte(VERSION);
        print(context, in, row, out);
    }
}
