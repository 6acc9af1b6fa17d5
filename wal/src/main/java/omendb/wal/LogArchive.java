package omendb.wal;

/// Receives the finished segments of a log, for backup and replication.
///
/// A segment is finished when everything in it is durable and it will never be written again. Segments come in the
/// order of their ids, each at least once: one that was taken just before a crash may come again, with the same
/// bytes. A segment that was not taken is not recycled.
@FunctionalInterface
public interface LogArchive {
    /// A finished segment. The file's format is that of the log's segments; it stays as it is during the call.
    ///
    /// @param id from 1, without gaps
    /// @param path of the file, in the store that the log was opened on
    /// @param startLsn of its first byte of log
    /// @param endLsn after its last; the last record may go on in the next segment
    record Segment(long id, String path, long startLsn, long endLsn) {}

    /// Takes a segment; on return it must be safe where it is kept.
    ///
    /// Called by one thread of the log. Appending goes on meanwhile, closing the log waits for it.
    ///
    /// @throws RuntimeException if it could not be taken: it is offered again later
    void take(Segment segment);
}
