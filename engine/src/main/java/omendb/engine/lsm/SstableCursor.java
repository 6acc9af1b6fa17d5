package omendb.engine.lsm;

import static omendb.engine.lsm.SstableFormat.*;

import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// A position in an [Sstable], or in several ([LevelCursor]). Keys are rebuilt in a buffer of the cursor, values are
/// used in place.
sealed class SstableCursor extends RunCursor permits LevelCursor {
    private static final MemoryTag TAG = MemoryTag.of("sstable-cursor");

    private final GrowableBuffer key;
    private final DecodedBlocks decoded;
    private final ReadAhead readAhead = new ReadAhead();
    private Sstable table;
    private int block;
    private long blockAddress;
    private long column;
    private int count;
    private int shared;
    private int ordinal;

    /// For a reader with a pin: addresses of values stay good until [#close].
    SstableCursor(Sstable table, CursorScratch scratch) {
        this(table, scratch, true);
    }

    /// @param keeps false: no pin is needed, and addresses of values in compressed blocks are good until the cursor
    ///     moves
    SstableCursor(Sstable table, boolean keeps) {
        this(table, CursorScratch.NONE, keeps);
    }

    SstableCursor(Sstable table, CursorScratch scratch, boolean keeps) {
        this.table = table;
        this.key = new GrowableBuffer(TAG, scratch);
        this.decoded = new DecodedBlocks(keeps);
    }

    final Sstable table() {
        return table;
    }

    /// Position in the file of the block that holds the current entry.
    final long position() {
        return table.positionOf(block);
    }

    /// Goes over to another table, to no entry of it.
    final void use(Sstable other) {
        table = other;
        valid = false;
        readAhead.leaveTable();
    }

    @Override
    void first() {
        firstInTable();
    }

    @Override
    void last() {
        lastInTable();
    }

    @Override
    void seek(long target, int targetLength, long targetPrefix, long ts) {
        seekInTable(target, targetLength, targetPrefix, ts);
    }

    @Override
    void seekBefore(long target, int targetLength, long targetPrefix) {
        seekBeforeInTable(target, targetLength, targetPrefix);
    }

    @Override
    void next() {
        nextInTable();
    }

    @Override
    void previous() {
        previousInTable();
    }

    // ---- within the table ----

    final void firstInTable() {
        table.checkSections();
        valid = table.blocks() > 0; // else the table has range deletes only
        if (valid) {
            enter(0);
            read(0);
        }
    }

    final void lastInTable() {
        table.checkSections();
        valid = table.blocks() > 0;
        if (valid) {
            enter(table.blocks() - 1);
            read(count - 1);
        }
    }

    final void seekInTable(long target, int targetLength, long targetPrefix, long ts) {
        table.checkSections();
        if (table.blocks() == 0 || table.compareToLastEntry(target, targetLength, targetPrefix) > 0) {
            valid = false;
            return;
        }
        if (table.compareToFirstEntry(target, targetLength, targetPrefix) < 0) {
            firstInTable();
            return;
        }
        // a look-up more than a scan: its block goes into the cache
        enter(table.findBlock(target, targetLength, ts), decoded.keeps() ? null : decoded);
        int found = BlockSearch.seek(blockAddress, table.baseTs(), table.ageMask(), target, targetLength, ts);
        if (found < count) {
            read(found);
        } else {
            ordinal = count - 1;
            nextInTable();
        }
    }

    final void seekBeforeInTable(long target, int targetLength, long targetPrefix) {
        table.checkSections();
        if (table.blocks() == 0 || table.compareToFirstEntry(target, targetLength, targetPrefix) <= 0) {
            valid = false;
            return;
        }
        seekInTable(target, targetLength, targetPrefix, Long.MAX_VALUE);
        if (valid) {
            previousInTable();
        } else {
            lastInTable();
        }
    }

    final void nextInTable() {
        if (ordinal + 1 < count) {
            read(ordinal + 1);
        } else if (block + 1 < table.blocks()) {
            readAhead.forward(table, block + 1);
            enter(block + 1);
            read(0);
        } else {
            valid = false;
        }
    }

    final void previousInTable() {
        if (ordinal > 0) {
            read(ordinal - 1);
        } else if (block > 0) {
            readAhead.backward(table, block - 1);
            enter(block - 1);
            read(count - 1);
        } else {
            valid = false;
        }
    }

    private void enter(int blockOrdinal) {
        enter(blockOrdinal, decoded);
    }

    private void enter(int blockOrdinal, @Nullable DecodedBlocks own) {
        block = blockOrdinal;
        blockAddress = table.block(blockOrdinal, own);
        count = BlockSearch.count(blockAddress);
        shared = BlockSearch.shared(blockAddress);
        column = blockAddress + columnOffset(shared);
        key.truncate(0);
        Keys.copy(blockAddress + BLOCK_HEADER_BYTES, key.reserve(shared), shared);
        key.advance(shared);
    }

    /// Decodes an entry; the buffer holds the bytes that all keys of the block share.
    private void read(int entryOrdinal) {
        ordinal = entryOrdinal;
        long p = BlockSearch.entry(blockAddress, column, count, entryOrdinal);
        int rest = NativeMemory.getByte(p);
        if (rest >= 0) {
            p++;
        } else {
            rest = (int) Varint.get(p);
            p += Varint.size(rest);
        }
        // eight bytes may be read whatever the size: the footer follows the blocks, spare bytes a decompressed one
        long word = NativeMemory.getLong(p);
        int size = Varint.sizeIn(word);
        long tag = size <= Long.BYTES ? Varint.valueIn(word, size) : Varint.get(p);
        p += size <= Long.BYTES ? size : Varint.size(tag);
        word = NativeMemory.getLong(p);
        size = Varint.sizeIn(word);
        long age = size <= Long.BYTES ? Varint.valueIn(word, size) : Varint.get(p);
        p += size <= Long.BYTES ? size : Varint.size(age);

        long columnPrefix = NativeMemory.getLong(column + (long) entryOrdinal * COLUMN_BYTES);
        int tail = Math.max(0, rest - COLUMN_BYTES);
        keyAddress = key.reserve((long) COLUMN_BYTES + tail) - shared;
        NativeMemory.putLong(keyAddress + shared, Long.reverseBytes(columnPrefix));
        Keys.copy(p, keyAddress + shared + COLUMN_BYTES, tail);
        keyLength = shared + rest;
        prefix = shared == 0 ? columnPrefix : Keys.prefixInBuffer(keyAddress, keyLength);
        commitTs = table.baseTs() + (age & table.ageMask());
        tombstone = (tag & KIND_MASK) == KIND_TOMBSTONE;
        valueAddress = p + tail;
        valueLength = (int) (tag >>> KIND_BITS);
        valid = true;
    }

    @Override
    void releasePassed() {
        decoded.releasePassed();
    }

    @Override
    public void close() {
        key.close();
        decoded.close();
    }
}
