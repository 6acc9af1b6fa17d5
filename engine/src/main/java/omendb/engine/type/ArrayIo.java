package omendb.engine.type;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// Arrays: `{1,2,NULL}`, `{{1,2},{3,4}}`, `[0:1]={1,2}`; binary as PostgreSQL's array_send.
final class ArrayIo implements TypeIo {
    private final int elementOid;

    ArrayIo(int elementOid) {
        this.elementOid = elementOid;
    }

    private SqlType elementType() {
        SqlType type = Types.byOid(elementOid);
        return type == null ? Types.TEXT : type;
    }

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        String text = TextBytes.toString(address, length);
        ArrayBuilder builder = new ArrayBuilder(elementType());
        ArrayParser parser = new ArrayParser(text, builder, context, typmod, out.arena());
        parser.parse();
        builder.write(parser.lengths(), parser.lowerBounds(), out, row);
    }

    // ---- output ----

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        ArrayValue array = ArrayValue.read(in, row);
        if (array.count() == 0) {
            out.writeAscii("{}");
            return;
        }
        boolean plainBounds = true;
        for (int i = 0; i < array.dimensions(); i++) {
            plainBounds &= array.lowerBound(i) == 1;
        }
        if (!plainBounds) {
            for (int i = 0; i < array.dimensions(); i++) {
                int lower = array.lowerBound(i);
                out.writeAscii("[" + lower + ":" + (lower + array.length(i) - 1) + "]");
            }
            out.writeByte('=');
        }
        try (ValueArena arena = new ValueArena();
                NativeBytesWriter text = new NativeBytesWriter()) {
            ColumnVector cell = ColumnVector.cell(array.elementType(), arena);
            printDimension(context, array, 0, 0, cell, text, out);
        }
    }

    /// Prints the part of dimension `dimension` that starts at element `index`; returns the index after it.
    private int printDimension(
            TypeContext context,
            ArrayValue array,
            int dimension,
            int index,
            ColumnVector cell,
            NativeBytesWriter text,
            BytesWriter out) {
        int at = index;
        out.writeByte('{');
        for (int i = 0; i < array.length(dimension); i++) {
            if (i > 0) {
                out.writeByte(',');
            }
            if (dimension + 1 < array.dimensions()) {
                at = printDimension(context, array, dimension + 1, at, cell, text, out);
            } else {
                array.get(at++, cell, 0);
                if (cell.isNull(0)) {
                    out.writeAscii("NULL");
                } else {
                    text.clear();
                    array.elementType().io().print(context, cell, 0, text);
                    printElement(text.address(), text.position(), out);
                }
            }
        }
        out.writeByte('}');
        return at;
    }

    private static void printElement(long address, int length, BytesWriter out) {
        if (!needsQuotes(address, length)) {
            out.writeBytes(address, length);
            return;
        }
        out.writeByte('"');
        for (int i = 0; i < length; i++) {
            int c = NativeMemory.getByte(address + i);
            if (c == '"' || c == '\\') {
                out.writeByte('\\');
            }
            out.writeByte(c);
        }
        out.writeByte('"');
    }

    private static boolean needsQuotes(long address, int length) {
        if (length == 0) {
            return true;
        }
        if (length == 4
                && TextBytes.toString(address, 4).toUpperCase(Locale.ROOT).equals("NULL")) {
            return true;
        }
        for (int i = 0; i < length; i++) {
            int c = NativeMemory.getByte(address + i);
            if (c == '"' || c == '\\' || c == '{' || c == '}' || c == ',' || TextBytes.isSpace(c)) {
                return true;
            }
        }
        return false;
    }

    // ---- binary ----

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        if (length < 12) {
            throw insufficient();
        }
        int dimensions = readInt(address);
        int flags = readInt(address + 4);
        int oid = readInt(address + 8);
        if (dimensions < 0 || dimensions > ArrayValue.MAX_DIMENSIONS) {
            throw new UserException(
                    dimensions < 0 ? SqlState.INVALID_BINARY_REPRESENTATION : SqlState.PROGRAM_LIMIT_EXCEEDED,
                    dimensions < 0
                            ? "invalid number of dimensions: " + dimensions
                            : "number of array dimensions (" + dimensions + ") exceeds the maximum allowed ("
                                    + ArrayValue.MAX_DIMENSIONS + ")");
        }
        if (flags != 0 && flags != 1) {
            throw TypeErrors.badBinary("invalid array flags");
        }
        SqlType element = elementType();
        if (oid != elementOid) {
            SqlType given = Types.byOid(oid);
            throw new UserException(
                    SqlState.DATATYPE_MISMATCH,
                    "binary data has array element type " + Integer.toUnsignedString(oid) + " ("
                            + (given == null ? "???" : given.format(-1)) + ") instead of expected " + elementOid
                            + " (" + element.format(-1) + ")");
        }
        if (length < 12 + 8 * dimensions) {
            throw insufficient();
        }
        List<Integer> lengths = new ArrayList<>();
        List<Integer> bounds = new ArrayList<>();
        long count = dimensions == 0 ? 0 : 1;
        for (int i = 0; i < dimensions; i++) {
            lengths.add(readInt(address + 12 + 8L * i));
            bounds.add(readInt(address + 16 + 8L * i));
            count *= lengths.get(i);
            if (lengths.get(i) < 0 || count > length) {
                throw insufficient();
            }
        }
        ArrayBuilder builder = new ArrayBuilder(element);
        receiveElements(context, address + 12 + 8L * dimensions, address + length, (int) count, typmod, builder, out);
        builder.write(lengths, bounds, out, row);
    }

    private static void receiveElements(
            TypeContext context, long from, long end, int count, int typmod, ArrayBuilder builder, ColumnVector out) {
        SqlType element = builder.elementType();
        ColumnVector cell = ColumnVector.cell(element, out.arena());
        long at = from;
        for (int i = 0; i < count; i++) {
            if (end - at < 4) {
                throw insufficient();
            }
            int bytes = readInt(at);
            at += 4;
            if (bytes == -1) {
                builder.addNull();
                continue;
            }
            if (bytes < 0 || bytes > end - at) {
                throw insufficient();
            }
            element.io().receive(context, at, bytes, typmod, cell, 0);
            builder.add(cell, 0);
            at += bytes;
        }
        if (at != end) {
            throw TypeErrors.badBinary("incorrect binary data format");
        }
    }

    private static UserException insufficient() {
        return new UserException(SqlState.PROTOCOL_VIOLATION, "insufficient data left in message");
    }

    private static int readInt(long address) {
        return Integer.reverseBytes(NativeMemory.getInt(address));
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        ArrayValue array = ArrayValue.read(in, row);
        out.writeInt(array.dimensions());
        out.writeInt(array.hasNulls() ? 1 : 0);
        out.writeInt(array.elementType().oid());
        for (int i = 0; i < array.dimensions(); i++) {
            out.writeInt(array.length(i));
            out.writeInt(array.lowerBound(i));
        }
        try (ValueArena arena = new ValueArena()) {
            ColumnVector cell = ColumnVector.cell(array.elementType(), arena);
            for (int i = 0; i < array.count(); i++) {
                array.get(i, cell, 0);
                int lengthAt = out.position();
                out.writeInt(-1);
                if (!cell.isNull(0)) {
                    array.elementType().io().send(context, cell, 0, out);
                    out.putIntAt(lengthAt, out.position() - lengthAt - 4);
                }
            }
        }
    }
}
