package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.table.RowFetch;
import omendb.engine.table.RowLock;
import omendb.engine.table.Table;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.RowLockMode;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.sql.plan.Field;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/// UPDATE, DELETE and row locks, and what they share with INSERT ([InsertOperator]). Rows go to the table
/// one by one; expressions are computed a batch at a time. What comes out is RETURNING.
final class ModifyOperators {
    private ModifyOperators() {}

    /// What the three share: the source, and RETURNING over collected rows.
    abstract static class Modify extends Operator {
        private final Operator source;
        private final TableDef def;
        private final @Nullable Program returning;
        private final Batch shown;
        private final ColumnVector[] shownColumns;
        private @Nullable Table table;
        private boolean done;

        /// @param shownTypes columns that RETURNING reads
        Modify(
                ExecutionContext context,
                Operator source,
                TableDef def,
                List<Field> output,
                List<SqlType> shownTypes,
                @Nullable Program returning) {
            super(context, batchOf(output));
            this.source = source;
            this.def = def;
            this.returning = returning;
            this.shown = Batch.allocate(shownTypes);
            this.shownColumns = new ColumnVector[shownTypes.size()];
            for (int i = 0; i < shownColumns.length; i++) {
                shownColumns[i] = shown.column(i);
            }
        }

        final Operator source() {
            return source;
        }

        final Table table() {
            if (table == null) {
                table = context().database().table(context().transaction(), def.oid());
            }
            return table;
        }

        final TableDef def() {
            return def;
        }

        final boolean returns() {
            return returning != null;
        }

        @Override
        void start() {
            if (context().transaction().readOnly() && !context().isTemporary(def.oid())) {
                throw new UserException(
                        SqlState.READ_ONLY_SQL_TRANSACTION, "cannot execute " + verb() + " in a read-only transaction");
            }
            done = false;
            table = null;
            source.open();
        }

        abstract String verb();

        /// Adds a row to what RETURNING will show: the written row, then columns of the source.
        final void show(ColumnVector[] written, int writtenRow, ColumnVector[] others, int otherRow) {
            int row = shown.rowCount();
            int width = written.length;
            for (int i = 0; i < width; i++) {
                shownColumns[i].copyValueFrom(written[i], writtenRow, row);
            }
            for (int i = width; i < shownColumns.length; i++) {
                shownColumns[i].copyValueFrom(others[i - width], otherRow, row);
            }
            shown.setRowCount(row + 1);
        }

        /// Writes the rows of the source's current batch.
        abstract void write();

        @Override
        final boolean advance() {
            while (!done) {
                if (!source.next()) {
                    done = true;
                    return false;
                }
                shown.reset();
                write();
                if (returning != null && shown.rowCount() > 0) {
                    return project(returning);
                }
            }
            return false;
        }

        private boolean project(Program program) {
            int count = shown.rowCount();
            out().reset();
            program.reset();
            for (int i = 0; i < columns().length; i++) {
                program.evaluator(i).into(shownColumns, count, columns()[i]);
            }
            out().setRowCount(count);
            return true;
        }

        @Override
        void setTimed(boolean on) {
            super.setTimed(on);
            source.setTimed(on);
        }

        @Override
        void finish() {
            source.finish();
            table = null;
        }

        @Override
        public void close() {
            super.close();
            source.close();
            shown.close();
            if (returning != null) {
                returning.close();
            }
        }
    }

    static ColumnVector[] columnsOf(Batch batch) {
        ColumnVector[] columns = new ColumnVector[batch.columnCount()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = batch.column(i);
        }
        return columns;
    }

