package omendb.engine.lsm;

import static omendb.engine.lsm.SstableFormat.*;

import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// A position in an [Sstable]. Keys are rebuilt in a buffer of the cursor, values are used in place.
final class SstableCursor extends RunCursor {
    private static final MemoryTag TAG = MemoryTag.of("sstable-cursor");

    private final GrowableBuffer key = new GrowableBuffer(TAG);
    private Sstable table;
    private int block;
    private long blockAddress;
    private long entry;
    private long nextEntry;
    private long end;

    SstableCursor(Sstable table) {
        this.table = table;
    }

    Sstable table() {
        return table;
    }

    /// Position in the file of the block that holds the current entry.
    long position() {
        return table.positionOf(block);
    }

    /// Goes over to another table, to no entry of it.
    void use(Sstable other) {
        table = other;
        valid = false;
    }

    @Override
    void first() {
        table.checkSections();
        enter(0);
        read(BlockSearch.entriesOf(blockAddress));
    }

    @Override
    void last() {
        table.checkSections();
        enter(table.blocks() - 1);
        readLast();
    }

    @Override
    void seek(long target, int targetLength, long targetPrefix, long ts) {
        if (table.compareToLargest(target, targetLength, targetPrefix) > 0) {
            valid = false;
            return;
        }
        if (table.compareToSmallest(target, targetLength, targetPrefix) < 0) {
            first();
            return;
        }
        table.checkSections();
        enter(table.findBlock(target, targetLength, ts));
        int restart = BlockSearch.findRestart(blockAddress, table.baseTs(), target, targetLength, ts);
        read(BlockSearch.restart(blockAddress, restart));
        while (valid && isBefore(target, targetLength, targetPrefix, ts)) {
            next();
        }
    }

    @Override
    void seekBefore(long target, int targetLength, long targetPrefix) {
        if (table.compareToSmallest(target, targetLength, targetPrefix) <= 0) {
            valid = false;
            return;
        }
        seek(target, targetLength, targetPrefix, Long.MAX_VALUE);
        if (valid) {
            previous();
        } else {
            last();
        }
    }

    private boolean isBefore(long target, int targetLength, long targetPrefix, long ts) {
        int order = Keys.compare(keyAddress, keyLength, prefix, target, targetLength, targetPrefix);
        return order != 0 ? order < 0 : commitTs > ts;
    }

    @Override
    void next() {
        if (nextEntry < end) {
            read(nextEntry);
        } else if (block + 1 < table.blocks()) {
            enter(block + 1);
            read(BlockSearch.entriesOf(blockAddress));
        } else {
            valid = false;
        }
    }

    @Override
    void previous() {
        long current = entry;
        if (current == BlockSearch.entriesOf(blockAddress)) {
            if (block == 0) {
                valid = false;
            } else {
                enter(block - 1);
                readLast();
            }
            return;
        }
        int restart = BlockSearch.restartsOf(blockAddress) - 1;
        while (BlockSearch.restart(blockAddress, restart) >= current) {
            restart--;
        }
        read(BlockSearch.restart(blockAddress, restart));
        while (nextEntry < current) {
            read(nextEntry);
        }
    }

    private void enter(int ordinal) {
        block = ordinal;
        blockAddress = table.block(ordinal);
        end = BlockSearch.endOf(blockAddress);
    }

    private void readLast() {
        read(BlockSearch.restart(blockAddress, BlockSearch.restartsOf(blockAddress) - 1));
        while (nextEntry < end) {
            read(nextEntry);
        }
    }

    /// Decodes the entry at `p`; unless it is a restart point, the key buffer holds the key before it.
    private void read(long p) {
        entry = p;
        int shared = NativeMemory.getByte(p);
        if (shared >= 0) {
            p++;
        } else {
            shared = (int) Varint.get(p);
            p += Varint.size(shared);
        }
        int unshared = NativeMemory.getByte(p);
        if (unshared >= 0) {
            p++;
        } else {
            unshared = (int) Varint.get(p);
            p += Varint.size(unshared);
        }
        long tag = Varint.get(p);
        p += Varint.size(tag);
        long age = Varint.get(p);
        p += Varint.size(age);

        key.truncate(shared);
        key.append(p, unshared);
        keyAddress = key.address();
        keyLength = shared + unshared;
        prefix = keyAddress == 0 ? 0 : Keys.prefixInBuffer(keyAddress, keyLength);
        commitTs = table.baseTs() + age;
        tombstone = (tag & KIND_MASK) == KIND_TOMBSTONE;
        valueAddress = p + unshared;
        valueLength = (int) (tag >>> KIND_BITS);
        nextEntry = valueAddress + valueLength;
        valid = true;
    }

    @Override
    public void close() {
        key.close();
    }
}
