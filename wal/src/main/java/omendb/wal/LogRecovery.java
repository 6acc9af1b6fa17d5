package omendb.wal;

import static omendb.wal.WalRecordFormat.HEADER_BYTES;
import static omendb.wal.WalRecordFormat.PART_PREFIX_BYTES;
import static omendb.wal.WalRecordFormat.padded;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import omendb.memory.CorruptFileException;
import omendb.memory.FileStore;
import omendb.memory.FileVersionException;
import omendb.memory.MemoryAccount;
import omendb.memory.NativeMemory;
import omendb.memory.StoreFile;
import omendb.wal.PayloadAssembler.Assembly;
import omendb.wal.WalSegmentFormat.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the log once, after open: delivers its records, finds its end, tells a torn tail from damage, and
/// removes what lies behind the end. The rules are in [WalRecordFormat] and [WalSegmentFormat].
///
/// Threading: one thread.
final class LogRecovery implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

    private final FileStore store;
    private final String directory;
    private final WalSegmentFormat format;
    private final SegmentInventory inventory;
    private final SegmentReader reader;
    private final PayloadAssembler assembler = new PayloadAssembler();
    private final RecordCodec codec = new RecordCodec();
    private final long maxLength;
    private final long scratchBytes;
    private final long scratch;
    private long oldestLsn; // of the records that are still there
    private long walkedFrom;
    private long records;

    LogRecovery(FileStore store, String directory, WalSegmentFormat format, SegmentInventory inventory) {
        this.store = store;
        this.directory = directory;
        this.format = format;
        this.inventory = inventory;
        this.reader = new SegmentReader(store, directory, format);
        this.maxLength = format.dataBytes() / 2;
        this.scratchBytes = padded(maxLength) + HEADER_BYTES;
        this.scratch = MemoryAccount.allocate(PayloadAssembler.TAG, scratchBytes);
    }

    /// Delivers every record that ends after `fromLsn`. Returns the end of the log, made safe to append to.
    ///
    /// @param durableLsn the log was durable up to here: it must not end before
    long replay(long fromLsn, long durableLsn, RecordVisitor visitor) {
        long closedAt = CleanEnd.NONE;
        try {
            closedAt = closedAt(Math.max(fromLsn, durableLsn));
        } catch (CorruptFileException | FileVersionException e) {
            LOG.warn(
                    "wal: the mark of the clean end is of no use, the log is read as after a crash: {}",
                    e.getMessage());
        }
        if (closedAt > 0 && closedAt == fromLsn) {
            removeBehind(fromLsn, true); // nothing to read
            return fromLsn;
        }
        long end = read(fromLsn, durableLsn, fromLsn, closedAt, visitor);
        removeBehind(end, closedAt != CleanEnd.NONE);
        return end;
    }

    /// As replay, but changes nothing, and checks every record that is still there.
    ///
    /// @param fromLsn negative = the caller does not know what is needed
    long inspect(long fromLsn, long durableLsn, RecordVisitor visitor) {
        long closedAt = closedAt(Math.max(fromLsn, durableLsn));
        if (inventory.isEmpty()) {
            return read(fromLsn, durableLsn, fromLsn, closedAt, visitor);
        }
        long from = fromLsn < 0 ? inventory.last().firstRecordLsn() : fromLsn;
        return read(from, durableLsn, Math.min(from, inventory.oldest(from, format)), closedAt, visitor);
    }

    /// Where the log was closed in good order, if it was and has not been written to since.
    ///
    /// @param needed the log was durable up to here
    private long closedAt(long needed) {
        long marked = new CleanEnd(store, directory).read();
        if (marked == CleanEnd.NONE || marked < needed) {
            return CleanEnd.NONE;
        }
        if (inventory.isEmpty() || marked == 0) {
            return inventory.isEmpty() && marked == 0 ? marked : CleanEnd.NONE;
        }
        long id = format.idOf(marked - 1);
        return id == inventory.last().id() && !beginsRecord(marked, id) ? marked : CleanEnd.NONE;
    }

    /// Whether a record seems to begin at `lsn`, looked up without mapping the segment.
    private boolean beginsRecord(long lsn, long id) {
        long position = format.positionOf(lsn - 1) + 1;
        if (position + HEADER_BYTES > format.segmentBytes()) {
            return false; // a record there would have begun the next segment
        }
        try (StoreFile file = store.open(directory + "/" + WalSegmentFormat.fileName(id))) {
            file.read(NativeMemory.segment(scratch, HEADER_BYTES), position);
        }
        return codec.wrap(scratch, scratchBytes).isPlausible(lsn, id, maxLength);
    }

    /// @param closedAt where the log must end, or [CleanEnd#NONE]
    private long read(long fromLsn, long durableLsn, long checkFromLsn, long closedAt, RecordVisitor visitor) {
        if (inventory.isEmpty()) {
            if (Math.max(fromLsn, durableLsn) > 0) {
                throw new CorruptFileException(
                        directory, 0, "there is no wal segment; records after " + fromLsn + " may be missing");
            }
            return 0;
        }
        oldestLsn = inventory.oldest(checkFromLsn, format);
        long firstLsn = inventory.startFor(checkFromLsn, format).firstRecordLsn();
        // usually a record begins at the very LSN; if none does, what comes before it is worth a look
        walkedFrom = checkFromLsn > firstLsn && load(checkFromLsn) ? checkFromLsn : firstLsn;
        long end = walk(
                fromLsn,
                closedAt == CleanEnd.NONE ? format.endOf(inventory.last().id()) : closedAt,
                visitor);
        if (closedAt != CleanEnd.NONE) {
            if (end != closedAt) {
                throw damaged(end, "the log ends here, before " + closedAt + ", where it was closed");
            }
            return end;
        }
        long needed = Math.max(fromLsn, durableLsn);
        if (end < needed) {
            throw damaged(end, "the log ends here, before " + needed + ", which was durable");
        }
        checkTail(end);
        return end;
    }

    private long walk(long fromLsn, long limit, RecordVisitor visitor) {
        long lsn = walkedFrom;
        while (lsn < limit && load(lsn)) {
            long next = lsn + padded(codec.length());
            if (next > limit) {
                break; // the second half is there by luck: its segment's header, synced with it, is not
            }
            deliver(lsn, next, fromLsn, visitor);
            lsn = next;
        }
        return lsn;
    }

    /// Reads the record at `lsn` into the scratch memory; false if it is not valid.
    private boolean load(long lsn) {
        if (!loadHeader(lsn)) {
            return false;
        }
        long bytes = codec.length();
        return reader.copy(lsn, scratch, bytes) == bytes
                && codec.wrap(scratch, scratchBytes).isIntact();
    }

    private boolean loadHeader(long lsn) {
        return reader.copy(lsn, scratch, HEADER_BYTES) == HEADER_BYTES
                && codec.wrap(scratch, scratchBytes).isPlausible(lsn, format.idOf(lsn), maxLength);
    }

    private void deliver(long lsn, long endLsn, long fromLsn, RecordVisitor visitor) {
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
            case WalRecordFormat.LAST -> {
                long first = prefix(lsn);
                Assembly assembly =
                        first < walkedFrom && first >= oldestLsn ? gather(first, lsn) : addPiece(lsn, first);
                if (assembly != null) {
                    if (assembly.filled != assembly.bytes) {
                        throw damaged(lsn, "a payload of " + assembly.bytes + " bytes has only " + assembly.filled);
                    }
                    visit(endLsn, fromLsn, visitor, assembly.address, assembly.bytes);
                    assembler.end(first);
                }
            }
            default -> throw damaged(lsn, "unknown part " + codec.part());
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
        // null: it began before what is read. If its first part is there, its last will fetch it; if that part of the
        // log is no longer kept, nobody needs it
        return assembly;
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

    /// The record at `end` is not valid: decides whether that is a torn tail, or damage to what had been synced.
    private void checkTail(long end) {
        Header last = inventory.last();
        if (end < last.startLsn() && !mayRunInto(end, last)) {
            throw damaged(end, "invalid record, although the log goes on in " + WalSegmentFormat.fileName(last.id()));
        }
        long limit = scanLimit(end);
        for (long lsn = end + WalRecordFormat.ALIGNMENT;
                (lsn = reader.nextCandidate(lsn, limit)) < limit;
                lsn += WalRecordFormat.ALIGNMENT) {
            if (load(lsn) && codec.synced() > end) {
                throw damaged(end, "invalid record, although the record at " + lsn + " proves that it was synced");
            }
        }
    }

    private long scanLimit(long end) {
        return end + inventory.last().lookBehindBytes();
    }

    /// Whether the invalid record at `end` is the one that runs over into the last segment, so that its second
    /// half may be torn although its first had been synced.
    private boolean mayRunInto(long end, Header last) {
        if (end + HEADER_BYTES > last.startLsn()) {
            return last.firstRecordLsn() > last.startLsn(); // even its header runs over
        }
        return loadHeader(end) && end + padded(codec.length()) == last.firstRecordLsn();
    }

    /// Makes sure that nothing behind the end can ever be taken for a record: deletes later segments (but for a
    /// clean spare), and voids what looks like a record behind the end in the last one. And that what was
    /// delivered is on the disk: after the death of a process, rather than of the machine, it may only have
    /// been in the page cache. After a clean close nothing lies behind the end, and all is on the disk.
    private void removeBehind(long end, boolean clean) {
        long lastId = end == 0 ? 0 : format.idOf(end - 1);
        List<Long> stale = lastId == 0 || clean ? List.of() : candidates(end, end, lastId);
        boolean deleted = false;
        for (long id : inventory.files()) {
            if (id > lastId && !isCleanSpare(id, lastId, end, clean)) {
                store.delete(directory + "/" + WalSegmentFormat.fileName(id));
                deleted = true;
            }
        }
        if (deleted) {
            store.syncDirectory(directory);
        }
        if (lastId > 0 && !clean && inventory.files().contains(lastId)) {
            voidAndSync(lastId, stale);
        }
        if (!stale.isEmpty()) {
            LOG.warn("wal: cut a torn tail at {}, {} unacknowledged records behind it", end, stale.size());
        }
        LOG.info("wal: replayed {} records, the log ends at {}", records, end);
    }

    /// Whether this is the next segment, prepared and never written to; then the writer may use it.
    private boolean isCleanSpare(long id, long lastId, long end, boolean clean) {
        return id == lastId + 1
                && !inventory.isEmpty()
                && !inventory.isBegun(id)
                && store.size(directory + "/" + WalSegmentFormat.fileName(id)) == format.segmentBytes()
                && (clean || candidates(format.startOf(id), end, id).isEmpty());
    }

    private List<Long> candidates(long from, long end, long id) {
        List<Long> found = new ArrayList<>();
        long limit = Math.min(scanLimit(end), format.endOf(id) - WalRecordFormat.LSN_OFFSET);
        for (long lsn = from; (lsn = reader.nextCandidate(lsn, limit)) < limit; lsn += WalRecordFormat.ALIGNMENT) {
            found.add(lsn);
        }
        return found;
    }

    private void voidAndSync(long id, List<Long> stale) {
        try (StoreFile file = store.open(directory + "/" + WalSegmentFormat.fileName(id));
                Arena arena = Arena.ofConfined()) {
            MemorySegment noLsn = arena.allocate(Long.BYTES).fill((byte) 0xff); // 0 is the LSN of the first record
            for (long lsn : stale) {
                file.write(noLsn, format.positionOf(lsn) + WalRecordFormat.LSN_OFFSET);
            }
            file.sync();
        }
    }

    private CorruptFileException damaged(long lsn, String what) {
        return new CorruptFileException(
                directory + "/" + WalSegmentFormat.fileName(format.idOf(lsn)),
                format.positionOf(lsn),
                "wal record at LSN " + lsn + ": " + what + runsOverInto(lsn) + " (" + records
                        + " records replayed before)");
    }

    /// Names the second file of a record that runs over the end of a segment: the damage may be there.
    private String runsOverInto(long lsn) {
        long id = format.idOf(lsn);
        boolean runsOver = lsn + HEADER_BYTES > format.endOf(id)
                || (loadHeader(lsn) && lsn + padded(codec.length()) > format.endOf(id));
        return runsOver ? "; it goes on in " + WalSegmentFormat.fileName(id + 1) : "";
    }

    @Override
    public void close() {
        assembler.close();
        MemoryAccount.free(PayloadAssembler.TAG, scratch, scratchBytes);
        reader.close();
    }
}
