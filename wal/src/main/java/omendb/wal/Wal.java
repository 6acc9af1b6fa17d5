package omendb.wal;

import static omendb.wal.WalRecordFormat.HEADER_BYTES;
import static omendb.wal.WalRecordFormat.PART_PREFIX_BYTES;
import static omendb.wal.WalRecordFormat.padded;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import omendb.memory.DiskFullException;
import omendb.memory.FileStore;
import omendb.memory.NativeMemory;
import omendb.memory.StorageException;
import omendb.memory.StoreFile;
import omendb.wal.RecordReader.LongRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The write-ahead log of one database.
///
/// An LSN is a position in the endless stream of bytes that the segments hold: it only grows, and a record is
/// named by the LSN at its end. 0 is before the first record.
///
/// Use: [#open], one [#replay], then any number of [#append] and [#awaitDurable] from any thread, and from time
/// to time [#release] of what is no longer needed.
///
/// Failure: the first write or sync that fails makes the log FAILED for good; every later append and wait throws
/// [WalFailedException]. Nothing is retried: after a failed sync the kernel may have dropped the data.
///
/// Threading: open, replay and close by one thread, the rest by any. The parts: [AppendRing] between appenders
/// and [WalWriter], whose thread alone writes and syncs; [SegmentFiles], whose thread prepares segments;
/// [LogRecovery].
public final class Wal implements AutoCloseable {
    /// Longest payload of one record: 1 GiB.
    public static final long MAX_PAYLOAD_BYTES = 1L << 30;

    private static final Logger LOG = LoggerFactory.getLogger(Wal.class);

    private final FileStore store;
    private final WalOptions options;
    private final SegmentInventory inventory;
    private final WalSegmentFormat format;
    private final int maxRecordBytes;
    private final @Nullable LogArchive archive;
    private final CodecPool codecs = new CodecPool();

    // set by replay, before the log is handed to other threads
    private @Nullable Running running;
    private boolean closed;

    /// What exists from replay on.
    ///
    /// @param reserved end of what was promised a place in prepared segments; at least what is claimed
    private record Running(
            AppendRing ring,
            SegmentFiles files,
            WalWriter writer,
            AtomicLong reserved,
            CleanEnd cleanEnd,
            @Nullable LogArchiver archiver) {}

    private Wal(FileStore store, WalOptions options, SegmentInventory inventory, @Nullable LogArchive archive) {
        this.archive = archive;
        this.store = store;
        this.options = options;
        this.inventory = inventory;
        this.format = new WalSegmentFormat(inventory.segmentBytes(options.segmentBytes()));
        this.maxRecordBytes = WalRecordFormat.maxRecordBytes(options.ringBytes(), format.dataBytes());
    }

    /// Opens the log, or makes a new one. Checks the segments' headers; the records are read by [#replay].
    ///
    /// @throws omendb.memory.StorageException if the directory cannot be read or written, or holds segments of a
    ///     version that we do not read
    public static Wal open(FileStore store, WalOptions options) {
        return open(store, options, null);
    }

    /// As the other, with an archive that finished segments are handed to, from the first on that no archive took.
    /// A segment is recycled only when it was taken: an archive that fails for long makes the log grow.
    public static Wal open(FileStore store, WalOptions options, @Nullable LogArchive archive) {
        store.createDirectories(options.directory());
        return new Wal(store, options, SegmentInventory.read(store, options.directory()), archive);
    }

    /// Hands the records whose end LSN is greater than `fromLsn` to `visitor`, cuts a torn tail and makes the
    /// log ready for appending. Called once, before the first append.
    ///
    /// @param fromLsn 0, or an LSN that an append returned, that was durable ([#awaitDurable]) before anybody
    ///     wrote it down, and below which nothing is needed
    /// @return end LSN of the last record (`fromLsn` if there is none after it)
    /// @throws omendb.memory.CorruptFileException if the log is damaged before its tail, or records
    ///     after `fromLsn` are missing
    public long replay(long fromLsn, RecordVisitor visitor) {
        return replay(fromLsn, fromLsn, visitor);
    }

