package omendb.wal;

import java.lang.invoke.VarHandle;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import omendb.memory.NativeMemory;
import omendb.memory.StoreFile;
import org.jspecify.annotations.Nullable;

/// The thread that writes and syncs, and those who wait for it.
///
/// Loop: write every complete record of the ring into its segment (positional writes straight from the ring),
/// sync once, publish the durable LSN, wake who waited for it, sleep until somebody asks. What arrives during a
/// sync is the next group.
///
/// Invariants: `durable <= written = ring.consumed <= ring.claimed`; segment `k + 1` is begun only after a sync
/// of segment `k` with all its bytes; after the first failure nothing is written, consumed or acknowledged any
/// more.
///
/// A thread that waits and may do so inside the operating system leads: while the writer rests it writes and syncs
/// on its own, and is spared two wake-ups of threads, which take as long as a sync on a fast disk.
///
/// Threading: what writes and syncs runs under `turn`, held by the writer thread but while it sleeps; [#await],
/// [#wake], [#requestSync] are for any.
final class WalWriter {
    /// From this much on, the writer syncs before it writes on. Bounds what replay must look at behind a torn
    /// tail.
    private static final long SYNC_AFTER_BYTES = 4 << 20;

    private static final long GAP_WAIT_NANOS = 10_000;

    private record Waiter(Thread thread, long lsn) {}

    private final AppendRing ring;
    private final SegmentFiles files;
    private final WalSegmentFormat format;
    private final long flushIntervalNanos;
    private final CleanEnd cleanEnd;
    private final Thread thread;

    private final ReentrantLock turn = new ReentrantLock();

    // guarded by turn
    private @Nullable StoreFile file;
    private long segmentId;

    private volatile long durable;
    private volatile @Nullable Throwable failure;
    private volatile boolean ended;
    private volatile boolean sleeping;
    private volatile long closeLsn = -1;
    private volatile long syncCount;
    private final AtomicLong requested;
    private final ConcurrentLinkedQueue<Waiter> waiters = new ConcurrentLinkedQueue<>();

    /// @param cleanEnd removed before the first write
    /// @param file the begun segment that goes on at `startLsn`; null if a new one starts there
    WalWriter(
            AppendRing ring,
            SegmentFiles files,
            WalSegmentFormat format,
            long flushIntervalNanos,
            CleanEnd cleanEnd,
            long startLsn,
            @Nullable StoreFile file) {
        this.ring = ring;
        this.files = files;
        this.format = format;
        this.flushIntervalNanos = flushIntervalNanos;
        this.cleanEnd = cleanEnd;
        this.file = file;
        this.segmentId = file == null ? format.idOf(startLsn) - 1 : format.idOf(startLsn);
        this.durable = startLsn;
        this.requested = new AtomicLong(startLsn);
        this.thread = Thread.ofPlatform().name("wal-writer").daemon().unstarted(this::run);
    }

    void start() {
        files.prepareAhead(segmentId + 1);
        thread.start();
    }

