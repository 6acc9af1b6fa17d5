package omendb.memory;

import org.jspecify.annotations.Nullable;

/// A file that should exist does not.
public final class MissingFileException extends StorageException {
    private static final long serialVersionUID = 1L;

    public MissingFileException(String path, long position, String message) {
        this(path, position, message, null);
    }

    public MissingFileException(String path, long position, String message, @Nullable Throwable cause) {
        super(path, position, message, cause);
    }
}
