package omendb.sql;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.UserException;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;
import omendb.sql.exec.Execution;
import omendb.sql.exec.HeldRows;
import org.jspecify.annotations.Nullable;

/// The rows of a cursor's query, computed as they are asked for, at the snapshot of its DECLARE.
///
/// A cursor that only goes forward keeps the row it stands on and at most a batch behind it; one that scrolls
/// keeps all rows it has come to. [#finish] computes what is left, for a cursor that outlives its transaction.
/// Threading: one session; [#reach] and [#finish] inside a statement resumed with [#view].
final class CursorRows implements AutoCloseable {
    private final HeldRows kept;
    private final ValueArena parameterArena = new ValueArena();
    private final boolean scrollable;
    private @Nullable Execution execution;
    private Execution.@Nullable Statement notBegun;
    private Transaction.@Nullable View view;
    private @Nullable UserException failure;
    private long dropped;

    /// @param shown columns for the client; those behind are row ids
    CursorRows(List<SqlType> types, int shown, boolean scrollable) {
        this.kept = new HeldRows(types, shown);
        this.scrollable = scrollable;
    }

    /// Copies of a statement's parameters that live as long as these rows.
    List<ColumnVector> keepParameters(List<ColumnVector> parameters) {
        List<ColumnVector> copies = new ArrayList<>();
        for (ColumnVector parameter : parameters) {
            ColumnVector copy = ColumnVector.cell(parameter.type(), parameterArena);
            copy.copyValueFrom(parameter, 0, 0);
            copies.add(copy);
        }
        return copies;
    }

    /// What to compute them with, from the first that is asked for on. Query and view are these rows' own from now
    /// on.
    void start(Execution query, Execution.Statement statement, Transaction.View seen) {
        execution = query;
        notBegun = statement;
        view = seen;
    }

    /// What a statement has to be resumed with before more rows are computed; null = all that will be are there.
    Transaction.@Nullable View view() {
        return view;
    }

    /// Sees to it that the rows up to a number, counted from 1, are there, if there are so many.
    ///
    /// @throws UserException the error of a row before
    void reach(long number) {
        while (execution != null && count() < number) {
            fetch(execution);
        }
        if (failure != null && count() < number) {
            throw failure;
        }
    }

    /// Computes all that is left. An error waits for its row to be asked for.
    void finish() {
        while (execution != null && failure == null) {
            fetch(execution);
        }
    }

    private void fetch(Execution running) {
        try {
            Execution.Statement statement = notBegun;
            if (statement != null) {
                notBegun = null;
                running.begin(statement);
            }
            Batch batch = running.next();
            if (batch == null) {
                stop();
            } else {
                keep(batch);
            }
        } catch (UserException e) {
            failure = e;
            stop();
        } catch (RuntimeException | Error e) {
            stop();
            throw e;
        }
    }

    void keep(Batch batch) {
        kept.keep(batch, 0);
    }

    /// Lets go of the query: no more rows come.
    void stop() {
        if (execution != null) {
            execution.close();
            execution = null;
        }
        if (view != null) {
            view.close();
            view = null;
        }
    }

    /// Rows so far; all there are when there is no [#view].
    long count() {
        return dropped + kept.count();
    }

    /// The rows before `number` are asked for no more, unless the cursor scrolls.
    void passed(long number) {
        long passed = number - 1 - dropped;
        if (!scrollable && passed >= Batch.CAPACITY) {
            kept.dropFirst((int) passed);
            dropped += passed;
        }
    }

    /// Hands rows over: `count` from `first` on, all of them there.
    void send(long first, long count, RowSink sink) {
        kept.moveTo((int) (first - 1 - dropped));
        long left = count;
        while (left > 0) {
            Batch batch = kept.next(left);
            if (batch == null) {
                throw new IllegalStateException("rows of a cursor are gone");
            }
            left -= batch.rowCount();
            sink.batch(batch);
        }
    }

    /// An integer of a row that is there.
    long number(long row, int column) {
        return kept.number((int) (row - 1 - dropped), column);
    }

    @Override
    public void close() {
        stop();
        kept.close();
        parameterArena.close();
    }
}
