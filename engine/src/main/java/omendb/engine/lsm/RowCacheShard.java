package omendb.engine.lsm;

import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import omendb.memory.Epochs;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// A part of the [RowCache]: rows in chunks of off-heap memory, those kept that are read most often.
///
/// A row that has been read half as often as others that leave, as the [FrequencySketch] remembers, goes to the
/// end of the *window* queue, a fiftieth of the room; any row while there is room. A row that leaves it moves on to
/// the
/// *main* queue if it was read more often than a threshold, else it leaves the cache and its count goes to
/// the sketch, from which it goes on when the row comes again: W-TinyLFU (TOS 2017, section 4), whose
/// admission compares the newcomer with a victim. Here the victims' counts are known as the threshold: the
/// main queue is a clock over chunks, and from the chunk at its front those rows go round once more that
/// were read more often than the threshold, which rises when nearly all rows of a chunk do and falls when few do.
/// So rows are copied in order, a few for each row that comes in, and nothing is chosen one by one.
///
/// Counts of rows that are here lie in the rows, exact up to [FrequencySketch#MAX]. After [#SAMPLE] times as
/// many reads as there are rows all counts are halved; those in rows when they are next looked at.
///
/// A queue is a list of chunks, filled at one end and emptied at the other a chunk at a time; an emptied
/// chunk is retired, since readers may still look at it.
///
/// Row in a chunk, at a multiple of 8:
///
///     offset size field
///     0      8    hash
///     8      8    name of the tree, 0 = invalidated
///     16     8    commit timestamp
///     24     4    value length
///     28     2    key length
///     30     1    reads, in the sketch's parts of a read
///     31     1    low byte of the number of halvings that the reads have been through
///     32          key, value
///
/// Threading: look-ups take no lock, the caller's pin keeps chunks and index alive; changes are made under
/// the lock. What a reader finds does not change but for the name of the tree, which becomes 0, and the
/// reads, which readers add to without care for each other: a lost one does not matter.
final class RowCacheShard {
    private static final MemoryTag TAG = MemoryTag.of("row-cache");

    private static final int TREE = 8;
    private static final int COMMIT_TS = 16;
    private static final int VALUE_LENGTH = 24;
    private static final int KEY_LENGTH = 28;
    private static final int READS = 30;
    private static final int HALVINGS = 31;
    private static final int KEY = 32;

    private static final int WINDOW_SHARE = 50;
    private static final int SAMPLE = 40;
    private static final int CHUNKS = 64;
    private static final long MIN_CHUNK_BYTES = 4 << 10;
    private static final long MAX_CHUNK_BYTES = 256 << 10;

    /// A row may take this part of a chunk, so that chunks fill well.
    private static final int ROWS_PER_CHUNK = 8;

    private static final int FIRST_SLOTS = 256;

    /// Bytes of the sketch for each slot of the index: 8 to 16 for each row.
    private static final int SKETCH_BYTES = 4;

    /// The threshold rises by such a part of itself, and falls by one, when more or fewer per cent of a swept
    /// chunk stay.
    private static final int STEPS = 16;

    private static final int MOST_STAY = 80;
    private static final int FEW_STAY = 40;

    private static final int COUNTER_BYTES = 128; // two lines: neighbours are prefetched in pairs
    private static final int MISSES = 8;

    /// Chunks from the oldest to the one being filled.
    private static final class Queue {
        final ArrayDeque<Long> chunks = new ArrayDeque<>();
        final ArrayDeque<Long> ends = new ArrayDeque<>(); // of the full ones
        long fill;
        long bytes;
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Epochs epochs;
    private final long capacity;
    private final long chunkBytes;
    private final ChunkPool pool;
    private final Queue window = new Queue();
    private final Queue main = new Queue();
    private final FrequencySketch sketch = new FrequencySketch(TAG, (long) SKETCH_BYTES * FIRST_SLOTS);

    /// Hits and misses, counted without care: two threads at once may count one.
    private final long counters = MemoryAccount.allocate(TAG, COUNTER_BYTES);

    private volatile RowIndex index = new RowIndex(TAG, FIRST_SLOTS);
    private int rows;
    private int threshold; // in the sketch's parts of a read
    private int halvings;
    private long puts;
    private long readsAtHalving;

