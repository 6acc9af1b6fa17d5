package omendb.engine.txn;

/// Table lock modes by PostgreSQL's names, with its conflict table.
public enum TableLockMode implements LockMode {
    ACCESS_SHARE(0, "AccessShareLock", 0b1000_0000),
    ROW_SHARE(1, "RowShareLock", 0b1100_0000),
    ROW_EXCLUSIVE(2, "RowExclusiveLock", 0b1111_0000),
    SHARE_UPDATE_EXCLUSIVE(3, "ShareUpdateExclusiveLock", 0b1111_1000),
    SHARE(4, "ShareLock", 0b1110_1100),
    SHARE_ROW_EXCLUSIVE(5, "ShareRowExclusiveLock", 0b1111_1100),
    EXCLUSIVE(6, "ExclusiveLock", 0b1111_1110),
    ACCESS_EXCLUSIVE(7, "AccessExclusiveLock", 0b1111_1111);

    private static final TableLockMode[] BY_NUMBER = values();

    private final int number;
    private final String postgresName;
    private final int conflicts;

    /// @param conflicts bit n set = conflicts with the mode of number n
    TableLockMode(int number, String postgresName, int conflicts) {
        this.number = number;
        this.postgresName = postgresName;
        this.conflicts = conflicts;
    }

    @Override
    public String postgresName() {
        return postgresName;
    }

    @Override
    public int bit() {
        return 1 << number;
    }

    @Override
    public boolean conflictsWith(int modes) {
        return (conflicts & modes) != 0;
    }

    /// Whether one of these modes keeps everyone away that this one would.
    public boolean isCoveredBy(int modes) {
        for (int left = modes; left != 0; left &= left - 1) {
            if ((conflicts & ~BY_NUMBER[Integer.numberOfTrailingZeros(left)].conflicts) == 0) {
                return true;
            }
        }
        return false;
    }
}
