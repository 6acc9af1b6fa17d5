package omendb.engine.table;

import omendb.engine.catalog.TableDef;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.LsmValue;
import omendb.engine.vector.VectorColumn;
import omendb.memory.Epochs;
import omendb.memory.NativeMemory;

/// Answers during recovery which slots the newest row versions refer to.
///
/// Threading: one thread; each look is pinned, since memtables that replay has filled are flushed meanwhile.
public final class SlotOwners implements VectorColumn.SlotOwner {
    private final RowLayout[] layouts;
    private final int attnum;
    private final LsmTree rows;
    private final long timestamp;
    private final Epochs epochs;
    private final LsmValue value = new LsmValue();

    public SlotOwners(TableDef table, int attnum, LsmTree rows, long timestamp, Epochs epochs) {
        this.epochs = epochs;
        this.attnum = attnum;
        this.rows = rows;
        this.timestamp = timestamp;
        this.layouts = RowLayout.all(table.columns());
    }

    @Override
    public boolean refersTo(long rowId, long slot, long scratch) {
        RowKey.write(scratch, rowId);
        try (Epochs.Pin _ = epochs.pin()) {
            if (!rows.get(scratch, RowKey.BYTES, timestamp, value)) {
                return false;
            }
            RowLayout layout = layouts[NativeMemory.getShort(value.address()) & 0xffff];
            return !RowView.isNull(layout, value.address(), attnum)
                    && NativeMemory.getLong(value.address() + layout.position(attnum)) == slot;
        }
    }
}
