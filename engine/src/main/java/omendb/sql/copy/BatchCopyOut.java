package omendb.sql.copy;

import java.util.List;
import java.util.function.Supplier;
import omendb.engine.type.Batch;
import omendb.engine.type.NativeBytesWriter;
import omendb.engine.type.TypeContext;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// A COPY TO STDOUT of batches: one CopyData a row, as clients expect; what stands before the first row travels with
/// it.
public final class BatchCopyOut implements CopyOut {
    private final CopyFormat format;
    private final List<CopyColumn> columns;
    private final TypeContext context;
    private final Supplier<@Nullable Batch> batches;

    /// @param batches the next rows, valid until the next call; null = no more
    public BatchCopyOut(
            CopyFormat format, List<CopyColumn> columns, TypeContext context, Supplier<@Nullable Batch> batches) {
        this.format = format;
        this.columns = List.copyOf(columns);
        this.context = context;
        this.batches = batches;
    }

    @Override
    public boolean isBinary() {
        return format.isBinary();
    }

    @Override
    public int columnCount() {
        return columns.size();
    }

    @Override
    public String run(Sink sink) {
        long count = 0;
        try (CopyWriter writer = new CopyWriter(format, columns, context);
                NativeBytesWriter out = new NativeBytesWriter()) {
            writer.start(out);
            if (!format.isBinary()) {
                send(out, sink);
            }
            for (Batch batch = batches.get(); batch != null; batch = batches.get()) {
                for (int row = 0; row < batch.rowCount(); row++) {
                    writer.row(batch, row, out);
                    send(out, sink);
                }
                count += batch.rowCount();
            }
            writer.end(out);
            send(out, sink);
        }
        return "COPY " + count;
    }

    private static void send(NativeBytesWriter out, Sink sink) {
        if (out.position() > 0) {
            sink.data(NativeMemory.segment(out.address(), out.position()));
            out.clear();
        }
    }
}
