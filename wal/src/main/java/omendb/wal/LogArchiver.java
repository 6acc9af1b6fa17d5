package omendb.wal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omendb.memory.FileStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The thread that hands finished segments to a [LogArchive], and remembers which were taken.
///
/// File `archived` beside the segments, an [LsnFile] of kind "wal-arch": the log before that LSN has been taken.
/// Written after each segment; a crash in between offers the segment again.
///
/// A segment is offered when the next one is begun and the first record that begins there is within what is durable:
/// until then a crash may cut the last record of the segment, which runs over its end, and other bytes would take
/// its place.
///
/// Threading: a thread of its own; [#close] by one other.
final class LogArchiver implements AutoCloseable {
    static final String NAME = "archived";
    static final String KIND = "wal-arch";

    private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LAST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final Logger LOG = LoggerFactory.getLogger(LogArchiver.class);

    private final LogArchive archive;
    private final SegmentFiles files;
    private final WalWriter writer;
    private final WalSegmentFormat format;
    private final LsnFile mark;
    private final LogHold hold;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private volatile boolean closed;
    private String lastFailure = "";

    private LogArchiver(
            LogArchive archive,
            SegmentFiles files,
            WalWriter writer,
            WalSegmentFormat format,
            LsnFile mark,
            LogHold hold) {
        this.archive = archive;
        this.files = files;
        this.writer = writer;
        this.format = format;
        this.mark = mark;
        this.hold = hold;
        this.thread = Thread.ofPlatform().name("wal-archiver").daemon().unstarted(this::run);
    }

    /// The LSN up to which the log was taken, 0 if nothing was.
    static long archivedLsn(FileStore store, String directory) {
        LsnFile mark = new LsnFile(store, directory, NAME, KIND);
        return mark.exists() ? mark.read() : 0;
    }

    /// Goes on where an earlier archiver stopped, or with the oldest segment that is kept.
    static LogArchiver start(
            LogArchive archive, FileStore store, String directory, SegmentFiles files, WalWriter writer) {
        long archived = archivedLsn(store, directory);
        LogHold hold = files.holdOldestFrom(archived);
        if (hold.lsn() > archived && archived > 0) {
            LOG.warn("wal: {} to {} was recycled while nobody archived it", archived, hold.lsn());
        }
        var archiver = new LogArchiver(
                archive, files, writer, files.format(), new LsnFile(store, directory, NAME, KIND), hold);
        archiver.thread.start();
        return archiver;
    }

    /// Everything before was taken.
    long archivedLsn() {
        return hold.lsn();
    }

    private void run() {
        long retry = FIRST_RETRY_NANOS;
        while (!closed) {
            long id = format.idOf(hold.lsn());
            if (!awaitFinished(id)) {
                continue;
            }
            try {
                archive.take(new LogArchive.Segment(id, files.path(id), format.startOf(id), format.endOf(id)));
                mark.write(format.endOf(id));
                hold.advance(format.endOf(id));
                files.release(0); // what was released before and is taken now
                retry = FIRST_RETRY_NANOS;
                lastFailure = "";
            } catch (RuntimeException failed) {
                report(id, failed);
                pause(retry);
                retry = Math.min(2 * retry, LAST_RETRY_NANOS);
            }
        }
    }

    /// Waits a while for a segment to be finished; returns whether it is.
    private boolean awaitFinished(long id) {
        long next = files.awaitBegun(id + 1);
        return next >= 0 && writer.awaitAdvance(next - 1, FIRST_RETRY_NANOS) >= next;
    }

    /// Logs a failure once, not at every try.
    private void report(long id, RuntimeException failed) {
        if (!lastFailure.equals(failed.toString())) {
            lastFailure = failed.toString();
            LOG.warn("wal: segment {} could not be archived and will be offered again", id, failed);
        }
    }

    private void pause(long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (!closed && left > 0) {
                left = closing.awaitNanos(left);
            }
        } catch (InterruptedException ignored) {
            closed |= Thread.currentThread().isInterrupted(); // nobody has a reason to interrupt this thread
        } finally {
            lock.unlock();
        }
    }

    /// Waits for the segment that is being taken, if there is one.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closing.signalAll();
        } finally {
            lock.unlock();
        }
        SegmentFiles.joinQuietly(thread); // the hold stays: what was not taken must be there at the next start
    }
}
