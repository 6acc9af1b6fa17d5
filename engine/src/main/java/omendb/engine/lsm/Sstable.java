package omendb.engine.lsm;

import static omendb.engine.lsm.SstableFormat.*;

import java.util.Objects;
import java.util.function.LongUnaryOperator;
import omendb.memory.Advice;
import omendb.memory.Checksum;
import omendb.memory.CorruptFileException;
import omendb.memory.FileHeader;
import omendb.memory.FileStore;
import omendb.memory.MapMode;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import omendb.memory.ReservedRange;
import omendb.memory.StoreFile;
import org.jspecify.annotations.Nullable;

/// An open SSTable: the file mapped read-only, read in place; see [SstableFormat].
///
/// Opening reads the header and the footer only. Index, filter and checksum table are checked when a reader
/// first comes, each block when it is first touched; damage is a [CorruptFileException] that names the
/// file, every time.
///
/// Threading: any number of readers, each under an epoch pin. Two readers may check the same block at once:
/// the bit they set is the same, and a lost bit costs a second check. [#close] only when no reader is left.
final class Sstable implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("sstable");

    private static final long READ_AHEAD_BYTES = 1 << 20;

    /// Blocks to each side of the model's answer among which the right one lies, but for rounding.
    private static final int MODEL_WINDOW = PositionModel.ERROR + 2;

    private final TableMeta meta;
    private final String path;
    private final ReservedRange mapping;
    private final @Nullable BlockCache cache;
    private final int unit;
    private final long base;
    private final long baseTs;

    /// What of an entry's age counts: nothing in a stamped table.
    private final long ageMask;

    /// Verified bits of the blocks, then, if they may be compressed, their slots for the [BlockCache], then the
    /// smallest and the largest key: one allocation.
    private final long side;

    /// 0 if no block is compressed.
    private final long slots;

    private final long sideBytes;
    private final long largestKey;
    private final long smallestPrefix;
    private final long largestPrefix;

    private final long footer;
    private final int blocks;
    private final int commonPrefix;

    /// What comes before the entries in a usual block; 0 = not known.
    private final long headBytes;

    private final long prefixes;
    private final long pages;
    private final long separatorOffsets;
    private final long separators;
    private final long filter;
    private final long filterBytes;
    private final int probes;
    private final long checksums;
    private final long model;
    private final long modelBytes;
    private final @Nullable RangeDeleteSection rangeDeletes;
    private volatile boolean sectionsChecked;

    private Sstable(
            TableMeta meta,
            long relationId,
            String path,
            FileHeader header,
            ReservedRange mapping,
            @Nullable BlockCache cache) {
        this.cache = cache;
        this.unit = header.parameterCount() > PARAMETER_UNIT ? (int) header.parameter(PARAMETER_UNIT) : PAGE_UNIT;
        this.meta = meta;
        this.path = path;
        this.mapping = mapping;
        this.base = mapping.address();
        this.baseTs = meta.stamped() ? meta.minCommitTs() : header.parameter(PARAMETER_BASE_TS);
        this.ageMask = meta.stamped() ? 0 : -1;
        this.footer = base + meta.bytes() - PAGE_BYTES;
        checkFooter(header, relationId);
        this.blocks = NativeMemory.getInt(footer + FOOTER_BLOCKS);
        this.commonPrefix = NativeMemory.getInt(footer + FOOTER_COMMON_PREFIX);
        this.prefixes = base + NativeMemory.getLong(footer + FOOTER_INDEX);
        this.pages = prefixes + 8L * blocks;
        this.separatorOffsets = pages + 4L * (blocks + 1);
        this.separators = separatorOffsets + 4L * (blocks + 2);
        this.filter = base + NativeMemory.getLong(footer + FOOTER_FILTER);
        this.filterBytes = NativeMemory.getLong(footer + FOOTER_FILTER + 8);
        this.probes = NativeMemory.getInt(footer + FOOTER_PROBES);
        this.checksums = base + NativeMemory.getLong(footer + FOOTER_CHECKSUMS);
        this.model = base + NativeMemory.getLong(footer + FOOTER_MODEL);
        this.modelBytes = NativeMemory.getLong(footer + FOOTER_MODEL + 8);
        long rangeBytes = NativeMemory.getLong(footer + FOOTER_RANGES + 8);
        this.rangeDeletes =
                rangeBytes == 0 ? null : new RangeDeleteSection(base + NativeMemory.getLong(footer + FOOTER_RANGES));

        // a block of a compressed table may be shorter than others
        this.headBytes = blocks == 0 || unit != PAGE_UNIT ? 0 : BlockSearch.headBytes(meta.entries() / blocks);

        long bitBytes = (blocks + 63) / 64 * 8L;
        long slotBytes = unit == PAGE_UNIT ? 0 : 8L * blocks;
        this.sideBytes = bitBytes
                + slotBytes
                + meta.smallestKey().byteSize()
                + meta.largestKey().byteSize();
        this.side = MemoryAccount.allocate(TAG, sideBytes);
        this.slots = slotBytes == 0 ? 0 : side + bitBytes;
        long smallest = side + bitBytes + slotBytes;
        this.largestKey = smallest + meta.smallestKey().byteSize();
        NativeMemory.copy(meta.smallestKey(), smallest);
        NativeMemory.copy(meta.largestKey(), largestKey);
        this.smallestPrefix = Keys.prefix(smallest, smallestLength());
        this.largestPrefix = Keys.prefix(largestKey, largestLength());
    }

    /// @throws CorruptFileException if the file is not as the manifest says, or header or footer are
    ///     damaged
    /// @param cache for look-ups in compressed blocks; null = there will be none
    static Sstable open(FileStore files, long relationId, TableMeta meta, @Nullable BlockCache cache) {
        try (StoreFile file = files.open(fileName(relationId, meta.number()))) {
            FileHeader header = FileHeader.read(file, KIND, OLDEST_VERSION, VERSION);
            if (file.size() != meta.bytes() || header.parameterCount() <= PARAMETER_BASE_TS) {
                throw new CorruptFileException(
                        file.path(),
                        0,
                        "the file has %d bytes, the manifest says %d".formatted(file.size(), meta.bytes()));
            }
            var mapping = ReservedRange.reserveForHugePages(TAG, meta.bytes());
            try {
                mapping.mapFile(file, 0, 0, meta.bytes(), MapMode.READ_ONLY);
                mapping.advise(0, meta.bytes(), Advice.RANDOM); // what a look-up needs is one block
                return new Sstable(meta, relationId, file.path(), header, mapping, cache);
            } catch (RuntimeException | Error e) {
                mapping.close();
                throw e;
            }
        }
    }

    private void checkFooter(FileHeader header, long relationId) {
        long position = footer - base;
        long stored = NativeMemory.getLong(footer + FOOTER_CHECKSUM);
        long computed = hash(footer, FOOTER_CHECKSUM);
        if (stored != computed || NativeMemory.getLong(footer) != FOOTER_MAGIC) {
            throw new CorruptFileException(
                    path, position, "bad footer (checksum %016x, expected %016x)".formatted(computed, stored));
        }
        long number = NativeMemory.getLong(footer + FOOTER_NUMBER);
        long owner = NativeMemory.getLong(footer + FOOTER_RELATION);
        if (number != meta.number()
                || header.parameter(PARAMETER_NUMBER) != number
                || owner != relationId
                || header.owner() != owner
                || (unit != PAGE_UNIT && unit != COMPRESSED_UNIT)
                || NativeMemory.getLong(footer + FOOTER_ENTRIES) != meta.entries()
                || (NativeMemory.getLong(footer + FOOTER_RANGES + 8) == 0) != (meta.rangeDeletes() == 0)) {
            throw new CorruptFileException(
                    path,
                    position,
                    "this is table %d of relation %d, expected table %d of relation %d"
                            .formatted(number, owner, meta.number(), relationId));
        }
    }

    TableMeta meta() {
        return meta;
    }

    int blocks() {
        return blocks;
    }

    long baseTs() {
        return baseTs;
    }

    long ageMask() {
        return ageMask;
    }

    // ---- key range ----

    private int smallestLength() {
        return (int) meta.smallestKey().byteSize();
    }

    private int largestLength() {
        return (int) meta.largestKey().byteSize();
    }

    /// Compares a user key with the first user key of the table.
    int compareToSmallest(long key, int keyLength, long prefix) {
        return Keys.compare(key, keyLength, prefix, largestKey - smallestLength(), smallestLength(), smallestPrefix);
    }

    /// Compares a user key with the last user key of the table.
    int compareToLargest(long key, int keyLength, long prefix) {
        int order = Keys.compare(key, keyLength, prefix, largestKey, largestLength(), largestPrefix);
        return order == 0 && meta.largestIsEnd() ? 1 : order;
    }

    /// Compares a user key with that of the first entry, of which there is one: range deletes may reach further.
    int compareToFirstEntry(long key, int keyLength, long prefix) {
        return rangeDeletes == null
                ? compareToSmallest(key, keyLength, prefix)
                : compareToSeparatorKey(0, key, keyLength);
    }

    /// Compares a user key with that of the last entry, of which there is one.
    int compareToLastEntry(long key, int keyLength, long prefix) {
        return rangeDeletes == null
                ? compareToLargest(key, keyLength, prefix)
                : compareToSeparatorKey(blocks, key, keyLength);
    }

    /// Call [#checkSections] before using it.
    @Nullable
    RangeDeleteSection rangeDeletes() {
        return rangeDeletes;
    }

    /// The first user key.
    RangeFragment.Bound smallest() {
        return new RangeFragment.Bound(largestKey - smallestLength(), smallestLength(), smallestPrefix);
    }

    /// The last user key, or the end of the last range delete.
    RangeFragment.Bound largest() {
        return new RangeFragment.Bound(largestKey, largestLength(), largestPrefix);
    }

    boolean covers(long key, int keyLength, long prefix) {
        return compareToSmallest(key, keyLength, prefix) >= 0 && compareToLargest(key, keyLength, prefix) <= 0;
    }

    /// Whether the key ranges of two tables overlap.
    boolean overlaps(Sstable other) {
        return other.compareToLargest(largestKey - smallestLength(), smallestLength(), smallestPrefix) <= 0
                && !isBefore(other);
    }

    /// Orders tables by their first keys.
    int compareSmallestTo(Sstable other) {
        return other.compareToSmallest(largestKey - smallestLength(), smallestLength(), smallestPrefix);
    }

    /// Whether this table ends before `other` begins.
    boolean isBefore(Sstable other) {
        int order = other.compareToSmallest(largestKey, largestLength(), largestPrefix);
        return order < 0 || (order == 0 && meta.largestIsEnd());
    }

    // ---- look-up ----

    /// Finds the newest version up to `snapshotTs`, be it a range delete; false if the table has none. The key
    /// lies in the table's range.
    ///
    /// @param hash XXH3-64 of the key
    boolean get(long key, int keyLength, long prefix, long hash, long snapshotTs, LsmValue out) {
        checkSections();
        RangeDeletes ranges = rangeDeletes;
        if (ranges == null) {
            return getEntry(key, keyLength, hash, snapshotTs, out);
        }
        boolean found = hasEntriesAround(key, keyLength, prefix) && getEntry(key, keyLength, hash, snapshotTs, out);
        return ranges.complete(found, key, keyLength, prefix, snapshotTs, out);
    }

    /// Whether a key lies between the first entry and the last.
    boolean hasEntriesAround(long key, int keyLength, long prefix) {
        return blocks > 0
                && compareToFirstEntry(key, keyLength, prefix) >= 0
                && compareToLastEntry(key, keyLength, prefix) <= 0;
    }

    /// As [#get] without range deletes. The sections have been checked, the key lies between the first entry and
    /// the last.
    boolean getEntry(long key, int keyLength, long hash, long snapshotTs, LsmValue out) {
        return getEntry(key, keyLength, hash, snapshotTs, null, out);
    }

    /// @param own where compressed blocks go; null = the cache
    boolean getEntry(long key, int keyLength, long hash, long snapshotTs, @Nullable DecodedBlocks own, LsmValue out) {
        if (filterBytes != 0 && !BloomFilter.mayContain(filter, filterBytes, probes, hash)) {
            return false;
        }
        int block = findBlock(key, keyLength, snapshotTs);
        long found = block(block, own, out);
        BlockSearch.fetch(found, headBytes);
        if (BlockSearch.get(found, baseTs, ageMask, key, keyLength, snapshotTs, out)) {
            return true;
        }
        // the versions of one key may go on in the next block, which then starts with that very key
        return block + 1 < blocks
                && compareToSeparatorKey(block + 1, key, keyLength) == 0
                && BlockSearch.get(block(block + 1, own, out), baseTs, ageMask, key, keyLength, snapshotTs, out);
    }

    /// The last block whose separator is not after (`key`, `commitTs`); the first block if there is none.
    int findBlock(long key, int keyLength, long commitTs) {
        long prefix = indexPrefix(key, keyLength);
        if (modelBytes != 0) {
            int predicted = Math.min(PositionModel.predict(model, prefix), blocks - 1);
            int from = Math.max(0, predicted - MODEL_WINDOW);
            int to = Math.min(blocks - 1, predicted + MODEL_WINDOW);
            int found = findBlock(from, to, prefix, key, keyLength, commitTs);
            boolean first = found > from || from == 0 || !isSeparatorAfter(from, prefix, key, keyLength, commitTs);
            boolean last = found < to || to == blocks - 1 || isSeparatorAfter(to + 1, prefix, key, keyLength, commitTs);
            if (first && last) {
                return found;
            }
        }
        return findBlock(0, blocks - 1, prefix, key, keyLength, commitTs);
    }

    /// As [#findBlock] without the help of the model.
    int findBlockByIndex(long key, int keyLength, long commitTs) {
        return findBlock(0, blocks - 1, indexPrefix(key, keyLength), key, keyLength, commitTs);
    }

    private long indexPrefix(long key, int keyLength) {
        int shorter =
                Math.min(commonPrefix, keyLength); // a key in range has the common bytes; a seek may be out of range
        return Keys.prefix(key + shorter, keyLength - shorter);
    }

    /// The last block in `from`..`to` whose separator is not after the target; `from` if there is none.
    private int findBlock(int from, int to, long prefix, long key, int keyLength, long commitTs) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (isSeparatorAfter(middle, prefix, key, keyLength, commitTs)) {
                high = middle - 1;
            } else {
                low = middle;
            }
        }
        return low;
    }

    private boolean isSeparatorAfter(int block, long prefix, long key, int keyLength, long commitTs) {
        long separator = NativeMemory.getLong(prefixes + 8L * block);
        return separator != prefix
                ? Long.compareUnsigned(separator, prefix) > 0
                : isSeparatorAfter(block, key, keyLength, commitTs);
    }

    private boolean isSeparatorAfter(int block, long key, int keyLength, long commitTs) {
        int order = compareToSeparatorKey(block, key, keyLength);
        return order != 0 ? order < 0 : separatorTs(block) < commitTs;
    }

    private int compareToSeparatorKey(int block, long key, int keyLength) {
        int from = NativeMemory.getInt(separatorOffsets + 4L * block);
        int to = NativeMemory.getInt(separatorOffsets + 4L * block + 4) - Long.BYTES;
        return NativeMemory.compare(key, keyLength, separators + from, to - from);
    }

    private long separatorTs(int block) {
        return NativeMemory.getLong(separators + NativeMemory.getInt(separatorOffsets + 4L * block + 4) - Long.BYTES);
    }

    /// Lines of the position model; 0 if the table has none.
    int modelLines() {
        return modelBytes == 0 ? 0 : PositionModel.lines(model);
    }

    /// Address of a data block, checked; a compressed one is in the cache then, good as long as the caller's pin.
    long block(int ordinal) {
        return block(ordinal, null, null);
    }

    /// @param own where a compressed block goes; null = the cache
    long block(int ordinal, @Nullable DecodedBlocks own) {
        return block(ordinal, own, null);
    }

    /// @param asked by whom, if by a look-up: what the cache cannot take goes to his memory
    private long block(int ordinal, @Nullable DecodedBlocks own, @Nullable LsmValue asked) {
        long stored = storedBlock(ordinal);
        if (slots == 0 || NativeMemory.getInt(stored) != 0) {
            return stored;
        }
        boolean mayUseCache = own == null || own.keeps(); // else there may be no pin
        long cached = mayUseCache ? BlockCache.find(slots + 8L * ordinal) : 0;
        if (cached != 0) {
            return cached;
        }
        if (own != null) {
            return own.get(this, ordinal);
        }
        BlockCache shared = Objects.requireNonNull(cache);
        LongUnaryOperator memory = asked == null ? null : asked.memory();
        if (memory != null && shared.isHeldUp()) {
            int rawBytes = rawBytes(ordinal);
            long block = memory.applyAsLong(BlockCache.bytesFor(rawBytes));
            decode(ordinal, block, rawBytes);
            return block;
        }
        return shared.put(slots + 8L * ordinal, decode(ordinal));
    }

    /// Decompresses a compressed block into memory of [BlockCache#allocate].
    ///
    /// @throws CorruptFileException if it is not what was compressed, though its checksum is right
    long decode(int ordinal) {
        int rawBytes = rawBytes(ordinal);
        long block = BlockCache.allocate(rawBytes);
        boolean complete = false;
        try {
            decode(ordinal, block, rawBytes);
            complete = true;
        } finally {
            if (!complete) {
                BlockCache.release(block);
            }
        }
        return block;
    }

    /// Bytes of a compressed block before its compression.
    private int rawBytes(int ordinal) {
        int rawBytes = NativeMemory.getInt(storedBlock(ordinal) + COMPRESSED_RAW_BYTES);
        if (rawBytes < BLOCK_HEADER_BYTES) {
            throw badCompression(ordinal, rawBytes);
        }
        return rawBytes;
    }

    private void decode(int ordinal, long block, int rawBytes) {
        long stored = storedBlock(ordinal);
        int bytes = NativeMemory.getInt(stored + COMPRESSED_BYTES);
        long room = positionOf(ordinal + 1) - positionOf(ordinal) - COMPRESSED_HEADER_BYTES;
        if (bytes < 0 || bytes > room || !Lz4.decompress(stored + COMPRESSED_HEADER_BYTES, bytes, block, rawBytes)) {
            throw badCompression(ordinal, rawBytes);
        }
    }

    private CorruptFileException badCompression(int ordinal, int rawBytes) {
        return new CorruptFileException(
                path,
                positionOf(ordinal),
                "block %d does not decompress to the %d bytes that it says".formatted(ordinal, rawBytes));
    }

    /// Whether blocks may be compressed.
    boolean isCompressed() {
        return slots != 0;
    }

    /// Address of a block as it is in the file, checked.
    private long storedBlock(int ordinal) {
        long position = positionOf(ordinal);
        long word = side + (ordinal >>> 6) * 8L;
        if ((NativeMemory.getLong(word) & 1L << ordinal) == 0) {
            checkBlock(ordinal, position);
            NativeMemory.putLong(word, NativeMemory.getLong(word) | 1L << ordinal);
        }
        return base + position;
    }

    private void checkBlock(int ordinal, long position) {
        long end = positionOf(ordinal + 1);
        long stored = NativeMemory.getLong(checksums + 8L * ordinal);
        long computed = blockChecksum(hash(base + position, end - position), position, meta.number());
        if (computed != stored) {
            throw new CorruptFileException(
                    path, position, "block %d has checksum %016x, expected %016x".formatted(ordinal, computed, stored));
        }
    }

    /// Makes sure that index, filter and checksum table are whole: call before using them.
    void checkSections() {
        if (!sectionsChecked) {
            checkSection(FOOTER_INDEX, "index");
            checkSection(FOOTER_MODEL, "position model");
            checkSection(FOOTER_FILTER, "filter");
            checkSection(FOOTER_CHECKSUMS, "checksum table");
            checkSection(FOOTER_RANGES, "range deletes");
            sectionsChecked = true;
        }
    }

    private void checkSection(int reference, String section) {
        long position = NativeMemory.getLong(footer + reference);
        long bytes = NativeMemory.getLong(footer + reference + 8);
        long stored = NativeMemory.getLong(footer + reference + 16);
        if (bytes == 0) {
            return;
        }
        willNeed(position, bytes);
        long computed = hash(base + position, bytes);
        if (computed != stored) {
            throw new CorruptFileException(
                    path, position, "the %s has checksum %016x, expected %016x".formatted(section, computed, stored));
        }
    }

    /// Reads every byte and checks it.
    void verify() {
        checkSections();
        var readAhead = new ReadAhead();
        for (int i = 0; i < blocks; i++) {
            readAhead.forward(this, i);
            checkBlock(i);
        }
    }

    /// Reads a block and checks it, whether that was done before or not.
    void checkBlock(int ordinal) {
        checkBlock(ordinal, positionOf(ordinal));
    }

    /// Position of a block in the file.
    long positionOf(int ordinal) {
        return (NativeMemory.getInt(pages + 4L * ordinal) & 0xffff_ffffL) << unit;
    }

    /// Starts reading a part of the file into memory, as far as it is not there.
    void willNeed(long position, long bytes) {
        long end = Math.min(position + bytes, meta.bytes());
        for (long from = position; from < end; from += READ_AHEAD_BYTES) { // kernels cut longer requests off
            mapping.advise(from, Math.min(READ_AHEAD_BYTES, end - from), Advice.WILL_NEED);
        }
    }

    /// The file, for messages.
    String path() {
        return path;
    }

    private long hash(long address, long bytes) {
        try {
            return Checksum.xxh3(address, bytes);
        } catch (InternalError e) { // how the JVM reports a page of the file that cannot be read
            throw new CorruptFileException(path, address - base, "the disk does not deliver the page", e);
        }
    }

    @Override
    public void close() {
        if (slots != 0 && cache != null) {
            cache.drop(slots, blocks);
        }
        mapping.close();
        MemoryAccount.free(TAG, side, sideBytes);
    }

    @Override
    public String toString() {
        return path + " (" + meta.entries() + " entries)";
    }
}
