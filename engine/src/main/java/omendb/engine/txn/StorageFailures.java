package omendb.engine.txn;

import omendb.engine.error.InternalException;
import omendb.engine.error.OmenException;
import omendb.engine.error.ResourceException;
import omendb.engine.error.SqlState;
import omendb.memory.AddressSpaceException;
import omendb.memory.CorruptFileException;
import omendb.memory.DiskFullException;
import omendb.memory.StorageException;
import omendb.wal.WalFailedException;

/// Failures of the layers below as errors with a SQLSTATE.
public final class StorageFailures {
    private StorageFailures() {}

    /// The error a client gets; errors that have a SQLSTATE already, and defects, come back as they are.
    public static RuntimeException translate(RuntimeException failure) {
        return switch (failure) {
            case OmenException known -> known;
            case DiskFullException full ->
                new ResourceException(SqlState.DISK_FULL, message(full), full).withHint("Check free disk space.");
            case AddressSpaceException memory -> new ResourceException(SqlState.OUT_OF_MEMORY, message(memory), memory);
            case CorruptFileException corrupt ->
                new InternalException(SqlState.DATA_CORRUPTED, message(corrupt), corrupt);
            case StorageException storage -> new ResourceException(SqlState.IO_ERROR, message(storage), storage);
            case WalFailedException wal ->
                new ResourceException(SqlState.IO_ERROR, "the write-ahead log has failed, no commits are accepted", wal)
                        .withDetail(message(wal))
                        .withHint("Restart the server: recovery keeps everything that was acknowledged.");
            default -> failure;
        };
    }

    private static String message(RuntimeException failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
