package omendb.memory;

/// Another server has the data directory open.
public final class DirectoryInUseException extends StorageException {
    private static final long serialVersionUID = 1L;

    private final long processId;

    public DirectoryInUseException(String path, long processId) {
        super(
                path,
                NO_POSITION,
                "the data directory is in use by another server"
                        + (processId > 0 ? " (process " + processId + ")" : "")
                        + "; stop it or choose another directory");
        this.processId = processId;
    }

    /// The process that holds the lock, or 0 when it is not known.
    public long processId() {
        return processId;
    }
}
