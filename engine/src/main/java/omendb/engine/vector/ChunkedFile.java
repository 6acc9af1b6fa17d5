package omendb.engine.vector;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import omendb.memory.AddressSpaceException;
import omendb.memory.CorruptFileException;
import omendb.memory.FileHeader;
import omendb.memory.FileStore;
import omendb.memory.MapMode;
import omendb.memory.MemoryTag;
import omendb.memory.ReservedRange;
import omendb.memory.StorageException;
import omendb.memory.StoreFile;
import org.jspecify.annotations.Nullable;

/// A growing run of bytes in files `<prefix>-<k><suffix>`, written by position and mapped read-only under one
/// address.
///
/// Chunk k holds the bytes `[start(k), start(k + 1))` after its 4-KiB [FileHeader]; sizes double from 256 KiB to
/// 64 MiB, so that small columns stay small and large ones need few files. A chunk is preallocated under a temporary
/// name, synced, renamed, and the directory synced, before a byte of it is used: a file of the right name is whole.
/// Unwritten bytes read as zero. Header parameters: chunk number, then the owner's.
///
/// Threading: reads of mapped bytes by any thread; [#write] by any thread (different bytes); growing and syncing
/// take the lock.
final class ChunkedFile implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("vectors");
    private static final int OLDEST_VERSION = 2;
    private static final int FORMAT_VERSION = 3;
    private static final long FIRST_CHUNK_BYTES = 256 << 10;
    private static final int DOUBLINGS = 8;
    private static final String TEMPORARY = ".tmp";

    private final FileStore store;
    private final String directory;
    private final String prefix;
    private final String suffix;
    private final String kind;
    private final long owner;
    private final long[] parameters;
    private final ReservedRange range;
    private final List<StoreFile> chunks = new ArrayList<>();
    private final BitSet dirty = new BitSet();
    private final ReentrantLock syncing = new ReentrantLock();
    private @Nullable RuntimeException syncFailure;
    private volatile long capacity;

    /// Opens what exists; creates nothing.
    ///
    /// @param kind       of the file header
    /// @param parameters written into new chunks; those of existing ones must be equal
    ChunkedFile(
            FileStore store,
            String directory,
            String prefix,
            String suffix,
            String kind,
            long owner,
            long[] parameters,
            long reservedBytes) {
        this.store = store;
        this.directory = directory;
        this.prefix = prefix;
        this.suffix = suffix;
        this.kind = kind;
        this.owner = owner;
        this.parameters = parameters.clone();
        this.range = ReservedRange.reserve(TAG, reservedBytes);
        try {
            while (store.exists(name(chunks.size()))) {
                adopt(store.open(name(chunks.size())));
            }
        } catch (RuntimeException failed) {
            close();
            throw failed;
        }
    }

    /// Parameters of a column's first chunk, without the chunk number.
    static long[] parameters(FileStore store, String directory, String prefix, String suffix, String kind, int count) {
        try (StoreFile file = store.open(directory + "/" + prefix + "-0" + suffix)) {
            FileHeader header = FileHeader.read(file, kind, OLDEST_VERSION, FORMAT_VERSION);
            long[] parameters = new long[count];
            for (int i = 0; i < count; i++) {
                parameters[i] = header.parameter(1 + i);
            }
            return parameters;
        }
    }

    private void adopt(StoreFile file) {
        int chunk = chunks.size();
        chunks.add(file);
        FileHeader header = FileHeader.read(file, kind, OLDEST_VERSION, FORMAT_VERSION);
        boolean same = header.parameterCount() == 1 + parameters.length && header.parameter(0) == chunk;
        for (int i = 0; same && i < parameters.length; i++) {
            same = header.parameter(1 + i) == parameters[i];
        }
        if (!same) {
            throw new CorruptFileException(file.path(), 0, "header belongs to another chunk or column");
        }
        range.mapFile(file, FileHeader.BYTES, start(chunk), chunkBytes(chunk), MapMode.READ_ONLY);
        capacity = start(chunk + 1);
    }

    private String name(int chunk) {
        return directory + "/" + prefix + "-" + chunk + suffix;
    }

    static long chunkBytes(int chunk) {
        return FIRST_CHUNK_BYTES << Math.min(chunk, DOUBLINGS);
    }

    /// First byte of a chunk.
    static long start(int chunk) {
        int doubled = Math.min(chunk, DOUBLINGS);
        long bytes = FIRST_CHUNK_BYTES * ((1L << doubled) - 1);
        return bytes + (long) (chunk - doubled) * (FIRST_CHUNK_BYTES << DOUBLINGS);
    }

    private static int chunkOf(long position) {
        long largest = start(DOUBLINGS);
        if (position >= largest) {
            return DOUBLINGS + (int) ((position - largest) / (FIRST_CHUNK_BYTES << DOUBLINGS));
        }
        return 63 - Long.numberOfLeadingZeros(position / FIRST_CHUNK_BYTES + 1);
    }

    /// Base address of the run.
    long baseAddress() {
        return range.address();
    }

    /// Bytes that can be read and written.
    long capacity() {
        return capacity;
    }

    /// Path of the file that holds a byte, for messages.
    String pathOf(long position) {
        return store.directory().resolve(name(chunkOf(position))).toString();
    }

    /// Where in its file a byte lies.
    static long filePosition(long position) {
        return FileHeader.BYTES + position - start(chunkOf(position));
    }

    /// Bytes on disk.
    long sizeBytes() {
        return capacity == 0 ? 0 : capacity + (long) chunks.size() * FileHeader.BYTES;
    }

    /// Makes the first `bytes` bytes usable.
    ///
    /// @throws omendb.memory.DiskFullException if there is no room; nothing changed then
    synchronized void ensureCapacity(long bytes) {
        while (capacity < bytes) {
            int chunk = chunks.size();
            if (start(chunk + 1) > range.bytes()) {
                throw new AddressSpaceException(
                        bytes, name(chunk) + ": the column's reserved range of " + range.bytes() + " bytes is full");
            }
            createChunk(chunk);
            adopt(store.open(name(chunk)));
        }
    }

    private void createChunk(int chunk) {
        String temporary = name(chunk) + TEMPORARY;
        if (store.exists(temporary)) {
            store.delete(temporary); // left by a crash or a full disk
        }
        long[] all = new long[1 + parameters.length];
        all[0] = chunk;
        System.arraycopy(parameters, 0, all, 1, parameters.length);
        boolean complete = false;
        try (StoreFile file = store.create(temporary)) {
            file.preallocate(FileHeader.BYTES + chunkBytes(chunk));
            FileHeader.of(kind, FORMAT_VERSION, owner, 0, all).write(file);
            file.sync();
            complete = true;
        } finally {
            if (!complete && store.exists(temporary)) {
                store.delete(temporary);
            }
        }
        store.rename(temporary, name(chunk));
        store.syncDirectory(directory);
    }

    /// Writes bytes at a position within the capacity.
    void write(MemorySegment bytes, long position) {
        long done = 0;
        while (done < bytes.byteSize()) {
            int chunk = chunkOf(position + done);
            long part = Math.min(bytes.byteSize() - done, start(chunk + 1) - position - done);
            StoreFile file;
            synchronized (this) {
                file = chunks.get(chunk);
                dirty.set(chunk);
            }
            file.write(bytes.asSlice(done, part), FileHeader.BYTES + position + done - start(chunk));
            done += part;
        }
    }

    /// Makes all writes that returned before durable. One at a time: who finds nothing dirty must know that the
    /// sync of
    /// whoever cleaned up has ended. After a failure every later call fails: what was written is in doubt for good.
    void sync() {
        syncing.lock();
        try {
            RuntimeException failed = syncFailure;
            if (failed != null) {
                throw new StorageException(directory, StorageException.NO_POSITION, "an earlier sync failed", failed);
            }
            List<StoreFile> files = new ArrayList<>();
            synchronized (this) {
                dirty.stream().forEach(chunk -> files.add(chunks.get(chunk)));
                dirty.clear();
            }
            files.forEach(StoreFile::sync);
        } catch (RuntimeException failed) {
            syncFailure = failed;
            throw failed;
        } finally {
            syncing.unlock();
        }
    }

    /// Whether something was written since the last [#sync].
    synchronized boolean isDirty() {
        return !dirty.isEmpty();
    }

    @Override
    public void close() {
        chunks.forEach(StoreFile::close);
        range.close();
    }
}
