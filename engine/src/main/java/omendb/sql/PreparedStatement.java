package omendb.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import omendb.engine.type.SqlType;
import omendb.sql.ast.Statement;
import omendb.sql.ast.Utility;
import omendb.sql.exec.Execution;
import omendb.sql.plan.Field;
import org.jspecify.annotations.Nullable;

/// A statement that was parsed and analysed: what clients are told of it, and the compiled plan of its last
/// execution.
final class PreparedStatement implements PreparedPlan {
    private final String text;
    private final @Nullable Statement statement;
    private final List<SqlType> parameterTypes;
    private final List<ResultColumn> columns;
    private final boolean returnsRows;
    private @Nullable Compiled compiled;
    private @Nullable PlanCache keeper;

    /// A plan and what it was made for.
    ///
    /// @param catalogVersion  of the catalog it was bound against
    /// @param settingsVersion of the settings it was planned with
    /// @param sizes           rows of the tables it reads, by oid
    /// @param locks           of all tables it uses
    /// @param isLong          by its estimate it will be at work for a millisecond or more
    record Compiled(
            Execution execution,
            long catalogVersion,
            long settingsVersion,
            Map<Integer, Double> sizes,
            StatementLocks locks,
            boolean isLong) {}

    /// @param statement null = the text was empty
    PreparedStatement(
            String text,
            @Nullable Statement statement,
            List<SqlType> parameterTypes,
            List<ResultColumn> columns,
            boolean returnsRows) {
        this.text = text;
        this.statement = statement;
        this.parameterTypes = parameterTypes;
        this.columns = columns;
        this.returnsRows = returnsRows;
    }

    static List<ResultColumn> columnsOf(List<Field> fields) {
        List<ResultColumn> columns = new ArrayList<>();
        for (Field field : fields) {
            columns.add(new ResultColumn(
                    field.name(), field.tableOid(), field.columnNumber(), field.type(), field.typmod()));
        }
        return columns;
    }

    String text() {
        return text;
    }

    @Nullable
    Statement statement() {
        return statement;
    }

    @Override
    public List<SqlType> parameterTypes() {
        return parameterTypes;
    }

    @Override
    public List<ResultColumn> columns() {
        return columns;
    }

    @Override
    public boolean returnsRows() {
        return returnsRows;
    }

    @Override
    public boolean endsTransaction() {
        return statement instanceof Utility.Commit
                || statement instanceof Utility.PrepareTransaction
                || statement instanceof Utility.Rollback
                || statement instanceof Utility.RollbackToSavepoint;
    }

    /// Takes the compiled plan out, if it still holds; a second portal that runs meanwhile compiles its own.
    @Nullable
    Compiled take(long catalogVersion, long settingsVersion) {
        Compiled found = takeOut();
        if (found == null) {
            return null;
        }
        if (found.catalogVersion() != catalogVersion || found.settingsVersion() != settingsVersion) {
            found.execution().close();
            return null;
        }
        return found;
    }

    /// Keeps the compiled plan between executions until [#free]. Without it (a simple query, a
    /// text too long) the plan ends with its execution, since nobody would free it.
    void keepFor(PlanCache cache) {
        keeper = cache;
    }

    /// Frees the compiled plan; the next execution compiles another one.
    void freePlan() {
        Compiled found = takeOut();
        if (found != null) {
            found.execution().close();
        }
    }

    private @Nullable Compiled takeOut() {
        Compiled found = compiled;
        compiled = null;
        if (found != null && keeper != null) {
            keeper.took(this);
        }
        return found;
    }

    /// Takes a compiled plan back: for the next execution, or to free it.
    void giveBack(Compiled used) {
        if (keeper != null && compiled == null) {
            compiled = used;
            keeper.put(this, used.execution().heldBytes());
        } else {
            used.execution().close();
        }
    }

    /// Frees the compiled plan; one that is still in use is freed when it is given back.
    void free() {
        freePlan();
        keeper = null;
    }
}
