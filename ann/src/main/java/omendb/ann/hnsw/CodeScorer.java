package omendb.ann.hnsw;

import omendb.ann.quantize.RabitqQuantizer;
import omendb.ann.quantize.RabitqQuery;

/// Scores by the codes of one table. For one thread; belongs to its table and is thrown away with it.
final class CodeScorer implements Scorer, AutoCloseable {
    /// Two are too few: they cost recall (research/ann.md, section 2).
    private static final float DEVIATIONS = 3;
    /// The error is a sum over dimensions, near a normal distribution only when there are many: with fewer the
    /// bound cost neighbours (a property test found two of ten lost at one dimension), so there is none.
    private static final int FEWEST_DIMENSIONS = 64;

    final CodeTable codes;
    final RabitqQuantizer.Scratch encodeScratch;
    private final RabitqQuery query;
    private final long rows;
    private final boolean bounded;

    CodeScorer(CodeTable codes) {
        this.codes = codes;
        this.rows = codes.address();
        this.bounded = codes.quantizer.layout().dimensions() >= FEWEST_DIMENSIONS;
        this.query = new RabitqQuery(codes.quantizer);
        this.encodeScratch = new RabitqQuantizer.Scratch(codes.quantizer.layout());
    }

    void prepare(long queryAddress) {
        query.prepare(queryAddress);
    }

    @Override
    public void score(int[] slots, int count, float[] out) {
        query.estimate(rows, slots, count, out);
    }

    @Override
    public float lowerBound(int slot, float score) {
        return bounded ? query.lowerBound(rows, slot, score, DEVIATIONS) : Float.NEGATIVE_INFINITY;
    }

    @Override
    public float leastDistance(int slot, float score) {
        return bounded ? query.leastDistance(rows, slot, score) : Float.NEGATIVE_INFINITY;
    }

    @Override
    public void close() {
        query.close();
        encodeScratch.close();
    }
}
