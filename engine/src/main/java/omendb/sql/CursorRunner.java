package omendb.sql;

import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.sql.ast.Utility;
import omendb.sql.exec.Execution;
import omendb.sql.plan.Field;
import omendb.sql.plan.PositionedQuery;

/// Runs DECLARE, FETCH, MOVE and CLOSE.
final class CursorRunner {
    private final SessionParts parts;

    CursorRunner(SessionParts parts) {
        this.parts = parts;
    }

    /// @param portal carries the text and the parameters
    void declare(Utility.DeclareCursor declare, BoundPortal portal) {
        TransactionControl transactions = parts.transactions();
        if (!declare.hold() && !transactions.inBlock()) {
            throw new UserException(
                    SqlState.NO_ACTIVE_SQL_TRANSACTION, "DECLARE CURSOR can only be used in transaction blocks");
        }
        Cursors cursors = parts.cursors();
        cursors.requireUnused(declare.name());
        boolean locking = !declare.query().locking().isEmpty();
        refuseWhatLocksCannot(declare, locking);
        Transaction transaction = transactions.startStatement();
        parts.environment().refresh();
        CursorRows rows = null;
        Execution execution = null;
        boolean kept = false;
        try {
            QueryRunner.Bound bound = parts.queries()
                    .bind(declare.query(), QueryRunner.oids(portal.statement().parameterTypes()));
            PositionedQuery query = PositionedQuery.of(bound.plan());
            List<Field> output = query.plan().output();
            boolean scrollable = declare.scroll() == null ? !locking : declare.scroll();
            rows = new CursorRows(output.stream().map(Field::type).toList(), query.shown(), scrollable);
            execution = parts.queries().compile(parts.queries().planCursor(query.plan()));
            transaction.renewSnapshotAfterWait();
            Execution.Statement statement = parts.queries()
                    .statement(transaction, parts.evaluation(), rows.keepParameters(portal.parameters()));
            Transaction.View view = transaction.keepView();
            if (view == null) {
                execution.begin(statement);
                readAll(execution, rows);
            } else {
                rows.start(execution, statement, view);
                execution = null;
            }
            Cursor.Options options = new Cursor.Options(
                    declare.name(),
                    portal.statement().text(),
                    declare.binary(),
                    declare.hold(),
                    scrollable,
                    transactions.statementAt(),
                    transactions.savepointSerial());
            List<ResultColumn> columns = PreparedStatement.columnsOf(output.subList(0, query.shown()));
            cursors.add(new Cursor(options, columns, rows, query));
            kept = true;
        } finally {
            if (execution != null) {
                execution.close();
            }
            if (rows != null && !kept) {
                rows.close();
            }
            transactions.endStatement();
        }
    }

    private static void readAll(Execution execution, CursorRows rows) {
        for (Batch batch = execution.next(); batch != null; batch = execution.next()) {
            rows.keep(batch);
        }
    }

    private static void refuseWhatLocksCannot(Utility.DeclareCursor declare, boolean locking) {
        if (!locking) {
            return;
        }
        String strength =
                "FOR " + declare.query().locking().getFirst().strength().name().replace('_', ' ');
        if (declare.hold()) {
            throw unsupported("DECLARE CURSOR WITH HOLD ... " + strength, "Holdable cursors must be READ ONLY.");
        }
        if (Boolean.TRUE.equals(declare.scroll())) {
            throw unsupported("DECLARE SCROLL CURSOR ... " + strength, "Scrollable cursors must be READ ONLY.");
        }
        if (Boolean.TRUE.equals(declare.insensitive())) {
            throw new UserException(
                            SqlState.INVALID_CURSOR_DEFINITION,
                            "DECLARE INSENSITIVE CURSOR ... " + strength + " is not valid")
                    .withDetail("Insensitive cursors must be READ ONLY.");
        }
    }

    private static RuntimeException unsupported(String what, String detail) {
        return new UserException(SqlState.FEATURE_NOT_SUPPORTED, what + " is not supported").withDetail(detail);
    }

    /// Answers the tag.
    String fetch(Utility.Fetch fetch, RowSink sink) {
        parts.transactions().requireUsable();
        Cursor cursor = parts.cursors().named(fetch.cursor());
        RowSink target = fetch.move() ? Cursors::ignore : sink;
        Transaction.View view = cursor.view();
        long rows;
        if (view == null) {
            rows = Cursors.fetch(cursor, fetch, target);
        } else {
            parts.transactions().resumeStatement(view);
            try {
                parts.evaluation(); // from here on it can be cancelled
                rows = Cursors.fetch(cursor, fetch, target);
            } finally {
                parts.transactions().endStatement();
            }
        }
        return (fetch.move() ? "MOVE " : "FETCH ") + rows;
    }

    String close(Utility.ClosePortal close) {
        parts.cursors().close(close.name());
        return close.name() == null ? "CLOSE CURSOR ALL" : "CLOSE CURSOR";
    }
}
