package omendb.engine.lsm;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import omendb.memory.Advice;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Chunks of memory of one size, cut from one piece, so that the kernel can back it with huge pages: rows are
/// found all over the place, and with small pages each costs a walk through the page tables as well.
///
/// The piece is taken from the kernel as chunks are first used, but accounted at once. More chunks than it
/// holds (while many retired ones wait for their readers) are allocated one by one. Threading: any thread.
final class ChunkPool implements AutoCloseable {
    private final MemoryTag tag;
    private final long chunkBytes;
    private final int count;
    private final long address;
    private final AtomicInteger used = new AtomicInteger();
    private final ConcurrentLinkedQueue<Long> free = new ConcurrentLinkedQueue<>();

    ChunkPool(MemoryTag tag, long chunkBytes, int count) {
        this.tag = tag;
        this.chunkBytes = chunkBytes;
        this.count = count;
        this.address = MemoryAccount.allocate(tag, chunkBytes * count);
        NativeMemory.advise(NativeMemory.segment(address, chunkBytes * count), Advice.HUGE_PAGES, "");
    }

    long take() {
        Long freed = free.poll();
        if (freed != null) {
            return freed;
        }
        int next = used.getAndUpdate(n -> Math.min(n + 1, count));
        return next < count ? address + next * chunkBytes : MemoryAccount.allocate(tag, chunkBytes);
    }

    /// Gives a chunk back, also after [#close] (what was retired before).
    void give(long chunk) {
        if (chunk >= address && chunk < address + count * chunkBytes) {
            free.add(chunk);
        } else {
            MemoryAccount.free(tag, chunk, chunkBytes);
        }
    }

    /// Frees the piece; whoever holds chunks still gives them back.
    @Override
    public void close() {
        MemoryAccount.free(tag, address, chunkBytes * count);
    }
}
