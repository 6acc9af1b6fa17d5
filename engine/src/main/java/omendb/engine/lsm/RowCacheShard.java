package omendb.engine.lsm;

import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import omendb.memory.Epochs;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// A part of the [RowCache]: S3-FIFO over chunks of off-heap memory.
///
/// New rows go to the end of the *small* queue, a tenth of the room; what was read more than once by the time
/// it reaches the front moves to the *main* queue, the rest leaves a *ghost*, a fingerprint; a row whose ghost
/// is still there when it comes again goes to the main queue at once. At the front of the main queue a row
/// that was read goes round once more, others leave. A queue is a list of chunks, filled at one end and
/// emptied at the other a chunk at a time; an emptied chunk is retired, since readers may still look at it.
///
/// Row in a chunk, at a multiple of 8:
///
///     offset size field
///     0      8    hash
///     8      8    name of the tree
///     16     8    commit timestamp
///     24     4    value length
///     28     2    key length
///     30     1    reads since it came or went round, up to 3
///     31     1    1 = live, 0 = invalidated
///     32          key, value
///
/// Threading: everything under the shard's lock. Rows do not change once they are linked, but for the two
/// bytes that only lock holders look at.
final class RowCacheShard {
    private static final MemoryTag TAG = MemoryTag.of("row-cache");

    private static final int TREE = 8;
    private static final int COMMIT_TS = 16;
    private static final int VALUE_LENGTH = 24;
    private static final int KEY_LENGTH = 28;
    private static final int READS = 30;
    private static final int LIVE = 31;
    private static final int KEY = 32;

    private static final int MAX_READS = 3;
    private static final int SMALL_SHARE = 10;
    private static final int CHUNKS = 64;
    private static final long MIN_CHUNK_BYTES = 4 << 10;
    private static final long MAX_CHUNK_BYTES = 256 << 10;

    /// A row may take this part of a chunk, so that chunks fill well.
    private static final int ROWS_PER_CHUNK = 8;

    private static final int FIRST_SLOTS = 256;

    private record Chunk(long address, long bytes) {}

    /// Chunks from the oldest to the one being filled.
    private static final class Queue {
        final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
        final ArrayDeque<Long> ends = new ArrayDeque<>(); // of the full ones
        long fill;
        long bytes;
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Epochs epochs;
    private final long capacity;
    private final long chunkBytes;
    private final Queue small = new Queue();
    private final Queue main = new Queue();

    /// Open addressing: an address in the low 48 bits, high bits of the hash above; 0 = free.
    private long slots;

    private int slotCount = FIRST_SLOTS;
    private int rows;

    /// Direct-mapped: fingerprint in the high half, count of evictions at its making in the low half.
    private long ghosts;

    private int ghostCount = FIRST_SLOTS;
    private int evictions;

    RowCacheShard(long capacity, Epochs epochs) {
        this.capacity = capacity;
        this.epochs = epochs;
        this.chunkBytes = Math.clamp((capacity / CHUNKS) & -8L, MIN_CHUNK_BYTES, MAX_CHUNK_BYTES);
        this.slots = zeroed(slotCount);
        this.ghosts = zeroed(ghostCount);
    }

    private static long zeroed(int longs) {
        long address = MemoryAccount.allocate(TAG, 8L * longs);
        NativeMemory.fill(address, 8L * longs, (byte) 0);
        return address;
    }

    long bytes() {
        lock.lock();
        try {
            return small.bytes + main.bytes;
        } finally {
            lock.unlock();
        }
    }

    boolean get(long hash, long tree, long key, int keyLength, long snapshotTs, LsmValue out) {
        lock.lock();
        try {
            int slot = find(hash, tree, key, keyLength);
            long row = slot < 0 ? 0 : rowAt(slot);
            if (row == 0 || NativeMemory.getLong(row + COMMIT_TS) > snapshotTs) {
                return false;
            }
            int reads = NativeMemory.getByte(row + READS);
            if (reads < MAX_READS) {
                NativeMemory.putByte(row + READS, (byte) (reads + 1));
            }
            out.setValue(
                    row + KEY + keyLength,
                    NativeMemory.getInt(row + VALUE_LENGTH),
                    NativeMemory.getLong(row + COMMIT_TS));
            return true;
        } finally {
            lock.unlock();
        }
    }

