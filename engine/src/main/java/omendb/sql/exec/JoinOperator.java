package omendb.sql.exec;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan.JoinKind;
import org.jspecify.annotations.Nullable;

/// A join: its kinds of candidate pairs differ, what becomes of a pair does not. Pairs are tested for the rest of the
/// condition a whole batch at a time, and rows of either side that found a partner are remembered.
abstract sealed class JoinOperator extends BinaryOperator permits HashJoinOperator, NestedLoopOperator {
    private final JoinKind kind;
    private final Batch pairs;
    private final ColumnVector[] pairColumns;
    private final @Nullable Program condition;
    private final int[] leftOf = new int[Batch.CAPACITY];
    private final int[] rightOf = new int[Batch.CAPACITY];
    private final int[] selected = new int[Batch.CAPACITY];
    private final boolean[] leftMatched = new boolean[Batch.CAPACITY];
    private final BitSet rightMatched = new BitSet();
    private int leftEmit;
    private boolean leftPending;
    private int rightEmit = -1;

    JoinOperator(
            ExecutionContext context,
            JoinKind kind,
            Operator left,
            Operator right,
            Batch out,
            List<Field> pairFields,
            @Nullable Program condition) {
        super(context, left, right, out);
        this.kind = kind;
        this.pairs = emitsLeftOnly(kind) ? batchOf(pairFields) : out;
        this.pairColumns = new ColumnVector[pairs.columnCount()];
        for (int i = 0; i < pairColumns.length; i++) {
            pairColumns[i] = pairs.column(i);
        }
        this.condition = condition;
    }

    private static boolean emitsLeftOnly(JoinKind kind) {
        return kind == JoinKind.SEMI || kind == JoinKind.ANTI;
    }

    final JoinKind kind() {
        return kind;
    }

    final ColumnVector[] pairColumns() {
        return pairColumns;
    }

    final boolean leftMatched(int row) {
        return leftMatched[row];
    }

    final void resetPairs() {
        pairs.reset();
    }

    /// Prepares the rows of the left input's new batch.
    final void newLeftBatch() {
        Arrays.fill(leftMatched, 0, left().out().rowCount(), false);
    }

    final void noteRight(int pair, int leftRow, int rightRow) {
        leftOf[pair] = leftRow;
        rightOf[pair] = rightRow;
    }

    /// Tests `count` candidate pairs; what stands in the batch afterwards are the true ones.
    final int test(int count) {
        pairs.setRowCount(count);
        int kept = count;
        if (condition != null && count > 0) {
            condition.reset();
            ColumnVector holds = condition.evaluator(0).value(pairColumns, count);
            kept = 0;
            for (int i = 0; i < count; i++) {
                if (!holds.isNull(i) && holds.getBoolean(i)) {
                    selected[kept++] = i;
                }
            }
            if (kept < count) {
                for (int i = 0; i < kept; i++) {
                    leftOf[i] = leftOf[selected[i]];
                    rightOf[i] = rightOf[selected[i]];
                }
                if (!emitsLeftOnly(kind)) {
                    RowFilter.compact(pairs, pairColumns, selected, kept);
                }
            }
        }
        for (int i = 0; i < kept; i++) {
            leftMatched[leftOf[i]] = true;
        }
        if (kind == JoinKind.RIGHT || kind == JoinKind.FULL) {
            for (int i = 0; i < kept; i++) {
                rightMatched.set(rightOf[i]);
            }
        }
        return kept;
    }

    final void startLeftRest() {
        leftPending = true;
        leftEmit = 0;
    }

    final boolean leftRestPending() {
        return leftPending;
    }

    /// After a left batch has met all its partners: its unmatched rows (LEFT, FULL, ANTI) or matched ones
    /// (SEMI).
    final boolean emitLeftRest() {
        boolean wanted = kind == JoinKind.SEMI;
        boolean any = kind == JoinKind.LEFT || kind == JoinKind.FULL || emitsLeftOnly(kind);
        int count = left().out().rowCount();
        int row = 0;
        out().reset();
        int leftWidth = left().columns().length;
        while (any && leftEmit < count && row < Batch.CAPACITY) {
            if (leftMatched[leftEmit] == wanted) {
                for (int i = 0; i < leftWidth; i++) {
                    columns()[i].copyFrom(left().columns()[i], leftEmit, row);
                }
                for (int i = leftWidth; i < columns().length; i++) {
                    columns()[i].setNull(row);
                }
                row++;
            }
            leftEmit++;
        }
        leftPending = any && leftEmit < count;
        out().setRowCount(row);
        return row > 0;
    }

    /// At the very end: rows of the right side without a partner (RIGHT, FULL).
    final boolean emitRightRest(MaterializedRows rights, int rightOffset) {
        if (kind != JoinKind.RIGHT && kind != JoinKind.FULL) {
            return false;
        }
        int leftWidth = left().columns().length;
        int rightWidth = columns().length - leftWidth;
        int row = 0;
        out().reset();
        int next = Math.max(rightEmit, 0);
        while (row < Batch.CAPACITY) {
            next = rightMatched.nextClearBit(next);
            if (next >= rights.count()) {
                break;
            }
            for (int i = 0; i < leftWidth; i++) {
                columns()[i].setNull(row);
            }
            for (int i = 0; i < rightWidth; i++) {
                columns()[leftWidth + i].copyFrom(
                        rights.column(rightOffset + i, next), MaterializedRows.rowIn(next), row);
            }
            row++;
            next++;
        }
        rightEmit = next;
        out().setRowCount(row);
        return row > 0;
    }

    @Override
    void start() {
        rightMatched.clear();
        rightEmit = -1;
        leftPending = false;
    }

    @Override
    public void close() {
        super.close();
        if (pairs != out()) {
            pairs.close();
        }
        if (condition != null) {
            condition.close();
        }
    }
}
