package omendb.sql;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.sql.ast.Utility;
import omendb.sql.function.PositionedCursors;
import org.jspecify.annotations.Nullable;

/// The cursors of a session: DECLARE, FETCH, MOVE, CLOSE and `WHERE CURRENT OF`.
///
/// A cursor's rows are those that its statement saw when it was declared, computed as the cursor comes to them
/// ([CursorRows]).
///
/// Threading: one session.
final class Cursors implements PositionedCursors, AutoCloseable {
    private final Map<String, Cursor> open = new LinkedHashMap<>();

    /// The cursor of that name.
    ///
    /// @throws UserException 34000 if there is none
    Cursor named(String name) {
        Cursor cursor = open.get(name);
        if (cursor == null) {
            throw new UserException(SqlState.INVALID_CURSOR_NAME, "cursor \"" + name + "\" does not exist");
        }
        return cursor;
    }

    /// @throws UserException 42P03
    void requireUnused(String name) {
        if (open.containsKey(name)) {
            throw new UserException(SqlState.DUPLICATE_CURSOR, "cursor \"" + name + "\" already exists");
        }
    }

    void add(Cursor cursor) {
        open.put(cursor.name(), cursor);
    }

    /// Every open cursor, oldest first (pg_cursors).
    Collection<Cursor> all() {
        return new ArrayList<>(open.values());
    }

    void close(@Nullable String name) {
        if (name == null) {
            closeIf(_ -> true);
        } else {
            named(name);
            closeIf(cursor -> cursor.name().equals(name));
        }
    }

    /// FETCH and MOVE: hands the rows over and answers their number.
    static long fetch(Cursor cursor, Utility.Fetch fetch, RowSink sink) {
        long wanted = fetch.count();
        return switch (fetch.direction()) {
            case FORWARD -> wanted >= 0 ? cursor.forward(wanted, sink) : cursor.backward(-wanted, sink);
            case BACKWARD -> wanted >= 0 ? cursor.backward(wanted, sink) : cursor.forward(-wanted, sink);
            case ABSOLUTE -> cursor.absolute(wanted, sink);
            case RELATIVE -> cursor.relative(wanted, sink);
        };
    }

    @Override
    public long rowId(String name, int tableOid, String tableName) {
        return named(name).rowId(tableOid, tableName);
    }

    /// Whether the transaction has made a cursor that is to outlive it.
    boolean holdsNewRows() {
        return open.values().stream().anyMatch(cursor -> cursor.isHoldable() && !cursor.isHeld());
    }

    /// The transaction is about to commit: what is to outlive it is computed now.
    void beforeCommit(Transaction transaction) {
        finishRows(transaction, Cursor::isHoldable);
    }

    /// A definition is about to change: what was to be read later under the old one is read now.
    void beforeDefinition(Transaction transaction) {
        finishRows(transaction, _ -> true);
    }

    private void finishRows(Transaction transaction, Predicate<Cursor> which) {
        for (Cursor cursor : all()) {
            Transaction.View view = cursor.view();
            if (view != null && which.test(cursor)) {
                transaction.resumeStatement(view);
                try {
                    cursor.finishRows();
                } finally {
                    transaction.endStatement();
                }
            }
        }
    }

    /// The transaction is about to end: nothing is read in it any more.
    void transactionEnds() {
        open.values().forEach(Cursor::stop);
    }

    /// The transaction is over: cursors without hold end with it, and all that it made if it rolled back.
    void transactionEnded(boolean committed) {
        if (!open.isEmpty()) {
            closeIf(cursor -> !cursor.isHeld() && (!committed || !cursor.isHoldable()));
            open.values().forEach(Cursor::hold);
        }
    }

    /// ROLLBACK TO a savepoint: what was declared after it was set is gone.
    ///
    /// @param serial of the savepoint ([TransactionControl#savepointSerial])
    void rolledBackTo(long serial) {
        closeIf(cursor -> !cursor.isHeld() && cursor.declaredAfter() >= serial);
    }

    private void closeIf(Predicate<Cursor> which) {
        List<Cursor> closing = open.values().stream().filter(which).toList();
        closing.forEach(cursor -> {
            open.remove(cursor.name());
            cursor.close();
        });
    }

    @Override
    public void close() {
        closeIf(_ -> true);
    }

    /// Takes rows and does nothing with them (MOVE).
    static void ignore(Batch batch) {}
}
