package omendb.sql.exec;

import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;

/// A compiled expression: computes rows `0..count` from the same rows of its input columns.
///
/// Results are valid until the arena it was compiled with is reset by its operator (once per batch).
abstract class Evaluator implements AutoCloseable {
    private final SqlType type;
    private final ColumnVector own;

    Evaluator(SqlType type, ValueArena arena) {
        this.type = type;
        this.own = ColumnVector.allocate(type, arena);
    }

    final SqlType type() {
        return type;
    }

    /// The result as a vector: its own, or an input column itself.
    ColumnVector value(ColumnVector[] input, int count) {
        into(input, count, own);
        return own;
    }

    /// Computes the result into a vector of the caller's.
    abstract void into(ColumnVector[] input, int count, ColumnVector out);

    /// The vector that [#value] fills unless it can answer with an input column.
    final ColumnVector own() {
        return own;
    }

    @Override
    public void close() {
        own.close();
    }
}
