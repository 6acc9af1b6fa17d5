package omendb.engine.lsm;

import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;

/// One piece of memory from which the small buffers of a scan are cut, since allocating each by itself costs
/// more than looking for the first row.
///
/// Threading: one thread at a time. Buffers cut from it are no longer used when it is closed.
final class CursorScratch implements AutoCloseable {
    /// A scratch that has nothing to give: every buffer allocates its own memory.
    static final CursorScratch NONE = new CursorScratch();

    static final long PIECE_BYTES = 128;
    private static final int PIECES = 8;

    private final MemoryTag tag;
    private final long address;
    private final int pieces;
    private int cut;

    CursorScratch(MemoryTag tag) {
        this.tag = tag;
        this.pieces = PIECES;
        this.address = MemoryAccount.allocate(tag, PIECES * PIECE_BYTES);
    }

    private CursorScratch() {
        this.tag = MemoryTag.of("lsm-cursor");
        this.pieces = 0;
        this.address = 0;
    }

    /// Address of [#PIECE_BYTES] bytes; 0 if there are none left.
    long cut() {
        return cut < pieces ? address + PIECE_BYTES * cut++ : 0;
    }

    @Override
    public void close() {
        if (pieces > 0) {
            MemoryAccount.free(tag, address, PIECES * PIECE_BYTES);
        }
    }
}
