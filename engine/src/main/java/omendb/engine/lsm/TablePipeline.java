package omendb.engine.lsm;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import omendb.memory.MemoryTag;

/// Two threads behind one who builds tables: the first checksums and writes the blocks and completes the tables, the
/// second waits for the disk. A few chunks of blocks are on their way at most, so the builder waits if it is faster.
///
/// Threading: belongs to the builder.
final class TablePipeline implements AutoCloseable {
    private static final int CHUNKS = 4;

    private final BlockingQueue<BlockChunk> free = new ArrayBlockingQueue<>(CHUNKS);
    private final TableSyncer writes = new TableSyncer("lsm-run-write");
    private final TableSyncer syncs = new TableSyncer("lsm-run-sync");

    TablePipeline(MemoryTag tag) {
        for (int i = 0; i < CHUNKS; i++) {
            free.add(new BlockChunk(tag));
        }
    }

    /// An empty chunk; waits for one.
    ///
    /// @throws RuntimeException what failed before
    BlockChunk take() {
        boolean interrupted = false;
        while (true) {
            writes.throwFailure();
            syncs.throwFailure();
            try {
                BlockChunk chunk = free.take(); // comes back whatever became of it
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
                return chunk;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
    }

    /// Has the blocks of a chunk, which [#take] gave, written.
    void write(BlockChunk chunk, TableFile file) {
        writes.submit(() -> file.append(chunk), () -> giveBack(chunk));
    }

    void giveBack(BlockChunk chunk) {
        chunk.clear();
        free.add(chunk);
    }

    void sync(Runnable work) {
        syncs.submit(work);
    }

    /// Has a table completed, synced and closed.
    ///
    /// @param metas takes its description; to be looked at after [#await]
    void finish(SstableWriter table, List<TableMeta> metas) {
        var completing = new Completing(table, metas);
        writes.submit(completing::complete, completing::closeUnlessHandedOver);
    }

    private final class Completing {
        private final SstableWriter table;
        private final List<TableMeta> metas;
        private boolean handedOver;

        Completing(SstableWriter table, List<TableMeta> metas) {
            this.table = table;
            this.metas = metas;
        }

        void complete() {
            metas.add(table.complete());
            handedOver = true;
            syncs.submit(table::seal, table::close);
        }

        void closeUnlessHandedOver() {
            if (!handedOver) {
                syncs.submit(() -> {}, table::close); // after the syncs of its file
            }
        }
    }

    /// Waits until everything is done.
    ///
    /// @throws RuntimeException what the first failing task threw
    void await() {
        writes.await();
        syncs.await();
    }

    /// Waits until everything is done or, after a failure, cleaned up.
    void drain() {
        writes.drain();
        syncs.drain();
    }

    /// As [#drain], and ends the threads; every chunk has been given back. Idempotent.
    @Override
    public void close() {
        writes.close();
        syncs.close();
        for (BlockChunk chunk = free.poll(); chunk != null; chunk = free.poll()) {
            chunk.close();
        }
    }
}
