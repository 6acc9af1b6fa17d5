package omendb.pgwire;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import omendb.engine.Database;
import omendb.pgwire.auth.Authenticator;
import omendb.pgwire.protocol.FrameDecoder;
import omendb.pgwire.session.ConnectionGate;
import omendb.pgwire.session.EngineBackend;
import omendb.pgwire.session.SessionRegistry;
import omendb.pgwire.session.SessionThreads;
import omendb.pgwire.session.SqlBackend;
import omendb.pgwire.session.StartupHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A listening server for one database.
///
/// Threads: a few event loops (`omendb-io`) that only move bytes, and a pool of platform threads (`omendb-session`)
/// that
/// sessions borrow while they have work ([omendb.pgwire.session.Session]).
@SuppressWarnings("FutureReturnValueIgnored") // closing: nothing is left to do with the outcome
public final class PgServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PgServer.class);

    private static final int BACKLOG = 1024;
    private static final long SHUTDOWN_MILLIS = 20_000;
    private static final long IDLE_THREAD_SECONDS = 30;
    /// Above the upper mark a session waits until the client has read down to the lower one.
    private static final WriteBufferWaterMark WRITE_MARKS = new WriteBufferWaterMark(128 * 1024, 512 * 1024);

    private final EventLoopGroup loops;
    private final ThreadPoolExecutor sessionThreads;
    private final SessionRegistry registry;
    private final Channel listener;

    private PgServer(
            EventLoopGroup loops, ThreadPoolExecutor sessionThreads, SessionRegistry registry, Channel listener) {
        this.loops = loops;
        this.sessionThreads = sessionThreads;
        this.registry = registry;
        this.listener = listener;
    }

    /// Binds and accepts connections to `database`.
    ///
    /// @throws IOException if the address cannot be bound (for example: port in use)
    public static PgServer start(Database database, PgServerOptions options) throws IOException {
        return start(EngineBackend.opener(database), options);
    }

    /// The same with another implementation of SQL behind it.
    static PgServer start(SqlBackend.Opener opener, PgServerOptions options) throws IOException {
        return start(opener, options, ByteBufAllocator.DEFAULT);
    }

    /// The same with network buffers from `allocator`.
    static PgServer start(SqlBackend.Opener opener, PgServerOptions options, ByteBufAllocator allocator)
            throws IOException {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        EventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(loopCount(options), new DefaultThreadFactory("omendb-io", true), io);
        ThreadPoolExecutor sessionThreads = sessionThreads();
        SessionRegistry registry = new SessionRegistry(options.maxConnections());
        StartupHandler.Dependencies shared = new StartupHandler.Dependencies(
                new Authenticator(options.credentials()),
                registry,
                new ConnectionGate(options.maxUnauthenticatedConnections()),
                SessionThreads.of(sessionThreads),
                opener,
                options.authenticationTimeout().toMillis());
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(serverChannel(epoll))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WRITE_MARKS)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(512, 8 * 1024, 256 * 1024))
                .childHandler(new Connections(shared, options.maxMessageBytes()));
        var bound = bootstrap.bind(options.host(), options.port()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            sessionThreads.shutdown();
            throw new IOException(
                    "cannot listen on " + options.host() + ":" + options.port() + ": " + reason(bound.cause()),
                    bound.cause());
        }
        LOG.debug("listening on {} by {}", bound.channel().localAddress(), epoll ? "epoll" : "nio");
        return new PgServer(loops, sessionThreads, registry, bound.channel());
    }

    /// Where clients reach it; with port 0 in the options this has the real one.
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /// Sessions at this moment.
    public int sessionCount() {
        return registry.count();
    }

    /// Stops accepting, ends every session with 57P01 and waits for them. The database stays open: whoever opened it
    /// closes it.
    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        if (!registry.terminateAll(SHUTDOWN_MILLIS)) {
            LOG.warn("{} sessions did not end in {} ms", registry.count(), SHUTDOWN_MILLIS);
        }
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
        sessionThreads.shutdown();
    }

    /// Sets up the pipeline of each accepted connection.
    private static final class Connections extends ChannelInitializer<SocketChannel> {
        private final StartupHandler.Dependencies shared;
        private final int maxMessageBytes;

        Connections(StartupHandler.Dependencies shared, int maxMessageBytes) {
            this.shared = shared;
            this.maxMessageBytes = maxMessageBytes;
        }

        @Override
        protected void initChannel(SocketChannel channel) {
            if (!shared.gate().enter()) {
                channel.close();
                return;
            }
            FrameDecoder decoder = new FrameDecoder(PgServerOptions.MAX_UNAUTHENTICATED_MESSAGE_BYTES, maxMessageBytes);
            channel.pipeline().addLast("frames", decoder).addLast("startup", new StartupHandler(shared, decoder));
        }
    }

    private static Class<? extends ServerChannel> serverChannel(boolean epoll) {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    private static int loopCount(PgServerOptions options) {
        int wanted = options.ioThreads();
        return wanted > 0 ? wanted : Math.max(2, Runtime.getRuntime().availableProcessors());
    }

    /// Unbounded, since the number of sessions is bounded; a thread that no session needs for a while ends.
    private static ThreadPoolExecutor sessionThreads() {
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_THREAD_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new DefaultThreadFactory("omendb-session", true));
    }

    private static String reason(Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        return message.contains("in use") ? "the port is in use" : message;
    }
}
