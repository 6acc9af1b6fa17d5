package omendb.engine.txn;

/// Strength of a row lock, by PostgreSQL's names and with its conflict table:
///
///                      KEY SHARE  SHARE  NO KEY UPDATE  UPDATE
///     KEY SHARE                                         x
///     SHARE                              x              x
///     NO KEY UPDATE               x      x              x
///     UPDATE           x          x      x              x
public enum RowLockMode implements LockMode {
    KEY_SHARE(0b0001, "AccessShareLock", 0b1000),
    SHARE(0b0010, "RowShareLock", 0b1100),
    NO_KEY_UPDATE(0b0100, "ExclusiveLock", 0b1110),
    UPDATE(0b1000, "AccessExclusiveLock", 0b1111);

    private final int bit;
    private final String postgresName;
    private final int conflicts;

    RowLockMode(int bit, String postgresName, int conflicts) {
        this.bit = bit;
        this.postgresName = postgresName;
        this.conflicts = conflicts;
    }

    @Override
    public int bit() {
        return bit;
    }

    /// The mode of the lock on a tuple that PostgreSQL's waiters queue with.
    @Override
    public String postgresName() {
        return postgresName;
    }

    @Override
    public boolean conflictsWith(int modes) {
        return (conflicts & modes) != 0;
    }

    /// Whether a holder of these modes has no use for this one: it has it, or a stronger one.
    boolean isCoveredBy(int modes) {
        return modes >= bit;
    }
}
