package omendb.engine.catalog;

import java.util.List;

/// Relations of the database's own bookkeeping; their ids lie below every user's.
///
/// | tree | key | value |
/// | --- | --- | --- |
/// | [#CATALOG] | kind (1 byte), oid (4, big-endian) | definition, [DefinitionCodec] |
/// | [#STATE] | kind (1), id (8), attnum (2), big-endian | 8-byte fields, `omendb.engine.StateStore` |
/// | [#SEQUENCES] | oid (4) | last value (8), called (1), `omendb.engine.table.Sequences` |
/// | [#DEAD_SLOTS] | storage id (8), attnum (2), slot (8), big-endian | empty; a vector slot no row version
/// refers to |
/// | [#FREE_SLOTS] | as of [#DEAD_SLOTS] | empty; a dead slot that may be written again: whoever does deletes the row |
/// | [#PREPARED] | gid, 0, chunk | part of a prepared transaction, `omendb.engine.txn.PreparedRows` |
public final class SystemTrees {
    public static final long CATALOG = 1;
    public static final long STATE = 2;
    public static final long SEQUENCES = 3;
    public static final long DEAD_SLOTS = 4;
    public static final long FREE_SLOTS = 5;
    public static final long PREPARED = 6;

    private SystemTrees() {}

    /// Whether what a transaction writes to a relation may leave memory before its commit: of the catalog and its like
    /// the log has every row.
    public static boolean isSpillable(long relation) {
        return relation == DEAD_SLOTS || relation == FREE_SLOTS || relation > PREPARED;
    }

    public static List<Long> all() {
        return List.of(CATALOG, STATE, SEQUENCES, DEAD_SLOTS, FREE_SLOTS, PREPARED);
    }
}
