package omendb.sql.exec;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan.JoinKind;
import org.jspecify.annotations.Nullable;

/// Every row of the left with every row of the right; the right side is run once and kept, or, if it
/// refers to the
/// left row, again
/// for each.
final class NestedLoopOperator extends JoinOperator {
    private final int[] parameterColumns;
    private final List<OuterCell> cells;
    private final MaterializedRows kept;
    private boolean haveLeft;
    private boolean rightOpen;
    private int leftRow;
    private int rightRow;

    /// @param parameterColumns columns of the left side that fill `cells`
    NestedLoopOperator(
            ExecutionContext context,
            JoinKind kind,
            Operator left,
            Operator right,
            List<Field> output,
            List<Field> pairFields,
            @Nullable Program condition,
            int[] parameterColumns,
            List<OuterCell> cells) {
        super(context, kind, left, right, batchOf(output), pairFields, condition);
        this.parameterColumns = parameterColumns;
        this.cells = cells;
        List<SqlType> types = new ArrayList<>();
        for (ColumnVector column : right.columns()) {
            types.add(column.type());
        }
        this.kept = new MaterializedRows(types);
    }

    private boolean lateral() {
        return !cells.isEmpty();
    }

    @Override
    void start() {
        super.start();
        kept.clear();
        haveLeft = false;
        rightOpen = false;
        if (!lateral()) {
            right().open();
            while (right().next()) {
                kept.appendAll(right().columns(), right().out().rowCount());
            }
            right().finish();
        }
        left().open();
    }

    @Override
    boolean advance() {
        while (true) {
            if (leftRestPending() && emitLeftRest()) {
                return true;
            }
            if (!haveLeft && !nextLeft()) {
                return emitRightRest(kept, 0);
            }
            int pairs = lateral() ? collectLateral() : collectKept();
            if (!haveLeft) {
                startLeftRest();
            }
            int found = test(pairs);
            if (found > 0 && kind() != JoinKind.SEMI && kind() != JoinKind.ANTI) {
                return true;
            }
        }
    }

    private boolean nextLeft() {
        if (!left().next()) {
            return false;
        }
        newLeftBatch();
        haveLeft = true;
        leftRow = 0;
        rightRow = 0;
        rightOpen = false;
        return true;
    }

    private int collectKept() {
        int pair = 0;
        boolean once = kind() == JoinKind.SEMI || kind() == JoinKind.ANTI;
        resetPairs();
        while (pair < Batch.CAPACITY) {
            if (rightRow == kept.count() || (once && leftMatched(leftRow))) {
                rightRow = 0;
                if (++leftRow == left().out().rowCount()) {
                    haveLeft = false;
                    return pair;
                }
                if (kept.count() == 0) {
                    haveLeft = false;
                    return pair;
                }
                continue;
            }
            putLeft(pair);
            kept.copyTo(rightRow, pairColumns(), left().columns().length, right().columns().length, pair);
            noteRight(pair++, leftRow, rightRow++);
        }
        return pair;
    }

    private void putLeft(int pair) {
        ColumnVector[] lefts = left().columns();
        for (int i = 0; i < lefts.length; i++) {
            pairColumns()[i].copyFrom(lefts[i], leftRow, pair);
        }
    }

    /// The pairs of the current left row with the next batch of its own right side.
    private int collectLateral() {
        resetPairs();
        boolean once = kind() == JoinKind.SEMI || kind() == JoinKind.ANTI;
        if (!rightOpen) {
            for (int i = 0; i < parameterColumns.length; i++) {
                cells.get(i).set(left().columns()[parameterColumns[i]], leftRow);
            }
            right().open();
            rightOpen = true;
        }
        if ((once && leftMatched(leftRow)) || !right().next()) {
            right().finish();
            rightOpen = false;
            if (++leftRow == left().out().rowCount()) {
                haveLeft = false;
            }
            return 0;
        }
        int count = right().out().rowCount();
        int leftWidth = left().columns().length;
        for (int row = 0; row < count; row++) {
            putLeft(row);
            noteRight(row, leftRow, 0);
        }
        for (int i = 0; i < right().columns().length; i++) {
            pairColumns()[leftWidth + i].copyAll(right().columns()[i], count);
        }
        return count;
    }

    @Override
    void finish() {
        super.finish();
        kept.clear();
    }

    @Override
    public void close() {
        super.close();
        kept.close();
    }
}