    void put(long hash, long tree, long key, int keyLength, LsmValue value, Fills fills, long ticket) {
        long bytes = bytesFor(keyLength, value.length());
        if (bytes > chunkBytes / ROWS_PER_CHUNK) {
            return;
        }
        lock.lock();
        try {
            if (!fills.isGood(ticket) || find(hash, tree, key, keyLength) >= 0) {
                return;
            }
            long row = append(isGhost(hash) ? main : small, bytes);
            NativeMemory.putLong(row, hash);
            NativeMemory.putLong(row + TREE, tree);
            NativeMemory.putLong(row + COMMIT_TS, value.commitTs());
            NativeMemory.putInt(row + VALUE_LENGTH, value.length());
            NativeMemory.putShort(row + KEY_LENGTH, (short) keyLength);
            NativeMemory.putByte(row + READS, (byte) 0);
            NativeMemory.putByte(row + LIVE, (byte) 1);
            NativeMemory.copy(key, row + KEY, keyLength);
            NativeMemory.copy(value.address(), row + KEY + keyLength, value.length());
            link(row);
            while (small.bytes + main.bytes > capacity && evict()) {
                assert rows >= 0 : rows;
            }
        } finally {
            lock.unlock();
        }
    }

    void remove(long hash, long tree, long key, int keyLength) {
        lock.lock();
        try {
            int slot = find(hash, tree, key, keyLength);
            if (slot >= 0) {
                NativeMemory.putByte(rowAt(slot) + LIVE, (byte) 0);
                unlink(slot);
            }
        } finally {
            lock.unlock();
        }
    }

    private static long bytesFor(long keyLength, long valueLength) {
        return (KEY + keyLength + valueLength + 7) & -8L;
    }

    private static long bytesOf(long row) {
        return bytesFor(NativeMemory.getShort(row + KEY_LENGTH) & 0xffff, NativeMemory.getInt(row + VALUE_LENGTH));
    }

    // ---- queues ----

    private long append(Queue queue, long bytes) {
        Chunk last = queue.chunks.peekLast();
        if (last == null || queue.fill + bytes > last.bytes()) {
            if (last != null) {
                queue.ends.addLast(queue.fill);
            }
            last = new Chunk(MemoryAccount.allocate(TAG, chunkBytes), chunkBytes);
            queue.chunks.addLast(last);
            queue.fill = 0;
        }
        long at = last.address() + queue.fill;
        queue.fill += bytes;
        queue.bytes += bytes;
        return at;
    }

    /// Empties the oldest chunk of the queue whose turn it is; false if both have only the chunk that is
    /// being filled.
    private boolean evict() {
        boolean fromSmall = small.bytes * SMALL_SHARE >= capacity || main.ends.isEmpty();
        Queue queue = fromSmall && !small.ends.isEmpty() ? small : main;
        @Nullable Long end = queue.ends.pollFirst();
        if (end == null) {
            return false;
        }
        Chunk chunk = queue.chunks.removeFirst();
        queue.bytes -= end;
        long stop = chunk.address() + end;
        for (long row = chunk.address(); row < stop; row += bytesOf(row)) {
            if (NativeMemory.getByte(row + LIVE) == 1) {
                leave(row, queue == small);
            }
        }
        epochs.retire(() -> MemoryAccount.free(TAG, chunk.address(), chunk.bytes()));
        return true;
    }

    /// A row has come to the front of its queue.
    private void leave(long row, boolean fromSmall) {
        int reads = NativeMemory.getByte(row + READS);
        int slot = slotOf(row);
        if (fromSmall ? reads > 1 : reads > 0) {
            long bytes = bytesOf(row);
            long moved = append(main, bytes);
            NativeMemory.copy(row, moved, bytes);
            NativeMemory.putByte(moved + READS, (byte) (fromSmall ? 0 : reads - 1));
            NativeMemory.putLong(slots + 8L * slot, slotFor(moved));
        } else {
            if (fromSmall) {
                addGhost(NativeMemory.getLong(row));
            }
            unlink(slot);
        }
    }