    /// As the other, for one who knows more of what was durable.
    ///
    /// @param durableLsn the log was durable up to here at some time: if it ends before, it is damaged
    public long replay(long fromLsn, long durableLsn, RecordVisitor visitor) {
        if (running != null || closed) {
            throw new IllegalStateException("the log was replayed or closed before");
        }
        long archived = LogArchiver.archivedLsn(store, options.directory());
        try (var recovery = new LogRecovery(store, options.directory(), format, inventory)) {
            long end = recovery.replay(fromLsn, Math.max(durableLsn, archived), visitor);
            running = start(fromLsn, end, recovery.longRecords());
            return end;
        }
    }

    /// Reads a log that nobody has open and changes nothing in it. Checks every record that is there, also those
    /// before `fromLsn`; hands those after it to `visitor`.
    ///
    /// @param fromLsn as for [#replay]; negative = whatever there is, for one who does not know what is needed
    ///
    /// @return end LSN of the last record
    /// @throws omendb.memory.CorruptFileException as [#replay]
    public static long inspect(
            FileStore store, WalOptions options, long fromLsn, long durableLsn, RecordVisitor visitor) {
        SegmentInventory inventory = SegmentInventory.read(store, options.directory());
        var format = new WalSegmentFormat(inventory.segmentBytes(options.segmentBytes()));
        try (var recovery = new LogRecovery(store, options.directory(), format, inventory)) {
            long archived = LogArchiver.archivedLsn(store, options.directory());
            return recovery.inspect(fromLsn, Math.max(durableLsn, archived), visitor);
        }
    }

    private Running start(long fromLsn, long end, List<LongRecord> longRecords) {
        var files = new SegmentFiles(store, options.directory(), options.keepSegments(), format);
        long lastId = end == 0 ? 0 : format.idOf(end - 1);
        long firstId = end == 0 ? 1 : inventory.oldestBefore(lastId);
        List<Long> unneeded = new ArrayList<>(inventory.files());
        unneeded.removeIf(id -> id >= firstId);
        files.adopt(inventory.begunBetween(firstId, lastId), unneeded, lastId, longRecords);
        boolean atBoundary = end == format.startOf(format.idOf(end));
        StoreFile file = atBoundary ? null : store.open(files.path(lastId));
        var ring = new AppendRing(options.ringBytes(), maxRecordBytes, end);
        var cleanEnd = new CleanEnd(store, options.directory());
        var writer = new WalWriter(ring, files, format, options.flushInterval().toNanos(), cleanEnd, end, file);
        LogArchiver archiver = null;
        try {
            archiver = archive == null ? null : LogArchiver.start(archive, store, options.directory(), files, writer);
            files.release(fromLsn); // after the archiver has told what it needs
            writer.start();
            return new Running(ring, files, writer, new AtomicLong(end), cleanEnd, archiver);
        } catch (RuntimeException | Error refused) {
            if (archiver != null) {
                archiver.close();
            }
            files.close();
            ring.free();
            if (file != null) {
                file.close();
            }
            throw refused;
        }
    }

    /// Appends a record, whose payload is the given segments one after the other. Returns when the record is in
    /// memory of ours (the caller may reuse the segments); durable only after [#awaitDurable].
    ///
    /// @param type meaning known to the caller, 0..65535
    /// @return LSN of the record's end
    /// @throws IllegalArgumentException if the payload exceeds [#MAX_PAYLOAD_BYTES]
    /// @throws omendb.memory.DiskFullException if there is no room for a further segment: nothing was
    ///     appended, and the log goes on when there is room again
    /// @throws WalFailedException if the log has failed
    /// @throws IllegalStateException if the log is closed
    public long append(int type, long transactionId, MemorySegment... payload) {
        if (type < 0 || type > WalRecordFormat.MAX_TYPE) {
            throw new IllegalArgumentException("record type " + type);
        }
        long bytes = 0;
        for (MemorySegment segment : payload) {
            bytes += segment.byteSize();
        }
        if (bytes > MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException(
                    "a wal record of " + bytes + " bytes; the limit is " + MAX_PAYLOAD_BYTES);
        }
        Running parts = running();
        checkNotFailed(parts);
        reserve(parts, recordBytes(bytes));
        var source = new PayloadSource(payload);
        if (bytes <= maxRecordBytes - HEADER_BYTES) {
            long start = appendPart(parts, type, transactionId, WalRecordFormat.WHOLE, 0, source, bytes);
            return start + padded(HEADER_BYTES + bytes);
        }
        return appendInParts(parts, type, transactionId, source, bytes);
    }

