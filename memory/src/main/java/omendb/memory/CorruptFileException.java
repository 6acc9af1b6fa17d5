package omendb.memory;

import org.jspecify.annotations.Nullable;

/// A file of ours whose content is not what was written: bad checksum, impossible length, unreadable page.
public class CorruptFileException extends StorageException {
    private static final long serialVersionUID = 1L;

    public CorruptFileException(String path, long position, String message) {
        this(path, position, message, null);
    }

    public CorruptFileException(String path, long position, String message, @Nullable Throwable cause) {
        super(path, position, message, cause);
    }
}
