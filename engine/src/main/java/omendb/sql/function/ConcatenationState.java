package omendb.sql.function;

import java.io.ByteArrayOutputStream;
import omendb.engine.type.ColumnVector;

/// string_agg: values with the delimiter of each but the first before it; a NULL delimiter is empty.
final class ConcatenationState extends GroupedState<ConcatenationState.Parts> {
    /// What was collected; null before the first value. The first delimiter is kept for merging.
    static final class Parts {
        private boolean seen;
        private byte[] firstDelimiter = new byte[0];
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    }

    @Override
    Parts empty() {
        return new Parts();
    }

    @Override
    void add(Parts group, ColumnVector[] args, int row) {
        byte[] delimiter = args[1].isNull(row) ? new byte[0] : args[1].getBytes(row);
        if (group.seen) {
            group.bytes.writeBytes(delimiter);
        } else {
            group.firstDelimiter = delimiter;
        }
        group.seen = true;
        group.bytes.writeBytes(args[0].getBytes(row));
    }

    @Override
    void write(Parts group, ColumnVector out, int row) {
        if (group.seen) {
            out.setBytes(row, group.bytes.toByteArray());
        } else {
            out.setNull(row);
        }
    }

    @Override
    void combine(Parts group, Parts other) {
        if (!other.seen) {
            return;
        }
        if (group.seen) {
            group.bytes.writeBytes(other.firstDelimiter);
        } else {
            group.firstDelimiter = other.firstDelimiter;
        }
        group.seen = true;
        group.bytes.writeBytes(other.bytes.toByteArray());
    }
}
