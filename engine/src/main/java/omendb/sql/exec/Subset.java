package omendb.sql.exec;

import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;

/// Some rows of an input, gathered, for an expression that must not see the others (a branch of CASE, the
/// right side of
/// AND).
///
/// Only the columns the expression reads are gathered; values of variable length by reference.
final class Subset implements AutoCloseable {
    private final List<Integer> used;
    private final ColumnVector[] columns;
    private final int[] rows = new int[Batch.CAPACITY];
    private int count;

    /// @param used  indexes of the columns that are read
    /// @param types types of all input columns
    Subset(List<Integer> used, List<SqlType> types, ValueArena arena) {
        this.used = used;
        this.columns = new ColumnVector[types.size()];
        for (int index : used) {
            columns[index] = ColumnVector.allocate(types.get(index), arena);
        }
    }

    void clear() {
        count = 0;
    }

    void add(int row) {
        rows[count++] = row;
    }

    int count() {
        return count;
    }

    int row(int index) {
        return rows[index];
    }

    /// Evaluates for the chosen rows only; all of them need no gathering.
    ColumnVector evaluate(Evaluator evaluator, ColumnVector[] input, int inputCount) {
        if (count == inputCount) {
            return evaluator.value(input, count);
        }
        for (int index : used) {
            columns[index].gather(input[index], rows, count);
        }
        return evaluator.value(columns, count);
    }

    /// Puts the results back where their rows are.
    void scatter(ColumnVector results, ColumnVector out) {
        for (int i = 0; i < count; i++) {
            out.copyFrom(results, i, rows[i]);
        }
    }

    @Override
    public void close() {
        for (int index : used) {
            columns[index].close();
        }
    }
}