    /// Bytes that a payload takes in the log, in one part or several.
    private long recordBytes(long payloadBytes) {
        if (payloadBytes <= maxRecordBytes - HEADER_BYTES) {
            return padded(HEADER_BYTES + payloadBytes);
        }
        long piece = (long) maxRecordBytes - HEADER_BYTES - PART_PREFIX_BYTES;
        long whole = (payloadBytes - 1) / piece;
        return whole * padded(maxRecordBytes) + padded(HEADER_BYTES + PART_PREFIX_BYTES + payloadBytes - whole * piece);
    }

    /// Makes sure that the segments for `bytes` more are there, before anything is claimed in the ring.
    private void reserve(Running parts, long bytes) {
        while (true) {
            long from = parts.reserved.get();
            long end = from + bytes;
            if (end <= parts.files.preparedEnd()) {
                if (parts.reserved.compareAndSet(from, end)) {
                    return;
                }
            } else {
                awaitPrepared(parts, format.idOf(end - 1));
                checkNotFailed(parts);
                if (parts.ring.isShut()) {
                    throw new IllegalStateException("the log is closed");
                }
            }
        }
    }

    private static void awaitPrepared(Running parts, long id) {
        try {
            parts.files.awaitPrepared(id);
        } catch (DiskFullException full) {
            throw full;
        } catch (StorageException broken) {
            throw new WalFailedException(
                    "no further segment of the write-ahead log can be made, restart to recover: " + broken.getMessage(),
                    broken);
        }
    }

    private long appendInParts(Running parts, int type, long transactionId, PayloadSource source, long bytes) {
        long piece = (long) maxRecordBytes - HEADER_BYTES - PART_PREFIX_BYTES;
        try (LogHold _ = parts.files.hold(parts.ring.claimedLsn())) { // nobody may release its beginning meanwhile
            return appendInParts(parts, type, transactionId, source, bytes, piece);
        }
    }

    private long appendInParts(
            Running parts, int type, long transactionId, PayloadSource source, long bytes, long piece) {
        long first = appendPart(parts, type, transactionId, WalRecordFormat.FIRST, bytes, source, piece);
        long left = bytes - piece;
        while (left > piece) {
            appendPart(parts, type, transactionId, WalRecordFormat.MIDDLE, first, source, piece);
            left -= piece;
        }
        long last = appendPart(parts, type, transactionId, WalRecordFormat.LAST, first, source, left);
        long end = last + padded(HEADER_BYTES + PART_PREFIX_BYTES + left);
        parts.files.noteLongRecord(first, end);
        return end;
    }

    private long appendPart(
            Running parts, int type, long transactionId, byte part, long prefix, PayloadSource source, long bytes) {
        AppendRing ring = parts.ring;
        WalWriter writer = parts.writer;
        int prefixBytes = part == WalRecordFormat.WHOLE ? 0 : PART_PREFIX_BYTES;
        int length = (int) (HEADER_BYTES + prefixBytes + bytes);
        long claim = padded(length);
        long start = ring.claim(claim);
        if (start < 0) {
            throw new IllegalStateException("the log is closed");
        }
        if (!ring.hasRoom(start, claim) && !ring.awaitRoom(start, claim, writer::wake, writer::failed)) {
            throw failed(writer);
        }
        long address = ring.addressOf(start);
        RecordCodec codec = codecs.take().wrap(address, claim);
        byte written = WalRecordFormat.VOID; // until the payload is there
        try {
            NativeMemory.putLong(address + claim - Long.BYTES, 0); // padding
            if (prefixBytes > 0) {
                NativeMemory.putLong(codec.bodyAddress(), prefix);
            }
            source.copyTo(codec.bodyAddress() + prefixBytes, bytes);
            written = part;
        } finally {
            // always published: a claim that never completes would stop the log
            codec.writeHeader(start, transactionId, writer.durableLsn(), format.idOf(start), type, written);
            ring.publish(start, codec.seal(length));
            codecs.giveBack(codec);
        }
        if (ring.claimedLsn() - ring.consumedLsn() > ring.halfBytes()) {
            writer.wake();
        }
        return start;
    }

