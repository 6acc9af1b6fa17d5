package omendb.wal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omendb.memory.DiskFullException;
import omendb.memory.FileStore;
import omendb.memory.StoreFile;
import omendb.wal.RecordReader.LongRecord;
import omendb.wal.WalSegmentFormat.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The segment files of a log: which exist, which are prepared, which may be reused.
///
/// One thread prepares the next segment ahead of the writer, so that the writer does not stand still for the 64
/// MiB of zeros (a preallocated but never written block costs a journal commit at its first sync: 139 against
/// 92 us measured).
///
/// Nothing is appended to the log beyond the segments that are prepared ([#awaitPrepared]): a full disk is met before a
/// record has its place, by the one who appends, and never by the writer.
///
/// Threading: the fields are guarded by `lock`; the file operations of a preparation run outside it, by one thread.
final class SegmentFiles implements AutoCloseable {
    private static final String TEMPORARY = "prepare.tmp";
    private static final long ZERO_CHUNK_BYTES = 1 << 20;
    private static final long AWAIT_BEGUN_NANOS = 100_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(SegmentFiles.class);

    private final FileStore store;
    private final String directory;
    private final int keepSegments;
    private final WalSegmentFormat format;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // segments of the log that are begun, with the LSN of their first record, and those released but kept for reuse
    // (their files have their old names)
    private final NavigableMap<Long, Long> begun = new TreeMap<>();
    private final ArrayDeque<Long> released = new ArrayDeque<>();

    private final Set<LogHold> holds = new HashSet<>();
    private final NavigableMap<Long, Long> longRecords = new TreeMap<>(); // from their first part to their end
    private long releasedLsn;

    private final NavigableMap<Long, StoreFile> prepared = new TreeMap<>(); // and not begun yet
    private long wantedId;
    private long preparedId; // all segments up to this one have a file
    private volatile long preparedEnd;
    private @Nullable RuntimeException failure; // of the last attempt
    private @Nullable RuntimeException broken; // for good
    private boolean closed;
    private @Nullable Thread preparer;

    SegmentFiles(FileStore store, String directory, int keepSegments, WalSegmentFormat format) {
        this.store = store;
        this.directory = directory;
        this.keepSegments = keepSegments;
        this.format = format;
    }

    String path(long id) {
        return directory + "/" + WalSegmentFormat.fileName(id);
    }

    WalSegmentFormat format() {
        return format;
    }

    /// Takes over what replay left: begun segments, and ones that are no longer needed.
    ///
    /// @param lastId the segment that the log ends in; 0 if there is none
    void adopt(List<Header> log, List<Long> unneeded, long lastId, List<LongRecord> known) {
        lock.lock();
        try {
            preparedId = lastId;
            preparedEnd = format.endOf(lastId);
            log.forEach(header -> begun.put(header.id(), header.firstRecordLsn()));
            known.forEach(each -> longRecords.put(each.firstLsn(), each.endLsn()));
            unneeded.forEach(this::recycleOrDeleteLocked);
        } finally {
            lock.unlock();
        }
    }

    /// Starts preparing all segments up to `id` in the background.
    void prepareAhead(long id) {
        lock.lock();
        try {
            wantLocked(id);
        } finally {
            lock.unlock();
        }
    }

    private void wantLocked(long id) {
        wantedId = Math.max(wantedId, id);
        if (preparer == null) {
            preparer = Thread.ofPlatform().name("wal-preparer").daemon().start(this::prepareLoop);
        }
        changed.signalAll();
    }

    /// Bytes of the log up to this LSN have a file.
    long preparedEnd() {
        return preparedEnd;
    }

