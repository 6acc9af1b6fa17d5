package omendb.pgwire.session;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.pgwire.protocol.Frame;
import omendb.pgwire.protocol.MessageWriter;
import omendb.pgwire.protocol.ProtocolViolation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The event loop's end of a session: passes frames and events on, never blocks.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write ends in exceptionCaught
final class SessionHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(SessionHandler.class);

    private final Session session;

    SessionHandler(Session session) {
        this.session = session;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        session.offer((Frame) message);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        session.writabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        session.disconnected();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause.getCause() instanceof ProtocolViolation violation) {
            LOG.warn("session {}: {}", session.identity().processId(), violation.getMessage());
            reportBrokenStream(context, violation);
        } else if (cause instanceof IOException) {
            LOG.debug("session {}: connection lost", session.identity().processId(), cause);
            context.close();
        } else {
            LOG.error("session {}: connection closed", session.identity().processId(), cause);
            context.close();
        }
    }

    private static void reportBrokenStream(ChannelHandlerContext context, ProtocolViolation violation) {
        var out = context.alloc().directBuffer();
        MessageWriter.errorResponse(
                out, "FATAL", new UserException(SqlState.PROTOCOL_VIOLATION, String.valueOf(violation.getMessage())));
        context.writeAndFlush(out).addListener(io.netty.channel.ChannelFutureListener.CLOSE);
    }
}
