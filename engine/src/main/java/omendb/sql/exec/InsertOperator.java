package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.table.InsertOutcome;
import omendb.engine.table.RowLock;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.RowLockMode;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.sql.plan.Field;
import org.jspecify.annotations.Nullable;

/// INSERT, with ON CONFLICT.
final class InsertOperator extends ModifyOperators.Modify {
    /// ON CONFLICT, compiled.
    ///
    /// @param assignments over (existing row, proposed row): one per column; null = DO NOTHING
    /// @param where       over the same, or null
    record Conflict(
            List<IndexDef> arbiters,
            @Nullable Program assignments,
            @Nullable Program where) {}

    private final Program values;
    private final RowChecks checks;
    private final @Nullable Conflict conflict;
    private final Batch rows;
    private final ColumnVector[] rowColumns;
    private final List<Integer> arbiters;
    private final int[] allAttnums;
    private @Nullable Batch pair;

    InsertOperator(
            ExecutionContext context,
            Operator source,
            TableDef def,
            List<Field> output,
            List<SqlType> rowTypes,
            Program values,
            RowChecks checks,
            @Nullable Conflict conflict,
            @Nullable Program returning) {
        super(context, source, def, output, rowTypes, returning);
        this.values = values;
        this.checks = checks;
        this.conflict = conflict;
        this.rows = Batch.allocate(rowTypes);
        this.rowColumns = ModifyOperators.columnsOf(rows);
        this.arbiters = conflict == null
                ? List.of()
                : conflict.arbiters().stream().map(IndexDef::oid).toList();
        this.allAttnums = ModifyOperators.allAttnums(def);
    }

    @Override
    String verb() {
        return "INSERT";
    }

    @Override
    void write() {
        int count = source().out().rowCount();
        rows.reset();
        values.reset();
        for (int i = 0; i < rowColumns.length; i++) {
            values.evaluator(i).into(source().columns(), count, rowColumns[i]);
        }
        rows.setRowCount(count);
        checks.verify(rows, rowColumns);
        long inserted = 0;
        for (int row = 0; row < count; row++) {
            inserted += insert(row) ? 1 : 0;
        }
        context().addAffected(inserted);
    }

    private boolean insert(int row) {
        if (conflict == null) {
            table().insert(context().transaction(), rows, row);
            if (returns()) {
                show(rowColumns, row, rowColumns, row);
            }
            return true;
        }
        long locked = -1;
        while (true) {
            InsertOutcome outcome = table().insertOrFind(context().transaction(), rows, row, arbiters);
            if (outcome.inserted()) {
                if (returns()) {
                    show(rowColumns, row, rowColumns, row);
                }
                return true;
            }
            Program assignments = conflict.assignments();
            if (assignments == null) {
                return false;
            }
            if (outcome.rowId() != locked) {
                RowLock lock = lockExisting(outcome.rowId());
                if (lock != RowLock.UNCHANGED) {
                    // gone, or changed: then it may have another key now
                    locked = lock == RowLock.CHANGED ? outcome.rowId() : -1;
                    continue;
                }
            }
            return updateExisting(outcome.rowId(), row, assignments);
        }
    }

    private RowLock lockExisting(long rowId) {
        RowLock lock = table().lockRow(context().transaction(), rowId, RowLockMode.NO_KEY_UPDATE, LockWaiting.WAIT);
        if (lock == RowLock.CHANGED_BY_STATEMENT) {
            throw new UserException(
                            SqlState.CARDINALITY_VIOLATION,
                            "ON CONFLICT DO UPDATE command cannot affect row a second time")
                    .withHint("Ensure that no rows proposed for insertion within the same command have"
                            + " duplicate constrained values.");
        }
        return lock;
    }

    /// DO UPDATE of a locked row.
    private boolean updateExisting(long rowId, int row, Program assignments) {
        Batch both = pairBatch();
        ColumnVector[] bothColumns = ModifyOperators.columnsOf(both);
        Batch existing = Batch.allocate(ModifyOperators.typesOf(rowColumns));
        Batch changed = Batch.allocate(ModifyOperators.typesOf(rowColumns));
        try {
            if (!table().fetch(context().transaction(), allAttnums).appendLatest(rowId, existing)) {
                throw new IllegalStateException("row " + rowId + " is locked, and gone");
            }
            for (int i = 0; i < rowColumns.length; i++) {
                bothColumns[i].copyFrom(existing.column(i), 0, 0);
                bothColumns[rowColumns.length + i].copyFrom(rowColumns[i], row, 0);
            }
            Program where = conflict == null ? null : conflict.where();
            if (where != null) {
                where.reset();
                ColumnVector holds = where.evaluator(0).value(bothColumns, 1);
                if (holds.isNull(0) || !holds.getBoolean(0)) {
                    return false;
                }
            }
            assignments.reset();
            for (int i = 0; i < rowColumns.length; i++) {
                assignments.evaluator(i).into(bothColumns, 1, changed.column(i));
            }
            changed.setRowCount(1);
            ColumnVector[] changedColumns = ModifyOperators.columnsOf(changed);
            checks.verify(changed, changedColumns);
            table().update(context().transaction(), rowId, allAttnums, changed, 0);
            if (returns()) {
                show(changedColumns, 0, changedColumns, 0);
            }
            return true;
        } finally {
            existing.close();
            changed.close();
        }
    }

    private Batch pairBatch() {
        if (pair == null) {
            List<SqlType> types = new ArrayList<>(ModifyOperators.typesOf(rowColumns));
            types.addAll(ModifyOperators.typesOf(rowColumns));
            pair = Batch.allocate(types);
        }
        return pair;
    }

    @Override
    public void close() {
        super.close();
        values.close();
        checks.close();
        rows.close();
        if (pair != null) {
            pair.close();
        }
        if (conflict != null) {
            if (conflict.assignments() != null) {
                conflict.assignments().close();
            }
            if (conflict.where() != null) {
                conflict.where().close();
            }
        }
    }
}
