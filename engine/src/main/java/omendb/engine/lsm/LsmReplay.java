package omendb.engine.lsm;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Applies the batches of a log after a crash, in their order, while its caller reads on: copies of them go
/// through a few chunks of memory to a thread of its own. See [LsmStore#startReplay].
///
/// Nothing that was added may be taken for applied before [#finish] has returned. In a store without
/// background threads batches are applied at once by the caller.
///
/// Threading: one caller.
public final class LsmReplay implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("replay");
    private static final int CHUNKS = 3;
    private static final long CHUNK_BYTES = 256 << 10;

    // in a chunk, before each batch
    private static final int COMMIT_TS = 0;
    private static final int LSN = 8;
    private static final int BYTES = 16;
    private static final int BATCH = 24;

    private final LsmStore store;
    private final ReplayInserter inserter; // of the thread that applies, until that has ended
    private final BlockingQueue<GrowableBuffer> free = new ArrayBlockingQueue<>(CHUNKS);
    private final BlockingQueue<GrowableBuffer> full = new ArrayBlockingQueue<>(CHUNKS + 1);
    private final GrowableBuffer end = new GrowableBuffer(TAG); // in the queue: no more will come
    private @Nullable GrowableBuffer filling;
    private @Nullable Thread applier;
    private volatile @Nullable Throwable failure;

    LsmReplay(LsmStore store, ReplayInserter inserter, boolean inBackground) {
        this.store = store;
        this.inserter = inserter;
        if (inBackground) {
            for (int i = 0; i < CHUNKS; i++) {
                free.add(new GrowableBuffer(TAG));
            }
            applier = Thread.ofPlatform().daemon().name("lsm-replay").start(this::applyAll);
        }
    }

    /// Hands over a logged batch, of which relations that no longer exist are skipped. The batch may be closed
    /// afterwards.
    ///
    /// @throws RuntimeException what applying an earlier batch threw
    public void add(WriteBatch batch, long commitTs, long lsn) {
        if (applier == null) {
            store.reapply(batch, commitTs, lsn, inserter);
            return;
        }
        throwFailure();
        if (filling == null) {
            filling = take(free);
        }
        GrowableBuffer chunk = filling;
        long bytes = batch.byteSize();
        long at = chunk.reserve(BATCH + bytes);
        NativeMemory.putLong(at + COMMIT_TS, commitTs);
        NativeMemory.putLong(at + LSN, lsn);
        NativeMemory.putLong(at + BYTES, bytes);
        NativeMemory.copy(batch.segment(), at + BATCH);
        chunk.advance(BATCH + bytes);
        if (chunk.size() >= CHUNK_BYTES) {
            handOver(chunk);
        }
    }

    private void handOver(GrowableBuffer chunk) {
        filling = null;
        full.add(chunk); // as many places as chunks, and one for the end
    }

    /// Waits until everything has been applied.
    ///
    /// @throws RuntimeException what applying a batch threw: that one and all after it are missing then
    public void finish() {
        awaitApplier();
        throwFailure();
        inserter.build();
    }

    private void throwFailure() {
        Throwable thrown = failure;
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
    }

    private void applyAll() {
        for (GrowableBuffer chunk = take(full); chunk != end; chunk = take(full)) {
            try {
                if (failure == null) {
                    apply(chunk);
                }
            } catch (RuntimeException | Error e) {
                failure = e;
            }
            chunk.clear(2 * CHUNK_BYTES);
            free.add(chunk);
        }
    }

    private void apply(GrowableBuffer chunk) {
        long limit = chunk.address() + chunk.size();
        for (long at = chunk.address(); at < limit; at += BATCH + NativeMemory.getLong(at + BYTES)) {
            try (WriteBatch batch =
                    WriteBatch.wrapChecked(NativeMemory.segment(at + BATCH, NativeMemory.getLong(at + BYTES)))) {
                store.reapply(batch, NativeMemory.getLong(at + COMMIT_TS), NativeMemory.getLong(at + LSN), inserter);
            }
        }
    }

    /// Neither thread may be given up: the other one waits for it.
    private static GrowableBuffer take(BlockingQueue<GrowableBuffer> queue) {
        boolean interrupted = false;
        while (true) {
            try {
                GrowableBuffer taken = queue.take();
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                return taken;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
    }

    /// Ends the thread. What was added since the last [#finish] is in the trees in part at most. Idempotent.
    @Override
    public void close() {
        awaitApplier();
        inserter.close();
    }

    private static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitApplier() {
        Thread thread = applier;
        if (thread == null) {
            return;
        }
        if (filling != null) {
            handOver(filling);
        }
        full.add(end);
        for (int i = 0; i < CHUNKS; i++) { // all of them come back once the thread is done with them
            take(free).close();
        }
        applier = null;
        awaitEnd(thread); // nothing is left of it when an opening that fails returns
    }
}
