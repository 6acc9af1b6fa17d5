package omendb.engine.lsm;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import omendb.memory.Epochs;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Keeps blocks of compressed tables as they were before compression, for look-ups.
///
/// A table has a *slot* of eight bytes for each of its blocks, which holds the block's address here, 0 = not here:
/// finding a block is one load. Replacement is CLOCK (Corbató, "A paging experiment with the Multics system",
/// 1968): a hand goes round the blocks, spares those used since it last came and takes the next one that was not.
///
/// Block in memory, the address points behind the header:
///
///     -64    8    address of the slot
///     -56    4    place in the ring
///     -52    4    bytes of header and block
///     -48    4    1 = used since the hand came by
///     0      n    block
///
/// Threading: any thread; slots are read without the lock, under an `Epochs` pin. What leaves is unlinked from its
/// slot, then retired, so addresses stay good as long as the pin. The lock is held while a block is linked.
final class BlockCache implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("block-cache");
    private static final int HEADER_BYTES = 64; // blocks stay aligned to cache lines
    private static final int SLOT = -64;
    private static final int PLACE = -56;
    private static final int BYTES = -52;
    private static final int USED = -48;
    private static final int FIRST_PLACES = 64;

    private final long capacity;
    private final Epochs epochs;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Integer> freePlaces = new ArrayDeque<>();
    private long[] ring = new long[FIRST_PLACES];
    private int places;
    private int hand;
    private long bytes;
    private final AtomicLong retiredBytes = new AtomicLong(); // that pins may still keep

    /// @param capacity most bytes that blocks and their headers take
    BlockCache(long capacity, Epochs epochs) {
        this.capacity = capacity;
        this.epochs = epochs;
    }

    /// Whether pins keep so much of what left that the next block had better go elsewhere.
    boolean isHeldUp() {
        return retiredBytes.get() > capacity / 4;
    }

    /// The block of a slot; 0 if it is not here. The caller holds a pin.
    static long find(long slot) {
        long block = NativeMemory.getLongAcquire(slot);
        if (block != 0 && NativeMemory.getInt(block + USED) == 0) {
            NativeMemory.putInt(block + USED, 1);
        }
        return block;
    }

    /// Bytes behind a block that may be read though they say nothing: as behind a block in the mapped file, so that
    /// numbers are read a word at a time.
    private static final int BEHIND_BYTES = Long.BYTES;

    /// Memory that [#allocate] or a caller has to have for a block.
    static int bytesFor(int blockBytes) {
        return blockBytes + BEHIND_BYTES;
    }

    /// Memory for a block, to be given to [#put] or [#release].
    static long allocate(int blockBytes) {
        int whole = HEADER_BYTES + bytesFor(blockBytes);
        long block = MemoryAccount.allocate(TAG, whole) + HEADER_BYTES;
        NativeMemory.putInt(block + BYTES, whole);
        NativeMemory.putInt(block + USED, 0);
        return block;
    }

    static void release(long block) {
        MemoryAccount.free(TAG, block - HEADER_BYTES, NativeMemory.getInt(block + BYTES));
    }

    /// Takes over a filled block; others leave if it needs their room.
    ///
    /// @return the block to use: if another thread was faster, that thread's
    long put(long slot, long block) {
        boolean evicted;
        lock.lock();
        try {
            long present = NativeMemory.getLongAcquire(slot);
            if (present != 0) {
                release(block);
                return present;
            }
            link(slot, block);
            evicted = evict();
        } finally {
            lock.unlock();
        }
        if (evicted) {
            epochs.advance(); // reads alone must give memory back, too; the caller's pin holds his block
        }
        return block;
    }

    private void link(long slot, long block) {
        Integer free = freePlaces.pollFirst();
        int place = free == null ? places++ : free;
        if (place == ring.length) {
            ring = Arrays.copyOf(ring, 2 * place);
        }
        ring[place] = block;
        NativeMemory.putLong(block + SLOT, slot);
        NativeMemory.putInt(block + PLACE, place);
        bytes += NativeMemory.getInt(block + BYTES);
        NativeMemory.putLongRelease(slot, block);
    }

    private boolean evict() {
        boolean evicted = false;
        while (bytes > capacity) {
            hand = hand + 1 < places ? hand + 1 : 0;
            long block = ring[hand];
            if (block != 0) {
                if (NativeMemory.getInt(block + USED) != 0) {
                    NativeMemory.putInt(block + USED, 0);
                } else {
                    unlink(block);
                    long left = NativeMemory.getInt(block + BYTES);
                    retiredBytes.addAndGet(left);
                    epochs.retire(() -> {
                        release(block);
                        retiredBytes.addAndGet(-left);
                    });
                    evicted = true;
                }
            }
        }
        return evicted;
    }

    private void unlink(long block) {
        int place = NativeMemory.getInt(block + PLACE);
        NativeMemory.putLongRelease(NativeMemory.getLong(block + SLOT), 0);
        ring[place] = 0;
        freePlaces.addLast(place);
        bytes -= NativeMemory.getInt(block + BYTES);
    }

    /// Frees the blocks of a table that no reader can see any more.
    void drop(long slots, int count) {
        lock.lock();
        try {
            for (int i = 0; i < count; i++) {
                long block = NativeMemory.getLongAcquire(slots + 8L * i);
                if (block != 0) {
                    unlink(block);
                    release(block);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// Bytes of the blocks here and their headers.
    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /// Frees what is left; no reader may be left.
    @Override
    public void close() {
        lock.lock();
        try {
            for (int i = 0; i < places; i++) {
                if (ring[i] != 0) {
                    long block = ring[i];
                    unlink(block);
                    release(block);
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
