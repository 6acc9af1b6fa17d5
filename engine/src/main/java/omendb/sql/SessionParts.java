package omendb.sql;

import omendb.engine.Database;
import omendb.engine.catalog.TableDef;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Statement;
import omendb.sql.ddl.DdlExecutor;
import omendb.sql.function.EvalContext;
import omendb.sql.setting.Settings;
import org.jspecify.annotations.Nullable;

/// The parts of a session, as its statement runners see them.
interface SessionParts {
    /// Turns a parsed statement into a prepared one.
    interface Analyzer {
        /// @param parameterOids as in a Parse message
        PreparedStatement analyze(String text, Statement statement, int @Nullable [] parameterOids);
    }

    /// Runs a portal.
    interface Executor {
        ExecutionResult execute(BoundPortal portal, long maxRows, RowSink sink);
    }

    Database database();

    Settings settings();

    SessionListener listener();

    TransactionControl transactions();

    StatementEnvironment environment();

    QueryRunner queries();

    PortalMemory portalMemory();

    SequenceState sequences();

    DdlExecutor ddl();

    ConstraintRunner constraints();

    Cursors cursors();

    TemporaryTables temporary();

    Analyzer analyzer();

    Executor executor();

    /// The context of the running statement's functions.
    EvalContext evaluation();

    /// Where compiled plans wait for their next execution.
    PlanCache plans();

    /// The stored table of that name.
    TableDef requireTable(QualifiedName name);

    /// The running statement takes long ([SessionListener#takesLong]).
    void takesLong();

    /// What a COPY holds while the client sends; closed when it ends or the next statement comes.
    void hold(AutoCloseable resource);
}
