package omendb.sql;

import java.util.List;
import omendb.engine.Database;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.error.SqlState;
import omendb.engine.txn.Transaction;
import omendb.sql.ast.Ddl;
import omendb.sql.bind.Binder;
import omendb.sql.bind.ParameterTypes;
import omendb.sql.ddl.DdlContext;
import omendb.sql.exec.RowProgram;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// What DDL asks of its session.
final class SessionDdl implements DdlContext {
    private final SessionParts parts;

    SessionDdl(SessionParts parts) {
        this.parts = parts;
    }

    @Override
    public Database database() {
        return parts.database();
    }

    @Override
    public Transaction transaction() {
        return parts.transactions().require();
    }

    @Override
    public Catalog catalog() {
        return parts.environment().refresh();
    }

    @Override
    public @Nullable String temporarySchema() {
        parts.environment().refresh();
        return parts.environment().temporarySchema();
    }

    @Override
    public SchemaDef requireTemporarySchema() {
        return parts.database().temporary().schemaOf(parts.transactions().backend());
    }

    @Override
    public void onCommit(int tableOid, Ddl.OnCommit action) {
        parts.temporary().onCommit(tableOid, action);
    }

    @Override
    public List<String> searchPath() {
        parts.environment().refresh();
        return parts.environment().searchPath();
    }

    @Override
    public @Nullable String creationSchema() {
        parts.environment().refresh();
        return parts.environment().creationSchema();
    }

    @Override
    public Binder binder() {
        parts.environment().refresh();
        return new Binder(parts.environment(), ParameterTypes.of(new int[0]));
    }

    @Override
    public String user() {
        return parts.environment().user();
    }

    @Override
    public String databaseName() {
        return parts.environment().databaseName();
    }

    @Override
    public void warning(SqlState state, String message) {
        parts.listener().notice("WARNING", state, message, null, null);
    }

    @Override
    public boolean inTransactionBlock() {
        return parts.transactions().inBlock();
    }

    @Override
    public RowProgram program(List<Field> row, List<Scalar> expressions) {
        parts.environment().refresh();
        return new RowProgram(
                parts.queries().statement(transaction(), parts.evaluation(), List.of()),
                row,
                expressions,
                parts.queries()::planSubquery);
    }

    @Override
    public void notice(SqlState state, String message, @Nullable String detail) {
        parts.listener().notice("NOTICE", state, message, detail, null);
    }
}
