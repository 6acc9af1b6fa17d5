package omendb.sql.exec;

import java.util.function.LongSupplier;

/// How many rows an operator wants from the plan below it, and how many have come: what lies between drops
/// some, and the scan at the bottom chooses its way by how many.
///
/// Threading: one execution.
final class RowDemand implements LongSupplier {
    private final LongSupplier needed;
    private long received;

    RowDemand(LongSupplier needed) {
        this.needed = needed;
    }

    /// Rows wanted in all.
    @Override
    public long getAsLong() {
        return needed.getAsLong();
    }

    /// A new run begins.
    void begin() {
        received = 0;
    }

    void receive(long rows) {
        received += rows;
    }

    /// Rows that have come.
    long received() {
        return received;
    }
}
