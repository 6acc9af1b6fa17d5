package omendb.sql.exec;

import java.util.Arrays;

/// Row ids by distance: numbers first, then NaN, then NULL, as ORDER BY has them; ties as they came.
final class DistanceOrder {
    static final double NULL = Double.NaN;
    static final DistanceOrder EMPTY = new DistanceOrder();

    private long[] ids = new long[64];
    private double[] distances = new double[64];
    private boolean[] nulls = new boolean[64];
    private Integer[] order = new Integer[0];
    private int count;
    private int next;

    void add(long id, double distance, boolean isNull) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, count * 2);
            distances = Arrays.copyOf(distances, count * 2);
            nulls = Arrays.copyOf(nulls, count * 2);
        }
        ids[count] = id;
        distances[count] = distance;
        nulls[count++] = isNull;
    }

    void sort() {
        order = new Integer[count];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> {
            int byNull = Boolean.compare(nulls[a], nulls[b]);
            return byNull != 0 ? byNull : Double.compare(distances[a], distances[b]);
        });
    }

    boolean hasNext() {
        return next < order.length;
    }

    long next() {
        return ids[order[next++]];
    }
}
