package omendb.wal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.TreeMap;
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
/// Threading: one thread at a time.
final class SegmentReader implements AutoCloseable {
    private static final int BLANK_BYTES = 64;

    private final FileStore store;
    private final String directory;
    private final WalSegmentFormat format;
    private final TreeMap<Long, Mapping> mapped = new TreeMap<>();

    /// A mapped segment; empty if there is no such file, or only one that is still being made.
    private static final class Mapping {
        private final Arena arena = Arena.ofShared(); // unmapped by whoever reads then
        private MemorySegment segment = MemorySegment.NULL;
    }

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
                while (each < end) {
                    long stop = Math.min(end, each + BLANK_BYTES);
                    if (each > 0 && stop < end && isBlank(toAddress + each + WalRecordFormat.LSN_OFFSET)) {
                        each = stop; // most of what was never written to
                    }
                    for (; each < stop; each += WalRecordFormat.ALIGNMENT) {
                        if (NativeMemory.getLong(toAddress + each + WalRecordFormat.LSN_OFFSET) == each) {
                            return each;
                        }
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

    /// Whether the [#BLANK_BYTES] at an address are zeros, which are no LSN but the first.
    private static boolean isBlank(long address) {
        long first = NativeMemory.getLong(address)
                | NativeMemory.getLong(address + 8)
                | NativeMemory.getLong(address + 16)
                | NativeMemory.getLong(address + 24);
        long second = NativeMemory.getLong(address + 32)
                | NativeMemory.getLong(address + 40)
                | NativeMemory.getLong(address + 48)
                | NativeMemory.getLong(address + 56);
        return (first | second) == 0;
    }

    private MemorySegment mapping(long id) {
        Mapping known = mapped.get(id);
        if (known == null) {
            known = map(id);
            mapped.put(id, known);
        }
        return known.segment;
    }

    /// Unmaps the segments before `id`.
    void forgetBefore(long id) {
        var before = mapped.headMap(id);
        before.values().forEach(mapping -> mapping.arena.close());
        before.clear();
    }

    /// Looks again for segments that had no file: it may have come since.
    void lookAgain() {
        mapped.values().removeIf(mapping -> {
            boolean missing = mapping.segment.byteSize() == 0;
            if (missing) {
                mapping.arena.close();
            }
            return missing;
        });
    }

    private Mapping map(long id) {
        Mapping mapping = new Mapping();
        String name = directory + "/" + WalSegmentFormat.fileName(id);
        if (store.exists(name) && store.size(name) >= format.segmentBytes()) {
            try (StoreFile file = store.open(name)) {
                MemorySegment segment = file.map(0, format.segmentBytes(), MapMode.READ_ONLY, mapping.arena);
                NativeMemory.advise(segment, Advice.SEQUENTIAL, file.path());
                NativeMemory.advise(segment, Advice.WILL_NEED, file.path());
                mapping.segment = segment;
            }
        }
        return mapping;
    }

    private CorruptFileException unreadable(long id, long position, InternalError fault) {
        return new CorruptFileException(
                directory + "/" + WalSegmentFormat.fileName(id), position, "the disk cannot deliver this page", fault);
    }

    @Override
    public void close() {
        forgetBefore(Long.MAX_VALUE);
    }
}
