package omendb.pgwire.session;

import io.netty.channel.Channel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.error.InternalException;
import omendb.engine.error.OmenException;
import omendb.engine.error.ResourceException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.pgwire.protocol.FormatCodes;
import omendb.pgwire.protocol.Frame;
import omendb.pgwire.protocol.FrontendMessage;
import omendb.pgwire.protocol.FrontendMessage.BindMessage;
import omendb.pgwire.protocol.FrontendMessage.CloseMessage;
import omendb.pgwire.protocol.FrontendMessage.CopyDataMessage;
import omendb.pgwire.protocol.FrontendMessage.CopyDoneMessage;
import omendb.pgwire.protocol.FrontendMessage.CopyFailMessage;
import omendb.pgwire.protocol.FrontendMessage.DescribeMessage;
import omendb.pgwire.protocol.FrontendMessage.ExecuteMessage;
import omendb.pgwire.protocol.FrontendMessage.FlushMessage;
import omendb.pgwire.protocol.FrontendMessage.FunctionCallMessage;
import omendb.pgwire.protocol.FrontendMessage.ParseMessage;
import omendb.pgwire.protocol.FrontendMessage.PasswordMessage;
import omendb.pgwire.protocol.FrontendMessage.QueryMessage;
import omendb.pgwire.protocol.FrontendMessage.SyncMessage;
import omendb.pgwire.protocol.FrontendMessage.TerminateMessage;
import omendb.pgwire.protocol.MessageDecoder;
import omendb.pgwire.protocol.MessageWriter;
import omendb.sql.Portal;
import omendb.sql.PreparedPlan;
import omendb.sql.SessionListener;
import omendb.sql.SessionOptions;
import omendb.sql.TransactionStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One authenticated client: executes its messages in order and answers them.
///
/// Errors: in a simple query an error ends the query; in the extended protocol everything up to the next
/// Sync is skipped. Either way the session goes on. FATAL ends it.
///
/// Threading: everything happens on the session's thread ([SessionThreads]), but `offer`,
/// `writabilityChanged`, `disconnected` (event loop), `cancel` and `terminate` (any thread), which set a
/// flag and wake the session. No thread is interrupted.
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails to close is closed already
public final class Session {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /// What PostgreSQL 15 reports to every client at start and on change.
    private static final List<String> REPORTED_SETTINGS = List.of(
            "application_name",
            "client_encoding",
            "DateStyle",
            "default_transaction_read_only",
            "in_hot_standby",
            "integer_datetimes",
            "IntervalStyle",
            "is_superuser",
            "server_encoding",
            "server_version",
            "session_authorization",
            "standard_conforming_strings",
            "TimeZone");

    private final Channel channel;
    private final SessionIdentity identity;
    private final SqlBackend.Opener opener;
    private final Runnable onEnd;
    private final SessionThreads.Carrier carrier;
    private final Mailbox mailbox;
    private final ResponseStream out;
    private final CopyTransfer copy;

    private final Map<String, String> changedSettings = new LinkedHashMap<>();
    private @Nullable Connected connected;
    private boolean skipToSync;
    private boolean batchOpen;
    private boolean ended;
    private volatile boolean clientGone;
    private volatile boolean terminating;
    private volatile boolean cancelRequested;
    private volatile boolean notified;
    private volatile @Nullable SqlBackend cancelTarget;

    /// What exists once the backend is open.
    private record Connected(SqlBackend backend, PortalRunner runner, ExtendedQuery extended) {}

    /// @param onEnd called once, when the session is over and holds nothing any more
    public Session(
            Channel channel,
            SessionIdentity identity,
            SessionThreads threads,
            SqlBackend.Opener opener,
            Runnable onEnd) {
        this.channel = channel;
        this.identity = identity;
        this.opener = opener;
        this.onEnd = onEnd;
        this.carrier = threads.carrier(channel.eventLoop());
        this.mailbox = new Mailbox(carrier, this::run, new ChannelFlow(channel));
        this.out = new ResponseStream(channel, this::awaitWritable);
        this.copy = new CopyTransfer(out, this::takeFrame);
    }

