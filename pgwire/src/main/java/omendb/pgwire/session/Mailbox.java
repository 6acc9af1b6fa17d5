package omendb.pgwire.session;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import omendb.pgwire.protocol.Frame;
import org.jspecify.annotations.Nullable;

/// Where the event loop leaves frames for a session, and what gives the session a thread while it has
/// work.
///
/// A session on a virtual thread keeps it for life. One that borrows a platform thread (see
/// [SessionThreads]) gives it back after it was idle outside of a transaction for [#LINGER_NANOS], since
/// idle threads would cost a stack each; inside a transaction it stays on one thread.
///
/// Bounded: above [#HIGH_BYTES] of waiting frames the loop stops reading from the socket until the
/// session has worked them down to [#LOW_BYTES].
///
/// Threading: `offer` and `wake` from any thread, `poll` and `await*` from the thread that runs the
/// session.
final class Mailbox {
    static final long HIGH_BYTES = 4 << 20;
    static final long LOW_BYTES = 1 << 20;
    static final long LINGER_NANOS = 2_000_000_000L;

    /// What a waiting frame costs besides its bytes.
    private static final long FRAME_OVERHEAD_BYTES = 128;

    private final Queue<Frame> frames = new ConcurrentLinkedQueue<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicBoolean running = new AtomicBoolean();
    private final SessionThreads.Carrier carrier;
    private final Runnable session;
    private final Flow flow;
    private volatile boolean paused;
    private volatile @Nullable Thread parked;

    /// Switches reading from the socket off and on.
    interface Flow {
        void pause();

        void resume();
    }

    /// @param session runs until the mailbox is empty and it may give its thread back; it then must call
    ///        [#leave]
    Mailbox(SessionThreads.Carrier carrier, Runnable session, Flow flow) {
        this.carrier = carrier;
        this.session = session;
        this.flow = flow;
    }

    void offer(Frame frame) {
        long waiting = waitingBytes.addAndGet(cost(frame));
        frames.add(frame);
        if (waiting > HIGH_BYTES && !paused) {
            paused = true;
            flow.pause();
        }
        wake();
    }

    /// Makes the session look around: a frame, a flag or a writable channel.
    void wake() {
        Thread waiting = parked;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        } else if (!running.get() && running.compareAndSet(false, true)) {
            carrier.start(session);
        }
    }

    /// The next frame or null. The caller releases it.
    @Nullable
    Frame poll() {
        Frame frame = frames.poll();
        if (frame != null) {
            long waiting = waitingBytes.addAndGet(-cost(frame));
            if (paused && waiting < LOW_BYTES) {
                paused = false;
                flow.resume();
            }
        }
        return frame;
    }

    boolean isEmpty() {
        return frames.isEmpty();
    }

    /// Waits until something happened; may return early. `ready` is asked once more after the thread has
    /// said that it waits, so that a wake-up between the caller's look and the wait is not lost.
    void await(ReadyCheck ready) {
        park(ready, 0);
    }

    /// [#await] for as long as an idle session keeps its thread.
    void linger(ReadyCheck ready) {
        park(ready, carrier.isVirtual() ? 0 : LINGER_NANOS);
    }

    /// [#await] for at most so long.
    void await(ReadyCheck ready, long nanos) {
        park(ready, nanos);
    }

    private void park(ReadyCheck ready, long nanos) {
        parked = Thread.currentThread();
        try {
            if (!ready.isReady()) {
                if (nanos > 0) {
                    LockSupport.parkNanos(this, nanos);
                } else {
                    LockSupport.park(this);
                }
            }
        } finally {
            parked = null;
        }
    }

    /// Gives the thread back.
    ///
    /// @return false if work came in the meantime: the session has to go on
    boolean leave(ReadyCheck ready) {
        running.set(false);
        return !ready.isReady() || !running.compareAndSet(false, true);
    }

    /// Throws away what nobody will read any more.
    void clear() {
        for (Frame frame = frames.poll(); frame != null; frame = frames.poll()) {
            frame.release();
        }
    }

    @FunctionalInterface
    interface ReadyCheck {
        boolean isReady();
    }

    private static long cost(Frame frame) {
        return frame.body().readableBytes() + FRAME_OVERHEAD_BYTES;
    }
}
