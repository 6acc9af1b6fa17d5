package omendb.wal;

import static omendb.wal.WalRecordFormat.HEADER_BYTES;
import static omendb.wal.WalRecordFormat.PART_PREFIX_BYTES;
import static omendb.wal.WalRecordFormat.padded;

import java.util.ArrayList;
import java.util.List;
import omendb.memory.CorruptFileException;
import omendb.memory.FileStore;
import omendb.memory.MemoryAccount;
import omendb.memory.NativeMemory;
import omendb.wal.PayloadAssembler.Assembly;
import org.jspecify.annotations.Nullable;

/// Reads the records of a log one after the other and delivers their payloads, put together from their parts. For
/// recovery and for those who read along. The rules are in [WalRecordFormat].
///
/// Threading: one thread at a time.
final class RecordReader implements AutoCloseable {
    /// Where a payload that came in parts lies.
    ///
    /// @param firstLsn of its FIRST part
    /// @param endLsn end of its LAST part
    record LongRecord(long firstLsn, long endLsn) {}

    /// Read at once; small enough to stay in the processor's cache until it is used.
    private static final long WINDOW_BYTES = 256 << 10;

    private final String directory;
    private final WalSegmentFormat format;
    private final SegmentReader segments;
    private final PayloadAssembler assembler = new PayloadAssembler();
    private final RecordCodec codec = new RecordCodec();
    private final List<LongRecord> longRecords = new ArrayList<>();
    private final long maxLength;

    // copy of a part of the log, in which records are checked and used
    private long window;
    private long windowCapacity = WINDOW_BYTES;
    private long windowLsn;
    private long windowBytes;
    private long limit;

    private long oldestLsn;
    private long walkedFrom;
    private long records;

    /// @param limit as for [#setLimit]
    RecordReader(FileStore store, String directory, WalSegmentFormat format, long limit) {
        this.directory = directory;
        this.format = format;
        this.segments = new SegmentReader(store, directory, format);
        this.maxLength = format.dataBytes() / 2;
        this.limit = limit;
        this.window = MemoryAccount.allocate(PayloadAssembler.TAG, windowCapacity);
    }

    SegmentReader segments() {
        return segments;
    }

    /// Bytes from here on may still change and are not read, not even ahead. Never goes back.
    void setLimit(long lsn) {
        limit = lsn;
    }

    /// Payloads delivered so far.
    long records() {
        return records;
    }

    /// Payloads in parts that were delivered, in the order of their ends.
    List<LongRecord> longRecords() {
        return longRecords;
    }

    /// Begins anew at `fromLsn`.
    ///
    /// @param oldestLsn from here on the log can be read, so payloads that began earlier can be fetched
    void start(long oldestLsn, long fromLsn) {
        this.oldestLsn = oldestLsn;
        this.walkedFrom = fromLsn;
    }

    /// Where the first call of [#deliver] is to be made.
    long walkedFrom() {
        return walkedFrom;
    }

    /// Reads the record at `lsn` into memory; false if it is not valid.
    boolean load(long lsn) {
        if (!loadHeader(lsn)) {
            return false;
        }
        long bytes = codec.length();
        long record = addressOf(lsn, bytes);
        return record != 0 && codec.wrap(record, bytes).isIntact();
    }

    /// Where in the window the bytes from `lsn` on are; 0 if there are fewer. The window may move.
    private long addressOf(long lsn, long bytes) {
        if (lsn < windowLsn || lsn + bytes > windowLsn + windowBytes) {
            if (bytes > windowCapacity) {
                MemoryAccount.free(PayloadAssembler.TAG, window, windowCapacity);
                windowCapacity = 0;
                window = MemoryAccount.allocate(PayloadAssembler.TAG, padded(bytes));
                windowCapacity = padded(bytes);
            }
            windowLsn = lsn;
            windowBytes = 0;
            windowBytes = segments.copy(lsn, window, Math.clamp(limit - lsn, 0, windowCapacity));
        }
        return lsn + bytes <= windowLsn + windowBytes ? window + (lsn - windowLsn) : 0;
    }

    /// Reads the record's header only; false if it does not belong there.
    boolean loadHeader(long lsn) {
        long header = addressOf(lsn, HEADER_BYTES);
        return header != 0 && codec.wrap(header, HEADER_BYTES).isPlausible(lsn, format.idOf(lsn), maxLength);
    }

    /// Whether what `header` holds, the first bytes of something at `lsn`, may be a record.
    boolean isPlausible(long header, long lsn, long segmentId) {
        return codec.wrap(header, HEADER_BYTES).isPlausible(lsn, segmentId, maxLength);
    }

    /// Where the record that was loaded at `lsn` ends.
    long endOf(long lsn) {
        return lsn + padded(codec.length());
    }

    /// What the record that was loaded says of the log's syncs.
    long synced() {
        return codec.synced();
    }

