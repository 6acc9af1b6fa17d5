package omendb.engine.type;

import omendb.memory.NativeMemory;

/// int2vector and oidvector: numbers apart by blanks; arrays with lower bound 0 inside.
final class ShortVectorIo implements TypeIo {
    private final ArrayIo binary;
    private final int elementOid;

    ShortVectorIo(int elementOid) {
        this.elementOid = elementOid;
        this.binary = new ArrayIo(elementOid);
    }

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        SqlType element = elementOid == 21 ? Types.INT2 : Types.OID;
        ArrayBuilder builder = new ArrayBuilder(element);
        ColumnVector cell = ColumnVector.cell(element, out.arena());
        int at = 0;
        while (at < length) {
            if (TextBytes.isSpace(NativeMemory.getByte(address + at))) {
                at++;
                continue;
            }
            int end = at;
            while (end < length && !TextBytes.isSpace(NativeMemory.getByte(address + end))) {
                end++;
            }
            element.io().parse(context, address + at, end - at, -1, cell, 0);
            builder.add(cell, 0);
            at = end;
        }
        builder.write(java.util.List.of(builder.count()), java.util.List.of(0), out, row);
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        ArrayValue array = ArrayValue.read(in, row);
        for (int i = 0; i < array.count(); i++) {
            if (i > 0) {
                out.writeByte(' ');
            }
            IntegerIo.printLong(array.lane(i), out);
        }
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        binary.receive(context, address, length, typmod, out, row);
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        binary.send(context, in, row, out);
    }
}
