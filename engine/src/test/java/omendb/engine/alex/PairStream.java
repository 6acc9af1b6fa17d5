package omendb.engine.alex;

import java.util.Iterator;

/// Entries of the model as a bulk load takes them.
final class PairStream implements EntryStream {
    private final Iterator<Pair> pairs;
    private Pair current = new Pair(0, 0);

    PairStream(Iterable<Pair> pairs) {
        this.pairs = pairs.iterator();
    }

    @Override
    public boolean next() {
        if (!pairs.hasNext()) {
            return false;
        }
        current = pairs.next();
        return true;
    }

    @Override
    public long key() {
        return current.key();
    }

    @Override
    public long payload() {
        return current.payload();
    }
}