    /// Whether no further segment will be made.
    boolean isBroken() {
        lock.lock();
        try {
            return broken != null;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until the segments up to `id` are prepared.
    ///
    /// @throws omendb.memory.DiskFullException if there is no room; nothing has changed then, later calls try again
    /// @throws omendb.memory.StorageException if a file could not be made; it never will be
    void awaitPrepared(long id) {
        lock.lock();
        try {
            failure = broken; // an attempt of our own, unless there is no hope
            wantLocked(id);
            while (preparedId < id && failure == null && !closed) {
                changed.awaitUninterruptibly();
            }
            RuntimeException failed = failure;
            if (preparedId < id && failed != null) {
                throw failed;
            }
        } finally {
            lock.unlock();
        }
    }

    private void prepareLoop() {
        long id = awaitWanted();
        while (id != 0) {
            try {
                finishPreparation(id, prepare(id), null);
            } catch (RuntimeException e) {
                LOG.warn("wal: segment {} could not be prepared: {}", id, e.toString());
                finishPreparation(id, null, e);
            } catch (Error e) {
                finishPreparation(id, null, new IllegalStateException("segment " + id + " could not be prepared", e));
                throw e;
            }
            id = awaitWanted();
        }
    }

    /// The next segment to prepare; 0 when closed.
    private long awaitWanted() {
        lock.lock();
        try {
            while (!closed && (wantedId <= preparedId || failure != null)) {
                changed.awaitUninterruptibly();
            }
            return closed ? 0 : preparedId + 1;
        } finally {
            lock.unlock();
        }
    }

    private void finishPreparation(long id, @Nullable StoreFile file, @Nullable RuntimeException failed) {
        lock.lock();
        try {
            if (file != null && closed) {
                file.close();
            } else if (file != null) {
                prepared.put(id, file);
                preparedId = id;
                preparedEnd = format.endOf(id);
            } else {
                failure = failed;
                if (!(failed instanceof DiskFullException)) {
                    broken = failed; // a sync that failed is not tried again as if nothing were
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The prepared file of segment `id`, to be begun now. Whoever appended to it waited for it ([#awaitPrepared]).
    StoreFile take(long id, long firstRecordLsn) {
        lock.lock();
        try {
            StoreFile file = prepared.remove(id);
            if (file == null) {
                throw new IllegalStateException("wal segment " + id + " is not prepared");
            }
            begun.put(id, firstRecordLsn);
            changed.signalAll();
            return file;
        } finally {
            lock.unlock();
        }
    }

    private StoreFile prepare(long id) {
        if (!store.exists(path(id))) { // else the process before us left it prepared
            Long reusable = takeReleased();
            if (reusable != null) {
                store.rename(path(reusable), path(id));
            } else {
                create(id);
            }
        }
        store.syncDirectory(directory); // in either case: we do not know whether the other one came so far
        return store.open(path(id));
    }

    private @Nullable Long takeReleased() {
        lock.lock();
        try {
            return released.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    private void create(long id) {
        String temporary = directory + "/" + TEMPORARY;
        if (store.exists(temporary)) {
            store.delete(temporary); // an earlier attempt that ended half-way
        }
        boolean complete = false;
        try (StoreFile file = store.create(temporary);
                Arena arena = Arena.ofConfined()) {
            file.preallocate(format.segmentBytes());
            MemorySegment zeros = arena.allocate(Math.min(ZERO_CHUNK_BYTES, format.segmentBytes()));
            for (long position = 0; position < format.segmentBytes(); position += zeros.byteSize()) {
                long bytes = Math.min(zeros.byteSize(), format.segmentBytes() - position);
                file.write(zeros.asSlice(0, bytes), position);
            }
            file.sync();
            complete = true;
        } finally {
            if (!complete && store.exists(temporary)) {
                store.delete(temporary); // gives its room back to others
            }
        }
        store.rename(temporary, path(id));
    }

    /// Waits a while until segment `id` is begun; returns the LSN of its first record, -1 if it is not begun yet.
    long awaitBegun(long id) {
        lock.lock();
        try {
            long left = AWAIT_BEGUN_NANOS;
            while (!begun.containsKey(id) && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return begun.getOrDefault(id, -1L);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return -1;
        } finally {
            lock.unlock();
        }
    }

    // ---- what is kept ----

    /// Gives up the segments that end at or before `lsn`, but never the last one, and none that is held.
    void release(long lsn) {
        lock.lock();
        try {
            releasedLsn = Math.max(releasedLsn, lsn);
            trimLocked();
        } finally {
            lock.unlock();
        }
    }

    /// Keeps the log after `lsn`. What a hold gives up goes with the next [#release].
    ///
    /// @throws LogTrimmedException if some of it is gone
    LogHold hold(long lsn) {
        lock.lock();
        try {
            long oldest = oldestLocked();
            if (lsn < oldest) {
                throw new LogTrimmedException(lsn, oldest);
            }
            return holdLocked(lsn);
        } finally {
            lock.unlock();
        }
    }

    /// Keeps the log from the segment of `lsn` on, or from the oldest that there is.
    LogHold holdOldestFrom(long lsn) {
        lock.lock();
        try {
            long first = begun.isEmpty() ? 0 : format.startOf(begun.firstKey());
            return holdLocked(Math.max(lsn, first));
        } finally {
            lock.unlock();
        }
    }

    private LogHold holdLocked(long lsn) {
        LogHold hold = new LogHold(this, lsn);
        holds.add(hold);
        return hold;
    }

    void endHold(LogHold hold) {
        lock.lock();
        try {
            holds.remove(hold);
        } finally {
            lock.unlock();
        }
    }

    /// Notes a payload in parts: who starts reading inside it needs its first part as well.
    void noteLongRecord(long firstLsn, long endLsn) {
        lock.lock();
        try {
            longRecords.put(firstLsn, endLsn);
        } finally {
            lock.unlock();
        }
    }

    /// From where on the log can be read: the oldest place where a record begins.
    long oldestLsn() {
        lock.lock();
        try {
            return oldestLocked();
        } finally {
            lock.unlock();
        }
    }

    private long oldestLocked() {
        return begun.isEmpty() ? 0 : begun.firstEntry().getValue();
    }

    /// The first record of the segment in which to start reading what ends after `lsn`.
    long firstRecordAtOrBefore(long lsn) {
        lock.lock();
        try {
            for (long first : begun.descendingMap().values()) {
                if (first <= lsn) {
                    return first;
                }
            }
            return oldestLocked();
        } finally {
            lock.unlock();
        }
    }

    private void trimLocked() {
        long limit = releasedLsn;
        for (LogHold hold : holds) {
            limit = Math.min(limit, hold.lsn());
        }
        long unneeded = limit;
        longRecords.values().removeIf(end -> end <= unneeded);
        if (!longRecords.isEmpty()) {
            limit = Math.min(limit, longRecords.firstKey()); // whoever reads on from inside it needs its beginning
        }
        while (begun.size() > 1 && format.endOf(begun.firstKey()) <= limit) {
            recycleOrDeleteLocked(begun.pollFirstEntry().getKey());
        }
    }

    private void recycleOrDeleteLocked(long id) {
        if (released.size() < keepSegments) {
            released.addLast(id);
        } else {
            store.delete(path(id));
        }
    }

    @Override
    public void close() {
        Thread running;
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            running = preparer;
        } finally {
            lock.unlock();
        }
        if (running != null) {
            joinQuietly(running);
        }
        prepared.values().forEach(StoreFile::close); // no other thread is left
        prepared.clear();
    }

    static void joinQuietly(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
