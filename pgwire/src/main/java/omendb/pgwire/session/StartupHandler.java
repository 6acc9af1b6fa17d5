package omendb.pgwire.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.pgwire.auth.Authenticator;
import omendb.pgwire.auth.ScramExchange;
import omendb.pgwire.protocol.Frame;
import omendb.pgwire.protocol.FrameDecoder;
import omendb.pgwire.protocol.MessageWriter;
import omendb.pgwire.protocol.ProtocolViolation;
import omendb.pgwire.protocol.StartupPacket;
import omendb.pgwire.protocol.StartupPacket.StartupMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection before it has a session: negotiation, start-up message, authentication. Then a [SessionHandler] takes
/// its
/// place.
///
/// Guards: a cap on such connections ([ConnectionGate]), a time limit, the decoder's limit on lengths. It runs on the
/// event
/// loop alone and costs no thread.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write ends in exceptionCaught
public final class StartupHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(StartupHandler.class);

    private final Dependencies server;
    private final FrameDecoder decoder;
    private @Nullable Future<?> deadline;
    private @Nullable StartupMessage startup;
    private @Nullable ScramExchange exchange;
    private boolean scramBegun;
    private boolean passed;
    private boolean closed;

    /// What the handlers of a server share.
    public record Dependencies(
            Authenticator authenticator,
            SessionRegistry registry,
            ConnectionGate gate,
            SessionThreads sessionThreads,
            SqlBackend.Opener opener,
            long authenticationTimeoutMillis) {}

    public StartupHandler(Dependencies server, FrameDecoder decoder) {
        this.server = server;
        this.decoder = decoder;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        deadline = context.executor()
                .schedule(() -> timedOut(context), server.authenticationTimeoutMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        leaveGate();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        leaveGate();
    }

    private void leaveGate() {
        Future<?> timer = deadline;
        if (timer != null) {
            timer.cancel(false);
            deadline = null;
        }
        if (!closed) {
            closed = true;
            server.gate.leave();
        }
    }

    private void timedOut(ChannelHandlerContext context) {
        if (!passed) {
            LOG.info("{}: not authenticated in time", context.channel().remoteAddress());
            if (startup == null) {
                context.close();
            } else {
                refuse(context, new UserException(SqlState.QUERY_CANCELED, "canceling authentication due to timeout"));
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            switch (message) {
                case StartupPacket packet -> startupPacket(context, packet);
                case Frame frame -> authenticationMessage(context, frame);
                default -> throw new IllegalStateException("unexpected " + message);
            }
        } catch (OmenException e) {
            refuse(context, e);
        }
    }

    private void startupPacket(ChannelHandlerContext context, StartupPacket packet) {
        switch (packet) {
            case StartupPacket.SslRequest _ -> no(context);
            case StartupPacket.GssEncryptionRequest _ -> no(context);
            case StartupPacket.CancelRequest cancel -> {
                server.registry.cancel(cancel.processId(), cancel.secretKey());
                context.close();
            }
            case StartupMessage message -> begin(context, message);
        }
    }

    /// No TLS yet: the client may go on in clear or leave.
    private static void no(ChannelHandlerContext context) {
        context.writeAndFlush(context.alloc().directBuffer(1).writeByte('N'));
    }

    private void begin(ChannelHandlerContext context, StartupMessage message) {
        startup = message;
        String user = message.parameters().getOrDefault("user", "");
        if (user.isEmpty()) {
            throw new UserException(
                    SqlState.INVALID_AUTHORIZATION_SPECIFICATION,
                    "no PostgreSQL user name specified in startup packet");
        }
        ByteBuf out = context.alloc().directBuffer();
        if (message.minorVersion() > 0 || !message.unknownOptions().isEmpty()) {
            MessageWriter.negotiateProtocolVersion(out, 0, message.unknownOptions());
        }
        exchange = server.authenticator.exchangeFor(user);
        if (exchange == null) {
            pass(context, message, out);
        } else {
            MessageWriter.authenticationSasl(out, List.of(ScramExchange.MECHANISM));
            context.writeAndFlush(out);
        }
    }

    private void authenticationMessage(ChannelHandlerContext context, Frame frame) {
        try {
            StartupMessage message = startup;
            ScramExchange scram = exchange;
            if (message == null || scram == null || closed) {
                return;
            }
            if (frame.type() != 'p') {
                throw new UserException(
                        SqlState.PROTOCOL_VIOLATION,
                        "expected SASL response, got message type " + (frame.type() & 0xFF));
            }
            if (scramBegun) {
                finishScram(context, message, scram, frame.body());
            } else {
                scramBegun = true;
                beginScram(context, scram, frame.body());
            }
        } finally {
            frame.release();
        }
    }

    private static void beginScram(ChannelHandlerContext context, ScramExchange scram, ByteBuf body) {
        int end = body.bytesBefore((byte) 0);
        String mechanism = end < 0
                ? ""
                : body.readCharSequence(end, StandardCharsets.UTF_8).toString();
        if (!mechanism.equals(ScramExchange.MECHANISM)) {
            throw new UserException(
                    SqlState.PROTOCOL_VIOLATION, "client selected an invalid SASL authentication mechanism");
        }
        body.skipBytes(1);
        if (body.readableBytes() < Integer.BYTES || body.readInt() != body.readableBytes()) {
            throw new UserException(SqlState.PROTOCOL_VIOLATION, "malformed SCRAM message");
        }
        String answer = scram.first(body.toString(StandardCharsets.UTF_8));
        ByteBuf out = context.alloc().directBuffer();
        MessageWriter.authenticationSaslContinue(out, answer);
        context.writeAndFlush(out);
    }

    private void finishScram(ChannelHandlerContext context, StartupMessage message, ScramExchange scram, ByteBuf body) {
        String answer = scram.last(body.toString(StandardCharsets.UTF_8));
        if (answer == null) {
            throw Authenticator.passwordFailed(message.parameters().getOrDefault("user", ""));
        }
        ByteBuf out = context.alloc().directBuffer();
        MessageWriter.authenticationSaslFinal(out, answer);
        pass(context, message, out);
    }

    /// The client is who it says: it gets a session, if there is a place and its user and database exist.
    private void pass(ChannelHandlerContext context, StartupMessage message, ByteBuf out) {
        MessageWriter.authenticationOk(out);
        context.writeAndFlush(out);
        Map<String, String> settings = new HashMap<>(message.parameters());
        String user = String.valueOf(settings.remove("user"));
        String named = settings.remove("database");
        String database = named == null || named.isEmpty() ? user : named;
        server.authenticator.checkUserAndDatabase(user, database);
        String options = settings.remove("options");
        if (options != null) {
            StartupOptions.parse(options).forEach(settings::putIfAbsent);
        }
        refuseReplication(settings.remove("replication"));
        server.registry.takePlace();
        passed = true;
        int processId = server.registry.nextProcessId();
        SessionIdentity identity = new SessionIdentity(
                processId, server.registry.nextSecretKey(), user, database, settings, clientAddress(context));
        Session session = new Session(
                context.channel(),
                identity,
                server.sessionThreads,
                server.opener,
                () -> server.registry.remove(processId));
        decoder.authenticated();
        context.pipeline().replace(this, "session", new SessionHandler(session));
        server.registry.register(session);
        session.start();
    }

    private static void refuseReplication(@Nullable String replication) {
        if (replication != null && !List.of("false", "off", "no", "0").contains(replication)) {
            throw new UserException(SqlState.FEATURE_NOT_SUPPORTED, "replication connections are not supported");
        }
    }

    private static String clientAddress(ChannelHandlerContext context) {
        return context.channel().remoteAddress() instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress()
                : "";
    }

    private void refuse(ChannelHandlerContext context, OmenException error) {
        exchange = null; // whatever else comes is not listened to
        LOG.info("{}: connection refused: {}", context.channel().remoteAddress(), error.text());
        ByteBuf out = context.alloc().directBuffer();
        MessageWriter.errorResponse(out, "FATAL", error);
        context.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause.getCause() instanceof ProtocolViolation violation && violation.worthAnAnswer()) {
            refuse(context, new UserException(SqlState.PROTOCOL_VIOLATION, String.valueOf(violation.getMessage())));
            return;
        }
        if (cause.getCause() instanceof ProtocolViolation violation) {
            LOG.debug("{}: {}", context.channel().remoteAddress(), violation.getMessage());
        } else if (!(cause instanceof IOException)) {
            LOG.error(
                    "{}: connection closed before authentication",
                    context.channel().remoteAddress(),
                    cause);
        }
        context.close();
    }
}
