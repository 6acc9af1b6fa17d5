package omendb.memory;

import java.lang.invoke.VarHandle;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Decides when memory or a mapping that readers may still see can be given back.
///
/// A reader holds a [Pin] for one batch of work. Whoever replaces something first unlinks it, so that new readers
/// cannot
/// find it, and then calls [#retire]; the action runs in some later [#advance()], once every pin taken before the
/// retire
/// is closed.
///
/// How: a pin is a slot (one cache line pair, off-heap) that holds the epoch at which it was taken, 0 when
/// free. A retire draws the current epoch `e` and moves the clock to `e + 1`; its action may run when every
/// occupied slot holds more than `e`. A reader that published a slot value greater than `e` read the clock
/// after the retire, hence after the unlink, and cannot have found the thing. A reader whose slot was still
/// free when [#advance()] looked at it will load its pointers after that look (full fence between slot and
/// loads), hence after the unlink, too.
///
/// Threading: all methods may be called by any thread; only one thread at a time runs retired actions.
public final class Epochs implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("epochs");
    private static final int SLOT_BYTES = 128; // two lines: neighbours are prefetched in pairs
    private static final int TABLE_SLOTS = 256;
    private static final int PROBES = 16;
    private static final long TABLE_BYTES = (long) SLOT_BYTES * TABLE_SLOTS;

    private record Retired(long epoch, Runnable action) {}

    private final AtomicLong clock = new AtomicLong(1);
    private final ConcurrentLinkedQueue<Retired> retired = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final ReentrantLock advancing = new ReentrantLock();
    private final AtomicBoolean closed = new AtomicBoolean();
    // addresses of slot tables; grows by copy under the lock, tables are never moved or freed before close
    private volatile long[] tables = {MemoryAccount.allocate(TAG, TABLE_BYTES)};

    /// The right to look at everything that was reachable when it was taken. Close it soon: it holds up all
    /// reclamation.
    public static final class Pin implements AutoCloseable {
        private long slot;

        private Pin(long slot) {
            this.slot = slot;
        }

        /// Idempotent, but not for two threads at once.
        @Override
        public void close() {
            if (slot != 0) {
                NativeMemory.putLongRelease(slot, 0);
                slot = 0;
            }
        }
    }

    public Epochs() {}

    /// Pins the present. May be called by any thread, and again by a thread that has a pin; closed by any thread.
    public Pin pin() {
        if (closed.get()) {
            throw new IllegalStateException("epochs are closed");
        }
        // spread the threads, so that each usually finds its own slot free and in its own cache
        int hash = (int) ((Thread.currentThread().threadId() * 0x9E3779B97F4A7C15L) >>> 32);
        while (true) {
            long[] current = tables;
            for (long table : current) {
                for (int probe = 0; probe < PROBES; probe++) {
                    long slot = table + (long) ((hash + probe) & (TABLE_SLOTS - 1)) * SLOT_BYTES;
                    if (NativeMemory.getLongAcquire(slot) == 0
                            && NativeMemory.compareAndSetLong(slot, 0, clock.get())) {
                        VarHandle.fullFence(); // what the reader loads next comes after its slot is visible
                        return new Pin(slot);
                    }
                }
            }
            addTable(current);
        }
    }

    private synchronized void addTable(long[] seen) {
        if (tables.length == seen.length) {
            long[] grown = java.util.Arrays.copyOf(seen, seen.length + 1);
            grown[seen.length] = MemoryAccount.allocate(TAG, TABLE_BYTES);
            tables = grown;
        }
    }

    /// Runs `action` in a later [#advance()], when no pin older than now is live. Never runs it itself.
    public void retire(Runnable action) {
        waiting.incrementAndGet();
        retired.add(new Retired(clock.getAndIncrement(), action));
    }

    /// Runs the retired actions that nobody can be hurt by; returns how many still wait. Cheap when nothing
    /// waits. An action that throws does not keep the others from running; its exception is thrown at the end.
    public int advance() {
        if (waiting.get() == 0 || !advancing.tryLock()) {
            return waiting.get();
        }
        try {
            // the clock before the look at the pins: what is retired after the look must not profit from it
            long limit = clock.get();
            VarHandle.fullFence();
            long oldest = Math.min(limit, oldestPin());
            RuntimeException failure = null;
            for (Iterator<Retired> each = retired.iterator(); each.hasNext(); ) {
                Retired candidate = each.next();
                if (candidate.epoch < oldest) {
                    each.remove();
                    waiting.decrementAndGet();
                    failure = run(candidate.action, failure);
                }
            }
            if (failure != null) {
                throw failure;
            }
            return waiting.get();
        } finally {
            advancing.unlock();
        }
    }

    private static @Nullable RuntimeException run(Runnable action, @Nullable RuntimeException earlier) {
        try {
            action.run();
            return earlier;
        } catch (RuntimeException e) {
            if (earlier == null) {
                return e;
            }
            earlier.addSuppressed(e);
            return earlier;
        }
    }

    private long oldestPin() {
        long oldest = Long.MAX_VALUE;
        for (long table : tables) {
            for (long slot = table; slot < table + TABLE_BYTES; slot += SLOT_BYTES) {
                long epoch = NativeMemory.getLongVolatile(slot);
                if (epoch != 0 && epoch < oldest) {
                    oldest = epoch;
                }
            }
        }
        return oldest;
    }

    /// Live pins, for tests and statistics.
    public int livePins() {
        int live = 0;
        for (long table : tables) {
            for (long slot = table; slot < table + TABLE_BYTES; slot += SLOT_BYTES) {
                if (NativeMemory.getLongVolatile(slot) != 0) {
                    live++;
                }
            }
        }
        return live;
    }

    /// Runs everything that waits and frees the slots. Idempotent.
    ///
    /// @throws IllegalStateException if a pin is live
    @Override
    public void close() {
        if (closed.get()) {
            return;
        }
        int live = livePins();
        if (live != 0) {
            throw new IllegalStateException(live + " pins are live");
        }
        try {
            while (waiting.get() > 0) {
                advance(); // an action may retire more
            }
        } finally {
            if (closed.compareAndSet(false, true)) {
                for (long table : tables) {
                    MemoryAccount.free(TAG, table, TABLE_BYTES);
                }
                tables = new long[0];
            }
        }
    }
}
