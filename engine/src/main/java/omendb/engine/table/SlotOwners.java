package omendb.engine.table;

import omendb.engine.catalog.TableDef;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.LsmValue;
import omendb.engine.vector.VectorColumn;
import omendb.memory.Epochs;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Answers during recovery which slots the newest row versions refer to.
///
/// Threading: one thread; each look is pinned, since memtables that replay has filled are flushed meanwhile.
public final class SlotOwners implements VectorColumn.SlotOwner {
    private final RowLayout @Nullable [] layouts;
    private final int attnum;
    private final LsmTree tree;
    private final long timestamp;
    private final Epochs epochs;
    private final LsmValue value = new LsmValue();

    private SlotOwners(RowLayout @Nullable [] layouts, int attnum, LsmTree tree, long timestamp, Epochs epochs) {
        this.layouts = layouts;
        this.attnum = attnum;
        this.tree = tree;
        this.timestamp = timestamp;
        this.epochs = epochs;
    }

    /// Of a table's column.
    ///
    /// @param rows the table's tree
    public static SlotOwners ofColumn(TableDef table, int attnum, LsmTree rows, long timestamp, Epochs epochs) {
        return new SlotOwners(RowLayout.all(table.columns()), attnum, rows, timestamp, epochs);
    }

    /// Of an index that keeps its own vectors.
    ///
    /// @param entries the tree of [IndexSlots]
    public static SlotOwners ofIndex(LsmTree entries, long timestamp, Epochs epochs) {
        return new SlotOwners(null, IndexSlots.ATTNUM, entries, timestamp, epochs);
    }

    @Override
    public boolean refersTo(long rowId, long slot, long scratch) {
        RowKey.write(scratch, rowId);
        try (Epochs.Pin _ = epochs.pin()) {
            if (!tree.get(scratch, RowKey.BYTES, timestamp, value)) {
                return false;
            }
            if (layouts == null) {
                return NativeMemory.getLong(value.address()) == slot;
            }
            RowLayout layout = layouts[NativeMemory.getShort(value.address()) & 0xffff];
            return !RowView.isNull(layout, value.address(), attnum)
                    && NativeMemory.getLong(value.address() + layout.position(attnum)) == slot;
        }
    }
}