    long durableLsn() {
        return durable;
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    boolean failed() {
        return failure != null;
    }

    /// Whether nothing more will become durable.
    boolean hasEnded() {
        return ended;
    }

    /// Syncs so far: one per group.
    long syncCount() {
        return syncCount;
    }

    /// Asks for durability up to `lsn`, without waiting.
    void requestSync(long lsn) {
        requested.accumulateAndGet(lsn, Math::max);
        wake();
    }

    /// Wakes the writer if it sleeps. Whoever changed something for the writer to see calls it afterwards.
    void wake() {
        VarHandle.fullFence(); // pairs with the one in sleep(): either it sees our change, or we see it sleeping
        if (sleeping) {
            LockSupport.unpark(thread);
        }
    }

    /// Returns when everything up to `lsn` is durable, or the log has failed.
    ///
    /// @param mayLead the thread may write and sync itself
    void await(long lsn, boolean mayLead) {
        if (durable >= lsn || (mayLead && lead(lsn))) {
            return;
        }
        waiters.add(new Waiter(Thread.currentThread(), lsn));
        requestSync(lsn);
        boolean interrupted = false;
        while (durable < lsn && failure == null) {
            LockSupport.park(this); // without a limit: for a virtual thread one costs the wake-up of its timer
            interrupted |= Thread.interrupted(); // durability is not cancelled; the interrupt is kept for later
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Writes and syncs what is complete, unless another thread does.
    ///
    /// @return whether everything up to `lsn` is durable
    private boolean lead(long lsn) {
        if (!turn.tryLock()) {
            return false;
        }
        try {
            if (failure != null || ended) {
                return false;
            }
            writeComplete();
            sync();
        } catch (Throwable t) { // as in run
            failure = t;
            LockSupport.unpark(thread);
        } finally {
            turn.unlock();
        }
        return durable >= lsn;
    }

    /// Waits up to `nanos` until more than `lsn` is durable, asking for no sync; returns what is durable then.
    long awaitAdvance(long lsn, long nanos) {
        Waiter waiter = new Waiter(Thread.currentThread(), lsn + 1);
        waiters.add(waiter);
        long deadline = System.nanoTime() + nanos;
        long left = nanos;
        while (durable <= lsn
                && !hasEnded()
                && left > 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, left);
            left = deadline - System.nanoTime();
        }
        waiters.remove(waiter);
        return durable;
    }

    /// Writes and syncs everything up to `lsn`, the end of the last claim, then ends the thread. Waits for that.
    void finish(long lsn) {
        closeLsn = lsn;
        wake();
        boolean interrupted = false;
        while (thread.isAlive()) {
            LockSupport.unpark(thread);
            try {
                thread.join(1);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        turn.lock();
        try {
            while (failure == null && (closeLsn < 0 || durable < closeLsn)) {
                writeComplete();
                sync();
                turn.unlock();
                try {
                    sleep();
                } finally {
                    turn.lock();
                }
            }
        } catch (Throwable t) { // whatever it is, nothing may be acknowledged after it
            failure = t;
        } finally {
            ended = true;
            wakeWaiters();
            if (file != null) {
                file.close();
            }
            turn.unlock();
        }
    }

    private void writeComplete() {
        while (true) {
            long start = ring.consumedLsn();
            if (start - durable >= SYNC_AFTER_BYTES) {
                return;
            }
            // a run ends with the record that reaches the end of the segment which the run starts in
            long end = ring.completeRun(format.endOf(format.idOf(start)), SYNC_AFTER_BYTES);
            if (end == start) {
                return;
            }
            writeRun(start, end);
            ring.consume(end);
        }
    }

    private void writeRun(long start, long end) {
        cleanEnd.remove();
        long id = format.idOf(start);
        if (id != segmentId) {
            begin(id, start);
        }
        long inThis = Math.min(end, format.endOf(id)) - start;
        write(ring.addressOf(start), inThis, start);
        if (start + inThis < end) {
            // the last record goes on in the next segment; the next one starts where it ends
            begin(id + 1, end);
            write(ring.addressOf(start) + inThis, end - start - inThis, start + inThis);
        }
    }

    private void write(long address, long bytes, long lsn) {
        openFile().write(NativeMemory.segment(address, bytes), format.positionOf(lsn));
    }

    private void begin(long id, long firstRecordLsn) {
        if (file != null) {
            file.sync(); // before the next header exists: it is the proof that all before it is on disk
            file.close();
            file = null;
        }
        StoreFile next = files.take(id, firstRecordLsn);
        file = next;
        segmentId = id;
        format.writeHeader(next, id, firstRecordLsn, lookBehindBytes());
        files.prepareAhead(id + 1);
    }

    /// Unsynced are less than the threshold and one more run, whose last record may exceed it; and a record
    /// behind them may have been encoded, without knowing of their sync, while the ring was full.
    private long lookBehindBytes() {
        return 2 * SYNC_AFTER_BYTES + 2L * ring.maxRecordBytes() + ring.ringBytes();
    }

    private StoreFile openFile() {
        if (file == null) {
            throw new IllegalStateException("no segment is open");
        }
        return file;
    }

    private void sync() {
        long written = ring.consumedLsn();
        if (written == durable) {
            return;
        }
        openFile().sync();
        countSync();
        durable = written;
        wakeWaiters();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under turn
    private void countSync() {
        syncCount++;
    }

    private void wakeWaiters() {
        long reached = ended ? Long.MAX_VALUE : durable;
        for (Iterator<Waiter> each = waiters.iterator(); each.hasNext(); ) {
            Waiter waiter = each.next();
            if (waiter.lsn <= reached) {
                each.remove();
                LockSupport.unpark(waiter.thread);
            }
        }
    }

    private void sleep() {
        sleeping = true;
        VarHandle.fullFence();
        if (requested.get() > durable || closeLsn >= 0 || ring.claimedLsn() - ring.consumedLsn() > ring.halfBytes()) {
            // somebody waits: if not for what is complete already, then for a record that is just being encoded
            if (ring.firstIsIncomplete()) {
                LockSupport.parkNanos(this, GAP_WAIT_NANOS);
            }
        } else {
            LockSupport.parkNanos(this, flushIntervalNanos);
        }
        sleeping = false;
        if (Thread.interrupted()) {
            // nobody has a reason to interrupt this thread; ignored, or park would never park again
            Thread.onSpinWait();
        }
    }
}
