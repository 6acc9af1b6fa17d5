package omendb.engine.table;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Collection;
import omendb.ann.ElementType;
import omendb.engine.txn.CommitRecord;
import omendb.engine.vector.VectorColumn;
import omendb.memory.NativeMemory;

/// Section of a commit record with the vectors of its slots, little-endian; for each slot:
///
///     offset size field
///     0      8    storage id of the table, or of the index if the slots are its own ([IndexSlots])
///     8      4    attnum, 0 for an index
///     12     4    bytes of the vector
///     16     8    slot
///     24     8    row id
///     32     n    the vector as it lies in its slot, then zeros up to a multiple of 8
///
/// Threading: stateless.
public final class VectorLog {
    /// Kind of the section.
    public static final int KIND = 1;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int HEADER_BYTES = 32;

    /// Receives the vectors of a section.
    @FunctionalInterface
    public interface Visitor {
        void vector(long storageId, int attnum, int bytes, long slot, long rowId, long vectorAddress);
    }

    private VectorLog() {}

    /// @param onlyReused of a bulk load: the slots at the end of the column are synced in their files
    static void write(CommitRecord record, Collection<TableWrites.ColumnSlots> columns, boolean onlyReused) {
        long bytes = 0;
        for (TableWrites.ColumnSlots slots : columns) {
            bytes += bytes(slots.column(), slots.reused());
            bytes += onlyReused ? 0 : bytes(slots.column(), slots.fresh());
        }
        if (bytes == 0) {
            return;
        }
        long[] at = {record.addSection(KIND, bytes).address()};
        for (TableWrites.ColumnSlots slots : columns) {
            slots.reused().forEach(slot -> at[0] = writeEntry(slots, slot, at[0]));
            if (!onlyReused) {
                slots.fresh().forEach(slot -> at[0] = writeEntry(slots, slot, at[0]));
            }
        }
    }

    private static long writeEntry(TableWrites.ColumnSlots slots, long slot, long at) {
        VectorColumn column = slots.column();
        int vectorBytes = (int) column.vectorBytes(column.address(slot));
        NativeMemory.putLong(at, slots.storageId());
        NativeMemory.putInt(at + 8, slots.attnum());
        NativeMemory.putInt(at + 12, vectorBytes);
        NativeMemory.putLong(at + 16, slot);
        NativeMemory.putLong(at + 24, column.rowId(slot));
        long end = at + entryBytes(vectorBytes);
        NativeMemory.putLong(end - Long.BYTES, 0);
        NativeMemory.copy(column.address(slot), at + HEADER_BYTES, vectorBytes);
        return end;
    }

    private static long bytes(VectorColumn column, SlotRanges slots) {
        if (column.elementType() != ElementType.SPARSE) {
            return slots.size() * entryBytes((int) column.elementType().slotBytes(column.dimensions()));
        }
        long[] bytes = {0};
        slots.forEach(slot -> bytes[0] += entryBytes((int) column.vectorBytes(column.address(slot))));
        return bytes[0];
    }

    private static long entryBytes(int vectorBytes) {
        return HEADER_BYTES + ((vectorBytes + 7L) & ~7L);
    }

    /// Visits the vectors of a section, in place.
    public static void read(MemorySegment section, Visitor visitor) {
        long at = 0;
        while (at < section.byteSize()) {
            int bytes = section.get(INT, at + 12);
            long vector = section.asSlice(at + HEADER_BYTES, bytes).address();
            visitor.vector(
                    section.get(LONG, at),
                    section.get(INT, at + 8),
                    bytes,
                    section.get(LONG, at + 16),
                    section.get(LONG, at + 24),
                    vector);
            at += entryBytes(bytes);
        }
    }
}
