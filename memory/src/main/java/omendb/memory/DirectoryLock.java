package omendb.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/// Keeps a second server out of a data directory: an exclusive lock on its file `LOCK`, which also holds our
/// process id. The kernel drops the lock when the process dies, so a crash leaves nothing to clean up.
///
/// The lock is `flock`, which belongs to the open file and not to the process: it also keeps out a second
/// database in this process, and closing some other handle of the file does not drop it.
public final class DirectoryLock implements AutoCloseable {
    private static final String FILE_NAME = "LOCK";
    private static final int MAX_CONTENT_BYTES = 32;

    private static final int NO_DESCRIPTOR = -1;

    private final int descriptor;
    private final AtomicBoolean closed = new AtomicBoolean();

    private DirectoryLock(int descriptor) {
        this.descriptor = descriptor;
    }

    /// Locks an existing directory.
    ///
    /// @throws DirectoryInUseException if another server, or another database of this process, has it
    public static DirectoryLock acquire(Path directory) {
        String path = directory.resolve(FILE_NAME).toString();
        long descriptor = Libc.open(path, Platform.O_RDWR | Platform.O_CREAT | Platform.O_CLOEXEC, 0600);
        if (descriptor < 0) {
            throw Platform.failure(path, StorageException.NO_POSITION, "open the lock file", descriptor);
        }
        lock(directory, path, (int) descriptor);
        writeProcessId((int) descriptor);
        return new DirectoryLock((int) descriptor);
    }

    /// As [#acquire] for one who only looks: changes nothing in the directory, not even the lock file. A directory
    /// without one has never had a server.
    ///
    /// @throws DirectoryInUseException if a server, or a database of this process, has it
    public static DirectoryLock acquireForReading(Path directory) {
        String path = directory.resolve(FILE_NAME).toString();
        long descriptor = Libc.open(path, Platform.O_RDONLY | Platform.O_CLOEXEC, 0);
        if (descriptor == -Platform.ENOENT) {
            return new DirectoryLock(NO_DESCRIPTOR);
        }
        if (descriptor < 0) {
            throw Platform.failure(path, StorageException.NO_POSITION, "open the lock file", descriptor);
        }
        lock(directory, path, (int) descriptor);
        return new DirectoryLock((int) descriptor);
    }

    private static void lock(Path directory, String path, int descriptor) {
        long result = Libc.flock(descriptor, Platform.LOCK_EXCLUSIVE_NONBLOCKING);
        if (result < 0) {
            long holder = readProcessId(descriptor);
            Libc.close(descriptor);
            throw result == -Platform.EWOULDBLOCK
                    ? new DirectoryInUseException(directory.toString(), holder)
                    : Platform.failure(path, StorageException.NO_POSITION, "lock", result);
        }
    }

    // only for the message of the next server: a failure to write it does not matter
    private static void writeProcessId(int descriptor) {
        byte[] content = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(content.length);
            segment.copyFrom(MemorySegment.ofArray(content));
            if (Libc.ftruncate(descriptor, 0) >= 0) {
                Libc.pwrite(descriptor, segment.address(), content.length, 0);
            }
        }
    }

    private static long readProcessId(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(MAX_CONTENT_BYTES);
            long bytes = Libc.pread(descriptor, segment.address(), MAX_CONTENT_BYTES, 0);
            long processId = 0;
            for (long i = 0; i < bytes; i++) {
                byte digit = segment.get(java.lang.foreign.ValueLayout.JAVA_BYTE, i);
                if (digit < '0' || digit > '9') {
                    break;
                }
                processId = processId * 10 + (digit - '0');
            }
            return processId;
        }
    }

    /// Lets the next server in. Idempotent.
    @Override
    public void close() {
        if (closed.compareAndSet(false, true) && descriptor != NO_DESCRIPTOR) {
            Libc.close(descriptor); // the lock goes with the last handle
        }
    }
}
