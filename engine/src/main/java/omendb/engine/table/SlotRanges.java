package omendb.engine.table;

import java.util.Arrays;

/// Slots in the order in which a transaction took them, kept as runs: a load is a few numbers, whatever its size.
final class SlotRanges {
    private long[] starts = new long[4];
    private long[] counts = new long[4];
    private int runs;
    private long size;

    /// Receives slots.
    @FunctionalInterface
    interface Visitor {
        void slot(long slot);
    }

    void add(long slot) {
        size++;
        if (runs > 0 && starts[runs - 1] + counts[runs - 1] == slot) {
            counts[runs - 1]++;
            return;
        }
        if (runs == starts.length) {
            starts = Arrays.copyOf(starts, 2 * runs);
            counts = Arrays.copyOf(counts, 2 * runs);
        }
        starts[runs] = slot;
        counts[runs++] = 1;
    }

    long size() {
        return size;
    }

    /// Receives runs of slots.
    @FunctionalInterface
    interface RunVisitor {
        void run(long first, long count);
    }

    int runs() {
        return runs;
    }

    void forEachRun(RunVisitor visitor) {
        for (int run = 0; run < runs; run++) {
            visitor.run(starts[run], counts[run]);
        }
    }

    void forEach(Visitor visitor) {
        for (int run = 0; run < runs; run++) {
            for (long i = 0; i < counts[run]; i++) {
                visitor.slot(starts[run] + i);
            }
        }
    }

    /// Whether a slot is among them.
    boolean contains(long slot) {
        for (int run = 0; run < runs; run++) {
            if (starts[run] <= slot && slot < starts[run] + counts[run]) {
                return true;
            }
        }
        return false;
    }

    /// Gives the slots taken after the first `keep` to `visitor`, newest first, and forgets them.
    void truncate(long keep, Visitor visitor) {
        while (size > keep) {
            int last = runs - 1;
            visitor.slot(starts[last] + --counts[last]);
            size--;
            if (counts[last] == 0) {
                runs--;
            }
        }
    }
}
