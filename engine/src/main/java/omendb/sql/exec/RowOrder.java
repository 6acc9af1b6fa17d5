package omendb.sql.exec;

import java.util.Arrays;
import java.util.List;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.sql.plan.SortKey;

/// The order of rows by several keys that stand in consecutive columns.
final class RowOrder {
    private final SqlType[] types;
    private final boolean[] descending;
    private final boolean[] nullsFirst;

    RowOrder(List<SortKey> keys) {
        this.types = keys.stream().map(key -> key.expression().type()).toArray(SqlType[]::new);
        this.descending = new boolean[types.length];
        this.nullsFirst = new boolean[types.length];
        for (int i = 0; i < types.length; i++) {
            descending[i] = keys.get(i).descending();
            nullsFirst[i] = keys.get(i).nullsFirst();
        }
    }

    int keyCount() {
        return types.length;
    }

    /// Compares a row of `a` with a row of `b`, keys from column 0 on.
    int compare(ColumnVector[] a, int rowA, ColumnVector[] b, int rowB) {
        for (int i = 0; i < types.length; i++) {
            int order = compareKey(i, a[i], rowA, b[i], rowB);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private int compareKey(int key, ColumnVector a, int rowA, ColumnVector b, int rowB) {
        boolean nullA = a.isNull(rowA);
        boolean nullB = b.isNull(rowB);
        if (nullA || nullB) {
            return nullA == nullB ? 0 : nullA == nullsFirst[key] ? -1 : 1;
        }
        int order = types[key].compare(a, rowA, b, rowB);
        return descending[key] ? -order : order;
    }

    /// Compares two kept rows whose keys start at column `firstKey`.
    int compare(MaterializedRows rows, int firstKey, int a, int b) {
        int rowA = MaterializedRows.rowIn(a);
        int rowB = MaterializedRows.rowIn(b);
        for (int i = 0; i < types.length; i++) {
            int order = compareKey(i, rows.column(firstKey + i, a), rowA, rows.column(firstKey + i, b), rowB);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /// Row numbers in order; equal rows stay as they came.
    int[] sort(MaterializedRows rows, int firstKey) {
        int[] order = new int[rows.count()];
        Arrays.setAll(order, i -> i);
        int[] buffer = order.clone();
        mergeSort(rows, firstKey, buffer, order, 0, order.length);
        return order;
    }

    /// Sorts `from[low, high)` into `to`; both hold the same rows at the start.
    private void mergeSort(MaterializedRows rows, int firstKey, int[] from, int[] to, int low, int high) {
        if (high - low < 8) {
            insertionSort(rows, firstKey, to, low, high);
            return;
        }
        int middle = (low + high) >>> 1;
        mergeSort(rows, firstKey, to, from, low, middle);
        mergeSort(rows, firstKey, to, from, middle, high);
        if (compare(rows, firstKey, from[middle - 1], from[middle]) <= 0) {
            System.arraycopy(from, low, to, low, high - low);
            return;
        }
        int left = low;
        int right = middle;
        for (int i = low; i < high; i++) {
            if (right >= high || (left < middle && compare(rows, firstKey, from[left], from[right]) <= 0)) {
                to[i] = from[left++];
            } else {
                to[i] = from[right++];
            }
        }
    }

    private void insertionSort(MaterializedRows rows, int firstKey, int[] to, int low, int high) {
        for (int i = low + 1; i < high; i++) {
            int row = to[i];
            int at = i;
            while (at > low && compare(rows, firstKey, to[at - 1], row) > 0) {
                to[at] = to[at - 1];
                at--;
            }
            to[at] = row;
        }
    }
}
