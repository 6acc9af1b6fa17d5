package omendb.ann.hnsw;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import omendb.ann.BuildProgress;
import omendb.memory.Epochs;
import omendb.memory.NativeMemory;

/// Everything that changes an index: insertion, tombstones, bulk build.
///
/// Threading: all methods from any thread. A slot is linked by whoever sets its CLAIMED flag first.
public final class IndexWriter {
    private static final int REPORT_EVERY = 1_024;

    private final IndexMemory memory;
    private final Graph graph;
    private final NodeLinker linker;
    private final ReentrantLock building = new ReentrantLock();

    public IndexWriter(IndexMemory memory) {
        this.memory = memory;
        this.graph = memory.graph;
        this.linker = new NodeLinker(memory);
    }

    // ---- one slot ----

    public void insert(long slot) {
        checkSlot(slot);
        try (Epochs.Pin pin = memory.epochs.pin()) {
            assert pin != null;
            memory.checkOpen();
            int before = graph.setFlags(slot, Graph.CLAIMED);
            if ((before & (Graph.CLAIMED | Graph.LINKED | Graph.DEAD)) == 0) {
                if (memory.isIndexable(memory.source.address(slot))) {
                    linkClaimed((int) slot, true);
                } else {
                    graph.setFlags(slot, Graph.DEAD);
                }
            }
            graph.advanceIndexedLimit();
            if (memory.wantsTraining(graph.linkedCount.get())) {
                trainAgain();
            }
        }
    }

    private void linkClaimed(int slot, boolean encode) {
        Scratch scratch = memory.takeScratch();
        long stamp = memory.writing.readLock();
        boolean linked = false;
        try {
            CodeTable codes = memory.codes();
            if (codes != null && encode) {
                codes.encode(slot, memory.source.address(slot), scratch.codeScorer(codes).encodeScratch);
            }
            linker.link(slot, scratch);
            graph.linkedCount.incrementAndGet();
            if ((graph.setFlags(slot, Graph.LINKED) & Graph.DEAD) != 0) {
                graph.deadCount.incrementAndGet();
            }
            linked = true;
        } finally {
            if (!linked) {
                graph.unclaim(slot);
            }
            memory.writing.unlockRead(stamp);
            memory.giveBack(scratch);
        }
    }

    private void trainAgain() {
        long stamp = memory.writing.writeLock();
        try {
            long vectors = graph.linkedCount.get();
            // another thread may have been faster
            if (memory.wantsTraining(vectors)) {
                CodeTraining.train(memory, vectors, 1);
            }
        } finally {
            memory.writing.unlockWrite(stamp);
        }
    }

    public void markDead(long slot) {
        checkSlot(slot);
        try (Epochs.Pin pin = memory.epochs.pin()) {
            assert pin != null;
            memory.checkOpen();
            int before = graph.setFlags(slot, Graph.DEAD);
            if ((before & (Graph.DEAD | Graph.LINKED)) == Graph.LINKED) {
                graph.deadCount.incrementAndGet();
            }
            if (slot == graph.indexedLimit.get()) {
                graph.advanceIndexedLimit();
            }
        }
    }

    private static void checkSlot(long slot) {
        if (slot < 0 || slot >= Integer.MAX_VALUE) {
            throw new IllegalArgumentException("slot must be between 0 and " + (Integer.MAX_VALUE - 1) + ": " + slot);
        }
    }

    // ---- many slots ----

    public void build(long slotLimit, LongPredicate isLive, int threads, BuildProgress progress) {
        if (slotLimit < 0 || slotLimit >= Integer.MAX_VALUE || threads < 1) {
            throw new IllegalArgumentException("build of " + slotLimit + " slots on " + threads + " threads");
        }
        building.lock();
        try (var pending = new OffHeapArray(Math.max(8, (slotLimit + 63) / 64 * 8))) {
            memory.checkOpen();
            if (slotLimit > 0) {
                graph.level0.ensure(slotLimit);
                graph.slotCount.accumulateAndGet(slotLimit, Math::max);
            }
            long count = claimAll(slotLimit, isLive, threads, pending);
            trainBefore(count, threads);
            linkAll(slotLimit, count, threads, progress, pending);
            graph.advanceIndexedLimit();
        } finally {
            building.unlock();
        }
    }

