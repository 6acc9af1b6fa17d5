package omendb.memory;

/// A file that this version of OmenDB does not read, although nothing says that it is damaged.
public final class FileVersionException extends StorageException {
    private static final long serialVersionUID = 1L;

    /// What is wrong with the header; the remedies differ.
    public enum Problem {
        /// The magic is not ours: some other program's file, or overwritten.
        FOREIGN,
        /// One of our files, in the place of another kind (an index where a table was expected).
        WRONG_KIND,
        /// Written on a big-endian machine.
        WRONG_ENDIANNESS,
        /// Written by an OmenDB so old that this one no longer reads it.
        TOO_OLD,
        /// Written by a newer OmenDB.
        TOO_NEW
    }

    private final Problem problem;

    public FileVersionException(String path, Problem problem, String message) {
        super(path, NO_POSITION, message);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
