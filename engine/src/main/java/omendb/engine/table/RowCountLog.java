package omendb.engine.table;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Map;
import omendb.engine.txn.CommitRecord;

/// Section of a commit record that says how many rows tables gained, little-endian; for each table:
///
///     offset size field
///     0      8    storage id
///     8      8    rows added (negative: removed)
///     16     8    row ids below were given out
public final class RowCountLog {
    /// Kind of the section.
    public static final int KIND = 2;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int ENTRY_BYTES = 24;

    /// @param delta     rows added
    /// @param nextRowId row ids below were given out
    public record Entry(long delta, long nextRowId) {}

    /// Receives the entries of a section.
    @FunctionalInterface
    public interface Visitor {
        void table(long storageId, Entry entry);
    }

    private RowCountLog() {}

    static void write(CommitRecord record, Map<Long, Entry> entries) {
        MemorySegment section = record.addSection(KIND, (long) ENTRY_BYTES * entries.size());
        long at = 0;
        for (Map.Entry<Long, Entry> entry : entries.entrySet()) {
            section.set(LONG, at, entry.getKey());
            section.set(LONG, at + 8, entry.getValue().delta());
            section.set(LONG, at + 16, entry.getValue().nextRowId());
            at += ENTRY_BYTES;
        }
    }

    /// Visits the entries of a section.
    public static void read(MemorySegment section, Visitor visitor) {
        for (long at = 0; at < section.byteSize(); at += ENTRY_BYTES) {
            visitor.table(section.get(LONG, at), new Entry(section.get(LONG, at + 8), section.get(LONG, at + 16)));
        }
    }
}
