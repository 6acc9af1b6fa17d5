package omendb.wal;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import omendb.memory.FileStore;

/// Reads along with a log that is being written: every record after an LSN, as soon as it is durable. Made by
/// [Wal#tail].
///
/// Keeps the log from what was confirmed on ([#confirm]): a reader that stands still makes the log grow.
///
/// Threading: one thread at a time; [Wal#close] may come at any moment.
public final class LogTail implements AutoCloseable {
    private final WalWriter writer;
    private final SegmentFiles files;
    private final WalSegmentFormat format;
    private final RecordReader reader;
    private final LogHold hold;
    private final ReentrantLock lock = new ReentrantLock();
    private final long fromLsn;
    private long position;
    private boolean closed;

    private LogTail(WalWriter writer, SegmentFiles files, RecordReader reader, LogHold hold, long fromLsn) {
        this.writer = writer;
        this.files = files;
        this.format = files.format();
        this.reader = reader;
        this.hold = hold;
        this.fromLsn = fromLsn;
        this.position = fromLsn;
    }

    static LogTail open(FileStore store, String directory, SegmentFiles files, WalWriter writer, long fromLsn) {
        LogHold hold = files.hold(fromLsn);
        RecordReader reader = new RecordReader(store, directory, files.format(), writer.durableLsn());
        LogTail tail = new LogTail(writer, files, reader, hold, fromLsn);
        boolean placed = false;
        try {
            tail.place();
            placed = true;
        } finally {
            if (!placed) {
                tail.close();
            }
        }
        return tail;
    }

    /// Usually a record begins at the very LSN, or the log ends there.
    private void place() {
        boolean beginsThere = fromLsn == writer.durableLsn() || reader.load(fromLsn);
        reader.start(files.oldestLsn(), beginsThere ? fromLsn : files.firstRecordAtOrBefore(fromLsn));
        position = reader.walkedFrom();
    }

    /// Hands the records that are durable and were not read yet to `visitor`; waits for one if there is none.
    ///
    /// @param atMost the longest wait
    /// @return number of records; 0 also when the log was closed or has failed and all of it was read
    /// @throws omendb.memory.CorruptFileException if the log is damaged
    /// @throws IllegalStateException if this reader is closed
    public int read(RecordVisitor visitor, Duration atMost) {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the reader of the log is closed");
            }
            long before = reader.records();
            long deadline = System.nanoTime() + atMost.toNanos();
            long left = atMost.toNanos();
            do { // what is durable may be but a part of a payload
                readTo(writer.awaitAdvance(Math.max(position, fromLsn), left), visitor);
                left = deadline - System.nanoTime();
            } while (reader.records() == before && left > 0 && !writer.hasEnded());
            return Math.toIntExact(reader.records() - before);
        } finally {
            lock.unlock();
        }
    }

    private void readTo(long durable, RecordVisitor visitor) {
        reader.segments().lookAgain();
        reader.setLimit(durable);
        while (position < durable) {
            if (!reader.load(position) || reader.endOf(position) > durable) {
                throw reader.damaged(position, "invalid record, although the log is durable up to " + durable);
            }
            long next = reader.endOf(position);
            reader.deliver(position, fromLsn, visitor);
            position = next;
            reader.segments().forgetBefore(format.idOf(position));
        }
        reader.longRecords().clear(); // they are the log's business
    }

    /// End of the last record read, or where reading began.
    public long position() {
        lock.lock();
        try {
            return Math.max(position, fromLsn);
        } finally {
            lock.unlock();
        }
    }

    /// Gives up the log up to `lsn`: nobody will ask this reader's user for it again.
    ///
    /// @param lsn an end of a record that was read
    public void confirm(long lsn) {
        if (lsn > position()) {
            throw new IllegalArgumentException("confirmation of " + lsn + ", which was not read yet");
        }
        hold.advance(lsn);
    }

    /// Idempotent.
    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                hold.close();
                reader.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
