package omendb.ann.hnsw;

import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import omendb.ann.ElementType;
import omendb.ann.Quantization;
import omendb.ann.VectorSource;
import omendb.ann.quantize.CodeLayout;
import omendb.ann.quantize.RabitqQuantizer;
import omendb.ann.quantize.RabitqTrainer;
import omendb.ann.quantize.SplitMix;
import omendb.memory.Epochs;
import org.jspecify.annotations.Nullable;

/// Trains codes on what the index holds and writes a code row for every node.
///
/// How many bits, if the options do not say: as many as the data need by [CodeChoice]; where no number of
/// bits is any use, the index stays without codes.
/// When: at a bulk build, before the first link; else once 1,000 vectors are linked, and again each time their
/// number has
/// grown fourfold, until the number of centroids is what a large index has. Until then, and for small sets for
/// good, the
/// graph is walked on floats. The graph itself does not change: links are the same whatever the codes.
final class CodeTraining {
    private CodeTraining() {}

    /// Trains a table on slots that are linked or pending, encodes them all and gives it to the index. The caller
    /// holds
    /// the write side of [IndexMemory#writing].
    ///
    /// @param vectors how many such slots there are, at least one
    /// @throws CancellationException if `goOn` said false: the index has the codes it had
    static void train(IndexMemory memory, long vectors, int threads, LongPredicate pending, BooleanSupplier goOn) {
        LongPredicate coded = slot -> (memory.graph.flags(slot) & Graph.LINKED) != 0 || pending.test(slot);
        long[] sample = sample(memory, vectors, coded);
        if (sample.length == 0) {
            return;
        }
        RabitqQuantizer quantizer = learn(memory, Math.min(memory.centroids(vectors), sample.length), sample, goOn);
        if (memory.options.quantization().bits() == 0) {
            RabitqQuantizer chosen = withMeasuredBits(memory, quantizer, sample, goOn);
            if (chosen == null) {
                memory.noteUselessCodes(vectors);
                return;
            }
            quantizer = chosen;
        }
        var table = new CodeTable(quantizer, vectors, memory.graph.slotCount.get());
        boolean complete = false;
        try {
            encode(memory, table, threads, coded, goOn);
            complete = true;
        } finally {
            if (!complete) {
                table.close();
            }
        }
        memory.setCodes(table);
    }

    /// The same mean and centroids with as many bits as the sample needs; null if no number of bits is any
    /// use and codes were not asked for.
    private static @Nullable RabitqQuantizer withMeasuredBits(
            IndexMemory memory, RabitqQuantizer trained, long[] sample, BooleanSupplier goOn) {
        try (trained;
                var choice = new CodeChoice(memory.source, memory.metric, sample, goOn)) {
            int bits = choice.choose(trained, Quantization.MAX_BITS);
            if (bits == 0 && memory.options.quantization().kind() == Quantization.Kind.AUTO) {
                return null;
            }
            return RabitqQuantizer.of(
                    trained.space(),
                    new CodeLayout(memory.options.dimensions(), bits == 0 ? Quantization.MAX_BITS : bits),
                    trained.centroidCount(),
                    trained.seed(),
                    trained.parameterAddress());
        }
    }

    private static RabitqQuantizer learn(IndexMemory memory, int centroids, long[] sample, BooleanSupplier goOn) {
        if (memory.options.element() == ElementType.FLOAT32) {
            return learn(memory, memory.source, centroids, sample, goOn);
        }
        try (var widened = new WidenedVectors(memory.source, sample)) {
            long[] slots = LongStream.range(0, sample.length).toArray();
            return learn(memory, widened, centroids, slots, goOn);
        }
    }

    private static RabitqQuantizer learn(
            IndexMemory memory, VectorSource source, int centroids, long[] sample, BooleanSupplier goOn) {
        return RabitqTrainer.train(
                source, memory.codeSpace(), memory.askedBits(), centroids, memory.options.seed(), sample, goOn);
    }

    /// Slots spread evenly over those to be coded, each with a random place inside its stride.
    private static long[] sample(IndexMemory memory, long vectors, LongPredicate coded) {
        int wanted = RabitqTrainer.sampleSize(memory.codeLayout(), memory.centroids(vectors));
        long size = Math.min(wanted, vectors);
        long[] sample = new long[(int) size];
        long slots = memory.graph.slotCount.get();
        int taken = 0;
        long seen = 0;
        long pick = 0;
        for (long slot = 0; slot < slots && taken < size; slot++) {
            if (!coded.test(slot)) {
                continue;
            }
            if (seen >= pick) {
                sample[taken++] = slot;
                long from = taken * vectors / size;
                int stride = (int) Math.max(1, Math.min(Integer.MAX_VALUE, vectors / size));
                pick = Math.max(
                        seen + 1, from + SplitMix.bounded(memory.options.seed() + taken * SplitMix.STEP, stride));
            }
            seen++;
        }
        return Arrays.copyOf(sample, taken);
    }

    /// Writes code rows. Rows of linked slots, which searches read, are written only into a table that is not
    /// shared yet.
    ///
    /// @throws CancellationException if `goOn` said false: rows are missing then
    static void encode(IndexMemory memory, CodeTable table, int threads, LongPredicate slots, BooleanSupplier goOn) {
        long limit = memory.graph.slotCount.get();
        table.rows.ensure(limit);
        if (!Workers.forEach(limit, threads, goOn, () -> new Encoding(memory, table, slots))) {
            throw new CancellationException("build stopped while vectors were encoded");
        }
    }

    private static final class Encoding implements Workers.Job {
        private final IndexMemory memory;
        private final CodeTable table;
        private final LongPredicate slots;
        private final RabitqQuantizer.Scratch scratch;
        private final Scratch threadScratch;

        Encoding(IndexMemory memory, CodeTable table, LongPredicate slots) {
            this.slots = slots;
            this.memory = memory;
            this.table = table;
            this.scratch = new RabitqQuantizer.Scratch(table.quantizer.layout());
            this.threadScratch = memory.takeScratch();
        }

        @Override
        public void run(long from, long to) {
            try (Epochs.Pin pin = memory.epochs.pin()) {
                assert pin != null;
                for (long slot = from; slot < to; slot++) {
                    if (slots.test(slot)) {
                        table.encode(slot, threadScratch.floats(memory.source.address(slot)), scratch);
                    }
                }
            }
        }

        @Override
        public void close() {
            memory.giveBack(threadScratch);
            scratch.close();
        }
    }
}
