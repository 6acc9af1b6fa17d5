package omendb.engine.lsm;

import static omendb.engine.lsm.SstableFormat.*;

import java.lang.foreign.MemorySegment;
import omendb.engine.lsm.RangeFragment.Bound;
import omendb.memory.Checksum;
import omendb.memory.FileHeader;
import omendb.memory.FileStore;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import omendb.memory.StorageException;
import org.jspecify.annotations.Nullable;

/// Writes one SSTable from entries in order; see [SstableFormat].
///
/// [#complete] writes the rest, then [#seal] leaves a synced file under its final name; the caller syncs the
/// directory. [#close] without both removes the file. Threading: one thread; [#seal] may be another one's,
/// after the last other call and before [#close].
final class SstableWriter implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("sstable-writer");

    /// Timestamp of a separator between two user keys: before all versions.
    private static final long BEFORE_ALL_VERSIONS = Long.MAX_VALUE;

    private final long relationId;
    private final long number;
    private final int filterBitsPerKey;
    private final BlockBuilder block;
    private final int unit;
    private final GrowableBuffer raw = new GrowableBuffer(TAG);
    private final TableFile file;
    private final GrowableBuffer lastKey = new GrowableBuffer(TAG);
    private final GrowableBuffer separators = new GrowableBuffer(TAG);
    private final GrowableBuffer separatorOffsets = new GrowableBuffer(TAG);
    private final GrowableBuffer blockPages = new GrowableBuffer(TAG);
    private final GrowableBuffer hashes = new GrowableBuffer(TAG);
    private final RangeDeleteSection.Writer ranges = new RangeDeleteSection.Writer(TAG);
    private @Nullable TablePipeline pipeline;
    private @Nullable BlockChunk chunk; // blocks that the pipeline has not got yet
    private long blockBytes; // of all blocks that are finished
    private long entries;
    private long tombstones;
    private long minTs = Long.MAX_VALUE;
    private long maxTs;
    private long lastTs;

    /// @param baseTs no entry has a smaller commit timestamp
    SstableWriter(FileStore files, LsmOptions options, long relationId, long number, long baseTs, long creationLsn) {
        this.relationId = relationId;
        this.number = number;
        this.file = new TableFile(TAG, files, fileName(relationId, number), number);
        this.filterBitsPerKey = options.filterBitsPerKey();
        this.block = new BlockBuilder(TAG, options.blockBytes(), baseTs);
        this.unit = options.compressed().test(relationId) ? COMPRESSED_UNIT : PAGE_UNIT;
        var header = FileHeader.of(KIND, VERSION, relationId, creationLsn, number, baseTs, unit);
        header.encode(file.pending().reserve(FileHeader.BYTES));
        file.pending().advance(FileHeader.BYTES);
    }

    long entries() {
        return entries;
    }

    /// Has the blocks written and synced elsewhere, while this table grows.
    void writeThrough(TablePipeline writing) {
        pipeline = writing;
        file.syncElsewhere(writing::sync);
    }

    /// Bytes of blocks and range deletes so far, and the header.
    long contentBytes() {
        return blocksEnd() + ranges.bytes();
    }

    private long blocksEnd() {
        return FileHeader.BYTES + blockBytes;
    }

    /// Whether all entries so far stand before a key.
    boolean endsBefore(Bound key) {
        return entries == 0 || NativeMemory.compare(lastKey.address(), lastKey.size(), key.address(), key.length()) < 0;
    }

    /// Adds the next fragment of range deletes, in their order; entries and fragments may come in turns.
    void add(RangeFragment fragment) {
        ranges.add(fragment);
        long[] timestamps = fragment.timestamps();
        maxTs = Math.max(maxTs, timestamps[0]);
        minTs = Math.min(minTs, timestamps[timestamps.length - 1]);
    }

    /// Adds the next entry; the caller keeps the order.
    void add(long key, int keyLength, long commitTs, boolean tombstone, long valueAddress, int valueLength) {
        int shared = Keys.commonPrefix(lastKey.address(), (int) lastKey.size(), key, keyLength);
        boolean sameKey = entries > 0 && shared == keyLength && shared == lastKey.size();
        if (!block.fits(key, keyLength, commitTs, valueLength)) {
            finishBlock();
        }
        if (block.isEmpty()) {
            addSeparator(key, keyLength, commitTs, shared, sameKey);
        }
        block.add(key, keyLength, commitTs, tombstone, valueAddress, valueLength);
        if (!sameKey) {
            lastKey.truncate(0);
            lastKey.append(key, keyLength);
            if (filterBitsPerKey > 0) {
                hashes.appendLong(Checksum.xxh3(key, keyLength));
            }
        }
        lastTs = commitTs;
        entries++;
        tombstones += tombstone ? 1 : 0;
        minTs = Math.min(minTs, commitTs);
        maxTs = Math.max(maxTs, commitTs);
    }

    private void addSeparator(long key, int keyLength, long commitTs, int shared, boolean sameKey) {
        separatorOffsets.appendInt(Math.toIntExact(separators.size()));
        boolean whole = entries == 0 || sameKey;
        separators.append(key, whole ? keyLength : shared + 1);
        separators.appendLong(whole ? commitTs : BEFORE_ALL_VERSIONS);
        blockPages.appendInt(Math.toIntExact(blocksEnd() >> unit));
    }

    private void finishBlock() {
        if (pipeline == null) {
            long length = encodeBlock(file.pending());
            blockBytes += length;
            file.endBlock(length);
            return;
        }
        BlockChunk filling = chunk == null ? pipeline.take() : chunk;
        chunk = filling;
        long length = encodeBlock(filling.blocks());
        filling.lengths().appendInt(Math.toIntExact(length));
        blockBytes += length;
        if (filling.isFull()) {
            handOver(pipeline, filling);
        }
    }

    private void handOver(TablePipeline writing, BlockChunk filled) {
        chunk = null;
        writing.write(filled, file);
    }

    private long encodeBlock(GrowableBuffer out) {
        return unit == PAGE_UNIT ? block.finish(out, PAGE_BYTES) : compressBlock(out);
    }

    /// Appends the block, compressed if that gains enough.
    private long compressBlock(GrowableBuffer out) {
        raw.truncate(0);
        int rawBytes = Math.toIntExact(block.finish(raw, 1L << unit));
        long target = out.reserve(COMPRESSED_HEADER_BYTES + (long) Lz4.maxBytes(rawBytes) + (1L << unit));
        int bytes = Lz4.compress(raw.address(), rawBytes, target + COMPRESSED_HEADER_BYTES);
        long used = COMPRESSED_HEADER_BYTES + (long) bytes;
        long whole = (used + (1L << unit) - 1) & -(1L << unit);
        if (whole > rawBytes - rawBytes / LEAST_GAIN) {
            out.append(raw.address(), rawBytes);
            return rawBytes;
        }
        NativeMemory.putInt(target, 0);
        NativeMemory.putInt(target + COMPRESSED_RAW_BYTES, rawBytes);
        NativeMemory.putInt(target + COMPRESSED_BYTES, bytes);
        NativeMemory.putInt(target + COMPRESSED_BYTES + 4, 0);
        NativeMemory.fill(target + used, whole - used, (byte) 0);
        out.advance(whole);
        return whole;
    }

    /// No more entries and range deletes will come; [#complete] comes next.
    void endBlocks() {
        if (!block.isEmpty()) {
            finishBlock();
        }
        if (pipeline != null && chunk != null) {
            handOver(pipeline, chunk);
        }
    }

    /// Writes what is left; [#seal] comes next.
    ///
    /// @throws StorageException if the disk refuses (the temporary file is removed by [#close])
    TableMeta complete() {
        if (entries == 0 && ranges.isEmpty()) {
            throw new IllegalStateException("a table without entries");
        }
        blockPages.appendInt(Math.toIntExact(blocksEnd() >> unit));
        separatorOffsets.appendInt(Math.toIntExact(separators.size()));
        separators.append(lastKey.address(), lastKey.size());
        separators.appendLong(lastTs);
        separatorOffsets.appendInt(Math.toIntExact(separators.size()));

        int common = Keys.commonPrefix(separators.address(), smallestLength(), lastKey.address(), (int) lastKey.size());
        try (var footer = new GrowableBuffer(TAG)) {
            long address = footer.reserve(PAGE_BYTES);
            NativeMemory.fill(address, PAGE_BYTES, (byte) 0);
            footer.advance(PAGE_BYTES);
            appendIndex(common, address + FOOTER_INDEX);
            appendFilter(address);
            appendSection(file.checksums(), address + FOOTER_CHECKSUMS);
            appendRanges(address + FOOTER_RANGES);
            encodeFooter(address, common);
            long padding = -file.bytes() & (PAGE_BYTES - 1); // what was written before may end within a page
            NativeMemory.fill(file.pending().reserve(padding), padding, (byte) 0);
            file.pending().advance(padding);
            file.pending().append(address, PAGE_BYTES);
        }
        file.writeRest();
        return meta();
    }

    /// Syncs and renames the completed file.
    ///
    /// @throws StorageException if the disk refuses (the temporary file is removed by [#close])
    void seal() {
        file.seal();
    }

    private TableMeta meta() {
        Bound smallest = Bound.of(separators.address(), smallestLength());
        Bound largest = Bound.of(lastKey.address(), (int) lastKey.size());
        boolean largestIsEnd = false;
        if (!ranges.isEmpty()) {
            smallest = entries > 0 && smallest.compareTo(ranges.first()) < 0 ? smallest : ranges.first();
            largestIsEnd = entries == 0 || ranges.end().compareTo(largest) > 0;
            largest = largestIsEnd ? ranges.end() : largest;
        }
        return new TableMeta(
                number,
                file.bytes(),
                entries,
                tombstones,
                ranges.timestamps(),
                minTs,
                maxTs,
                copy(smallest.address(), smallest.length()),
                copy(largest.address(), largest.length()),
                largestIsEnd,
                false);
    }

    private void appendRanges(long reference) {
        if (ranges.isEmpty()) {
            return;
        }
        try (var section = new GrowableBuffer(TAG)) {
            ranges.encode(section);
            appendSection(section, reference);
        }
    }

    private int smallestLength() {
        return NativeMemory.getInt(separatorOffsets.address() + Integer.BYTES) - Long.BYTES;
    }

    private static MemorySegment copy(long address, long bytes) {
        var copied = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
        NativeMemory.copy(address, copied);
        return copied.asReadOnly();
    }

    private void encodeFooter(long footer, int common) {
        NativeMemory.putLong(footer, FOOTER_MAGIC);
        NativeMemory.putLong(footer + FOOTER_NUMBER, number);
        NativeMemory.putLong(footer + FOOTER_RELATION, relationId);
        NativeMemory.putLong(footer + FOOTER_ENTRIES, entries);
        NativeMemory.putLong(footer + FOOTER_TOMBSTONES, tombstones);
        NativeMemory.putLong(footer + FOOTER_MIN_TS, minTs);
        NativeMemory.putLong(footer + FOOTER_MAX_TS, maxTs);
        NativeMemory.putInt(footer + FOOTER_BLOCKS, blocks());
        NativeMemory.putInt(footer + FOOTER_COMMON_PREFIX, common);
        NativeMemory.putLong(footer + FOOTER_CHECKSUM, Checksum.xxh3(footer, FOOTER_CHECKSUM));
    }

    private int blocks() {
        return (int) (file.checksums().size() / Long.BYTES);
    }

    private void appendIndex(int common, long reference) {
        try (var index = new GrowableBuffer(TAG)) {
            int blocks = blocks();
            for (int i = 0; i < blocks; i++) {
                int from = NativeMemory.getInt(separatorOffsets.address() + i * 4L);
                int to = NativeMemory.getInt(separatorOffsets.address() + i * 4L + 4) - Long.BYTES;
                index.appendLong(Keys.prefix(separators.address() + from + common, to - from - common));
            }
            appendModel(index.address(), blocks, reference - FOOTER_INDEX + FOOTER_MODEL);
            index.append(blockPages.address(), blockPages.size());
            index.append(separatorOffsets.address(), separatorOffsets.size());
            index.append(separators.address(), separators.size());
            appendSection(index, reference);
        }
    }

    private void appendModel(long prefixes, int blocks, long reference) {
        try (var model = new GrowableBuffer(TAG)) {
            PositionModel.build(prefixes, blocks, model);
            if (model.size() > 0) {
                appendSection(model, reference);
            }
        }
    }

    private void appendFilter(long footer) {
        if (filterBitsPerKey == 0) {
            return;
        }
        long keys = hashes.size() / Long.BYTES;
        long bytes = BloomFilter.bytesFor(keys, filterBitsPerKey);
        int probes = BloomFilter.probesFor(filterBitsPerKey);
        try (var filter = new GrowableBuffer(TAG)) {
            NativeMemory.fill(filter.reserve(bytes), bytes, (byte) 0);
            filter.advance(bytes);
            for (long i = 0; i < keys; i++) {
                BloomFilter.add(filter.address(), bytes, probes, NativeMemory.getLong(hashes.address() + i * 8));
            }
            appendSection(filter, footer + FOOTER_FILTER);
        }
        NativeMemory.putInt(footer + FOOTER_PROBES, probes);
    }

    /// Appends a section to the file and its position, length and checksum to the footer.
    private void appendSection(GrowableBuffer section, long reference) {
        file.pending().align(SECTION_ALIGNMENT);
        NativeMemory.putLong(reference, file.bytes());
        NativeMemory.putLong(reference + 8, section.size());
        NativeMemory.putLong(reference + 16, Checksum.xxh3(section.address(), section.size()));
        file.pending().append(section.address(), section.size());
    }

    /// Frees the buffers; removes the file unless it was finished.
    @Override
    public void close() {
        block.close();
        lastKey.close();
        separators.close();
        separatorOffsets.close();
        blockPages.close();
        hashes.close();
        ranges.close();
        raw.close();
        if (pipeline != null && chunk != null) {
            pipeline.giveBack(chunk);
            chunk = null;
        }
        file.close();
    }
}
