package omendb.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/// A file of the real file system, by descriptor.
///
/// Threading: `uses` counts the calls in progress, with the sign bit set once closed; whoever brings it to
/// "closed and unused" closes the descriptor, so that a late call can never hit a descriptor number that was
/// given to another file.
final class NativeFile extends StoreFile {
    private static final int CLOSED = Integer.MIN_VALUE;
    private static final int PERMISSIONS = 0600;
    private static final long ZERO_CHUNK_BYTES = 1 << 20;

    private final String path;
    private final int descriptor;
    private final AtomicInteger uses = new AtomicInteger();

    private NativeFile(String name, String path, int descriptor) {
        super(name);
        this.path = path;
        this.descriptor = descriptor;
    }

    static NativeFile create(String name, String path) {
        return open(name, path, Platform.O_RDWR | Platform.O_CREAT | Platform.O_EXCL, "create");
    }

    static NativeFile open(String name, String path) {
        return open(name, path, Platform.O_RDWR, "open");
    }

    static NativeFile openReadOnly(String name, String path) {
        return open(name, path, Platform.O_RDONLY, "open");
    }

    private static NativeFile open(String name, String path, int flags, String action) {
        long result = Libc.open(path, flags | Platform.O_CLOEXEC, PERMISSIONS);
        if (result < 0) {
            throw Platform.failure(path, StorageException.NO_POSITION, action, result);
        }
        return new NativeFile(name, path, (int) result);
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public void write(MemorySegment source, long position) {
        requireNative(source);
        acquire();
        try {
            writeAll(source.address(), source.byteSize(), position);
        } finally {
            release();
        }
    }

    private void writeAll(long address, long bytes, long position) {
        long done = 0;
        while (done < bytes) {
            long result = Libc.pwrite(descriptor, address + done, bytes - done, position + done);
            if (result <= 0) { // 0 for a non-empty write says nothing and would loop for ever
                throw Platform.failure(path, position + done, "write", result == 0 ? -Platform.EIO : result);
            }
            done += result;
        }
    }

    @Override
    public void read(MemorySegment target, long position) {
        requireNative(target);
        acquire();
        try {
            long done = 0;
            while (done < target.byteSize()) {
                long result =
                        Libc.pread(descriptor, target.address() + done, target.byteSize() - done, position + done);
                if (result < 0) {
                    throw Platform.failure(path, position + done, "read", result);
                }
                if (result == 0) {
                    throw new TruncatedFileException(
                            path,
                            position + done,
                            "the file ends " + (target.byteSize() - done) + " bytes before the data it should hold");
                }
                done += result;
            }
        } finally {
            release();
        }
    }

    @Override
    public long size() {
        acquire();
        try {
            return sizeAcquired();
        } finally {
            release();
        }
    }

    private long sizeAcquired() {
        long result = Libc.size(descriptor);
        if (result < 0) {
            throw Platform.failure(path, StorageException.NO_POSITION, "read the size", result);
        }
        return result;
    }

    @Override
    public void preallocate(long bytes) {
        acquire();
        try {
            long size = sizeAcquired();
            if (bytes == 0) {
                return;
            }
            long result = Libc.fallocate(descriptor, bytes);
            if (result == -Platform.EOPNOTSUPP) {
                writeZeros(size, bytes); // slower, and as good
            } else if (result < 0) {
                throw Platform.failure(path, bytes, "preallocate " + bytes + " bytes", result);
            }
        } finally {
            release();
        }
    }

    private void writeZeros(long from, long to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment zeros = arena.allocate(Math.min(ZERO_CHUNK_BYTES, Math.max(0, to - from)));
            for (long position = from; position < to; position += zeros.byteSize()) {
                writeAll(zeros.address(), Math.min(zeros.byteSize(), to - position), position);
            }
        }
    }

    @Override
    public void sync() {
        acquire();
        try {
            long result = Libc.fdatasync(descriptor);
            if (result < 0) {
                throw Platform.failure(path, StorageException.NO_POSITION, "sync", result);
            }
        } finally {
            release();
        }
    }

    @Override
    @SuppressWarnings("restricted") // binds the raw mapping to the arena that unmaps it
    public MemorySegment map(long offset, long length, MapMode mode, Arena arena) {
        if (length == 0) {
            return MemorySegment.NULL;
        }
        long slack = offset % ReservedRange.pageBytes();
        long address = mapPages(0, offset - slack, length + slack, mode, 0);
        return MemorySegment.ofAddress(address)
                .reinterpret(length + slack, arena, mapping -> Libc.munmap(address, length + slack))
                .asSlice(slack, length);
    }

    @Override
    void mapFixed(long address, long fileOffset, long bytes, MapMode mode) {
        mapPages(address, fileOffset, bytes, mode, Platform.MAP_FIXED);
    }

    private long mapPages(long address, long fileOffset, long bytes, MapMode mode, int extraFlags) {
        int protection = mode == MapMode.PRIVATE ? Platform.PROT_READ | Platform.PROT_WRITE : Platform.PROT_READ;
        int flags = mode == MapMode.PRIVATE ? Platform.MAP_PRIVATE | Platform.MAP_NORESERVE : Platform.MAP_SHARED;
        acquire();
        try {
            long size = sizeAcquired();
            if (fileOffset < 0 || bytes < 0 || fileOffset + bytes > size) {
                // the kernel would map it, and the first touch would kill us
                throw new TruncatedFileException(
                        path, size, "cannot map bytes " + fileOffset + " to " + (fileOffset + bytes) + " of " + size);
            }
            long result = Libc.mmap(address, bytes, protection, flags | extraFlags, descriptor, fileOffset);
            if (result < 0) {
                throw result == -Platform.ENOMEM
                        ? NativeMapping.refused(bytes, "map " + path)
                        : Platform.failure(path, fileOffset, "map " + bytes + " bytes", result);
            }
            return result;
        } finally {
            release();
        }
    }

    @Override
    public void close() {
        int before = uses.getAndUpdate(state -> state | CLOSED);
        if (before == 0) {
            closeDescriptor();
        }
    }

    private void acquire() {
        int state;
        do {
            state = uses.get();
            if (state < 0) {
                throw new IllegalStateException(path + " is closed");
            }
        } while (!uses.compareAndSet(state, state + 1));
    }

    private void release() {
        if (uses.decrementAndGet() == CLOSED) {
            closeDescriptor();
        }
    }

    private void closeDescriptor() {
        // what was written is in the kernel's hands; only sync tells whether it reached the disk, close never
        // does
        Libc.close(descriptor);
    }

    private static void requireNative(MemorySegment segment) {
        if (!segment.isNative()) {
            throw new IllegalArgumentException("file I/O needs an off-heap segment");
        }
    }
}
