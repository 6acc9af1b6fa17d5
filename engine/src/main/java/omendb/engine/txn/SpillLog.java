package omendb.engine.txn;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;

/// Section of the commit record of a transaction that spilled: the number of its spill (8 bytes, little-endian), whose
/// tables become part of their trees with the commit ([omendb.engine.lsm.SpilledRuns]).
///
/// Threading: stateless.
public final class SpillLog {
    /// Kind of the section.
    public static final int KIND = 3;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private SpillLog() {}

    static void write(CommitRecord record, long spill) {
        record.addSection(KIND, Long.BYTES).set(LONG, 0, spill);
    }

    /// The number in a section.
    public static long read(MemorySegment section) {
        if (section.byteSize() != Long.BYTES) {
            throw new InternalException(
                    SqlState.DATA_CORRUPTED,
                    "a spill's section of a commit record has " + section.byteSize() + " bytes");
        }
        return section.get(LONG, 0);
    }
}
