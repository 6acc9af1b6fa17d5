package omendb.pgwire.session;

import io.netty.buffer.ByteBuf;
import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.TypeContext;
import omendb.engine.type.TypeIo;
import omendb.pgwire.protocol.FormatCodes;
import omendb.pgwire.protocol.MessageWriter;
import omendb.sql.ResultColumn;
import omendb.sql.RowSink;

/// Encodes batches into DataRow messages, each column in the format the client asked for.
final class RowEncoder implements RowSink {
    private static final int NULL_LENGTH = -1;

    private final ResponseStream out;
    private final TypeContext context;
    private final TypeIo[] encodings;
    private final boolean[] binary;

    RowEncoder(List<ResultColumn> columns, FormatCodes formats, TypeContext context, ResponseStream out) {
        this.out = out;
        this.context = context;
        this.encodings = new TypeIo[columns.size()];
        this.binary = new boolean[columns.size()];
        for (int i = 0; i < encodings.length; i++) {
            encodings[i] = columns.get(i).type().io();
            binary[i] = formats.isBinary(i);
        }
    }

    @Override
    public void batch(Batch batch) {
        int rows = batch.rowCount();
        for (int row = 0; row < rows; row++) {
            out.beginRow('D');
            out.writeShort(encodings.length);
            for (int i = 0; i < encodings.length; i++) {
                value(batch.column(i), row, i);
            }
            out.endRow();
        }
    }

    private void value(ColumnVector column, int row, int index) {
        if (column.isNull(row)) {
            out.writeInt(NULL_LENGTH);
            return;
        }
        int start = out.position();
        out.writeInt(0);
        if (binary[index]) {
            encodings[index].send(context, column, row, out);
        } else {
            encodings[index].print(context, column, row, out);
        }
        out.putIntAt(start, out.position() - start - Integer.BYTES);
    }

    static void rowDescription(ByteBuf out, List<ResultColumn> columns, FormatCodes formats) {
        int start = MessageWriter.begin(out, 'T');
        out.writeShort(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            ResultColumn column = columns.get(i);
            MessageWriter.string(out, column.name());
            out.writeInt(column.tableOid());
            out.writeShort(column.columnNumber());
            out.writeInt(column.type().oid());
            out.writeShort(column.type().typlen());
            out.writeInt(column.typeModifier());
            out.writeShort(formats.isBinary(i) ? 1 : 0);
        }
        MessageWriter.end(out, start);
    }
}
