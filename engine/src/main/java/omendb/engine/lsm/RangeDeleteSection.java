package omendb.engine.lsm;

import omendb.engine.lsm.RangeFragment.Bound;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// The range deletes of a table, read in place. Section of the table, at a multiple of 64; n fragments, at least
/// one, in key order, that do not overlap:
///
///     offset     size       field
///     0          4          n
///     4          4          timestamps in all of them
///     8          4 (n + 1)  offset of each fragment in the heap; the last is its end
///     8+4(n+1)              heap, for each fragment:
///                           varint length of the first key, varint length of the end, the first key, the end
///                           (which the range does not include), varint number of timestamps (at least 1),
///                           the timestamps as varints, newest first
///
/// Threading: immutable. Usable once the section's checksum has been compared.
final class RangeDeleteSection implements RangeDeletes {
    private static final int HEADER_BYTES = 8;

    private final long section;
    private final int count;
    private final long heap;

    RangeDeleteSection(long section) {
        this.section = section;
        this.count = NativeMemory.getInt(section);
        this.heap = section + HEADER_BYTES + 4L * (count + 1);
    }

    /// Collects fragments and encodes them. Threading: one thread. Owns its memory until [#close].
    static final class Writer implements AutoCloseable {
        private final GrowableBuffer offsets;
        private final GrowableBuffer heap;
        private int timestamps;

        Writer(MemoryTag tag) {
            offsets = new GrowableBuffer(tag);
            heap = new GrowableBuffer(tag);
        }

        boolean isEmpty() {
            return timestamps == 0;
        }

        int timestamps() {
            return timestamps;
        }

        long bytes() {
            return isEmpty() ? 0 : HEADER_BYTES + offsets.size() + Integer.BYTES + heap.size();
        }

        /// Adds the next fragment; the caller keeps the order.
        void add(RangeFragment fragment) {
            offsets.appendInt(Math.toIntExact(heap.size()));
            heap.appendVarint(fragment.from().length());
            heap.appendVarint(fragment.to().length());
            heap.append(fragment.from().address(), fragment.from().length());
            heap.append(fragment.to().address(), fragment.to().length());
            heap.appendVarint(fragment.timestamps().length);
            for (long commitTs : fragment.timestamps()) {
                heap.appendVarint(commitTs);
            }
            timestamps += fragment.timestamps().length;
        }

        /// The first key of the first fragment. Good until the next [#add].
        Bound first() {
            return bound(heap.address(), true);
        }

        /// The end of the last fragment. Good until the next [#add].
        Bound end() {
            return bound(heap.address() + NativeMemory.getInt(offsets.address() + offsets.size() - 4), false);
        }

        void encode(GrowableBuffer out) {
            out.appendInt((int) (offsets.size() / Integer.BYTES));
            out.appendInt(timestamps);
            out.append(offsets.address(), offsets.size());
            out.appendInt(Math.toIntExact(heap.size()));
            out.append(heap.address(), heap.size());
        }

        @Override
        public void close() {
            offsets.close();
            heap.close();
        }
    }

    private static Bound bound(long fragment, boolean first) {
        int fromLength = (int) Varint.get(fragment);
        long p = fragment + Varint.size(fromLength);
        int toLength = (int) Varint.get(p);
        p += Varint.size(toLength);
        return first ? Bound.of(p, fromLength) : Bound.of(p + fromLength, toLength);
    }

    int count() {
        return count;
    }

    /// Timestamps in all fragments.
    int timestamps() {
        return NativeMemory.getInt(section + 4);
    }

    RangeFragment fragment(int ordinal) {
        long address = address(ordinal);
        Bound from = bound(address, true);
        Bound to = bound(address, false);
        long p = to.address() + to.length();
        long[] timestamps = new long[(int) Varint.get(p)];
        p += Varint.size(timestamps.length);
        for (int i = 0; i < timestamps.length; i++) {
            timestamps[i] = Varint.get(p);
            p += Varint.size(timestamps[i]);
        }
        return new RangeFragment(from, to, timestamps);
    }

    private long address(int ordinal) {
        return heap + (NativeMemory.getInt(section + HEADER_BYTES + 4L * ordinal) & 0xffff_ffffL);
    }

    @Override
    public long newest(long key, int keyLength, long prefix, long snapshotTs) {
        int low = 0; // the first fragment that begins after the key
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (startsAfter(address(middle), key, keyLength)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low == 0 ? NONE : newestOf(address(low - 1), key, keyLength, snapshotTs);
    }

    private static boolean startsAfter(long fragment, long key, int keyLength) {
        int fromLength = (int) Varint.get(fragment);
        long p = fragment + Varint.size(fromLength);
        p += Varint.size(Varint.get(p));
        return NativeMemory.compare(p, fromLength, key, keyLength) > 0;
    }

    private static long newestOf(long fragment, long key, int keyLength, long snapshotTs) {
        int fromLength = (int) Varint.get(fragment);
        long p = fragment + Varint.size(fromLength);
        int toLength = (int) Varint.get(p);
        p += Varint.size(toLength) + fromLength;
        if (NativeMemory.compare(p, toLength, key, keyLength) <= 0) {
            return NONE;
        }
        p += toLength;
        long timestamps = Varint.get(p);
        p += Varint.size(timestamps);
        for (long i = 0; i < timestamps; i++) {
            long commitTs = Varint.get(p);
            if (commitTs <= snapshotTs) {
                return commitTs;
            }
            p += Varint.size(commitTs);
        }
        return NONE;
    }
}
