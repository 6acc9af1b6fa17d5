package omendb.pgwire.session;

import io.netty.channel.EventLoop;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where sessions run: each on a virtual thread of its own, carried by the event loop of its connection as
/// long as its statements are short, and by a pool of platform threads while one is long.
///
/// Why: a statement handed from the loop to another thread and back costs two wake-ups of a thread, which is
/// more than a look-up by primary key takes. On its own loop a session gets its message, computes and answers
/// without any; when it waits (for a lock, for the log's fsync) its thread is unmounted and the loop goes on.
/// What would hold the loop up moves to the pool: see [Carrier#leaveLoop].
///
/// The JDK takes a scheduler for a virtual thread only from inside `java.lang` (JDK 25:
/// `ThreadBuilders.newVirtualThread`), which `jvm.options` opens. Without that, sessions borrow platform threads
/// of the pool, with the same results.
public final class SessionThreads {
    private static final Logger LOG = LoggerFactory.getLogger(SessionThreads.class);
    private static final @Nullable MethodHandle NEW_VIRTUAL_THREAD = newVirtualThread();

    private final Executor pool;
    private final boolean virtual;
    private final Map<EventLoop, AtomicInteger> carried = new ConcurrentHashMap<>();

    private SessionThreads(Executor pool, boolean virtual) {
        this.pool = pool;
        this.virtual = virtual;
    }

    /// @param pool starts a thread for each task that finds none idle
    public static SessionThreads of(Executor pool) {
        return new SessionThreads(pool, NEW_VIRTUAL_THREAD != null);
    }

    /// Sessions borrow threads of the pool, whatever the JVM allows.
    static SessionThreads pooled(Executor pool) {
        return new SessionThreads(pool, false);
    }

    /// For one session on the connection of `loop`.
    Carrier carrier(EventLoop loop) {
        return virtual
                ? new Carrier(loop, carried.computeIfAbsent(loop, _ -> new AtomicInteger()), pool)
                : new Carrier(null, new AtomicInteger(), pool);
    }

    /// Starts a session's thread, and says where it runs.
    ///
    /// Threading: `execute` and `run` any thread; `leaveLoop` and `returnToLoop` the session's.
    static final class Carrier implements Executor {
        private final @Nullable EventLoop loop;
        private final AtomicInteger carried; // sessions of the loop
        private final Executor pool;
        private volatile boolean onPool;

        private Carrier(@Nullable EventLoop loop, AtomicInteger carried, Executor pool) {
            this.loop = loop;
            this.carried = carried;
            this.pool = pool;
        }

        /// Runs the session on a new thread.
        void start(Runnable session) {
            if (loop == null || NEW_VIRTUAL_THREAD == null) {
                pool.execute(session);
                return;
            }
            try {
                Runnable counted = () -> runCounted(session);
                Thread thread = (Thread) NEW_VIRTUAL_THREAD.invokeExact((Executor) this, "omendb-session", 0, counted);
                thread.start();
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        private void runCounted(Runnable session) {
            carried.getAndIncrement();
            try {
                session.run();
            } finally {
                carried.getAndDecrement();
            }
        }

        /// Whether the session's thread, which asks, carries no other one: it may wait inside the operating system.
        boolean isAlone() {
            return loop == null || onPool || carried.get() == 1;
        }

        /// Whether a session that waits holds no thread of the operating system.
        boolean isVirtual() {
            return loop != null;
        }

        /// The scheduler of the session's virtual thread: continues it.
        @Override
        public void execute(Runnable continuation) {
            EventLoop home = loop;
            if (home == null || onPool) {
                pool.execute(continuation);
                return;
            }
            try {
                home.execute(continuation);
            } catch (RejectedExecutionException e) { // the loop has shut down: the session has its end to go to
                pool.execute(continuation);
            }
        }

        /// What comes may take long: the session goes on on a thread that no other one needs.
        @SuppressWarnings("ThreadPriorityCheck") // the yield is what hands the thread to its scheduler again
        void leaveLoop() {
            if (loop != null && !onPool) {
                onPool = true;
                Thread.yield(); // ends up in execute
            }
        }

        /// What comes is short again: the next wait leads back to the loop.
        void returnToLoop() {
            onPool = false;
        }
    }

    private static @Nullable MethodHandle newVirtualThread() {
        try {
            Class<?> builders = Class.forName("java.lang.ThreadBuilders");
            return MethodHandles.privateLookupIn(builders, MethodHandles.lookup())
                    .findStatic(
                            builders,
                            "newVirtualThread",
                            MethodType.methodType(
                                    Thread.class, Executor.class, String.class, int.class, Runnable.class));
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("no virtual threads on event loops", e);
            return null;
        }
    }
}
