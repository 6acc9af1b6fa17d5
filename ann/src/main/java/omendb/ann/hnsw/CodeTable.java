package omendb.ann.hnsw;

import omendb.ann.quantize.CodeLayout;
import omendb.ann.quantize.RabitqQuantizer;
import omendb.memory.MemoryTag;

/// One code row per slot, and the quantizer that wrote them. Never retrained in place: a better quantizer gets a
/// table of
/// its own, and the old one goes when no search uses it any more.
///
/// Threading: rows of different slots may be written by different threads; a row is written before its slot is
/// linked.
final class CodeTable implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("ann codes");

    final RabitqQuantizer quantizer;
    final GrowingRange rows;
    private final long address;
    private final int stride;

    /// Linked vectors when the quantizer was trained: many more mean that it is time to train again.
    final long trainedOn;

    CodeTable(RabitqQuantizer quantizer, long trainedOn, long slots) {
        this.quantizer = quantizer;
        this.trainedOn = trainedOn;
        this.stride = quantizer.layout().strideBytes();
        this.rows = new GrowingRange(TAG, stride, Graph.reservedSlots(slots), CodeLayout.SLACK_BYTES);
        this.address = rows.address();
    }

    long address() {
        return address;
    }

    long row(long slot) {
        return address + slot * stride;
    }

    void encode(long slot, long vector, RabitqQuantizer.Scratch scratch) {
        rows.ensure(slot + 1);
        quantizer.encode(vector, row(slot), scratch);
    }

    @Override
    public void close() {
        rows.close();
        quantizer.close();
    }
}
