package omendb.sql;

import java.util.List;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Batch;
import omendb.sql.exec.HeldRows;
import omendb.sql.pgcatalog.SystemState;
import omendb.sql.plan.PositionedQuery;

/// One cursor: the rows of its query and where it stands among them.
///
/// Threading: one session.
final class Cursor implements AutoCloseable {
    private final Options options;
    private final List<ResultColumn> columns;
    private final HeldRows rows;
    private final int shown;
    private final List<TableDef> sources;
    private final boolean locks;
    private boolean held;
    /// Number of the row it stands on, from 1; 0 = before the first, count + 1 = behind the last.
    private long position;

    /// What DECLARE says.
    ///
    /// @param statement     its text
    /// @param createdAt     microseconds since 2000-01-01 UTC
    /// @param declaredAfter serial of the newest savepoint then
    record Options(
            String name,
            String statement,
            boolean binary,
            boolean holdable,
            boolean scrollable,
            long createdAt,
            long declaredAfter) {}

    /// @param rows what the query gave, row ids behind the columns shown; the cursor's from now on
    Cursor(Options options, List<ResultColumn> columns, HeldRows rows, PositionedQuery query) {
        this.options = options;
        this.columns = columns;
        this.rows = rows;
        this.shown = query.shown();
        this.sources = query.sources();
        this.locks = query.locks();
    }

    String name() {
        return options.name();
    }

    SystemState.CursorListing listing() {
        return new SystemState.CursorListing(
                options.name(),
                options.statement(),
                options.holdable(),
                options.binary(),
                options.scrollable(),
                options.createdAt());
    }

    List<ResultColumn> columns() {
        return columns;
    }

    boolean isHoldable() {
        return options.holdable();
    }

    long declaredAfter() {
        return options.declaredAfter();
    }

    /// Whether it has outlived the transaction that declared it.
    boolean isHeld() {
        return held;
    }

    void hold() {
        held = true;
    }

    private long end() {
        return rows.count() + 1L;
    }

    private boolean onRow() {
        return position > 0 && position < end();
    }

    private void requireScroll() {
        if (!options.scrollable()) {
            throw new UserException(SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, "cursor can only scan forward")
                    .withHint("Declare it with SCROLL option to enable backward scan.");
        }
    }

    /// The next `count` rows; [Long#MAX_VALUE] = all; 0 = the row it stands on once more.
    long forward(long count, RowSink sink) {
        if (count == 0) {
            return relative(0, sink);
        }
        long first = Math.min(position + 1, end());
        long sent = Math.min(count, end() - first);
        send(first, sent, sink);
        position = sent < count ? end() : first + sent - 1;
        return sent;
    }

    /// The `count` rows before, last one first.
    long backward(long count, RowSink sink) {
        if (count == 0) {
            return relative(0, sink);
        }
        requireScroll();
        long sent = 0;
        while (sent < count && position > 1) {
            position--;
            send(position, 1, sink);
            sent++;
        }
        if (sent < count) {
            position = 0;
        }
        return sent;
    }

    /// The row of that number, from the end if it is negative.
    long absolute(long number, RowSink sink) {
        return moveTo(number >= 0 ? number : end() + number, sink);
    }

    /// The row so far from the one it stands on.
    long relative(long distance, RowSink sink) {
        if (distance == 0) {
            if (!onRow()) {
                return 0;
            }
            requireScroll();
            send(position, 1, sink);
            return 1;
        }
        return moveTo(Math.addExact(position, Math.clamp(distance, -end(), end())), sink);
    }

    private long moveTo(long number, RowSink sink) {
        long target = Math.clamp(number, 0, end());
        if (target <= position && !(target == 0 && position == 0)) {
            requireScroll();
        }
        position = target;
        if (!onRow()) {
            return 0;
        }
        send(position, 1, sink);
        return 1;
    }

    private void send(long first, long count, RowSink sink) {
        rows.moveTo((int) (first - 1));
        long left = count;
        while (left > 0) {
            Batch batch = rows.next(left);
            if (batch == null) {
                throw new IllegalStateException("rows of cursor " + name() + " are gone");
            }
            left -= batch.rowCount();
            sink.batch(batch);
        }
    }

    /// See [omendb.sql.function.PositionedCursors#rowId].
    long rowId(int tableOid, String tableName) {
        if (held) {
            throw invalid("is held from a previous transaction");
        }
        int found = -1;
        for (int i = 0; i < sources.size(); i++) {
            if (sources.get(i).oid() == tableOid) {
                if (found >= 0) {
                    throw invalid("has multiple FOR UPDATE/SHARE references to table \"" + tableName + "\"");
                }
                found = i;
            }
        }
        if (found < 0) {
            throw invalid(
                    locks
                            ? "does not have a FOR UPDATE/SHARE reference to table \"" + tableName + "\""
                            : "is not a simply updatable scan of table \"" + tableName + "\"");
        }
        if (!onRow()) {
            throw invalid("is not positioned on a row");
        }
        return rows.number((int) (position - 1), shown + found);
    }

    private UserException invalid(String what) {
        return new UserException(SqlState.INVALID_CURSOR_STATE, "cursor \"" + name() + "\" " + what);
    }

    @Override
    public void close() {
        rows.close();
    }
}