    RowCacheShard(long capacity, Epochs epochs) {
        this.capacity = capacity;
        this.epochs = epochs;
        this.chunkBytes = Math.clamp((capacity / CHUNKS) & -8L, MIN_CHUNK_BYTES, MAX_CHUNK_BYTES);
        this.pool = new ChunkPool(TAG, chunkBytes, (int) (capacity / chunkBytes * 9 / 8) + 2);
    }

    long bytes() {
        lock.lock();
        try {
            return window.bytes + main.bytes;
        } finally {
            lock.unlock();
        }
    }

    /// Look-ups that found their row; roughly, if many threads look.
    long hits() {
        return NativeMemory.getLong(counters);
    }

    long misses() {
        return NativeMemory.getLong(counters + MISSES);
    }

    private static void count(long counter) {
        NativeMemory.putLong(counter, NativeMemory.getLong(counter) + 1);
    }

    // ---- look-up ----

    boolean get(long hash, long tree, long key, int keyLength, long snapshotTs, LsmValue out) {
        long row = find(index, hash, tree, key, keyLength);
        if (row == 0 || NativeMemory.getLong(row + COMMIT_TS) > snapshotTs) {
            count(counters + MISSES);
            return false;
        }
        count(counters);
        int reads = reads(row);
        if (reads < FrequencySketch.MAX) {
            setReads(row, Math.min(reads + FrequencySketch.READ, FrequencySketch.MAX));
        }
        out.setValue(
                row + KEY + keyLength, NativeMemory.getInt(row + VALUE_LENGTH), NativeMemory.getLong(row + COMMIT_TS));
        return true;
    }

    /// Address of the row with this key; 0 if there is none.
    private static long find(RowIndex index, long hash, long tree, long key, int keyLength) {
        int slot = index.home(hash);
        long content;
        while ((content = index.content(slot)) != 0) {
            if (RowIndex.mayBe(content, hash)) {
                long row = RowIndex.row(content);
                if (NativeMemory.getLong(row) == hash
                        && NativeMemory.getLong(row + TREE) == tree
                        && (NativeMemory.getShort(row + KEY_LENGTH) & 0xffff) == keyLength
                        && NativeMemory.compare(row + KEY, keyLength, key, keyLength) == 0) {
                    return row;
                }
            }
            slot = index.after(slot);
        }
        return 0;
    }

    // ---- changes ----

    /// Puts a row in if `ticket` is still good. Does nothing while another thread changes the shard: what is
    /// read often comes again.
    void put(long hash, long tree, long key, int keyLength, LsmValue value, Fills fills, long ticket) {
        long bytes = bytesFor(keyLength, value.length());
        if (bytes > chunkBytes / ROWS_PER_CHUNK || !lock.tryLock()) {
            return;
        }
        try {
            if (!fills.isGood(ticket) || find(index, hash, tree, key, keyLength) != 0) {
                return;
            }
            int reads = Math.min(sketch.count(hash) + FrequencySketch.READ, FrequencySketch.MAX);
            sketch.raise(hash, reads);
            if (isFull() && 2 * reads <= threshold) {
                return;
            }
            long row = append(window, bytes);
            NativeMemory.putLong(row, hash);
            NativeMemory.putLong(row + TREE, tree);
            NativeMemory.putLong(row + COMMIT_TS, value.commitTs());
            NativeMemory.putInt(row + VALUE_LENGTH, value.length());
            NativeMemory.putShort(row + KEY_LENGTH, (short) keyLength);
            setReads(row, reads);
            NativeMemory.copy(key, row + KEY, keyLength);
            NativeMemory.copy(value.address(), row + KEY + keyLength, value.length());
            link(row);
            puts++;
            makeRoom();
        } finally {
            lock.unlock();
        }
    }

    void remove(long hash, long tree, long key, int keyLength) {
        lock.lock();
        try {
            long row = find(index, hash, tree, key, keyLength);
            if (row != 0) {
                unlink(row);
                NativeMemory.putLong(row + TREE, 0);
            }
        } finally {
            lock.unlock();
        }
    }

    private void link(long row) {
        RowIndex current = index;
        if (2 * (rows + 1) > current.count()) {
            index = current.grown();
            epochs.retire(current::free);
            sketch.grow();
        }
        index.place(row);
        rows++;
    }

    private void unlink(long row) {
        index.remove(index.slotOf(row));
        rows--;
    }

