package omendb.wal;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import omendb.memory.CorruptFileException;
import omendb.memory.FileStore;
import omendb.memory.StoreFile;
import omendb.wal.WalSegmentFormat.Header;

/// What lies in the directory of the log at open: the begun segments by id, and all ids that have a file.
final class SegmentInventory {
    private final TreeMap<Long, Header> begun = new TreeMap<>();
    private final List<Long> files = new ArrayList<>();
    private final String directory;
    private long fileBytes; // of a file, whatever is in it

    private SegmentInventory(String directory) {
        this.directory = directory;
    }

    static SegmentInventory read(FileStore store, String directory) {
        var inventory = new SegmentInventory(directory);
        for (String name : store.list(directory)) {
            long id = WalSegmentFormat.idOf(name);
            if (id > 0) {
                inventory.files.add(id);
                try (StoreFile file = store.open(directory + "/" + name)) {
                    inventory.fileBytes = file.size();
                    Header header = WalSegmentFormat.readHeader(file, id);
                    if (header != null) {
                        inventory.begun.put(id, header);
                    }
                }
            }
        }
        inventory.checkSizes();
        return inventory;
    }

    private void checkSizes() {
        for (Header header : begun.values()) {
            if (header.segmentBytes() != segmentBytes(0)) {
                throw new CorruptFileException(
                        directory + "/" + WalSegmentFormat.fileName(header.id()),
                        0,
                        "wal segments of different sizes: " + header.segmentBytes() + " and " + segmentBytes(0));
            }
        }
    }

    boolean isEmpty() {
        return begun.isEmpty();
    }

    /// What a log that has no begun segment answers to who needs the records up to `needed`: names the file that ought
    /// to hold the last of them.
    CorruptFileException empty(long needed) {
        if (files.isEmpty()) {
            return new CorruptFileException(
                    directory, 0, "there is no wal segment; records after " + needed + " may be missing");
        }
        long id = new WalSegmentFormat(fileBytes).idOf(Math.max(0, needed - 1));
        return new CorruptFileException(
                directory + "/" + WalSegmentFormat.fileName(id),
                0,
                (files.contains(id) ? "this wal segment has no valid header" : "this wal segment is missing")
                        + "; records up to " + needed + " were durable");
    }

    boolean isBegun(long id) {
        return begun.containsKey(id);
    }

    /// Size of the log's segments, or `otherwise` for a log without any.
    long segmentBytes(long otherwise) {
        return begun.isEmpty() ? otherwise : begun.firstEntry().getValue().segmentBytes();
    }

    /// The begun segment with the highest id.
    Header last() {
        return begun.lastEntry().getValue();
    }

    /// The begun segment in which to start reading in order to see every record that ends after `fromLsn`: the
    /// last one whose first record starts at or before it.
    ///
    /// @throws CorruptFileException if it, or one after it, is missing
    Header startFor(long fromLsn, WalSegmentFormat format) {
        Header start = null;
        for (Header header : begun.descendingMap().values()) {
            if (start != null && header.id() != start.id() - 1) {
                throw missing(start.id() - 1, fromLsn);
            }
            start = header;
            if (header.firstRecordLsn() <= fromLsn) {
                return start;
            }
        }
        throw missing(format.idOf(fromLsn), fromLsn);
    }

    /// First LSN from which records can be read up to the newest without a gap, at most `fromLsn`.
    long oldest(long fromLsn, WalSegmentFormat format) {
        Header oldest = startFor(fromLsn, format);
        for (Header before = begun.get(oldest.id() - 1); before != null; before = begun.get(oldest.id() - 1)) {
            oldest = before;
        }
        return oldest.firstRecordLsn();
    }

    private CorruptFileException missing(long id, long fromLsn) {
        return new CorruptFileException(
                directory + "/" + WalSegmentFormat.fileName(id),
                0,
                "this wal segment is missing or its header is damaged; it is needed to replay from " + fromLsn);
    }

    /// Ids of all segment files, begun or not, ascending.
    List<Long> files() {
        return List.copyOf(files);
    }

    /// The begun segments from `first` to `last`; none if `last` is less.
    List<Header> begunBetween(long first, long last) {
        return first > last
                ? List.of()
                : List.copyOf(begun.subMap(first, true, last, true).values());
    }

    /// The oldest begun segment from which on none is missing up to `id`, itself begun.
    long oldestBefore(long id) {
        long oldest = id;
        while (begun.containsKey(oldest - 1)) {
            oldest--;
        }
        return oldest;
    }
}
