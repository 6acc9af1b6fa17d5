package omendb.wal;

import static omendb.wal.WalRecordFormat.HEADER_BYTES;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import omendb.memory.CorruptFileException;
import omendb.memory.FileStore;
import omendb.memory.FileVersionException;
import omendb.memory.StoreFile;
import omendb.wal.RecordReader.LongRecord;
import omendb.wal.WalSegmentFormat.Header;
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
    private final RecordReader reader;

    LogRecovery(FileStore store, String directory, WalSegmentFormat format, SegmentInventory inventory) {
        this.store = store;
        this.directory = directory;
        this.format = format;
        this.inventory = inventory;
        this.reader = new RecordReader(store, directory, format, Long.MAX_VALUE);
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

    /// Payloads in parts that replay delivered.
    List<LongRecord> longRecords() {
        return reader.longRecords();
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
            return inventory.isEmpty() ? marked : CleanEnd.NONE;
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
        try (StoreFile file = store.open(directory + "/" + WalSegmentFormat.fileName(id));
                Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(HEADER_BYTES);
            file.read(header, position);
            return reader.isPlausible(header.address(), lsn, id);
        }
    }

    /// @param closedAt where the log must end, or [CleanEnd#NONE]
    private long read(long fromLsn, long durableLsn, long checkFromLsn, long closedAt, RecordVisitor visitor) {
        if (inventory.isEmpty()) {
            long known = Math.max(closedAt, Math.max(fromLsn, durableLsn));
            if (known > 0 || provesSync()) {
                throw inventory.empty(known);
            }
            return 0;
        }
        long firstLsn = inventory.startFor(checkFromLsn, format).firstRecordLsn();
        // usually a record begins at the very LSN; if none does, what comes before it is worth a look
        boolean beginsThere = checkFromLsn > firstLsn && reader.load(checkFromLsn);
        reader.start(inventory.oldest(checkFromLsn, format), beginsThere ? checkFromLsn : firstLsn);
        long end = walk(
                fromLsn,
                closedAt == CleanEnd.NONE ? format.endOf(inventory.last().id()) : closedAt,
                visitor);
        if (closedAt != CleanEnd.NONE) {
            if (end != closedAt) {
                throw reader.damaged(end, "the log ends here, before " + closedAt + ", where it was closed");
            }
            return end;
        }
        long needed = Math.max(fromLsn, durableLsn);
        if (end < needed) {
            throw reader.damaged(end, "the log ends here, before " + needed + ", which was durable");
        }
        checkTail(end);
        return end;
    }

    /// Whether the first segment, whose header is not valid, holds a record that was made after a sync: then the
    /// header was on the disk before, and was damaged since. (A header that a power cut tore has no such record
    /// behind it.)
    private boolean provesSync() {
        long end = format.endOf(1) - WalRecordFormat.LSN_OFFSET;
        for (long lsn = 0; (lsn = reader.segments().nextCandidate(lsn, end)) < end; lsn += WalRecordFormat.ALIGNMENT) {
            if (reader.load(lsn) && reader.synced() > 0) {
                return true;
            }
        }
        return false;
    }

    private long walk(long fromLsn, long limit, RecordVisitor visitor) {
        long lsn = reader.walkedFrom();
        while (lsn < limit && reader.load(lsn)) {
            long next = reader.endOf(lsn);
            if (next > limit) {
                break; // the second half is there by luck: its segment's header, synced with it, is not
            }
            reader.deliver(lsn, fromLsn, visitor);
            lsn = next;
        }
        return lsn;
    }

    /// The record at `end` is not valid: decides whether that is a torn tail, or damage to what had been synced.
    private void checkTail(long end) {
        Header last = inventory.last();
        if (end < last.startLsn() && !mayRunInto(end, last)) {
            throw reader.damaged(
                    end, "invalid record, although the log goes on in " + WalSegmentFormat.fileName(last.id()));
        }
        long limit = scanLimit(end);
        for (long lsn = end + WalRecordFormat.ALIGNMENT;
                (lsn = reader.segments().nextCandidate(lsn, limit)) < limit;
                lsn += WalRecordFormat.ALIGNMENT) {
            if (reader.load(lsn) && reader.synced() > end) {
                throw reader.damaged(
                        end, "invalid record, although the record at " + lsn + " proves that it was synced");
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
        return reader.loadHeader(end) && reader.endOf(end) == last.firstRecordLsn();
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
        LOG.info("wal: replayed {} records, the log ends at {}", reader.records(), end);
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
        for (long lsn = from;
                (lsn = reader.segments().nextCandidate(lsn, limit)) < limit;
                lsn += WalRecordFormat.ALIGNMENT) {
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

    @Override
    public void close() {
        reader.close();
    }
}
