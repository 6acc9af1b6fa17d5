package omendb.sql;

import java.util.List;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.sql.pgcatalog.SystemState;
import omendb.sql.plan.PositionedQuery;
import org.jspecify.annotations.Nullable;

/// One cursor: the rows of its query, computed as it comes to them, and where it stands among them.
///
/// Threading: one session.
final class Cursor implements AutoCloseable {
    private final Options options;
    private final List<ResultColumn> columns;
    private final CursorRows rows;
    private final int shown;
    private final List<TableDef> sources;
    private final boolean locks;
    private boolean held;
    /// Number of the row it stands on, from 1; 0 = before the first, more than there are = behind the last.
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

    /// @param rows what the query gives, row ids behind the columns shown; the cursor's from now on
    Cursor(Options options, List<ResultColumn> columns, CursorRows rows, PositionedQuery query) {
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

    /// What a statement has to be resumed with before the cursor moves, or null.
    Transaction.@Nullable View view() {
        return rows.view();
    }

    /// Computes the rows that are left, in a resumed statement.
    void finishRows() {
        rows.finish();
    }

    /// No more rows come: the transaction is about to end.
    void stop() {
        rows.stop();
    }

    private boolean onRow() {
        return position > 0 && position <= rows.count();
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
        long sent = 0;
        while (sent < count) {
            long first = Math.min(position, rows.count()) + 1;
            rows.reach(first + Math.min(count - sent, Batch.CAPACITY) - 1);
            long there = Math.min(count - sent, rows.count() - first + 1);
            if (there <= 0) {
                position = rows.count() + 1;
                break;
            }
            rows.send(first, there, sink);
            sent += there;
            position = first + there - 1;
            rows.passed(position);
        }
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
            rows.send(position, 1, sink);
            sent++;
        }
        if (sent < count) {
            position = 0;
        }
        return sent;
    }

    /// The row of that number, from the end if it is negative.
    long absolute(long number, RowSink sink) {
        if (number < 0) {
            rows.reach(Long.MAX_VALUE);
        }
        return moveTo(number >= 0 ? number : rows.count() + 1 + number, sink);
    }

    /// The row so far from the one it stands on.
    long relative(long distance, RowSink sink) {
        if (distance == 0) {
            if (!onRow()) {
                return 0;
            }
            requireScroll();
            rows.send(position, 1, sink);
            return 1;
        }
        long target = distance > Long.MAX_VALUE - position ? Long.MAX_VALUE : position + distance;
        return moveTo(target, sink);
    }

    private long moveTo(long number, RowSink sink) {
        long wanted = Math.max(number, 0);
        if (wanted <= position && !(wanted == 0 && position == 0)) {
            requireScroll();
        }
        while (rows.view() != null && rows.count() < wanted) {
            rows.reach(Math.min(wanted, rows.count() + Batch.CAPACITY));
            rows.passed(Math.min(wanted, rows.count()));
        }
        rows.reach(wanted);
        position = Math.min(wanted, rows.count() + 1);
        if (!onRow()) {
            return 0;
        }
        rows.send(position, 1, sink);
        return 1;
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
        return rows.number(position, shown + found);
    }

    private UserException invalid(String what) {
        return new UserException(SqlState.INVALID_CURSOR_STATE, "cursor \"" + name() + "\" " + what);
    }

    @Override
    public void close() {
        rows.close();
    }
}
