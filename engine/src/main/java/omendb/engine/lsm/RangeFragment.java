package omendb.engine.lsm;

/// A range of keys with the commit timestamps of the range deletes that cover all of it.
///
/// The addresses belong to whoever made it: a memtable's arena, a mapped table.
final class RangeFragment {
    private final Bound from;
    private final Bound to;
    private final long[] timestamps;

    /// @param from first key of the range
    /// @param to first key behind it, greater than `from`
    /// @param timestamps newest first, at least one; not changed afterwards
    RangeFragment(Bound from, Bound to, long[] timestamps) {
        this.from = from;
        this.to = to;
        this.timestamps = timestamps;
    }

    /// A key by its address, ordered as keys are.
    record Bound(long address, int length, long prefix) implements Comparable<Bound> {
        static Bound of(long address, int length) {
            return new Bound(address, length, Keys.prefix(address, length));
        }

        @Override
        public int compareTo(Bound other) {
            return Keys.compare(address, length, prefix, other.address, other.length, other.prefix);
        }

        int compareTo(long key, int keyLength, long keyPrefix) {
            return Keys.compare(address, length, prefix, key, keyLength, keyPrefix);
        }
    }

    Bound from() {
        return from;
    }

    Bound to() {
        return to;
    }

    /// Not to be changed.
    long[] timestamps() {
        return timestamps;
    }

    /// What is left from a key on that lies within.
    RangeFragment startingAt(Bound key) {
        return new RangeFragment(key, to, timestamps);
    }

    /// What lies before a key that lies within.
    RangeFragment endingAt(Bound key) {
        return new RangeFragment(from, key, timestamps);
    }

    /// Whether a table may hold keys of the range.
    boolean meets(Sstable table) {
        return table.compareToLargest(from.address(), from.length(), from.prefix()) <= 0
                && table.compareToSmallest(to.address(), to.length(), to.prefix()) > 0;
    }
}
