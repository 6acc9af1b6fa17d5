package omendb.sql.exec;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan.JoinKind;
import org.jspecify.annotations.Nullable;

/// Joins. Both produce candidate pairs of rows, test the rest of the condition on a whole batch of them, and
/// remember
/// which rows of
/// either side found a partner.
final class JoinOperators {
    private JoinOperators() {}

    /// What both joins share.
    abstract static class Join extends Operator {
        private final JoinKind kind;
        private final Operator left;
        private final Operator right;
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

        Join(
                ExecutionContext context,
                JoinKind kind,
                Operator left,
                Operator right,
                Batch out,
                List<Field> pairFields,
                @Nullable Program condition) {
            super(context, out);
            this.kind = kind;
            this.left = left;
            this.right = right;
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

        final Operator left() {
            return left;
        }

        final Operator right() {
            return right;
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
            Arrays.fill(leftMatched, 0, left.out().rowCount(), false);
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
            int count = left.out().rowCount();
            int row = 0;
            out().reset();
            int leftWidth = left.columns().length;
            while (any && leftEmit < count && row < Batch.CAPACITY) {
                if (leftMatched[leftEmit] == wanted) {
                    for (int i = 0; i < leftWidth; i++) {
                        columns()[i].copyFrom(left.columns()[i], leftEmit, row);
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
            int leftWidth = left.columns().length;
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
        void setTimed(boolean on) {
            super.setTimed(on);
            left.setTimed(on);
            right.setTimed(on);
        }

        @Override
        void finish() {
            left.finish();
            right.finish();
        }

        @Override
        public void close() {
            super.close();
            left.close();
            right.close();
            if (pairs != out()) {
                pairs.close();
            }
            if (condition != null) {
                condition.close();
            }
        }
    }

    /// Hash table of the right side, probed by the left.
    static final class Hash extends Join {
        private final Program leftKeys;
        private final Program rightKeys;
        private final RowHashTable table;
        private ColumnVector[] probe = new ColumnVector[0];
        private boolean leftDone;
        private boolean haveLeft;
        private int leftRow;
        private int entry = RowHashTable.NONE;

        Hash(
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
            java.util.List<omendb.engine.type.SqlType> types = new java.util.ArrayList<>(rightKeys.types());
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

    /// Every row of the left with every row of the right; the right side is run once and kept, or, if it
    /// refers to the
    /// left row, again
    /// for each.
    static final class NestedLoop extends Join {
        private final int[] parameterColumns;
        private final List<OuterCell> cells;
        private final MaterializedRows kept;
        private boolean haveLeft;
        private boolean rightOpen;
        private int leftRow;
        private int rightRow;

        /// @param parameterColumns columns of the left side that fill `cells`
        NestedLoop(
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
            java.util.List<omendb.engine.type.SqlType> types = new java.util.ArrayList<>();
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
}
