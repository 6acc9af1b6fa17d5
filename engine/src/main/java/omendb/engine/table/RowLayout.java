package omendb.engine.table;

import java.util.List;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;

/// Where the columns of a row lie. Row, little-endian:
///
///     offset      size field
///     0           2    column count n (rows written before ADD COLUMN have fewer: the rest read as the column's
///                      missing value, or NULL)
///     2           2    zero
///     4           b    null bitmap, b = ceil(n / 8), bit i of byte i / 8 = column i + 1 is NULL
///     4 + b       f    fixed-width columns in attnum order: 1, 2, 4 or 8 bytes as [SqlType#writeLane] stores them;
///                      a `vector(n)` column takes 8 bytes: its slot in the vector column
///     4 + b + f   4v   for each variable-width column: end of its value, counted from the end of these offsets
///     ...              values of the variable-width columns
///
/// A NULL column keeps its room in the fixed section (content zero) and has length 0 in the variable one, so
/// positions
/// depend on n alone.
final class RowLayout {
    static final int HEADER_BYTES = 4;

    /// How a column is stored.
    enum Storage {
        FIXED,
        SLOT,
        VARIABLE
    }

    private final int columnCount;
    private final SqlType[] types;
    private final Storage[] storages;
    private final int[] positions;
    private final boolean[] dropped;
    private final int offsetsPosition;
    private final int variableCount;

    /// Layout of rows with the first `columnCount` of `columns`.
    RowLayout(List<ColumnDef> columns, int columnCount) {
        this.columnCount = columnCount;
        this.types = new SqlType[columnCount];
        this.storages = new Storage[columnCount];
        this.positions = new int[columnCount];
        this.dropped = new boolean[columnCount];
        int fixed = HEADER_BYTES + (columnCount + 7) / 8;
        int variable = 0;
        for (int i = 0; i < columnCount; i++) {
            ColumnDef column = columns.get(i);
            types[i] = column.type();
            dropped[i] = column.dropped();
            if (isSlot(column)) {
                storages[i] = Storage.SLOT;
                positions[i] = fixed;
                fixed += Long.BYTES;
            } else if (column.type().storageWidth() > 0) {
                storages[i] = Storage.FIXED;
                positions[i] = fixed;
                fixed += column.type().storageWidth();
            } else {
                storages[i] = Storage.VARIABLE;
                positions[i] = variable++;
            }
        }
        this.offsetsPosition = fixed;
        this.variableCount = variable;
    }

    /// Whether a column's values lie in slots of a vector column: `vector(n)`.
    static boolean isSlot(ColumnDef column) {
        return column.type() == Types.VECTOR && column.typmod() > 0;
    }

    /// Layouts of rows with the first 0, 1, 2, ... of `columns`.
    static RowLayout[] all(List<ColumnDef> columns) {
        RowLayout[] layouts = new RowLayout[columns.size() + 1];
        for (int count = 0; count < layouts.length; count++) {
            layouts[count] = new RowLayout(columns, count);
        }
        return layouts;
    }

    int columnCount() {
        return columnCount;
    }

    SqlType type(int attnum) {
        return types[attnum - 1];
    }

    /// Whether the column reads as NULL whatever is stored.
    boolean isDropped(int attnum) {
        return dropped[attnum - 1];
    }

    Storage storage(int attnum) {
        return storages[attnum - 1];
    }

    /// Offset of a fixed column or slot in the row; number of a variable column among its kind.
    int position(int attnum) {
        return positions[attnum - 1];
    }

    int variableCount() {
        return variableCount;
    }

    /// Offset of the end offsets.
    int offsetsPosition() {
        return offsetsPosition;
    }

    /// Offset of the first variable value.
    int dataPosition() {
        return offsetsPosition + Integer.BYTES * variableCount;
    }
}
