package omendb.engine.txn;

/// Strength of a row lock, by PostgreSQL's names and with its conflict table:
///
///                      KEY SHARE  SHARE  NO KEY UPDATE  UPDATE
///     KEY SHARE                                         x
///     SHARE                              x              x
///     NO KEY UPDATE               x      x              x
///     UPDATE           x          x      x              x
public enum RowLockMode {
    KEY_SHARE(0b0001, 0b1000),
    SHARE(0b0010, 0b1100),
    NO_KEY_UPDATE(0b0100, 0b1110),
    UPDATE(0b1000, 0b1111);

    private final int bit;
    private final int conflicts;

    RowLockMode(int bit, int conflicts) {
        this.bit = bit;
        this.conflicts = conflicts;
    }

    int bit() {
        return bit;
    }

    /// Whether it conflicts with any mode of a set.
    boolean conflictsWith(int modes) {
        return (conflicts & modes) != 0;
    }

    /// Whether a holder of these modes has no use for this one: it has it, or a stronger one.
    boolean isCoveredBy(int modes) {
        return modes >= bit;
    }
}
