package omendb.ann.hnsw;

import omendb.ann.quantize.RabitqQuantizer;
import omendb.ann.quantize.RabitqQuery;

/// Scores by the codes of one table. For one thread; belongs to its table and is thrown away with it.
final class CodeScorer implements Scorer, AutoCloseable {
    /// Two are too few: they cost recall (research/ann.md, section 2).
    private static final float DEVIATIONS = 3;

    final CodeTable codes;
    final RabitqQuantizer.Scratch encodeScratch;
    private final RabitqQuery query;
    private final long rows;

    CodeScorer(CodeTable codes) {
        this.codes = codes;
        this.rows = codes.address();
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
        return query.lowerBound(rows, slot, score, DEVIATIONS);
    }

    @Override
    public void close() {
        query.close();
        encodeScratch.close();
    }
}
