package omendb.sql.exec;

import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;
import omendb.sql.function.AggregateDef;
import omendb.sql.function.AggregateState;
import org.jspecify.annotations.Nullable;

/// An aggregate over a window. A frame that only grows is fed row by row and never again; one whose start moves is
/// aggregated anew for each row.
final class WindowAggregate implements WindowCalls.Call {
    private final ExecutionContext context;
    private final AggregateDef function;
    private final int firstArgument;
    private final List<SqlType> types;
    private final int filter;
    private final WindowFrame frame;
    private final SqlType resultType;
    private final ValueArena arena = new ValueArena();
    private final ValueArena resultArena = new ValueArena();
    private final ColumnVector[] args;
    private final ColumnVector result;
    private final int[] groups = new int[Batch.CAPACITY];
    private @Nullable AggregateState state;
    private int fedFrom;
    private int fedTo;
    private boolean known;
    private int pending;

    /// @param filter column of FILTER's condition, -1 = none
    WindowAggregate(
            ExecutionContext context,
            AggregateDef function,
            int firstArgument,
            List<SqlType> types,
            int filter,
            WindowFrame frame,
            SqlType resultType) {
        this.context = context;
        this.function = function;
        this.firstArgument = firstArgument;
        this.types = types;
        this.filter = filter;
        this.frame = frame;
        this.resultType = resultType;
        this.args = new ColumnVector[types.size()];
        for (int i = 0; i < args.length; i++) {
            args[i] = ColumnVector.allocate(types.get(i), arena);
        }
        this.result = ColumnVector.allocate(resultType, resultArena);
    }

    @Override
    public void restart() {
        frame.restart();
        finish();
    }

    @Override
    public void enter(WindowPartition partition) {
        frame.enter(partition);
        AggregateState fresh = state;
        if (fresh == null) {
            fresh = function.factory().create(context.evaluation(), types, resultType);
            fresh.ensureGroups(1);
            state = fresh;
        } else {
            fresh.reset(0);
        }
        fedFrom = 0;
        fedTo = 0;
        known = false;
    }

    @Override
    public void result(WindowPartition partition, int row, ColumnVector out, int at) {
        AggregateState running = state;
        if (running == null) {
            throw new IllegalStateException("no partition");
        }
        frame.moveTo(partition, row);
        if (!frame.isWhole() || frame.start() != fedFrom || frame.end() < fedTo) {
            running.reset(0);
            known = false;
            fedFrom = frame.start();
            fedTo = frame.start();
        }
        if (!frame.isWhole()) {
            frame.ranges((from, to) -> feed(running, partition, from, to));
        } else if (fedTo < frame.end()) {
            feed(running, partition, fedTo, frame.end());
            fedTo = frame.end();
            known = false;
        }
        if (!known) {
            resultArena.reset();
            running.result(0, result, 0);
            known = frame.isWhole();
        }
        out.copyValueFrom(result, 0, at);
    }

    private void feed(AggregateState running, WindowPartition partition, int from, int to) {
        for (int row = from; row < to; row++) {
            int at = MaterializedRows.rowIn(row);
            if (filter >= 0) {
                ColumnVector condition = partition.column(filter, row);
                if (condition.isNull(at) || !condition.getBoolean(at)) {
                    continue;
                }
            }
            for (int i = 0; i < args.length; i++) {
                args[i].copyFrom(partition.column(firstArgument + i, row), at, pending);
            }
            if (++pending == Batch.CAPACITY) {
                flush(running);
            }
        }
        flush(running);
    }

    private void flush(AggregateState running) {
        if (pending > 0) {
            running.update(args, groups, pending);
            pending = 0;
        }
    }

    @Override
    public void finish() {
        if (state != null) {
            state.close();
            state = null;
        }
        pending = 0;
    }

    @Override
    public void close() {
        finish();
        frame.close();
        for (ColumnVector arg : args) {
            arg.close();
        }
        result.close();
        arena.close();
        resultArena.close();
    }
}
