package omendb.engine.lsm;

import java.util.concurrent.atomic.LongAdder;

/// What a store did since it was opened; see [LsmStats].
final class Counters {
    final LongAdder appliedBytes = new LongAdder();
    final LongAdder flushedBytes = new LongAdder();
    final LongAdder compactedBytes = new LongAdder();
    final LongAdder flushes = new LongAdder();
    final LongAdder compactions = new LongAdder();

    LsmStats.Written written() {
        return new LsmStats.Written(appliedBytes.sum(), flushedBytes.sum(), compactedBytes.sum());
    }
}
