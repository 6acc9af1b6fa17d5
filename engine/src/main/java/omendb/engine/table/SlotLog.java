package omendb.engine.table;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.List;
import omendb.engine.txn.CommitRecord;

/// Section of a prepared transaction's image: the vector slots it took, which stay pending until it ends;
/// little-endian, for each column:
///
///     offset size field
///     0      8    storage id of the table
///     8      4    attnum
///     12     4    runs of new slots m, at the end of the column
///     16     4    runs of slots n that were written before
///     20     4    zero
///     24     16*  for each of the m, then of the n runs: first slot (8), slots (8)
///
/// Their vectors are in the image's [VectorLog]; new ones of a bulk load were durable before the image.
/// Threading: stateless.
public final class SlotLog {
    /// Kind of the section.
    public static final int KIND = 68;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int HEADER_BYTES = 24;
    private static final int RUN_BYTES = 16;

    /// Receives the slots of a section, in the order in which they were taken.
    @FunctionalInterface
    public interface Visitor {
        void slots(long storageId, int attnum, boolean reused, long first, long count);
    }

    private SlotLog() {}

    static void write(CommitRecord image, Collection<TableWrites.ColumnSlots> columns) {
        long bytes = 0;
        for (TableWrites.ColumnSlots column : columns) {
            bytes += HEADER_BYTES
                    + (long) RUN_BYTES
                            * (column.fresh().runs() + column.reused().runs());
        }
        MemorySegment section = image.addSection(KIND, bytes);
        long[] at = {0};
        for (TableWrites.ColumnSlots column : columns) {
            section.set(LONG, at[0], column.storageId());
            section.set(INT, at[0] + 8, column.attnum());
            section.set(INT, at[0] + 12, column.fresh().runs());
            section.set(INT, at[0] + 16, column.reused().runs());
            section.set(INT, at[0] + 20, 0);
            at[0] += HEADER_BYTES;
            for (SlotRanges slots : List.of(column.fresh(), column.reused())) {
                slots.forEachRun((first, count) -> {
                    section.set(LONG, at[0], first);
                    section.set(LONG, at[0] + 8, count);
                    at[0] += RUN_BYTES;
                });
            }
        }
    }

    /// Visits the slots of a section.
    public static void read(MemorySegment section, Visitor visitor) {
        long at = 0;
        while (at < section.byteSize()) {
            long storageId = section.get(LONG, at);
            int attnum = section.get(INT, at + 8);
            int fresh = section.get(INT, at + 12);
            int reused = section.get(INT, at + 16);
            at += HEADER_BYTES;
            for (int run = 0; run < fresh + reused; run++) {
                visitor.slots(storageId, attnum, run >= fresh, section.get(LONG, at), section.get(LONG, at + 8));
                at += RUN_BYTES;
            }
        }
    }
}
