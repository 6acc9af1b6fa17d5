package omendb.engine.alex;

/// An entry of the model that an index is compared with.
record Pair(long key, long payload) implements Comparable<Pair> {
    @Override
    public int compareTo(Pair other) {
        int byKey = Long.compare(key, other.key);
        return byKey != 0 ? byKey : Long.compare(payload, other.payload);
    }
}
