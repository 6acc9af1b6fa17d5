package omendb.engine.alex;

/// Least and greatest entry that lead to a data node.
record Bounds(long lowKey, long lowPayload, long highKey, long highPayload) {
    static final Bounds ALL = new Bounds(Long.MIN_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    static Bounds of(long dataNode) {
        return new Bounds(
                DataNode.lowKey(dataNode),
                DataNode.lowPayload(dataNode),
                DataNode.highKey(dataNode),
                DataNode.highPayload(dataNode));
    }

    void writeTo(long dataNode) {
        DataNode.setBounds(dataNode, lowKey, lowPayload, highKey, highPayload);
    }

    /// The part in front of an entry.
    Bounds before(long key, long payload) {
        return new Bounds(lowKey, lowPayload, Entries.keyBefore(key, payload), Entries.payloadBefore(payload));
    }

    /// The part from an entry on.
    Bounds from(long key, long payload) {
        return new Bounds(key, payload, highKey, highPayload);
    }

    /// Both, where `next` follows this one.
    Bounds and(Bounds next) {
        return new Bounds(lowKey, lowPayload, next.highKey, next.highPayload);
    }
}
