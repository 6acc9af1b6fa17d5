package omendb.sql.exec;

import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.NativeBytesWriter;
import omendb.memory.NativeMemory;
import omendb.sql.copy.CopyColumn;
import omendb.sql.copy.CopyFormat;
import omendb.sql.copy.CopyOut;
import omendb.sql.copy.CopyWriter;
import omendb.sql.plan.Field;

/// COPY TO: runs a plan and writes its rows. Every row is a message of its own, as PostgreSQL sends them; what
/// stands before the first row of the binary format travels with that row.
public final class CopyQuery implements CopyOut {
    private final Execution execution;
    private final Execution.Statement statement;
    private final CopyFormat format;
    private final List<CopyColumn> columns;

    public CopyQuery(Execution execution, Execution.Statement statement, CopyFormat format) {
        this.execution = execution;
        this.statement = statement;
        this.format = format;
        this.columns = execution.plan().output().stream()
                .map((Field field) -> new CopyColumn(field.name(), field.type(), field.typmod()))
                .toList();
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
        long rows = 0;
        try (CopyWriter writer =
                        new CopyWriter(format, columns, statement.evaluation().types());
                NativeBytesWriter out = new NativeBytesWriter(1 << 16)) {
            execution.begin(statement);
            writer.start(out);
            if (!format.isBinary()) {
                flush(out, sink);
            }
            for (Batch batch = execution.next(); batch != null; batch = execution.next()) {
                for (int row = 0; row < batch.rowCount(); row++) {
                    writer.row(batch, row, out);
                    flush(out, sink);
                    rows++;
                }
            }
            writer.end(out);
            flush(out, sink);
            return "COPY " + rows;
        }
    }

    private static void flush(NativeBytesWriter out, Sink sink) {
        if (out.position() > 0) {
            sink.data(NativeMemory.segment(out.address(), out.position()));
            out.clear();
        }
    }

    /// Frees the plan; idempotent.
    public void close() {
        execution.close();
    }
}
