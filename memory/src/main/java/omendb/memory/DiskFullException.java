package omendb.memory;

import org.jspecify.annotations.Nullable;

/// The file system has no room (or the quota is used up): free space and try again.
public final class DiskFullException extends StorageException {
    private static final long serialVersionUID = 1L;

    public DiskFullException(String path, long position, String message) {
        this(path, position, message, null);
    }

    public DiskFullException(String path, long position, String message, @Nullable Throwable cause) {
        super(path, position, message, cause);
    }
}
