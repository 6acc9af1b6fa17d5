package omendb.sql.exec;

import java.util.List;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;

/// Some expressions over one input, with the arena their results lie in.
final class Program implements AutoCloseable {
    private final List<Evaluator> evaluators;
    private final ValueArena arena;
    private final ColumnVector[] values;

    Program(List<Evaluator> evaluators, ValueArena arena) {
        this.evaluators = List.copyOf(evaluators);
        this.arena = arena;
        this.values = new ColumnVector[evaluators.size()];
    }

    /// Forgets the results of the last batch.
    void reset() {
        arena.reset();
    }

    Evaluator evaluator(int index) {
        return evaluators.get(index);
    }

    int size() {
        return evaluators.size();
    }

    List<SqlType> types() {
        return evaluators.stream().map(Evaluator::type).toList();
    }

    /// All results; the array is reused.
    ColumnVector[] values(ColumnVector[] input, int count) {
        for (int i = 0; i < values.length; i++) {
            values[i] = evaluators.get(i).value(input, count);
        }
        return values;
    }

    @Override
    public void close() {
        evaluators.forEach(Evaluator::close);
        arena.close();
    }
}
