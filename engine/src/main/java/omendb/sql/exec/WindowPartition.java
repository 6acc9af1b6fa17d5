package omendb.sql.exec;

import java.util.Arrays;
import java.util.List;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;

/// The rows of one partition in their order, and which of them are peers: equal by the window's ORDER BY.
final class WindowPartition implements AutoCloseable {
    private final MaterializedRows rows;
    private final int[] orderColumns;
    private int[] groupOfRow = new int[16];
    /// First row of each peer group; behind the last one the row count.
    private int[] groupStarts = new int[16];
    private int groups;

    /// @param types        of all columns kept
    /// @param orderColumns the window's ORDER BY; none = all rows are peers
    WindowPartition(List<SqlType> types, int[] orderColumns) {
        this.rows = new MaterializedRows(types);
        this.orderColumns = orderColumns.clone();
    }

    int count() {
        return rows.count();
    }

    void append(ColumnVector[] first, ColumnVector[] second, int row) {
        rows.append(first, second, row);
    }

    void clear() {
        rows.clear();
        groups = 0;
    }

    /// The vector that holds a column of this row, at [MaterializedRows#rowIn].
    ColumnVector column(int column, int row) {
        return rows.column(column, row);
    }

    boolean isNull(int column, int row) {
        return column(column, row).isNull(MaterializedRows.rowIn(row));
    }

    long getLong(int column, int row) {
        return column(column, row).getLong(MaterializedRows.rowIn(row));
    }

    void copyValue(int column, int row, ColumnVector out, int at) {
        out.copyValueFrom(column(column, row), MaterializedRows.rowIn(row), at);
    }

    /// Compares two values of kept rows, neither NULL.
    int compare(int columnA, int rowA, int columnB, int rowB) {
        ColumnVector a = column(columnA, rowA);
        return a.type().compare(a, MaterializedRows.rowIn(rowA), column(columnB, rowB), MaterializedRows.rowIn(rowB));
    }

    /// Finds the peer groups, once all rows are there.
    void complete() {
        int count = rows.count();
        if (groupOfRow.length < count) {
            groupOfRow = new int[Math.max(count, 2 * groupOfRow.length)];
        }
        groups = 0;
        for (int row = 0; row < count; row++) {
            if (row == 0 || !arePeers(row - 1, row)) {
                if (groups + 1 == groupStarts.length) {
                    groupStarts = Arrays.copyOf(groupStarts, 2 * groupStarts.length);
                }
                groupStarts[groups++] = row;
            }
            groupOfRow[row] = groups - 1;
        }
        groupStarts[groups] = count;
    }

    private boolean arePeers(int a, int b) {
        for (int column : orderColumns) {
            if (!same(column(column, a), MaterializedRows.rowIn(a), column(column, b), MaterializedRows.rowIn(b))) {
                return false;
            }
        }
        return true;
    }

    /// Whether two values are equal; NULLs are.
    static boolean same(ColumnVector a, int rowA, ColumnVector b, int rowB) {
        boolean absent = a.isNull(rowA);
        return absent == b.isNull(rowB) && (absent || a.type().compare(a, rowA, b, rowB) == 0);
    }

    int groupCount() {
        return groups;
    }

    int groupOf(int row) {
        return groupOfRow[row];
    }

    int groupStart(int group) {
        return groupStarts[group];
    }

    /// Behind the group's last row.
    int groupEnd(int group) {
        return groupStarts[group + 1];
    }

    @Override
    public void close() {
        rows.close();
    }
}
