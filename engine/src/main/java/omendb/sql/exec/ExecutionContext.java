package omendb.sql.exec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.Database;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.Transaction;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.ValueArena;
import omendb.sql.function.EvalContext;
import omendb.sql.pgcatalog.SystemState;
import org.jspecify.annotations.Nullable;

/// What the operators of one compiled plan share during an execution; refilled by [#begin] for the next one.
final class ExecutionContext {
    /// The session's settings that operators read.
    ///
    /// @param workMemBytes bytes an operator may keep in memory
    record Settings(SearchSettings search, long workMemBytes) {}

    private @Nullable Database database;
    private @Nullable Transaction transaction;
    private @Nullable Catalog catalog;
    private @Nullable EvalContext evaluation;
    private @Nullable SystemState system;
    private Settings settings = new Settings(SearchSettings.DEFAULT, 4 << 20);
    private List<ColumnVector> parameters = List.of();
    private long generation;
    private long rowsAffected;
    private final Map<Integer, MaterializedRows> materialized = new HashMap<>();
    private final List<ValueArena> arenas = new ArrayList<>();

    void begin(Execution.Statement statement) {
        this.database = statement.database();
        this.transaction = statement.transaction();
        this.catalog = statement.catalog();
        this.evaluation = statement.evaluation();
        this.system = statement.system();
        this.settings = new Settings(statement.search(), statement.workMemBytes());
        this.parameters = statement.parameters();
        this.generation++;
        this.rowsAffected = 0;
    }

    /// For expressions that need no session: those of indexes.
    void beginDetached(Catalog definitions, EvalContext functions) {
        this.catalog = definitions;
        this.evaluation = functions;
        this.generation++;
    }

    /// An arena of the plan, counted; whoever asks closes it with the plan.
    ValueArena newArena() {
        ValueArena arena = new ValueArena();
        arenas.add(arena);
        return arena;
    }

    /// Counts the arena of an operator's batch.
    void count(ValueArena arena) {
        arenas.add(arena);
    }

    /// Bytes that the plan's batches, evaluators and their values hold off-heap.
    long heldBytes() {
        long bytes = 0;
        for (ValueArena arena : arenas) {
            bytes += arena.heldBytes();
        }
        return bytes;
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("no execution has begun");
        }
        return value;
    }

    Database database() {
        return present(database);
    }

    Transaction transaction() {
        return present(transaction);
    }

    /// Whether a table is a temporary one, which read-only transactions may write to.
    boolean isTemporary(int tableOid) {
        TableDef table = catalog().table(tableOid);
        return table != null && catalog().isTemporary(table);
    }

    Catalog catalog() {
        return present(catalog);
    }

    EvalContext evaluation() {
        return present(evaluation);
    }

    SystemState system() {
        return present(system);
    }

    Settings settings() {
        return settings;
    }

    /// Row 0 holds the value of `$number`.
    ColumnVector parameter(int number) {
        if (number > parameters.size()) {
            throw new UserException(SqlState.UNDEFINED_PARAMETER, "there is no parameter $" + number);
        }
        return parameters.get(number - 1);
    }

    /// Grows with every execution: what was computed in an older generation is stale.
    long generation() {
        return generation;
    }

    void addAffected(long rows) {
        rowsAffected += rows;
    }

    void forgetAffected() {
        rowsAffected = 0;
    }

    long rowsAffected() {
        return rowsAffected;
    }

    /// Rows of a WITH query.
    Map<Integer, MaterializedRows> materialized() {
        return materialized;
    }

    void checkCancelled() {
        present(evaluation).checkCancelled();
    }
}
