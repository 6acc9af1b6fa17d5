package omendb.wal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import omendb.memory.Advice;
import omendb.memory.CorruptFileException;
import omendb.memory.FileStore;
import omendb.memory.MapMode;
import omendb.memory.NativeMemory;
import omendb.memory.StoreFile;

/// Segments mapped for reading, as one range of LSNs.
///
/// Nothing but copies and single loads touch the mappings: a page that the disk cannot deliver is then an
/// error, not the end of the JVM. Checksums are computed on the copies.
///
/// Threading: one thread.
final class SegmentReader implements AutoCloseable {
    private final FileStore store;
    private final String directory;
    private final WalSegmentFormat format;
    private final Arena arena = Arena.ofConfined();
    private final Map<Long, MemorySegment> mapped = new HashMap<>();

    SegmentReader(FileStore store, String directory, WalSegmentFormat format) {
        this.store = store;
        this.directory = directory;
        this.format = format;
    }

    /// Copies up to `bytes` bytes from `lsn` on, over the end of a segment if need be.
    ///
    /// @return how many there were
    long copy(long lsn, long target, long bytes) {
        long done = 0;
        while (done < bytes) {
            long id = format.idOf(lsn + done);
            MemorySegment segment = mapping(id);
            if (segment.byteSize() == 0) {
                break;
            }
            long position = format.positionOf(lsn + done);
            long part = Math.min(bytes - done, segment.byteSize() - position);
            try {
                NativeMemory.copy(segment.address() + position, target + done, part);
            } catch (InternalError fault) {
                throw unreadable(id, position, fault);
            }
            done += part;
        }
        return done;
    }

    /// First multiple of 8 in `[lsn, limit)` whose record header, if there is one, would name that very place;
    /// `limit` if there is none.
    long nextCandidate(long lsn, long limit) {
        for (long each = lsn; each < limit; ) {
            long id = format.idOf(each);
            MemorySegment segment = mapping(id);
            if (segment.byteSize() == 0) {
                return limit;
            }
            long end = Math.min(limit, format.endOf(id) - WalRecordFormat.LSN_OFFSET);
            long toAddress = segment.address() + format.positionOf(each) - each;
            try {
                for (; each < end; each += WalRecordFormat.ALIGNMENT) {
                    if (NativeMemory.getLong(toAddress + each + WalRecordFormat.LSN_OFFSET) == each) {
                        return each;
                    }
                }
            } catch (InternalError fault) {
                throw unreadable(id, format.positionOf(each), fault);
            }
            if (each < limit) {
                // the last 8 bytes of a segment: the LSN would be in the next one
                long next = mapping(id + 1).address();
                if (next != 0 && NativeMemory.getLong(next + format.positionOf(0)) == each) {
                    return each;
                }
                each += WalRecordFormat.ALIGNMENT;
            }
        }
        return limit;
    }

    private MemorySegment mapping(long id) {
        return mapped.computeIfAbsent(id, this::map);
    }

    // an empty segment if there is no such file, or only one that is still being made
    private MemorySegment map(long id) {
        String name = directory + "/" + WalSegmentFormat.fileName(id);
        if (!store.exists(name) || store.size(name) < format.segmentBytes()) {
            return MemorySegment.NULL;
        }
        try (StoreFile file = store.open(name)) {
            MemorySegment segment = file.map(0, format.segmentBytes(), MapMode.READ_ONLY, arena);
            NativeMemory.advise(segment, Advice.SEQUENTIAL, file.path());
            NativeMemory.advise(segment, Advice.WILL_NEED, file.path());
            return segment;
        }
    }

    private CorruptFileException unreadable(long id, long position, InternalError fault) {
        return new CorruptFileException(
                directory + "/" + WalSegmentFormat.fileName(id), position, "the disk cannot deliver this page", fault);
    }

    @Override
    public void close() {
        arena.close();
    }
}