    /// Claims the live slots, marks the others dead; sets the bits of the claimed ones and returns how many they
    /// are.
    private long claimAll(long slotLimit, LongPredicate isLive, int threads, OffHeapArray pending) {
        var count = new AtomicLong();
        Workers.forEach(slotLimit, threads, () -> true, () -> (from, to) -> {
            long word = 0;
            for (long slot = from; slot < to; slot++) {
                if ((graph.flags(slot) & (Graph.CLAIMED | Graph.LINKED | Graph.DEAD)) != 0) {
                    continue;
                }
                if (!isLive.test(slot) || !memory.isIndexable(memory.source.address(slot))) {
                    graph.setFlags(slot, Graph.DEAD);
                } else if ((graph.setFlags(slot, Graph.CLAIMED) & Graph.CLAIMED) == 0) {
                    word |= 1L << (slot - from);
                }
            }
            NativeMemory.putLong(pending.address() + from / 64 * 8, word);
            count.addAndGet(Long.bitCount(word));
        });
        return count.get();
    }

    private void trainBefore(long count, int threads) {
        long stamp = memory.writing.writeLock();
        try {
            long vectors = count + graph.linkedCount.get();
            if (memory.wantsTraining(vectors)) {
                CodeTraining.train(memory, vectors, threads);
            } else if (memory.codes() != null) {
                encodePending(threads);
            }
        } finally {
            memory.writing.unlockWrite(stamp);
        }
    }

    private void encodePending(int threads) {
        CodeTable codes = memory.codes();
        if (codes != null) {
            CodeTraining.encode(memory, codes, threads, false);
        }
    }

    private void linkAll(long slotLimit, long count, int threads, BuildProgress progress, OffHeapArray pending) {
        var done = new AtomicLong();
        var cancelled = new AtomicBoolean();
        boolean complete = false;
        try {
            complete = Workers.forEach(
                    slotLimit,
                    threads,
                    () -> !cancelled.get(),
                    () -> (from, to) -> linkChunk(from, pending, count, done, progress, cancelled));
        } finally {
            if (!complete || cancelled.get()) {
                unclaimAll(slotLimit, pending);
                graph.advanceIndexedLimit();
            }
        }
        if (cancelled.get()) {
            throw new CancellationException("build stopped after " + done.get() + " of " + count + " vectors");
        }
    }

    private void linkChunk(
            long from,
            OffHeapArray pending,
            long count,
            AtomicLong done,
            BuildProgress progress,
            AtomicBoolean cancelled) {
        long at = pending.address() + from / 64 * 8;
        try (Epochs.Pin pin = memory.epochs.pin()) {
            assert pin != null;
            memory.checkOpen();
            for (long word = NativeMemory.getLong(at); word != 0 && !cancelled.get(); word &= word - 1) {
                // the bit goes first: a slot that fails has given its claim back itself
                NativeMemory.putLong(at, word & (word - 1));
                linkClaimed((int) (from + Long.numberOfTrailingZeros(word)), false);
                long linked = done.incrementAndGet();
                if ((linked % REPORT_EVERY == 0 || linked == count) && !progress.report(linked, count)) {
                    cancelled.set(true);
                }
            }
        }
    }

    private void unclaimAll(long slotLimit, OffHeapArray pending) {
        for (long from = 0; from < slotLimit; from += 64) {
            long word = NativeMemory.getLong(pending.address() + from / 8);
            for (; word != 0; word &= word - 1) {
                graph.unclaim(from + Long.numberOfTrailingZeros(word));
            }
        }
    }
}
