package omendb.wal;

/// The log has failed for good: a write or sync did not succeed, so what was not acknowledged before is in
/// doubt and nothing more is accepted. Stop, and recover by opening the database again. The cause is the first
/// failure.
public final class WalFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public WalFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
