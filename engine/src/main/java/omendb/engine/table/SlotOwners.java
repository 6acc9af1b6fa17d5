package omendb.engine.table;

import omendb.engine.catalog.TableDef;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.LsmValue;
import omendb.engine.vector.VectorColumn;
import omendb.memory.NativeMemory;

/// Answers during recovery which slots the newest row versions refer to.
///
/// Threading: one thread; nothing else runs, so no pin is needed.
public final class SlotOwners implements VectorColumn.SlotOwner {
    private final RowLayout[] layouts;
    private final int attnum;
    private final LsmTree rows;
    private final long timestamp;
    private final LsmValue value = new LsmValue();

    public SlotOwners(TableDef table, int attnum, LsmTree rows, long timestamp) {
        this.attnum = attnum;
        this.rows = rows;
        this.timestamp = timestamp;
        this.layouts = RowLayout.all(table.columns());
    }

    @Override
    public boolean refersTo(long rowId, long slot, long scratch) {
        RowKey.write(scratch, rowId);
        if (!rows.get(scratch, RowKey.BYTES, timestamp, value)) {
            return false;
        }
        RowLayout layout = layouts[NativeMemory.getShort(value.address()) & 0xffff];
        return !RowView.isNull(layout, value.address(), attnum)
                && NativeMemory.getLong(value.address() + layout.position(attnum)) == slot;
    }
}
