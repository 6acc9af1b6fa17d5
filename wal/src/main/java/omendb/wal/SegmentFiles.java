package omendb.wal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import omendb.memory.DiskFullException;
import omendb.memory.FileStore;
import omendb.memory.StoreFile;
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

    private static final Logger LOG = LoggerFactory.getLogger(SegmentFiles.class);

    private final FileStore store;
    private final String directory;
    private final int keepSegments;
    private final WalSegmentFormat format;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // segments of the log that are begun, and those released but kept for reuse (their files have their old
    // names)
    private final NavigableSet<Long> begun = new TreeSet<>();
    private final ArrayDeque<Long> released = new ArrayDeque<>();

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

    /// Takes over what replay left: begun segments, and ones that are no longer needed.
    ///
    /// @param lastId the segment that the log ends in; 0 if there is none
    void adopt(List<Long> log, List<Long> unneeded, long lastId) {
        lock.lock();
        try {
            preparedId = lastId;
            preparedEnd = format.endOf(lastId);
            begun.addAll(log);
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
    StoreFile take(long id) {
        lock.lock();
        try {
            StoreFile file = prepared.remove(id);
            if (file == null) {
                throw new IllegalStateException("wal segment " + id + " is not prepared");
            }
            begun.add(id);
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

    /// Gives up the segments that end at or before `lsn`, but never the last one.
    void release(long lsn) {
        lock.lock();
        try {
            while (begun.size() > 1 && format.endOf(begun.first()) <= lsn) {
                recycleOrDeleteLocked(begun.removeFirst());
            }
        } finally {
            lock.unlock();
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

    private static void joinQuietly(Thread thread) {
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
