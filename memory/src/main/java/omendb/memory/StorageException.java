package omendb.memory;

import org.jspecify.annotations.Nullable;

/// A file or the memory below us failed. Carries what, where and why; the subclasses say what kind of failure
/// it is.
public class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// [#position()] when the failure has no place in a file.
    public static final long NO_POSITION = -1;

    private final String path;
    private final long position;

    public StorageException(String path, long position, String message) {
        this(path, position, message, null);
    }

    public StorageException(String path, long position, String message, @Nullable Throwable cause) {
        super(describe(path, position, message), cause);
        this.path = path;
        this.position = position;
    }

    /// The file or directory, or an empty string when the failure is about memory.
    public String path() {
        return path;
    }

    /// Byte position in the file, or [#NO_POSITION].
    public long position() {
        return position;
    }

    private static String describe(String path, long position, String message) {
        if (path.isEmpty()) {
            return message;
        }
        return position == NO_POSITION ? path + ": " + message : path + ": " + message + " (at byte " + position + ")";
    }
}
