package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// json (checked, kept as written) and jsonb (normalised; the binary form is a version byte 1 and the text).
final class JsonIo implements TypeIo {
    private static final int VERSION = 1;

    private final boolean binary;

    private JsonIo(boolean binary) {
        this.binary = binary;
    }

    static JsonIo json() {
        return new JsonIo(false);
    }

    static JsonIo jsonb() {
        return new JsonIo(true);
    }

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        TextBytes.validate(address, length);
        String text = TextBytes.toString(address, length);
        if (binary) {
            JsonbValue.write(Json.parse(text), out, row);
        } else {
            new JsonParser(text, null).parse();
            out.setReference(row, out.arena().copy(address, length), length);
        }
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        if (binary) {
            JsonbValue.print(in.address(row), in.length(row), out);
        } else {
            out.writeBytes(in.address(row), in.length(row));
        }
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        if (!binary) {
            parse(context, address, length, typmod, out, row);
            return;
        }
        if (length < 1) {
            throw new UserException(SqlState.PROTOCOL_VIOLATION, "insufficient data left in message");
        }
        int version = NativeMemory.getByte(address);
        if (version != VERSION) {
            throw new UserException(SqlState.INTERNAL_ERROR, "unsupported jsonb version number " + version);
        }
        parse(context, address + 1, length - 1, typmod, out, row);
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        if (binary) {
            out.writeByte(VERSION);
        }
        print(context, in, row, out);
    }
}
