package omendb.engine.alex;

/// What a look-up is expected to cost, in nanoseconds, and what memory is worth: the measure by which
/// fan-outs and splits are chosen. Costs are sums over the entries of a node.
final class CostModel {
    /// Of one step of a search inside a data node.
    private static final double PROBE = 4;

    /// Of one inner node more on the way down.
    private static final double TRAVERSE = 12;

    /// Of a byte, spread over all look-ups of its node.
    private static final double BYTE = 8;

    private static final int POINTER_BYTES = 4;

    private CostModel() {}

    /// A data node with so many entries whose model is `error` slots off and that takes so many bytes.
    static double dataNode(long entries, double error, double bytes) {
        return entries * PROBE * log2(1 + error) + BYTE * (DataNode.HEADER_BYTES + bytes);
    }

    /// A slot of a model node that gets so many entries, before anything else is known of them.
    static double slot(long entries) {
        double pointer = BYTE * POINTER_BYTES;
        if (entries == 0) {
            return pointer;
        }
        double inside = Math.min(entries, DataNode.MAX_ENTRIES);
        double deeper = entries > inside ? TRAVERSE * (1 + log2(entries / inside) / 8) : 0;
        double nodes = entries / inside;
        return pointer + entries * (deeper + PROBE * log2(1 + inside) / 2) + BYTE * DataNode.HEADER_BYTES * nodes;
    }

    /// One level more for so many entries.
    static double level(long entries) {
        return entries * TRAVERSE;
    }

    private static double log2(double value) {
        return Math.log(value) * (1 / Math.log(2));
    }
}