    private static long bytesFor(long keyLength, long valueLength) {
        return (KEY + keyLength + valueLength + 7) & -8L;
    }

    private static long bytesOf(long row) {
        return bytesFor(NativeMemory.getShort(row + KEY_LENGTH) & 0xffff, NativeMemory.getInt(row + VALUE_LENGTH));
    }

    // ---- queues ----

    private long append(Queue queue, long bytes) {
        Long last = queue.chunks.peekLast();
        if (last == null || queue.fill + bytes > chunkBytes) {
            if (last != null) {
                queue.ends.addLast(queue.fill);
            }
            last = pool.take();
            queue.chunks.addLast(last);
            queue.fill = 0;
        }
        long at = last + queue.fill;
        queue.fill += bytes;
        queue.bytes += bytes;
        return at;
    }

    private boolean isFull() {
        return window.bytes + main.bytes + chunkBytes > capacity;
    }

    /// Empties chunks at the fronts of the queues until the rows fit.
    private void makeRoom() {
        while (window.bytes * WINDOW_SHARE > capacity && !window.ends.isEmpty()) {
            empty(window, isFull() ? threshold : -1);
        }
        while (window.bytes + main.bytes > capacity && !main.ends.isEmpty()) {
            sweep();
        }
        while (window.bytes + main.bytes > capacity && !window.ends.isEmpty()) { // nothing has moved on yet
            empty(window, threshold);
        }
    }

    /// Empties the chunk at the front of the main queue, and moves the threshold so that most rows stay but
    /// not all.
    private void sweep() {
        halveIfDue();
        long stayed = empty(main, threshold);
        if (stayed > MOST_STAY) {
            threshold =
                    Math.min(threshold + Math.max(1, threshold / STEPS), FrequencySketch.MAX + FrequencySketch.READ);
        } else if (stayed < FEW_STAY && threshold > 0) {
            threshold--;
        }
    }

    /// Takes the oldest chunk of a queue apart: rows that were read more often than `limit` go to the end of
    /// the main queue, the others leave.
    ///
    /// @return per cent of its bytes that stayed
    private long empty(Queue queue, int limit) {
        long chunk = queue.chunks.removeFirst();
        long end = queue.ends.removeFirst();
        queue.bytes -= end;
        long stayed = 0;
        long stop = chunk + end;
        for (long row = chunk; row < stop; ) {
            long bytes = bytesOf(row);
            if (NativeMemory.getLong(row + TREE) != 0) {
                long hash = NativeMemory.getLong(row);
                int reads = reads(row);
                if (reads > limit + (queue == main ? spread(hash) : 0)) {
                    moveOn(row, bytes, reads);
                    stayed += bytes;
                } else {
                    unlink(row);
                    sketch.raise(hash, reads);
                }
            }
            row += bytes;
        }
        epochs.retire(() -> pool.give(chunk));
        return 100 * stayed / end;
    }

    /// Half a read up or down, by row: of the many rows with the same count some go and some stay.
    private static int spread(long hash) {
        return ((int) (hash >>> 20) & (FrequencySketch.READ - 1)) - FrequencySketch.READ / 2;
    }

    private void moveOn(long row, long bytes, int reads) {
        long moved = append(main, bytes);
        NativeMemory.copy(row, moved, bytes);
        setReads(moved, reads);
        index.replace(index.slotOf(row), moved);
    }

    // ---- counts ----

    /// Reads of a row, after the halvings that it has not been through yet.
    private int reads(long row) {
        int missed = (halvings - NativeMemory.getByte(row + HALVINGS)) & 0xff;
        return (NativeMemory.getByte(row + READS) & 0xff) >> Math.min(missed, Byte.SIZE - 1);
    }

    private void setReads(long row, int reads) {
        NativeMemory.putShort(row + READS, (short) (reads | halvings << Byte.SIZE));
    }

    private void halveIfDue() {
        long reads = hits() + puts;
        if (reads - readsAtHalving > (long) SAMPLE * rows) {
            readsAtHalving = reads;
            halvings++;
            threshold /= 2;
            sketch.age();
        }
    }

    void close() {
        for (Queue queue : new Queue[] {window, main}) {
            queue.chunks.forEach(pool::give);
            queue.chunks.clear();
        }
        pool.close();
        index.free();
        sketch.close();
        MemoryAccount.free(TAG, counters, COUNTER_BYTES);
    }
}
