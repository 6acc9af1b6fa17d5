package omendb.memory;

import java.nio.file.Path;

/// Keeps a second server out of a data directory: an exclusive lock on its file `LOCK`, which also holds our process
/// id.
/// The kernel drops the lock when the process dies, so a crash leaves nothing to clean up.
public final class DirectoryLock implements AutoCloseable {
    private DirectoryLock() {}

    /// Locks an existing directory.
    ///
    /// @throws DirectoryInUseException if another server, or another database of this process, has it
    public static DirectoryLock acquire(Path directory) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Lets the next server in. Idempotent.
    @Override
    public void close() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }
}
