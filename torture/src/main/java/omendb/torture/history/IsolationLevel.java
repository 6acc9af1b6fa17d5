package omendb.torture.history;

/// What a level promises, as PostgreSQL means it: each level forbids what the ones before it forbid, and more
/// (see [AnomalyKind]).
public enum IsolationLevel {
    READ_COMMITTED("READ COMMITTED"),
    /// Snapshot isolation.
    REPEATABLE_READ("REPEATABLE READ"),
    SERIALIZABLE("SERIALIZABLE");

    private final String sql;

    IsolationLevel(String sql) {
        this.sql = sql;
    }

    /// As in `BEGIN ISOLATION LEVEL ...`.
    public String sql() {
        return sql;
    }

    boolean forbids(AnomalyKind kind) {
        return compareTo(kind.weakestLevel()) >= 0;
    }
}
