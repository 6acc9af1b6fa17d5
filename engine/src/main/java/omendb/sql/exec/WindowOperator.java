package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.sql.plan.Field;

/// Window functions over input that comes sorted by partition and order: keeps one partition at a time.
final class WindowOperator extends UnaryOperator {
    private final int[] partitionColumns;
    private final Program program;
    private final List<WindowCalls.Call> calls;
    private final WindowPartition partition;
    private final int inputWidth;
    private ColumnVector[] values = new ColumnVector[0];
    private int inputRow;
    private int inputCount;
    private boolean inputEnded;
    private int nextRow;

    /// @param program what the calls read, put behind the input's columns
    WindowOperator(
            ExecutionContext context,
            Operator input,
            List<Field> fields,
            int[] partitionColumns,
            int[] orderColumns,
            Program program,
            List<WindowCalls.Call> calls) {
        super(context, input, batchOf(fields));
        this.partitionColumns = partitionColumns.clone();
        this.program = program;
        this.calls = calls;
        this.inputWidth = input.columns().length;
        List<SqlType> types = new ArrayList<>();
        for (ColumnVector column : input.columns()) {
            types.add(column.type());
        }
        types.addAll(program.types());
        this.partition = new WindowPartition(types, orderColumns);
    }

    @Override
    void start() {
        partition.clear();
        calls.forEach(WindowCalls.Call::restart);
        inputRow = 0;
        inputCount = 0;
        inputEnded = false;
        nextRow = 0;
        super.start();
    }

    @Override
    boolean advance() {
        out().reset();
        int row = 0;
        while (row < Batch.CAPACITY && (nextRow < partition.count() || readPartition())) {
            emit(nextRow++, row++);
        }
        out().setRowCount(row);
        return row > 0;
    }

    private void emit(int from, int row) {
        ColumnVector[] columns = columns();
        for (int i = 0; i < inputWidth; i++) {
            partition.copyValue(i, from, columns[i], row);
        }
        for (int i = 0; i < calls.size(); i++) {
            calls.get(i).result(partition, from, columns[inputWidth + i], row);
        }
    }

    /// Replaces the partition by the next one; false = there is none.
    private boolean readPartition() {
        partition.clear();
        nextRow = 0;
        while (hasInput() && belongs()) {
            partition.append(input().columns(), values, inputRow++);
        }
        if (partition.count() == 0) {
            return false;
        }
        partition.complete();
        calls.forEach(call -> call.enter(partition));
        return true;
    }

    private boolean hasInput() {
        while (!inputEnded && inputRow == inputCount) {
            inputEnded = !input().next();
            inputRow = 0;
            inputCount = inputEnded ? 0 : input().out().rowCount();
            if (!inputEnded) {
                program.reset();
                values = program.values(input().columns(), inputCount);
            }
        }
        return !inputEnded;
    }

    /// Whether the input's row is of the partition that is being read.
    private boolean belongs() {
        if (partition.count() == 0) {
            return true;
        }
        for (int column : partitionColumns) {
            if (!WindowPartition.same(input().columns()[column], inputRow, partition.column(column, 0), 0)) {
                return false;
            }
        }
        return true;
    }

    @Override
    void finish() {
        super.finish();
        partition.clear();
        calls.forEach(WindowCalls.Call::finish);
        inputEnded = true;
        nextRow = 0;
    }

    @Override
    public void close() {
        super.close();
        program.close();
        partition.close();
        calls.forEach(WindowCalls.Call::close);
    }
}
