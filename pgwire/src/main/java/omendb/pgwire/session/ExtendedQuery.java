package omendb.pgwire.session;

import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.pgwire.protocol.BoundParameters;
import omendb.pgwire.protocol.FormatCodes;
import omendb.pgwire.protocol.FrontendMessage.BindMessage;
import omendb.pgwire.protocol.FrontendMessage.CloseMessage;
import omendb.pgwire.protocol.FrontendMessage.DescribeMessage;
import omendb.pgwire.protocol.FrontendMessage.ExecuteMessage;
import omendb.pgwire.protocol.FrontendMessage.ParseMessage;
import omendb.pgwire.protocol.FrontendMessage.Target;
import omendb.pgwire.protocol.MessageWriter;
import omendb.pgwire.protocol.Oids;
import omendb.sql.ParameterValues;
import omendb.sql.Portal;
import omendb.sql.PreparedPlan;
import omendb.sql.TransactionStatus;
import org.jspecify.annotations.Nullable;

/// Prepared statements and portals of one session by name, and the messages that make, describe, run and close them.
///
/// The unnamed ones live until the next of their kind or the next simple query; portals die with their transaction.
/// Threading: the session's thread.
final class ExtendedQuery {
    /// A client that leaks names must not take the server with it.
    private static final int MAX_STATEMENTS = 20_000;

    private static final int MAX_PORTALS = 2_000;

    private final SqlBackend backend;
    private final ResponseStream out;
    private final PortalRunner runner;
    private final Map<String, PreparedPlan> statements = new HashMap<>();
    private final Map<String, OpenPortal> portals = new HashMap<>();
    private final ParameterValues values = new ParameterValues();

    private record OpenPortal(Portal portal, FormatCodes formats, boolean endsTransaction) {}

    ExtendedQuery(SqlBackend backend, ResponseStream out, PortalRunner runner) {
        this.backend = backend;
        this.out = out;
        this.runner = runner;
    }

    void parse(ParseMessage message) {
        String name = message.statement();
        if (name.isEmpty()) {
            statements.remove(name);
        } else if (statements.containsKey(name)) {
            throw new UserException(
                    SqlState.DUPLICATE_PREPARED_STATEMENT, "prepared statement \"" + name + "\" already exists");
        }
        limit(statements.size(), MAX_STATEMENTS, "prepared statements");
        statements.put(
                name, backend.prepare(message.sql(), message.parameterTypes().toArray()));
        MessageWriter.parseComplete(out.buffer());
    }

    void bind(BindMessage message) {
        PreparedPlan plan = statement(message.statement());
        BoundParameters parameters = message.parameters();
        int required = plan.parameterTypes().size();
        if (parameters.count() != required) {
            throw new UserException(
                    SqlState.PROTOCOL_VIOLATION,
                    "bind message supplies " + parameters.count() + " parameters, but prepared statement \""
                            + message.statement() + "\" requires " + required);
        }
        String name = message.portal();
        if (name.isEmpty()) {
            closePortal(name);
        } else if (portals.containsKey(name)) {
            throw new UserException(SqlState.DUPLICATE_CURSOR, "cursor \"" + name + "\" already exists");
        }
        limit(portals.size(), MAX_PORTALS, "portals");
        checkResultFormats(message.resultFormats(), plan);
        Portal portal = bind(name, plan, parameters);
        portals.put(name, new OpenPortal(portal, message.resultFormats(), plan.endsTransaction()));
        MessageWriter.bindComplete(out.buffer());
    }

    private Portal bind(String name, PreparedPlan plan, BoundParameters parameters) {
        ByteBuf body = parameters.body();
        ByteBuf copy = null;
        if (!body.hasMemoryAddress()) {
            copy = body.alloc().directBuffer(body.capacity()).writeBytes(body, 0, body.capacity());
            body = copy;
        }
        try {
            long base = body.memoryAddress();
            values.clear();
            for (int i = 0; i < parameters.count(); i++) {
                if (parameters.isNull(i)) {
                    values.addNull();
                } else {
                    values.add(
                            base + parameters.offset(i),
                            parameters.length(i),
                            parameters.formats().isBinary(i));
                }
            }
            return backend.bind(plan, values);
        } catch (OmenException e) {
            String where = e.where();
            throw where == null || !where.startsWith("parameter $")
                    ? e
                    : e.withWhere((name.isEmpty() ? "unnamed portal " : "portal \"" + name + "\" ") + where);
        } finally {
            if (copy != null) {
                copy.release();
            }
        }
    }

