package omendb.pgwire.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BooleanSupplier;
import omendb.engine.error.OmenException;
import omendb.pgwire.protocol.Frame;
import omendb.pgwire.protocol.FrontendMessage.BindMessage;
import omendb.pgwire.protocol.FrontendMessage.ExecuteMessage;
import omendb.pgwire.protocol.FrontendMessage.ParseMessage;
import omendb.pgwire.protocol.MessageDecoder;
import omendb.pgwire.protocol.Oids;
import omendb.sql.SessionListener;
import omendb.sql.SessionOptions;

/// Runs statements through a session without a network, so that the first client does not meet interpreted code.
///
/// It reads and computes, and writes nothing.
public final class SessionWarmUp {
    private static final List<String> STATEMENTS = List.of(
            "SELECT 1",
            "SELECT $1::int8 + 1, $1::text",
            "SELECT '[1,2,3]'::vector <-> '[3,2,1]'::vector AS distance",
            "SELECT typname AS name, oid, typarray AS array_oid FROM pg_type t WHERE t.oid = to_regtype('vector')"
                    + " ORDER BY t.oid",
            "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relname = 'items'");

    private final SqlBackend backend;
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ResponseStream out;
    private final ExtendedQuery extended;

    private SessionWarmUp(SqlBackend backend) {
        this.backend = backend;
        this.out = new ResponseStream(channel, () -> {});
        CopyTransfer noCopy = new CopyTransfer(out, () -> {
            throw new ClientGoneException();
        });
        this.extended = new ExtendedQuery(backend, out, new PortalRunner(backend, out, noCopy));
    }

    /// Repeats the statements for at most `millis`, or until `stopped` says so between two of them.
    public static void run(SqlBackend.Opener opener, String user, long millis, BooleanSupplier stopped) {
        long deadline = System.nanoTime() + millis * 1_000_000;
        try (SqlBackend backend = opener.open(SessionOptions.of(user, user), SessionListener.NONE)) {
            SessionWarmUp warmUp = new SessionWarmUp(backend);
            try {
                while (System.nanoTime() < deadline && !stopped.getAsBoolean()) {
                    for (String statement : STATEMENTS) {
                        if (!stopped.getAsBoolean()) {
                            warmUp.once(statement);
                        }
                    }
                }
            } finally {
                warmUp.out.discard();
                warmUp.channel.finishAndReleaseAll();
            }
        }
    }

    private void once(String sql) {
        try {
            backend.parse(sql);
            extended.parse(new ParseMessage("", sql, Oids.NONE));
            Frame bind = bind(sql.contains("$1"));
            try {
                if (MessageDecoder.decode(bind) instanceof BindMessage message) {
                    extended.bind(message);
                }
            } finally {
                bind.release();
            }
            extended.execute(new ExecuteMessage("", 0));
        } catch (OmenException e) {
            out.abandonRow();
            backend.fail();
        }
        backend.sync();
        extended.closePortals();
        out.flush();
        for (Object sent = channel.readOutbound(); sent != null; sent = channel.readOutbound()) {
            ReferenceCountUtil.release(sent);
        }
    }

    /// A Bind of the unnamed statement with one text parameter or none; results in binary.
    private Frame bind(boolean withParameter) {
        ByteBuf body = channel.alloc().directBuffer().writeShort(0).writeShort(0);
        if (withParameter) {
            body.writeShort(1).writeInt(2).writeCharSequence("42", StandardCharsets.US_ASCII);
        } else {
            body.writeShort(0);
        }
        return new Frame((byte) 'B', body.writeShort(1).writeShort(1));
    }
}
