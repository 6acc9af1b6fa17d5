package omendb.wal;

import java.lang.foreign.MemorySegment;
import omendb.memory.FileStore;

/// The write-ahead log of one database.
///
/// An LSN is a position in the endless stream of bytes that the segments hold: it only grows, and a record is named by
/// the LSN at its end. 0 is before the first record.
///
/// Use: [#open], one [#replay], then any number of [#append] and [#awaitDurable] from any thread, and from time to time
/// [#release] of what is no longer needed.
///
/// Failure: the first write or sync that fails makes the log FAILED for good; every later append and wait throws
/// [WalFailedException]. Nothing is retried: after a failed sync the kernel may have dropped the data.
public final class Wal implements AutoCloseable {
    /// Longest payload of one record: 1 GiB.
    public static final long MAX_PAYLOAD_BYTES = 1L << 30;

    private Wal() {}

    /// Opens the log, or makes a new one. Checks the segments' headers; the records are read by [#replay].
    ///
    /// @throws omendb.memory.StorageException if the directory cannot be read or written, or holds segments of a
    ///     version that we do not read
    public static Wal open(FileStore store, WalOptions options) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Hands the records whose end LSN is greater than `fromLsn` to `visitor`, cuts a torn tail and makes the log ready
    /// for appending. Called once, before the first append.
    ///
    /// @param fromLsn 0, or an LSN that an append returned and below which nothing is needed
    /// @return end LSN of the last record (`fromLsn` if there is none after it)
    /// @throws omendb.memory.CorruptFileException if the log is damaged before its tail, or records
    ///     after `fromLsn` are missing
    public long replay(long fromLsn, RecordVisitor visitor) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Appends a record, whose payload is the given native segments one after the other. Returns when the record is in
    /// memory of ours (the caller may reuse the segments); durable only after [#awaitDurable].
    ///
    /// @param type meaning known to the caller, 0..65535
    /// @return LSN of the record's end
    /// @throws IllegalArgumentException if the payload exceeds [#MAX_PAYLOAD_BYTES]
    /// @throws WalFailedException if the log has failed
    public long append(int type, long transactionId, MemorySegment... payload) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Waits until everything up to `lsn` is durable.
    ///
    /// @throws WalFailedException if the log has failed before that; the record is then in doubt
    public void awaitDurable(long lsn) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Everything up to here survives a power cut.
    public long durableLsn() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// End of the last record appended (or being appended).
    public long appendedLsn() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Declares that nothing before `lsn` will be replayed again: whole segments below are recycled or deleted.
    public void release(long lsn) {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }

    /// Writes and syncs what was appended, unless the log has failed, and ends the writer thread. Idempotent.
    @Override
    public void close() {
        Thread.onSpinWait();
        throw new UnsupportedOperationException();
    }
}