    private record ChannelFlow(Channel channel) implements Mailbox.Flow {
        @Override
        public void pause() {
            channel.config().setAutoRead(false);
        }

        @Override
        public void resume() {
            channel.config().setAutoRead(true);
        }
    }

    public SessionIdentity identity() {
        return identity;
    }

    /// Opens the backend on the session's thread and greets the client.
    public void start() {
        mailbox.wake();
    }

    public void offer(Frame frame) {
        mailbox.offer(frame);
    }

    public void writabilityChanged() {
        mailbox.wake();
    }

    public void disconnected() {
        clientGone = true;
        mailbox.wake();
    }

    /// Interrupts the statement that is running, if any.
    public void cancel() {
        cancelRequested = true;
        SqlBackend target = cancelTarget;
        if (target != null) {
            target.cancel();
        }
        mailbox.wake();
    }

    /// Ends the session with 57P01 as soon as it looks up.
    public void terminate() {
        terminating = true;
        cancel();
    }

    private void run() {
        do {
            try {
                if (ended) {
                    mailbox.clear();
                } else {
                    work(connected == null ? connect() : connected);
                }
            } catch (ClientGoneException e) {
                end();
            } catch (OmenException e) {
                fatal(terminating ? adminShutdown() : e);
            } catch (RuntimeException | Error e) {
                LOG.error("session {} failed", identity.processId(), e);
                fatal(internal(e));
            }
        } while (!mailbox.leave(this::hasWork));
    }

    private Connected connect() {
        SqlBackend backend = opener.open(
                new SessionOptions(
                        identity.user(),
                        identity.database(),
                        identity.settings(),
                        identity.processId(),
                        identity.clientAddress()),
                new ClientNotices());
        PortalRunner runner = new PortalRunner(backend, out, copy);
        Connected opened = new Connected(backend, runner, new ExtendedQuery(backend, out, runner));
        cancelTarget = backend;
        for (String name : REPORTED_SETTINGS) {
            MessageWriter.parameterStatus(out.buffer(), name, backend.setting(name));
        }
        MessageWriter.backendKeyData(out.buffer(), identity.processId(), identity.secretKey());
        readyForQuery(backend);
        connected = opened;
        return opened;
    }

    /// Works until the session ends or has been idle for a while.
    private void work(Connected live) {
        while (!ended) {
            Frame frame = terminating ? null : mailbox.poll();
            if (frame != null) {
                process(live, frame);
            } else if (terminating) {
                fatal(adminShutdown());
            } else if (clientGone) {
                end();
            } else if (notified && isIdle(live)) {
                tellNotifications(live.backend);
                out.flush();
            } else if (!isIdle(live)) {
                awaitInTransaction(live);
            } else {
                mailbox.linger(this::hasWork);
                if (!hasWork()) {
                    return;
                }
            }
        }
    }

