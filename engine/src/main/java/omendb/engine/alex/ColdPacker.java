package omendb.engine.alex;

import java.util.concurrent.locks.Lock;

/// Goes round the data nodes, a part with each checkpoint, and packs those in which nothing changes any
/// more: density follows use.
///
/// Threading: one thread at a time; the writer is kept out for some nodes at a time.
final class ColdPacker {
    private static final int SLICES = 256;
    private static final int NODES_PER_SLICE = 64;

    private final Restructurer restructurer;
    private final Path path;
    private final Lock writing;

    // where the next round begins
    private long key = Long.MIN_VALUE;
    private long payload = Long.MIN_VALUE;

    /// Makes the space ready for a change.
    interface Preparation {
        void prepare();
    }

    ColdPacker(Restructurer restructurer, Path path, Lock writing) {
        this.restructurer = restructurer;
        this.path = path;
        this.writing = writing;
    }

    void run(Preparation preparation) {
        for (int slice = 0; slice < SLICES; slice++) {
            writing.lock();
            try {
                preparation.prepare();
                for (int i = 0; i < NODES_PER_SLICE; i++) {
                    if (packNext()) {
                        return;
                    }
                }
            } finally {
                writing.unlock();
            }
        }
    }

    /// Looks at one node; true if it was the last one.
    private boolean packNext() {
        long node = path.find(key, payload);
        Bounds bounds = Bounds.of(node);
        restructurer.packCold(path);
        boolean last = Entries.isGreatest(bounds.highKey(), bounds.highPayload());
        key = last ? Long.MIN_VALUE : Entries.keyAfter(bounds.highKey(), bounds.highPayload());
        payload = last ? Long.MIN_VALUE : Entries.payloadAfter(bounds.highPayload());
        return last;
    }
}
