package omendb.ann;

import java.util.HashSet;
import java.util.Set;

/// How much of the truth an index finds.
final class Recall {
    private Recall() {}

    /// Mean recall@k over all queries, by distance: a result counts if it is no farther than the true k-th, so that
    /// ties do
    /// not count against the index.
    static double at(int k, HnswIndex index, VectorSource source, VectorSource queries, int count, int ef, long limit) {
        return at(k, index, source, queries, count, ef, limit, null);
    }

    static double at(
            int k,
            HnswIndex index,
            VectorSource source,
            VectorSource queries,
            int count,
            int ef,
            long limit,
            SlotFilter live) {
        double sum = 0;
        for (int q = 0; q < count; q++) {
            long query = queries.address(q);
            Neighbours truth = ExactSearch.search(source, index.options().distance(), query, k, 0, limit, live);
            double worst = truth.distance(truth.count() - 1);
            int hits = 0;
            Set<Long> seen = new HashSet<>();
            try (HnswSearch search = index.search(query, k, ef, limit, null)) {
                for (int i = 0; i < truth.count() && search.next(); i++) {
                    if (!seen.add(search.slot())) {
                        throw new AssertionError("slot " + search.slot() + " twice");
                    }
                    if (search.distance() <= worst) {
                        hits++;
                    }
                }
            }
            sum += (double) hits / truth.count();
        }
        return sum / count;
    }
}
