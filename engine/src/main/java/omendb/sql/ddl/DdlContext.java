package omendb.sql.ddl;

import java.util.List;
import omendb.engine.Database;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SchemaEditor;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.table.ConstraintEvents;
import omendb.engine.txn.Transaction;
import omendb.sql.ast.Ddl;
import omendb.sql.bind.Binder;
import omendb.sql.exec.RowProgram;
import omendb.sql.pgcatalog.SchemaPath;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// What a DDL statement works with: the session's transaction and settings.
public interface DdlContext extends SchemaPath {
    Database database();

    Transaction transaction();

    /// The catalog with the transaction's own changes; asked again after each change.
    default Catalog catalog() {
        return database().catalog(transaction());
    }

    default SchemaEditor editor() {
        return database().schema(transaction());
    }

    /// The schema of the session's temporary relations, made if it has none yet.
    SchemaDef requireTemporarySchema();

    /// Remembers what the end of a transaction does to a temporary table.
    void onCommit(int tableOid, Ddl.OnCommit action);

    /// Schema in which unqualified names are created, null if the search path names none.
    @Nullable
    String creationSchema();

    /// Refuses to change a table whose rows have deferred checks before them (55006).
    default void requireNotPending(TableDef table, String command) {
        ConstraintEvents events = transaction().participantIfAny(ConstraintEvents.class);
        if (events != null && events.isPending(table.oid())) {
            throw DdlErrors.error(
                    SqlState.OBJECT_IN_USE,
                    "cannot " + command + " \"" + table.name() + "\" because it has pending trigger events");
        }
    }

    /// A binder over [#catalog] as it is now.
    Binder binder();

    /// Name of the current role.
    String user();

    String databaseName();

    /// A WARNING to the client.
    void warning(SqlState state, String message);

    /// Whether BEGIN opened the transaction, or several statements of one query share it.
    boolean inTransactionBlock();

    /// Compiles expressions over the rows of a table; close it.
    ///
    /// @param row what the expressions call the columns, one for each of the table's
    RowProgram program(List<Field> row, List<Scalar> expressions);

    /// A NOTICE to the client.
    default void notice(SqlState state, String message) {
        notice(state, message, null);
    }

    /// A NOTICE with details.
    void notice(SqlState state, String message, @Nullable String detail);
}
