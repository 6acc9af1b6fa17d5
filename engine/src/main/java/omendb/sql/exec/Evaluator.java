package omendb.sql.exec;

import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;
import org.jspecify.annotations.Nullable;

/// A compiled expression: computes rows `0..count` from the same rows of its input columns.
///
/// Results are valid until the arena it was compiled with is reset by its operator (once per batch).
abstract class Evaluator implements AutoCloseable {
    private final SqlType type;
    private final ValueArena arena;
    private @Nullable ColumnVector own;

    Evaluator(SqlType type, ValueArena arena) {
        this.type = type;
        this.arena = arena;
    }

    final SqlType type() {
        return type;
    }

    /// The result as a vector: its own, or an input column itself.
    ColumnVector value(ColumnVector[] input, int count) {
        ColumnVector result = own();
        into(input, count, result);
        return result;
    }

    /// Computes the result into a vector of the caller's.
    abstract void into(ColumnVector[] input, int count, ColumnVector out);

    /// The vector that [#value] fills unless it can answer with an input column; made when it is first asked for,
    /// since many evaluators never are.
    final ColumnVector own() {
        ColumnVector known = own;
        if (known == null) {
            known = ColumnVector.allocate(type, arena);
            own = known;
        }
        return known;
    }

    @Override
    public void close() {
        if (own != null) {
            own.close();
            own = null;
        }
    }
}