    /// Waits until everything up to `lsn` is durable.
    ///
    /// @throws WalFailedException if the log has failed before that; the record is then in doubt
    public void awaitDurable(long lsn) {
        awaitDurable(lsn, false);
    }

    /// [#awaitDurable(long)].
    ///
    /// @param mayLead the caller's thread may write and sync itself when the writer rests, which saves waking the
    ///        writer and being woken by it
    public void awaitDurable(long lsn, boolean mayLead) {
        Running parts = running();
        if (lsn > parts.ring.claimedLsn()) {
            throw new IllegalArgumentException("nothing was appended up to " + lsn);
        }
        parts.writer.await(lsn, mayLead);
        if (parts.writer.durableLsn() < lsn) {
            throw failed(parts.writer);
        }
    }

    /// Everything up to here survives a power cut.
    public long durableLsn() {
        return running().writer.durableLsn();
    }

    /// End of the last record appended (or being appended).
    public long appendedLsn() {
        return running().ring.claimedLsn();
    }

    /// Whether the log has failed for good; what has a place in a prepared segment may still get through.
    public boolean hasFailed() {
        Running parts = running();
        return parts.writer.failed() || parts.files.isBroken();
    }

    /// Syncs since open; a sync makes a whole group of records durable.
    public long syncCount() {
        return running().writer.syncCount();
    }

    /// Declares that nothing before `lsn` will be replayed again: whole segments below are recycled or deleted, unless
    /// an archive has not taken them yet, a reader has not confirmed them, or a payload in parts runs over `lsn`.
    ///
    /// @param lsn an LSN that an append returned, and that is durable
    public void release(long lsn) {
        Running parts = running();
        if (lsn > parts.writer.durableLsn()) {
            throw new IllegalArgumentException("release of " + lsn + ", which is not durable yet");
        }
        parts.files.release(lsn);
    }

    /// Reads along: every record that ends after `fromLsn`, as it becomes durable.
    ///
    /// @param fromLsn 0, or an LSN that an append returned and that is durable
    /// @throws LogTrimmedException if the log after `fromLsn` is no longer kept
    public LogTail tail(long fromLsn) {
        Running parts = running();
        if (fromLsn > parts.writer.durableLsn()) {
            throw new IllegalArgumentException("reading from " + fromLsn + ", which is not durable yet");
        }
        return LogTail.open(store, options.directory(), parts.files, parts.writer, fromLsn);
    }

    /// The log before this LSN was taken by its archive; 0 without one.
    public long archivedLsn() {
        LogArchiver archiver = running().archiver;
        return archiver == null ? 0 : archiver.archivedLsn();
    }

    /// Writes and syncs what was appended, unless the log has failed, and ends the threads. Idempotent.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        Running parts = running;
        if (parts != null) {
            long end = parts.ring.shut();
            parts.writer.finish(end);
            if (parts.archiver != null) {
                parts.archiver.close();
            }
            parts.files.close();
            parts.ring.awaitIdle(end);
            parts.ring.free();
            if (!parts.writer.failed() && parts.writer.durableLsn() == end) {
                markEnd(parts.cleanEnd, end);
            }
        }
    }

    private static void markEnd(CleanEnd cleanEnd, long end) {
        try {
            cleanEnd.write(end);
        } catch (StorageException e) {
            LOG.warn("wal: the clean end at {} could not be marked, the next start reads more: {}", end, e.toString());
        }
    }

    private Running running() {
        Running parts = running;
        if (parts == null) {
            throw new IllegalStateException("the log must be replayed first");
        }
        return parts;
    }

    private static void checkNotFailed(Running parts) {
        if (parts.writer.failed()) {
            throw failed(parts.writer);
        }
    }

    private static WalFailedException failed(WalWriter writer) {
        Throwable cause = writer.failure();
        if (cause == null) {
            throw new IllegalStateException("the log is closed");
        }
        return new WalFailedException(
                "the write-ahead log has failed; what was not acknowledged is in doubt, restart to recover: "
                        + cause.getMessage(),
                cause);
    }
}
