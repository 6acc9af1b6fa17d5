package omendb.sql.exec;

import java.util.List;
import java.util.Map;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.sql.plan.Field;

/// A node of a running plan: hands out batches of rows.
///
/// Life: [#open] ([#next] until false), again [#open] for another run; [#finish] lets go of what an execution
/// holds
/// (cursors, collected
/// rows); [#close] frees the memory. The batch is the operator's own, refilled by each [#next]; whoever reads
/// it may
/// drop and reorder
/// rows in it (a filter compacts the batch of its input in place).
abstract class Operator implements AutoCloseable {
    private final ExecutionContext context;
    private final Batch out;
    private final ColumnVector[] columns;
    private boolean timed;
    private long rows;
    private long loops;
    private long nanos;

    Operator(ExecutionContext context, Batch out) {
        this.context = context;
        this.out = out;
        context.count(out.arena());
        this.columns = new ColumnVector[out.columnCount()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = out.column(i);
        }
    }

    static Batch batchOf(List<Field> fields) {
        return Batch.allocate(types(fields));
    }

    static List<SqlType> types(List<Field> fields) {
        return fields.stream().map(Field::type).toList();
    }

    final ExecutionContext context() {
        return context;
    }

    final Batch out() {
        return out;
    }

    final ColumnVector[] columns() {
        return columns;
    }

    /// Starts a run.
    final void open() {
        loops++;
        long start = timed ? System.nanoTime() : 0;
        start();
        if (timed) {
            nanos += System.nanoTime() - start;
        }
    }

    /// Fills the batch with the next rows; false = there are none.
    final boolean next() {
        context.checkCancelled();
        long start = timed ? System.nanoTime() : 0;
        boolean more = advance();
        rows += more ? out.rowCount() : 0;
        if (timed) {
            nanos += System.nanoTime() - start;
        }
        return more;
    }

    abstract void start();

    abstract boolean advance();

    /// Says before a run that no more than the first `rows` rows of it are of use, so that what is computed
    /// of each row is computed for those alone. An operator that can do nothing about it ignores it.
    void limitTo(long rows) {}

    /// Lets go of what the execution holds; called when it ends, however it ends. Idempotent.
    abstract void finish();

    /// For EXPLAIN ANALYZE.
    void setTimed(boolean on) {
        timed = on;
        rows = 0;
        loops = 0;
        nanos = 0;
    }

    final long rows() {
        return rows;
    }

    final long loops() {
        return loops;
    }

    final long nanos() {
        return nanos;
    }

    /// What EXPLAIN ANALYZE says of a run besides rows and time.
    Map<String, String> details() {
        return Map.of();
    }

    @Override
    public void close() {
        finish();
        out.close();
    }
}
