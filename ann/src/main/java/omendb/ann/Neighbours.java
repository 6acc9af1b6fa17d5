package omendb.ann;

/// The nearest slots of an exact search, nearest first, ties by slot.
public final class Neighbours {
    private final long[] slots;
    private final double[] distances;
    private final int count;

    Neighbours(long[] slots, double[] distances, int count) {
        this.slots = slots;
        this.distances = distances;
        this.count = count;
    }

    /// How many were found: fewer than asked for if there are no more.
    public int count() {
        return count;
    }

    /// Slot of the `rank`-th nearest, from 0 on.
    public long slot(int rank) {
        return slots[checked(rank)];
    }

    /// Distance of the `rank`-th nearest, as the operator returns it.
    public double distance(int rank) {
        return distances[checked(rank)];
    }

    private int checked(int rank) {
        if (rank < 0 || rank >= count) {
            throw new IndexOutOfBoundsException("rank " + rank + " of " + count);
        }
        return rank;
    }
}