    static int indexOf(int[] numbers, int wanted) {
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] == wanted) {
                return i;
            }
        }
        throw new IllegalArgumentException("no " + wanted);
    }

    static List<SqlType> typesOf(ColumnVector[] columns) {
        List<SqlType> types = new ArrayList<>();
        for (ColumnVector column : columns) {
            types.add(column.type());
        }
        return types;
    }

    static int[] allAttnums(TableDef def) {
        return def.columns().stream().mapToInt(column -> column.attnum()).toArray();
    }

    /// What UPDATE and DELETE share: changing each target row once, and as it is now if someone else changed it
    /// meanwhile. A row that the statement has written already, here or in another of its WITH queries, is left
    /// alone; the transaction's writes tell, so nothing is remembered of rows but those of one batch.
    abstract static class Change extends Modify {
        private final int rowIdColumn;
        private final int[] oldColumns;
        private final @Nullable Program recheck;
        private final int[] allAttnums;
        private final LongHashSet batchRows = new LongHashSet();
        private final Batch current;
        private final ColumnVector[] currentColumns;
        private final Batch latest;
        private final int[] attnumColumns;

        /// @param rowIdColumn   the source's column of the row id
        /// @param oldColumns    the source's columns of the table's, in attnum order, -1 where it was
        ///        pruned
        /// @param recheck       over the source's columns, or null
        Change(
                ExecutionContext context,
                Operator source,
                TableDef def,
                List<Field> output,
                List<SqlType> shownTypes,
                int rowIdColumn,
                int[] oldColumns,
                @Nullable Program recheck,
                @Nullable Program returning) {
            super(context, source, def, output, shownTypes, returning);
            this.rowIdColumn = rowIdColumn;
            this.oldColumns = oldColumns;
            this.recheck = recheck;
            this.allAttnums = ModifyOperators.allAttnums(def);
            this.current = Batch.allocate(typesOf(source.columns()));
            this.currentColumns = columnsOf(current);
            this.latest = Batch.allocate(
                    def.columns().stream().map(column -> column.type()).toList());
            this.attnumColumns = oldColumns;
        }

        @Override
        void write() {
            batchRows.clear();
            int count = source().out().rowCount();
            ColumnVector ids = source().columns()[rowIdColumn];
            long changed = 0;
            current.reset();
            List<Long> batchIds = new ArrayList<>();
            for (int row = 0; row < count; row++) {
                if (ids.isNull(row)) {
                    continue;
                }
                long id = ids.getLong(row);
                if (!batchRows.contains(id) && take(id, row)) {
                    batchRows.add(id);
                    batchIds.add(id);
                    changed++;
                }
            }
            current.setRowCount(batchIds.size());
            if (!batchIds.isEmpty()) {
                apply(batchIds, current, currentColumns);
            }
            context().addAffected(changed);
        }

        /// Locks a row and puts it, as it is now, behind the others in `current`; false = it is no target
        /// any more.
        private boolean take(long id, int row) {
            RowLock lock = table().lockRow(context().transaction(), id, lockMode(), LockWaiting.WAIT);
            int at = current.rowCount();
            if (lock == RowLock.GONE || lock == RowLock.CHANGED_BY_STATEMENT) {
                return false;
            }
            for (int i = 0; i < currentColumns.length; i++) {
                currentColumns[i].copyFrom(source().columns()[i], row, at);
            }
            if (lock == RowLock.CHANGED) {
                latest.reset();
                RowFetch fetch = table().fetch(context().transaction(), allAttnums);
                if (!fetch.appendLatest(id, latest)) {
                    return false;
                }
                for (int i = 0; i < attnumColumns.length; i++) {
                    if (attnumColumns[i] >= 0) {
                        currentColumns[attnumColumns[i]].copyValueFrom(latest.column(i), 0, at);
                    }
                }
                if (!stillMatches(at)) {
                    return false;
                }
            }
            current.setRowCount(at + 1);
            return true;
        }

        private boolean stillMatches(int row) {
            if (recheck == null) {
                return true;
            }
            recheck.reset();
            ColumnVector holds = recheck.evaluator(0).value(currentColumns, row + 1);
            return !holds.isNull(row) && holds.getBoolean(row);
        }

        /// UPDATE takes the stronger mode itself for a row whose key it changes.
        abstract RowLockMode lockMode();

        /// Changes the locked rows; `rows` has the source's columns.
        abstract void apply(List<Long> ids, Batch rows, ColumnVector[] rowColumns);

        /// A row of the table's columns out of a row of the source's.
        final ColumnVector[] oldRow(ColumnVector[] rowColumns) {
            ColumnVector[] old = new ColumnVector[oldColumns.length];
            for (int i = 0; i < old.length; i++) {
                old[i] = oldColumns[i] < 0 ? latest.column(i) : rowColumns[oldColumns[i]];
            }
            return old;
        }

        @Override
        public void close() {
            super.close();
            current.close();
            latest.close();
            if (recheck != null) {
                recheck.close();
            }
        }
    }

    static final class Update extends Change {
        private final int[] changed;
        private final Program values;
        private final RowChecks checks;
        private final int[] generated;
        private final Batch changes;
        private final Batch newRows;
        private final ColumnVector[] newColumns;

        Update(
                ExecutionContext context,
                Operator source,
                TableDef def,
                List<Field> output,
                List<SqlType> shownTypes,
                int rowIdColumn,
                int[] oldColumns,
                int[] changed,
                Program values,
                RowChecks checks,
                @Nullable Program recheck,
                @Nullable Program returning) {
            super(context, source, def, output, shownTypes, rowIdColumn, oldColumns, recheck, returning);
            this.changed = changed;
            this.values = values;
            this.checks = checks;
            this.generated = checks.generated();
            this.changes = Batch.allocate(values.types());
            this.newRows = Batch.allocate(
                    def.columns().stream().map(column -> column.type()).toList());
            this.newColumns = columnsOf(newRows);
        }

        @Override
        String verb() {
            return "UPDATE";
        }

        @Override
        RowLockMode lockMode() {
            return RowLockMode.NO_KEY_UPDATE;
        }

        @Override
        void apply(List<Long> ids, Batch rows, ColumnVector[] rowColumns) {
            int count = ids.size();
            changes.reset();
            values.reset();
            for (int i = 0; i < changed.length; i++) {
                values.evaluator(i).into(rowColumns, count, changes.column(i));
            }
            changes.setRowCount(count);
            newRows.reset();
            ColumnVector[] old = oldRow(rowColumns);
            for (int i = 0; i < newColumns.length; i++) {
                newColumns[i].copyAll(old[i], count);
            }
            for (int i = 0; i < changed.length; i++) {
                newColumns[changed[i] - 1].copyAll(changes.column(i), count);
            }
            newRows.setRowCount(count);
            checks.verify(newRows, newColumns);
            for (int attnum : generated) {
                changes.column(indexOf(changed, attnum)).copyAll(newColumns[attnum - 1], count);
            }
            for (int row = 0; row < count; row++) {
                table().update(context().transaction(), ids.get(row), changed, changes, row);
                if (returns()) {
                    show(newColumns, row, rowColumns, row);
                }
            }
        }

        @Override
        public void close() {
            super.close();
            values.close();
            checks.close();
            changes.close();
            newRows.close();
        }
    }

    static final class Delete extends Change {
        Delete(
                ExecutionContext context,
                Operator source,
                TableDef def,
                List<Field> output,
                List<SqlType> shownTypes,
                int rowIdColumn,
                int[] oldColumns,
                @Nullable Program recheck,
                @Nullable Program returning) {
            super(context, source, def, output, shownTypes, rowIdColumn, oldColumns, recheck, returning);
        }

        @Override
        String verb() {
            return "DELETE";
        }

        @Override
        RowLockMode lockMode() {
            return RowLockMode.UPDATE;
        }

        @Override
        void apply(List<Long> ids, Batch rows, ColumnVector[] rowColumns) {
            ColumnVector[] old = oldRow(rowColumns);
            for (int row = 0; row < ids.size(); row++) {
                if (returns()) {
                    show(old, row, rowColumns, row);
                }
                table().delete(context().transaction(), ids.get(row));
            }
        }
    }
}
