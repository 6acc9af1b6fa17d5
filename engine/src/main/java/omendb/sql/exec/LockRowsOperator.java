package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.table.RowLock;
import omendb.engine.table.Table;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.RowLockMode;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.sql.plan.Field;
import org.jspecify.annotations.Nullable;

/// SELECT FOR UPDATE and its kin: locks the rows that come out, one by one and no more than LIMIT asks
/// for.
///
/// At READ COMMITTED a row that someone changed while we waited is read again; it comes out as it is now
/// if it still meets the query's conditions. A row that has gone is dropped, one that the statement itself has
/// changed (in a WITH query), and with SKIP LOCKED one that others hold.
final class LockRowsOperator extends UnaryOperator {
    /// @param rowIdColumn where the input has the table's row id
    /// @param fields      the table's columns that the input shows
    record Lock(int tableOid, int rowIdColumn, RowLockMode mode, LockWaiting waiting, List<Field> fields) {
        int[] attnums() {
            return fields.stream().mapToInt(Field::columnNumber).toArray();
        }
    }

    private final List<Lock> locks;
    private final List<int[]> positions = new ArrayList<>();
    private final List<Batch> latest = new ArrayList<>();
    private final @Nullable Program recheck;
    private final @Nullable LongSupplier wanted;
    private long left;
    private int nextRow;
    private int inputRows;

    /// @param recheck over the input's columns, or null
    /// @param wanted  rows that the operator above will take at most, or null = all
    LockRowsOperator(
            ExecutionContext context,
            Operator input,
            List<Field> fields,
            List<Lock> locks,
            @Nullable Program recheck,
            @Nullable LongSupplier wanted) {
        super(context, input, batchOf(fields));
        this.locks = locks;
        this.recheck = recheck;
        this.wanted = wanted;
        for (Lock lock : locks) {
            positions.add(lock.fields().stream().mapToInt(fields::indexOf).toArray());
            List<SqlType> types = types(lock.fields());
            latest.add(Batch.allocate(types));
        }
    }

    @Override
    void start() {
        if (context().transaction().readOnly()
                && !locks.stream().allMatch(lock -> context().isTemporary(lock.tableOid()))) {
            throw new UserException(
                    SqlState.READ_ONLY_SQL_TRANSACTION,
                    "cannot execute SELECT FOR "
                            + locks.getFirst().mode().name().replace('_', ' ') + " in a read-only transaction");
        }
        left = wanted == null ? Long.MAX_VALUE : wanted.getAsLong();
        nextRow = 0;
        inputRows = 0;
        super.start();
    }

    @Override
    boolean advance() {
        out().reset();
        while (left > 0 && !out().isFull()) {
            if (nextRow == inputRows) {
                // what comes out refers to the input's batch: that must not be refilled yet
                if (out().rowCount() > 0 || !input().next()) {
                    break;
                }
                nextRow = 0;
                inputRows = input().out().rowCount();
                continue;
            }
            if (take(nextRow++)) {
                left--;
            }
        }
        return out().rowCount() > 0;
    }

    private boolean take(int row) {
        int at = out().rowCount();
        for (int i = 0; i < columns().length; i++) {
            columns()[i].copyFrom(input().columns()[i], row, at);
        }
        boolean changed = false;
        for (int i = 0; i < locks.size(); i++) {
            Lock lock = locks.get(i);
            ColumnVector ids = columns()[lock.rowIdColumn()];
            if (ids.isNull(at)) {
                continue;
            }
            Table table = context().database().table(context().transaction(), lock.tableOid());
            long id = ids.getLong(at);
            switch (table.lockRow(context().transaction(), id, lock.mode(), lock.waiting())) {
                case RowLock.GONE, RowLock.LOCKED, RowLock.CHANGED_BY_STATEMENT -> {
                    return false;
                }
                case RowLock.CHANGED -> {
                    changed = true;
                    if (!readAgain(i, table, id, at)) {
                        return false;
                    }
                }
                case RowLock.UNCHANGED -> {}
            }
        }
        if (changed && !stillMatches(at)) {
            return false;
        }
        out().setRowCount(at + 1);
        return true;
    }

    private boolean readAgain(int index, Table table, long id, int at) {
        Lock lock = locks.get(index);
        Batch row = latest.get(index);
        row.reset();
        if (!table.fetch(context().transaction(), lock.attnums()).appendLatest(id, row)) {
            return false;
        }
        int[] targets = positions.get(index);
        for (int i = 0; i < targets.length; i++) {
            columns()[targets[i]].copyValueFrom(row.column(i), 0, at);
        }
        return true;
    }

    private boolean stillMatches(int row) {
        if (recheck == null) {
            return true;
        }
        recheck.reset();
        ColumnVector holds = recheck.evaluator(0).value(columns(), row + 1);
        return !holds.isNull(row) && holds.getBoolean(row);
    }

    @Override
    public void close() {
        super.close();
        latest.forEach(Batch::close);
        if (recheck != null) {
            recheck.close();
        }
    }
}
