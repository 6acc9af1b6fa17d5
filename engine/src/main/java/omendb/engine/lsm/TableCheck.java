package omendb.engine.lsm;

import omendb.engine.lsm.RangeFragment.Bound;
import omendb.memory.Checksum;
import omendb.memory.CorruptFileException;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Reads one table from end to end: every checksum, then, if all are good, every entry, its place in the
/// order, in the index and in the filter, and the sums that footer and manifest keep.
///
/// Threading: one thread.
final class TableCheck {
    private static final MemoryTag TAG = MemoryTag.of("sstable-cursor");

    private final Sstable table;
    private final String path;
    private final LsmReport report;
    private boolean sound = true;
    private long entries;
    private long tombstones;
    private long rangeDeletes;
    private boolean beginsAsNamed;
    private boolean endsAsNamed;
    private long minTs = Long.MAX_VALUE;
    private long maxTs;

    TableCheck(Sstable table, String path, LsmReport report) {
        this.table = table;
        this.path = path;
        this.report = report;
    }

    /// @throws CorruptFileException if the index is damaged, without which there is no finding the blocks
    void run() {
        table.checkSections();
        var readAhead = new ReadAhead();
        for (int block = 0; block < table.blocks(); block++) {
            readAhead.forward(table, block);
            try {
                table.checkBlock(block);
            } catch (CorruptFileException e) {
                report.problem(path, e.position(), String.valueOf(e.getMessage()));
                sound = false;
            }
        }
        if (sound) { // a block whose checksum is wrong cannot be walked
            walkRanges();
            walk();
            if (sound && !beginsAsNamed) {
                problem(0, "begins with another key than the manifest says");
            }
            if (sound && !endsAsNamed) {
                problem(0, "ends with another key than the manifest says");
            }
            compare("entries", entries, table.meta().entries());
            compare("tombstones", tombstones, table.meta().tombstones());
            compare("range deletes", rangeDeletes, table.meta().rangeDeletes());
            compare("smallest commit timestamp", minTs, table.meta().minCommitTs());
            compare("largest commit timestamp", maxTs, table.meta().maxCommitTs());
        }
    }

    private void compare(String what, long found, long expected) {
        if (found != expected) {
            problem(0, "has %s %d, the manifest says %d".formatted(what, found, expected));
        }
    }

    private void problem(long position, String problem) {
        report.problem(path, position, problem);
        sound = false;
    }

    private void walk() {
        try (var cursor = new SstableCursor(table, false);
                var decoded = new DecodedBlocks(false);
                var lastKey = new GrowableBuffer(TAG)) {
            long lastTs = 0;
            for (cursor.first(); cursor.valid && sound; cursor.next()) {
                int order = entries == 0
                        ? -1
                        : NativeMemory.compare(lastKey.address(), lastKey.size(), cursor.keyAddress, cursor.keyLength);
                if (order > 0 || (order == 0 && lastTs <= cursor.commitTs)) { // a stamped table has no key twice
                    problem(cursor.position(), "entry %d is out of order".formatted(entries));
                }
                if (order != 0) {
                    checkReachable(cursor, decoded);
                    lastKey.truncate(0);
                    lastKey.append(cursor.keyAddress, cursor.keyLength);
                }
                lastTs = cursor.commitTs;
                entries++;
                tombstones += cursor.tombstone ? 1 : 0;
                minTs = Math.min(minTs, cursor.commitTs);
                maxTs = Math.max(maxTs, cursor.commitTs);
            }
            if (sound && entries > 0) {
                checkLast(Bound.of(lastKey.address(), (int) lastKey.size()));
            }
        }
    }

    private void checkLast(Bound key) {
        int order = table.compareToLargest(key.address(), key.length(), key.prefix());
        endsAsNamed |= order == 0;
        if (order > 0) {
            problem(0, "has an entry behind the last key that the manifest says");
        }
    }

    /// Fragments of range deletes: in order, apart, within the table's keys, counted.
    private void walkRanges() {
        RangeDeleteSection ranges = table.rangeDeletes();
        if (ranges == null) {
            return;
        }
        RangeFragment last = null;
        for (int i = 0; i < ranges.count() && sound; i++) {
            RangeFragment next = ranges.fragment(i);
            if (next.from().compareTo(next.to()) >= 0
                    || (last != null && last.to().compareTo(next.from()) > 0)) {
                problem(0, "range delete %d is out of order".formatted(i));
            }
            last = next;
            checkTimestamps(next, i);
        }
        compare("range deletes by its own count", ranges.timestamps(), rangeDeletes);
        if (last != null && sound) {
            beginsAsNamed = table.smallest().compareTo(ranges.fragment(0).from()) == 0;
            checkEnd(last.to());
        }
    }

    private void checkTimestamps(RangeFragment fragment, int ordinal) {
        long[] timestamps = fragment.timestamps();
        for (int i = 0; i < timestamps.length; i++) {
            if (timestamps[i] <= 0 || (i > 0 && timestamps[i - 1] <= timestamps[i])) {
                problem(0, "range delete %d has its timestamps out of order".formatted(ordinal));
                return;
            }
        }
        rangeDeletes += timestamps.length;
        maxTs = Math.max(maxTs, timestamps[0]);
        minTs = Math.min(minTs, timestamps[timestamps.length - 1]);
    }

    /// The end of the last range delete, which is no key of the table.
    private void checkEnd(Bound end) {
        Bound largest = table.largest();
        int order = end.compareTo(largest);
        if (order > 0) {
            problem(0, "has a range delete that reaches over the last key that the manifest says");
        }
        endsAsNamed = order == 0 && table.meta().largestIsEnd();
    }

    /// The newest version of a key must be found by a look-up: through range, filter and index.
    private void checkReachable(SstableCursor cursor, DecodedBlocks decoded) {
        if (entries == 0) {
            beginsAsNamed |= table.compareToSmallest(cursor.keyAddress, cursor.keyLength, cursor.prefix) == 0;
        }
        long hash = Checksum.xxh3(cursor.keyAddress, cursor.keyLength);
        var out = new LsmValue();
        boolean found = table.covers(cursor.keyAddress, cursor.keyLength, cursor.prefix)
                && table.hasEntriesAround(cursor.keyAddress, cursor.keyLength, cursor.prefix)
                && table.getEntry(cursor.keyAddress, cursor.keyLength, hash, Long.MAX_VALUE, decoded, out);
        if (!found || out.commitTs() != cursor.commitTs) {
            problem(cursor.position(), "entry %d is not found by a look-up".formatted(entries));
        }
    }
}