    // ---- ghosts: as many as rows, the youngest ----

    private void addGhost(long hash) {
        evictions++;
        NativeMemory.putLong(
                ghosts + 8L * ((int) hash & (ghostCount - 1)), (hash & ~0xffff_ffffL) | (evictions & 0xffff_ffffL));
    }

    private boolean isGhost(long hash) {
        long ghost = NativeMemory.getLong(ghosts + 8L * ((int) hash & (ghostCount - 1)));
        return ghost != 0 && ghost >>> 32 == hash >>> 32 && evictions - (int) ghost <= rows;
    }

    // ---- slots ----

    private static long slotFor(long row) {
        return (NativeMemory.getLong(row) & (0xffffL << 48)) | row;
    }

    private long rowAt(int slot) {
        return NativeMemory.getLong(slots + 8L * slot) & 0xffff_ffff_ffffL;
    }

    /// Where a row would like to stand. The low bits choose: the high ones chose the shard.
    private int home(long hash) {
        return (int) hash & (slotCount - 1);
    }

    private int find(long hash, long tree, long key, int keyLength) {
        int slot = home(hash);
        long content;
        while ((content = NativeMemory.getLong(slots + 8L * slot)) != 0) {
            if ((content ^ hash) >>> 48 == 0) {
                long row = content & 0xffff_ffff_ffffL;
                if (NativeMemory.getLong(row) == hash
                        && NativeMemory.getLong(row + TREE) == tree
                        && (NativeMemory.getShort(row + KEY_LENGTH) & 0xffff) == keyLength
                        && NativeMemory.compare(row + KEY, keyLength, key, keyLength) == 0) {
                    return slot;
                }
            }
            slot = (slot + 1) & (slotCount - 1);
        }
        return -1;
    }

    private int slotOf(long row) {
        int slot = home(NativeMemory.getLong(row));
        while (rowAt(slot) != row) {
            slot = (slot + 1) & (slotCount - 1);
        }
        return slot;
    }

    private void link(long row) {
        if (2 * (rows + 1) > slotCount) {
            grow();
        }
        place(row);
        rows++;
    }

    private void place(long row) {
        int slot = home(NativeMemory.getLong(row));
        while (NativeMemory.getLong(slots + 8L * slot) != 0) {
            slot = (slot + 1) & (slotCount - 1);
        }
        NativeMemory.putLong(slots + 8L * slot, slotFor(row));
    }

    /// Closes the gap, so that searches may stop at free slots (Knuth, vol. 3, 6.4, algorithm R).
    private void unlink(int slot) {
        int gap = slot;
        int next = gap;
        while (true) {
            NativeMemory.putLong(slots + 8L * gap, 0);
            int home;
            do {
                next = (next + 1) & (slotCount - 1);
                long row = rowAt(next);
                if (row == 0) {
                    rows--;
                    return;
                }
                home = home(NativeMemory.getLong(row));
            } while (gap <= next ? gap < home && home <= next : gap < home || home <= next);
            NativeMemory.putLong(slots + 8L * gap, NativeMemory.getLong(slots + 8L * next));
            gap = next;
        }
    }

    private void grow() {
        long old = slots;
        int oldCount = slotCount;
        slotCount = Math.multiplyExact(oldCount, 2);
        slots = zeroed(slotCount);
        for (int i = 0; i < oldCount; i++) {
            long row = NativeMemory.getLong(old + 8L * i) & 0xffff_ffff_ffffL;
            if (row != 0) {
                place(row);
            }
        }
        MemoryAccount.free(TAG, old, 8L * oldCount);
        MemoryAccount.free(TAG, ghosts, 8L * ghostCount);
        ghostCount = slotCount;
        ghosts = zeroed(ghostCount);
    }

    void close() {
        for (Queue queue : new Queue[] {small, main}) {
            queue.chunks.forEach(chunk -> MemoryAccount.free(TAG, chunk.address(), chunk.bytes()));
            queue.chunks.clear();
        }
        MemoryAccount.free(TAG, slots, 8L * slotCount);
        MemoryAccount.free(TAG, ghosts, 8L * ghostCount);
    }
}