    /// Delivers the payload that the record loaded at `lsn` is, or completes, if it ends after `fromLsn`.
    ///
    /// @throws CorruptFileException if its parts do not fit, or are needed and no longer there
    void deliver(long lsn, long fromLsn, RecordVisitor visitor) {
        long endLsn = endOf(lsn);
        switch (codec.part()) {
            case WalRecordFormat.VOID -> {}
            case WalRecordFormat.WHOLE ->
                visit(endLsn, fromLsn, visitor, codec.bodyAddress(), codec.length() - HEADER_BYTES);
            case WalRecordFormat.FIRST -> {
                if (!assembler.begin(lsn, prefix(lsn))) {
                    throw damaged(lsn, "impossible payload size " + prefix(lsn));
                }
                addPiece(lsn, lsn);
            }
            case WalRecordFormat.MIDDLE -> addPiece(lsn, prefix(lsn));
            case WalRecordFormat.LAST -> deliverLast(lsn, endLsn, fromLsn, visitor);
            default -> throw damaged(lsn, "unknown part " + codec.part());
        }
    }

    private void deliverLast(long lsn, long endLsn, long fromLsn, RecordVisitor visitor) {
        long first = prefix(lsn);
        Assembly assembly = first < walkedFrom && first >= oldestLsn ? gather(first, lsn) : addPiece(lsn, first);
        if (assembly != null) {
            if (assembly.filled != assembly.bytes) {
                throw damaged(lsn, "a payload of " + assembly.bytes + " bytes has only " + assembly.filled);
            }
            visit(endLsn, fromLsn, visitor, assembly.address, assembly.bytes);
            assembler.end(first);
            longRecords.add(new LongRecord(first, endLsn));
        } else if (endLsn > fromLsn) {
            throw damaged(lsn, "its payload began at " + first + ", which is no longer kept");
        }
    }

    private long prefix(long lsn) {
        if (codec.length() < HEADER_BYTES + PART_PREFIX_BYTES) {
            throw damaged(lsn, "a part of only " + codec.length() + " bytes");
        }
        return codec.prefix();
    }

    private @Nullable Assembly addPiece(long lsn, long first) {
        Assembly assembly = assembler.add(
                first,
                codec.bodyAddress() + PART_PREFIX_BYTES,
                (long) codec.length() - HEADER_BYTES - PART_PREFIX_BYTES);
        if (assembly == null && first >= walkedFrom) {
            throw damaged(lsn, "a part of a payload whose beginning at " + first + " is not there");
        }
        return assembly; // null: it began before what is read, its last part decides
    }

    /// Puts a payload together that began before what is read: reads its parts from `first` on up to the last, whose
    /// record is loaded on return.
    private @Nullable Assembly gather(long first, long last) {
        Assembly assembly = null;
        for (long lsn = first; lsn <= last; lsn += padded(codec.length())) {
            if (!load(lsn)) {
                throw damaged(lsn, "invalid record, although the log goes on behind it");
            }
            if (lsn == first && !assembler.begin(first, prefix(first))) {
                throw damaged(first, "impossible payload size " + prefix(first));
            }
            boolean further = codec.part() == WalRecordFormat.MIDDLE || codec.part() == WalRecordFormat.LAST;
            if (lsn == first || (further && prefix(lsn) == first)) {
                assembly = assembler.add(
                        first,
                        codec.bodyAddress() + PART_PREFIX_BYTES,
                        (long) codec.length() - HEADER_BYTES - PART_PREFIX_BYTES);
                if (assembly == null) {
                    throw damaged(lsn, "a part that does not fit the payload that began at " + first);
                }
            }
        }
        return assembly;
    }

    private void visit(long endLsn, long fromLsn, RecordVisitor visitor, long payload, long bytes) {
        if (endLsn > fromLsn) {
            records++;
            visitor.record(
                    endLsn,
                    codec.type(),
                    codec.transactionId(),
                    NativeMemory.segment(payload, bytes).asReadOnly());
        }
    }

    CorruptFileException damaged(long lsn, String what) {
        return new CorruptFileException(
                directory + "/" + WalSegmentFormat.fileName(format.idOf(lsn)),
                format.positionOf(lsn),
                "wal record at LSN " + lsn + ": " + what + runsOverInto(lsn) + " (" + records
                        + " records read before)");
    }

    /// Names the second file of a record that runs over the end of a segment: the damage may be there.
    private String runsOverInto(long lsn) {
        long id = format.idOf(lsn);
        boolean runsOver = lsn + HEADER_BYTES > format.endOf(id) || (loadHeader(lsn) && endOf(lsn) > format.endOf(id));
        return runsOver ? "; it goes on in " + WalSegmentFormat.fileName(id + 1) : "";
    }

    @Override
    public void close() {
        assembler.close();
        if (windowCapacity > 0) {
            MemoryAccount.free(PayloadAssembler.TAG, window, windowCapacity);
        }
        segments.close();
    }
}