    private static void checkResultFormats(FormatCodes formats, PreparedPlan plan) {
        int columns = plan.columns().size();
        if (plan.returnsRows() && !formats.fits(columns)) {
            throw new UserException(
                    SqlState.PROTOCOL_VIOLATION,
                    "bind message has " + formats.codeCount() + " result formats but query has " + columns
                            + " columns");
        }
    }

    void describe(DescribeMessage message) {
        if (message.target() == Target.STATEMENT) {
            PreparedPlan plan = statement(message.name());
            MessageWriter.parameterDescription(out.buffer(), oids(plan.parameterTypes()));
            if (plan.returnsRows()) {
                RowEncoder.rowDescription(out.buffer(), plan.columns(), FormatCodes.ALL_TEXT);
            } else {
                MessageWriter.noData(out.buffer());
            }
        } else {
            OpenPortal open = portal(message.name());
            if (open.portal.returnsRows()) {
                RowEncoder.rowDescription(out.buffer(), open.portal.columns(), open.formats);
            } else {
                MessageWriter.noData(out.buffer());
            }
        }
    }

    void execute(ExecuteMessage message) {
        OpenPortal open = portal(message.portal());
        String tag = runner.run(open.portal, open.formats, Math.max(message.maxRows(), 0));
        if (tag != null) {
            MessageWriter.commandComplete(out.buffer(), tag);
            if (open.endsTransaction && backend.transactionStatus() == TransactionStatus.IDLE) {
                closePortals();
            }
        }
    }

    void close(CloseMessage message) {
        if (message.target() == Target.STATEMENT) {
            statements.remove(message.name());
        } else {
            closePortal(message.name());
        }
        MessageWriter.closeComplete(out.buffer());
    }

    /// DEALLOCATE in SQL.
    ///
    /// @param name null = all
    boolean deallocate(@Nullable String name) {
        if (name == null) {
            statements.clear();
            return true;
        }
        return statements.remove(name) != null;
    }

    /// A simple query does away with the unnamed statement and portal.
    void dropUnnamed() {
        statements.remove("");
        closePortal("");
    }

    boolean hasPortals() {
        return !portals.isEmpty();
    }

    void closePortals() {
        if (!portals.isEmpty()) {
            List<OpenPortal> open = List.copyOf(portals.values());
            portals.clear();
            open.forEach(entry -> entry.portal.close());
        }
    }

    private void closePortal(String name) {
        OpenPortal open = portals.remove(name);
        if (open != null) {
            open.portal.close();
        }
    }

    private PreparedPlan statement(String name) {
        PreparedPlan plan = statements.get(name);
        if (plan == null) {
            throw new UserException(
                    SqlState.INVALID_SQL_STATEMENT_NAME,
                    name.isEmpty()
                            ? "unnamed prepared statement does not exist"
                            : "prepared statement \"" + name + "\" does not exist");
        }
        return plan;
    }

    private OpenPortal portal(String name) {
        OpenPortal open = portals.get(name);
        if (open == null) {
            throw new UserException(SqlState.INVALID_CURSOR_NAME, "portal \"" + name + "\" does not exist");
        }
        return open;
    }

    private static void limit(int count, int limit, String what) {
        if (count >= limit) {
            throw new UserException(
                    SqlState.CONFIGURATION_LIMIT_EXCEEDED, "a session may not have more than " + limit + " " + what);
        }
    }

    private static Oids oids(List<SqlType> types) {
        return Oids.of(types.stream().mapToInt(SqlType::oid).toArray());
    }
}