    /// Waits for the client's next message, as long as it may take inside a transaction.
    private void awaitInTransaction(Connected live) {
        long timeoutMillis = batchOpen ? 0 : live.backend.idleTimeoutMillis();
        if (timeoutMillis == 0) {
            mailbox.await(this::hasWork);
            return;
        }
        long deadline = System.nanoTime() + timeoutMillis * 1_000_000;
        while (!hasWork()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                fatal(new UserException(
                        SqlState.IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
                        "terminating connection due to idle-in-transaction timeout"));
                return;
            }
            mailbox.await(this::hasWork, left);
        }
    }

    /// Between transactions nothing ties the session to the thread it is on.
    private boolean isIdle(Connected live) {
        return !batchOpen && !live.extended.hasPortals() && live.backend.transactionStatus() == TransactionStatus.IDLE;
    }

    private boolean hasWork() {
        Connected live = connected;
        return !mailbox.isEmpty()
                || ((clientGone || terminating) && !ended)
                || (notified && live != null && isIdle(live));
    }

    private void process(Connected live, Frame frame) {
        try {
            if (skipToSync && frame.type() != 'S' && frame.type() != 'X') {
                return;
            }
            cancelRequested = false;
            handle(live, MessageDecoder.decode(frame));
        } catch (OmenException e) {
            failed(live, frame.type(), e);
        } catch (StackOverflowError e) {
            failed(live, frame.type(), tooComplex());
        } catch (ClientGoneException e) {
            throw e;
        } catch (RuntimeException | InternalError | OutOfMemoryError e) {
            LOG.error("statement of session {} failed", identity.processId(), e);
            failed(live, frame.type(), internal(e));
        } finally {
            frame.release();
            carrier.returnToLoop();
        }
    }

    private void handle(Connected live, FrontendMessage message) {
        switch (message) {
            case QueryMessage query -> {
                simpleQuery(live, query.sql());
                readyForQuery(live.backend);
            }
            case ParseMessage parse -> {
                batchOpen = true;
                live.extended.parse(parse);
            }
            case BindMessage bind -> {
                batchOpen = true;
                live.extended.bind(bind);
            }
            case DescribeMessage describe -> live.extended.describe(describe);
            case ExecuteMessage execute -> {
                batchOpen = true;
                live.extended.execute(execute);
            }
            case CloseMessage close -> live.extended.close(close);
            case FlushMessage _ -> out.flush();
            case SyncMessage _ -> sync(live);
            case FunctionCallMessage _ ->
                throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, "the function call protocol is not supported")
                        .withHint("Call the function in a SELECT.");
            case CopyDataMessage _, CopyDoneMessage _, CopyFailMessage _ -> {
                // what is left of a COPY that ended in an error: the client was still sending
            }
            case PasswordMessage _ ->
                fatal(new UserException(SqlState.PROTOCOL_VIOLATION, "invalid frontend message type 112"));
            case TerminateMessage _ -> end();
        }
    }

    private void simpleQuery(Connected live, String text) {
        live.extended.dropUnnamed();
        List<SqlBackend.Statement> statements = live.backend.parse(text);
        if (statements.isEmpty()) {
            MessageWriter.emptyQueryResponse(out.buffer());
            return;
        }
        for (int i = 0; i < statements.size(); i++) {
            String tag = runSimple(live, statements.get(i));
            if (i == statements.size() - 1) {
                live.backend.sync(); // the client must not read "INSERT 0 1" before it is durable
            }
            if (tag != null) {
                MessageWriter.commandComplete(out.buffer(), tag);
            }
        }
    }

    private @Nullable String runSimple(Connected live, SqlBackend.Statement statement) {
        PreparedPlan plan = statement.prepare();
        try (Portal portal = live.backend.bind(plan, omendb.sql.ParameterValues.none())) {
            if (portal.returnsRows()) {
                RowEncoder.rowDescription(out.buffer(), portal.columns(), FormatCodes.ALL_TEXT);
            }
            return live.runner.run(portal, FormatCodes.ALL_TEXT, 0);
        }
    }

    private void sync(Connected live) {
        skipToSync = false;
        batchOpen = false;
        try {
            live.backend.sync();
        } catch (OmenException e) {
            MessageWriter.errorResponse(out.buffer(), "ERROR", e);
        }
        readyForQuery(live.backend);
    }

    private void readyForQuery(SqlBackend backend) {
        Connected live = connected;
        if (live != null && !batchOpen && backend.transactionStatus() == TransactionStatus.IDLE) {
            live.extended.closePortals();
        }
        if (notified && !batchOpen && backend.transactionStatus() == TransactionStatus.IDLE) {
            tellNotifications(backend);
        }
        // told as late as PostgreSQL tells it: once, with the value that holds now
        changedSettings.forEach((name, value) -> MessageWriter.parameterStatus(out.buffer(), name, value));
        changedSettings.clear();
        MessageWriter.readyForQuery(out.buffer(), backend.transactionStatus().code());
        out.flush();
    }

    /// Between transactions only: a client that is in one hears at its end.
    private void tellNotifications(SqlBackend backend) {
        notified = false; // what comes from here on sets it again
        for (var next = backend.nextNotification(); next != null; next = backend.nextNotification()) {
            MessageWriter.notificationResponse(out.buffer(), next.processId(), next.channel(), next.payload());
        }
    }

    /// Reports an error of a message and finds back to where the client expects us.
    private void failed(Connected live, byte frameType, OmenException error) {
        out.abandonRow();
        if (terminating) {
            fatal(adminShutdown());
            return;
        }
        live.backend.fail();
        MessageWriter.errorResponse(out.buffer(), "ERROR", error);
        switch (frameType) {
            case 'P', 'B', 'D', 'E', 'C', 'H' -> {
                skipToSync = true;
                batchOpen = true;
                out.flush();
            }
            default -> {
                live.backend.sync();
                readyForQuery(live.backend);
            }
        }
    }

    /// Tells the client why and ends the session.
    private void fatal(OmenException error) {
        if (!ended) {
            out.abandonRow();
            MessageWriter.errorResponse(out.buffer(), "FATAL", error);
            out.flush();
            end();
        }
    }

    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        Connected live = connected;
        connected = null;
        cancelTarget = null;
        try {
            if (live != null) {
                if (live.backend.transactionStatus() != TransactionStatus.IDLE) {
                    carrier.leaveLoop(); // a rollback may have much to undo
                }
                live.extended.closePortals();
                live.backend.close();
            }
        } catch (RuntimeException e) {
            LOG.error("session {} did not close cleanly", identity.processId(), e);
        } finally {
            out.discard();
            mailbox.clear();
            // behind all that was written: the last word reaches the client before the server counts the session as
            // gone
            channel.close().addListener(closed -> onEnd.run());
        }
    }

    private void awaitWritable() {
        while (!channel.isWritable()) {
            checkAlive();
            if (terminating) {
                throw adminShutdown();
            }
            mailbox.await(() -> channel.isWritable() || clientGone || terminating || !channel.isActive());
        }
        checkAlive();
    }

    private void checkAlive() {
        if (clientGone || !channel.isActive()) {
            throw new ClientGoneException();
        }
    }

    private Frame takeFrame() {
        while (true) {
            // before what has arrived: a client that sends without a pause must not keep the session from hearing it
            if (terminating) {
                throw adminShutdown();
            }
            if (cancelRequested) {
                throw new UserException(SqlState.QUERY_CANCELED, "canceling statement due to user request");
            }
            Frame frame = mailbox.poll();
            if (frame != null) {
                return frame;
            }
            if (clientGone) {
                throw new ClientGoneException();
            }
            mailbox.await(() -> hasWork() || cancelRequested);
        }
    }

    private static OmenException adminShutdown() {
        return new ResourceException(SqlState.ADMIN_SHUTDOWN, "terminating connection due to administrator command");
    }

    private static OmenException tooComplex() {
        return new UserException(SqlState.STATEMENT_TOO_COMPLEX, "stack depth limit exceeded")
                .withHint("Nest the statement's expressions less deeply.");
    }

    /// The client learns that it is our fault and what kind of fault; the stack trace stays in the log.
    private static OmenException internal(Throwable cause) {
        if (cause instanceof OutOfMemoryError) {
            return new ResourceException(SqlState.OUT_OF_MEMORY, "out of memory").withDetail(cause.toString());
        }
        return new InternalException(SqlState.INTERNAL_ERROR, "internal error: " + cause, cause);
    }

    /// Notices and changed settings go out between the other messages.
    private final class ClientNotices implements SessionListener {
        @Override
        public void notice(
                String severity, SqlState state, String message, @Nullable String detail, @Nullable String hint) {
            OmenException notice = new UserException(state, message);
            if (detail != null) {
                notice = notice.withDetail(detail);
            }
            if (hint != null) {
                notice = notice.withHint(hint);
            }
            MessageWriter.noticeResponse(out.buffer(), severity, notice);
        }

        @Override
        public void takesLong() {
            carrier.leaveLoop();
        }

        @Override
        public boolean isAlone() {
            return carrier.isAlone();
        }

        @Override
        public void notified() {
            notified = true;
            mailbox.wake();
        }

        @Override
        public void terminate() {
            Session.this.terminate();
        }

        @Override
        public boolean deallocate(@Nullable String name) {
            Connected live = connected;
            return live != null && live.extended.deallocate(name);
        }

        @Override
        public void parameterStatus(String name, String value) {
            if (connected != null) { // before that the greeting will tell it
                changedSettings.put(name, value);
            }
        }
    }
}
