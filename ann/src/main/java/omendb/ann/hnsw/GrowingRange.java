package omendb.ann.hnsw;

import omendb.memory.Advice;
import omendb.memory.MapMode;
import omendb.memory.MemoryTag;
import omendb.memory.ReservedRange;
import omendb.memory.StoreFile;

/// An array of fixed-size elements in a reserved range, committed as it grows; what is committed is zero at first.
///
/// Threading: [#ensure] by any thread, everything else single-threaded before the array is shared. The capacity is
/// published after the memory is committed, so that an element below [#capacity] may be touched by who has read it.
final class GrowingRange implements AutoCloseable {
    private static final long LEAST_GROWTH_BYTES = 64 << 10;
    private static final long MOST_GROWTH_BYTES = 64 << 20;

    private final ReservedRange range;
    private final long elementBytes;
    private final long mostElements;
    private final long slackBytes;
    private final long pageBytes = ReservedRange.pageBytes();
    private long committedBytes;
    private volatile long capacity;

    /// @param slackBytes bytes that stay readable behind the last element
    GrowingRange(MemoryTag tag, long elementBytes, long mostElements, long slackBytes) {
        this.elementBytes = elementBytes;
        this.mostElements = mostElements;
        this.slackBytes = slackBytes;
        this.range = ReservedRange.reserve(tag, pages(elementBytes * mostElements + slackBytes));
    }

    private long pages(long bytes) {
        return (bytes + pageBytes - 1) / pageBytes * pageBytes;
    }

    long address() {
        return range.address();
    }

    /// Elements that can be touched now.
    long capacity() {
        return capacity;
    }

    /// Bytes of memory or mapping in use.
    synchronized long committedBytes() {
        return committedBytes;
    }

    /// Makes sure that elements below `count` can be touched.
    ///
    /// @throws IllegalStateException if the array cannot hold so many
    void ensure(long count) {
        if (count > capacity) {
            grow(count);
        }
    }

    private synchronized void grow(long count) {
        if (count <= capacity) {
            return;
        }
        if (count > mostElements) {
            throw new IllegalStateException(
                    "index is full: element " + (count - 1) + " asked for, room is reserved for " + mostElements);
        }
        long needed = pages(count * elementBytes + slackBytes);
        long growth = Math.clamp(committedBytes / 4, LEAST_GROWTH_BYTES, MOST_GROWTH_BYTES);
        long target = Math.min(pages(Math.max(needed, committedBytes + growth)), range.bytes());
        range.commit(committedBytes, target - committedBytes);
        committedBytes = target;
        capacity = Math.min((committedBytes - slackBytes) / elementBytes, mostElements);
    }

    /// Maps a section of a file as the first `count` elements; changes stay private to this process.
    ///
    /// @param bytes whole pages, at least the elements
    synchronized void map(StoreFile file, long fileOffset, long bytes, long count) {
        if (count == 0) {
            return;
        }
        range.mapFile(file, fileOffset, 0, bytes, MapMode.PRIVATE);
        committedBytes = bytes;
        grow(Math.max(count, 1));
    }

    /// Reads all pages in.
    ///
    /// @throws omendb.memory.CorruptFileException if a mapped one cannot be read
    void warm() {
        long bytes = committedBytes();
        if (bytes > 0) {
            range.advise(0, bytes, Advice.POPULATE_READ);
        }
    }

    @Override
    public void close() {
        range.close();
    }
}
