package omendb.torture.history;

/// Names of what can be wrong: Adya's, and Elle's where Adya has none. Ends of names: `REALTIME` where the cycle needs
/// the
/// order of commits and beginnings that clients saw, which all levels keep here, as PostgreSQL's do: a snapshot holds
/// every commit that was answered before it was taken.
public enum AnomalyKind {
    /// A value that nobody wrote.
    GARBAGE_READ("garbage read", IsolationLevel.READ_COMMITTED),
    /// A value twice in one list, or two writes that made the same version of a register.
    DUPLICATE_WRITE("duplicate write", IsolationLevel.READ_COMMITTED),
    /// Two reads of a list neither of which is a prefix of the other.
    INCOMPATIBLE_ORDER("incompatible order", IsolationLevel.READ_COMMITTED),
    /// A value of a transaction that did not commit.
    ABORTED_READ("G1a, aborted read", IsolationLevel.READ_COMMITTED),
    /// A value that its transaction had replaced by the time it committed.
    INTERMEDIATE_READ("G1b, intermediate read", IsolationLevel.READ_COMMITTED),
    /// A committed write that a later read does not show and no version order holds.
    LOST_WRITE("lost write", IsolationLevel.READ_COMMITTED),
    /// A read that does not show a commit answered before its transaction began.
    STALE_READ("stale read", IsolationLevel.READ_COMMITTED),
    /// A transaction does not see its own write.
    OWN_WRITE_MISSED("internal inconsistency, own write missed", IsolationLevel.READ_COMMITTED),
    /// A transaction reads a key twice and sees another version although it did not write it.
    NONREPEATABLE_READ("internal inconsistency, nonrepeatable read", IsolationLevel.REPEATABLE_READ),
    /// Two transactions read the same version and both replaced it.
    LOST_UPDATE("lost update", IsolationLevel.REPEATABLE_READ),
    /// A cycle of write-write edges.
    G0("G0, write cycle", IsolationLevel.READ_COMMITTED),
    G0_REALTIME("G0-realtime", IsolationLevel.READ_COMMITTED),
    /// A cycle of write-write and write-read edges.
    G1C("G1c, circular information flow", IsolationLevel.READ_COMMITTED),
    G1C_REALTIME("G1c-realtime", IsolationLevel.READ_COMMITTED),
    /// A cycle with exactly one read-write edge.
    G_SINGLE("G-single, read skew", IsolationLevel.REPEATABLE_READ),
    G_SINGLE_REALTIME("G-single-realtime", IsolationLevel.REPEATABLE_READ),
    /// A cycle with several read-write edges, no two of them next to each other.
    G_NONADJACENT("G-nonadjacent", IsolationLevel.REPEATABLE_READ),
    G_NONADJACENT_REALTIME("G-nonadjacent-realtime", IsolationLevel.REPEATABLE_READ),
    /// Any other cycle.
    G2_ITEM("G2-item, write skew", IsolationLevel.SERIALIZABLE),
    G2_ITEM_REALTIME("G2-item-realtime", IsolationLevel.SERIALIZABLE);

    private final String title;
    private final IsolationLevel weakestLevel;

    AnomalyKind(String title, IsolationLevel weakestLevel) {
        this.title = title;
        this.weakestLevel = weakestLevel;
    }

    /// The weakest level that forbids it.
    IsolationLevel weakestLevel() {
        return weakestLevel;
    }

    @Override
    public String toString() {
        return title;
    }
}
