package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan.JoinKind;
import org.jspecify.annotations.Nullable;

/// Hash table of the right side, probed by the left.
final class HashJoinOperator extends JoinOperator {
    private final Program leftKeys;
    private final Program rightKeys;
    private final RowHashTable table;
    private ColumnVector[] probe = new ColumnVector[0];
    private boolean leftDone;
    private boolean haveLeft;
    private int leftRow;
    private int entry = RowHashTable.NONE;

    HashJoinOperator(
            ExecutionContext context,
            JoinKind kind,
            Operator left,
            Operator right,
            List<Field> output,
            List<Field> pairFields,
            Program leftKeys,
            Program rightKeys,
            @Nullable Program residual) {
        super(context, kind, left, right, batchOf(output), pairFields, residual);
        this.leftKeys = leftKeys;
        this.rightKeys = rightKeys;
        List<SqlType> types = new ArrayList<>(rightKeys.types());
        for (ColumnVector column : right.columns()) {
            types.add(column.type());
        }
        this.table = new RowHashTable(types, rightKeys.size());
    }

    @Override
    void start() {
        super.start();
        table.clear();
        leftDone = false;
        haveLeft = false;
        build();
        left().open();
    }

    private void build() {
        right().open();
        boolean keepNullKeys = kind() == JoinKind.RIGHT || kind() == JoinKind.FULL;
        while (right().next()) {
            rightKeys.reset();
            int count = right().out().rowCount();
            ColumnVector[] keys = rightKeys.values(right().columns(), count);
            for (int row = 0; row < count; row++) {
                if (keepNullKeys || !anyNull(keys, row)) {
                    table.add(keys, right().columns(), row);
                }
            }
        }
        right().finish();
    }

    private static boolean anyNull(ColumnVector[] keys, int row) {
        for (ColumnVector key : keys) {
            if (key.isNull(row)) {
                return true;
            }
        }
        return false;
    }

    @Override
    boolean advance() {
        while (true) {
            if (leftRestPending() && emitLeftRest()) {
                return true;
            }
            if (!haveLeft && !nextLeft()) {
                return emitRightRest(table.rows(), rightKeys.size());
            }
            int pairs = collect();
            if (!haveLeft) {
                startLeftRest();
            }
            int kept = test(pairs);
            if (kept > 0 && kind() != JoinKind.SEMI && kind() != JoinKind.ANTI) {
                return true;
            }
        }
    }

    private boolean nextLeft() {
        if (leftDone || !left().next()) {
            leftDone = true;
            return false;
        }
        newLeftBatch();
        leftKeys.reset();
        probe = leftKeys.values(left().columns(), left().out().rowCount());
        leftRow = -1;
        entry = RowHashTable.NONE;
        haveLeft = true;
        return true;
    }

    /// Candidate pairs, until the batch is full or the left batch has none left (then `haveLeft` is false).
    private int collect() {
        int pair = 0;
        int leftWidth = left().columns().length;
        int rightWidth = right().columns().length;
        boolean once = kind() == JoinKind.SEMI || kind() == JoinKind.ANTI;
        resetPairs();
        while (pair < Batch.CAPACITY) {
            if (entry == RowHashTable.NONE) {
                if (++leftRow == left().out().rowCount()) {
                    haveLeft = false;
                    return pair;
                }
                if (!anyNull(probe, leftRow)) {
                    entry = table.find(probe, leftRow, table.hash(probe, leftRow));
                }
                continue;
            }
            if (once && leftMatched(leftRow)) {
                entry = RowHashTable.NONE;
                continue;
            }
            for (int i = 0; i < leftWidth; i++) {
                pairColumns()[i].copyFrom(left().columns()[i], leftRow, pair);
            }
            int at = MaterializedRows.rowIn(entry);
            for (int i = 0; i < rightWidth; i++) {
                pairColumns()[leftWidth + i].copyFrom(table.rows().column(rightKeys.size() + i, entry), at, pair);
            }
            noteRight(pair++, leftRow, entry);
            entry = table.nextDuplicate(entry);
        }
        return pair;
    }

    @Override
    void finish() {
        super.finish();
        table.clear();
    }

    @Override
    public void close() {
        super.close();
        leftKeys.close();
        rightKeys.close();
        table.close();
    }
}
