package omendb.ann.hnsw;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import omendb.ann.BuildProgress;
import omendb.memory.Epochs;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Everything that changes an index: insertion, tombstones, bulk build.
///
/// Threading: all methods from any thread. A slot is linked by whoever sets its CLAIMED flag first.
public final class IndexWriter {
    /// A link takes up to some milliseconds, and whoever cancels a build wants to see it end within a hundred.
    private static final int REPORT_EVERY = 16;

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
            link((int) slot, null);
            graph.advanceIndexedLimit();
            if (memory.wantsTraining(graph.linkedCount.get())) {
                trainAgain();
            }
        }
    }

    /// Links a slot unless it is linked or dead, or some other thread is at it.
    ///
    /// @param encodedWith table that the slot's code row is already in; a row is written if the index has another
    ///     by now
    private void link(int slot, @Nullable CodeTable encodedWith) {
        if ((graph.flags(slot) & (Graph.LINKED | Graph.DEAD)) != 0) {
            return;
        }
        if (!memory.isIndexable(memory.source.address(slot))) {
            graph.setFlags(slot, Graph.DEAD);
            return;
        }
        Scratch scratch = memory.takeScratch();
        // a claim lives only under this lock: no checkpoint ever sees one
        long stamp = memory.writing.readLock();
        try {
            if ((graph.setFlags(slot, Graph.CLAIMED) & (Graph.CLAIMED | Graph.DEAD)) == 0) {
                linkClaimed(slot, encodedWith, scratch);
            }
        } finally {
            memory.writing.unlockRead(stamp);
            memory.giveBack(scratch);
        }
    }

    private void linkClaimed(int slot, @Nullable CodeTable encodedWith, Scratch scratch) {
        boolean linked = false;
        try {
            CodeTable codes = memory.codes();
            if (codes != null && codes != encodedWith) {
                codes.encode(
                        slot, scratch.floats(memory.source.address(slot)), scratch.codeScorer(codes).encodeScratch);
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
        }
    }

    private void trainAgain() {
        long stamp = memory.writing.writeLock();
        try {
            long vectors = graph.linkedCount.get();
            // another thread may have been faster
            if (memory.wantsTraining(vectors)) {
                CodeTraining.train(memory, vectors, 1, slot -> false, () -> true);
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
            BooleanSupplier goOn = () -> progress.report(0, slotLimit);
            long count = collectPending(slotLimit, isLive, threads, pending, goOn);
            CodeTable codes = trainBefore(count, threads, slot -> isPending(pending, slot, slotLimit), goOn);
            linkAll(slotLimit, count, threads, progress, pending, codes);
        } finally {
            building.unlock();
        }
    }

    /// Sets the bits of the live slots that are not linked, marks the others dead; returns how many bits are set.
    private long collectPending(
            long slotLimit, LongPredicate isLive, int threads, OffHeapArray pending, BooleanSupplier goOn) {
        var count = new AtomicLong();
        boolean complete = Workers.forEach(slotLimit, threads, goOn, () -> (from, to) -> {
            long word = 0;
            for (long slot = from; slot < to; slot++) {
                if ((graph.flags(slot) & (Graph.LINKED | Graph.DEAD)) != 0) {
                    continue;
                }
                if (isLive.test(slot) && memory.isIndexable(memory.source.address(slot))) {
                    word |= 1L << (slot - from);
                } else {
                    graph.setFlags(slot, Graph.DEAD);
                }
            }
            NativeMemory.putLong(pending.address() + from / 64 * 8, word);
            count.addAndGet(Long.bitCount(word));
        });
        if (!complete) {
            throw new CancellationException("build stopped before the first link");
        }
        return count.get();
    }

    private static boolean isPending(OffHeapArray pending, long slot, long slotLimit) {
        return slot < slotLimit && (NativeMemory.getLong(pending.address() + slot / 64 * 8) >>> (slot & 63) & 1) != 0;
    }

    /// Trains codes if it is time, and sees to it that the pending slots have code rows; returns the table they are
    /// in.
    private @Nullable CodeTable trainBefore(long count, int threads, LongPredicate pending, BooleanSupplier goOn) {
        long stamp = memory.writing.writeLock();
        try {
            long vectors = count + graph.linkedCount.get();
            CodeTable codes = memory.codes();
            if (memory.wantsTraining(vectors)) {
                CodeTraining.train(memory, vectors, threads, pending, goOn);
            }
            if (codes != null && codes == memory.codes()) {
                CodeTraining.encode(memory, codes, threads, pending, goOn);
            }
            return memory.codes();
        } finally {
            memory.writing.unlockWrite(stamp);
        }
    }

    private void linkAll(
            long slotLimit,
            long count,
            int threads,
            BuildProgress progress,
            OffHeapArray pending,
            @Nullable CodeTable codes) {
        var done = new AtomicLong();
        var cancelled = new AtomicBoolean();
        try {
            Workers.forEach(slotLimit, threads, () -> !cancelled.get(), () -> (from, to) -> {
                try (Epochs.Pin pin = memory.epochs.pin()) {
                    assert pin != null;
                    memory.checkOpen();
                    long word = NativeMemory.getLong(pending.address() + from / 64 * 8);
                    for (; word != 0 && !cancelled.get(); word &= word - 1) {
                        link((int) (from + Long.numberOfTrailingZeros(word)), codes);
                        long linked = done.incrementAndGet();
                        if ((linked % REPORT_EVERY == 0 || linked == count) && !progress.report(linked, count)) {
                            cancelled.set(true);
                        }
                    }
                }
            });
        } finally {
            graph.advanceIndexedLimit();
        }
        if (cancelled.get()) {
            throw new CancellationException("build stopped after " + done.get() + " of " + count + " vectors");
        }
    }
}
