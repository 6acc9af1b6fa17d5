package omendb.engine.lsm;

/// A position in a level: tables in key order that do not overlap, read one after the other.
final class LevelCursor extends RunCursor {
    private final Sstable[] tables;
    private final SstableCursor current;
    private int ordinal;

    /// @param tables at least one, ascending; not changed afterwards
    LevelCursor(Sstable[] tables) {
        this(tables, true);
    }

    /// @param keeps see [SstableCursor]
    LevelCursor(Sstable[] tables, boolean keeps) {
        this.tables = tables;
        this.current = new SstableCursor(tables[0], keeps);
    }

    @Override
    void first() {
        use(0);
        current.first();
        takeForward();
    }

    @Override
    void last() {
        use(tables.length - 1);
        current.last();
        takeBackward();
    }

    @Override
    void seek(long key, int length, long keyPrefix, long ts) {
        int table = Levels.firstEndingAtOrAfter(tables, key, length, keyPrefix);
        if (table == tables.length) {
            valid = false;
            return;
        }
        use(table);
        current.seek(key, length, keyPrefix, ts);
        takeForward(); // maybe of the next table: all versions of this one's last key may be newer than `ts`
    }

    @Override
    void seekBefore(long key, int length, long keyPrefix) {
        int table = Levels.firstEndingAtOrAfter(tables, key, length, keyPrefix);
        if (table < tables.length) {
            use(table);
            current.seekBefore(key, length, keyPrefix);
        } else {
            use(table - 1);
            current.last();
        }
        takeBackward();
    }

    @Override
    void next() {
        current.next();
        takeForward();
    }

    @Override
    void previous() {
        current.previous();
        takeBackward();
    }

    /// Goes on to the first entry of the next table that has one, if need be.
    private void takeForward() {
        while (!current.valid && ordinal + 1 < tables.length) {
            use(ordinal + 1);
            current.first();
        }
        take();
    }

    /// Goes back to the last entry of the table before that has one, if need be.
    private void takeBackward() {
        while (!current.valid && ordinal > 0) {
            use(ordinal - 1);
            current.last();
        }
        take();
    }

    private void use(int table) {
        ordinal = table;
        current.use(tables[table]);
    }

    private void take() {
        valid = current.valid;
        keyAddress = current.keyAddress;
        keyLength = current.keyLength;
        prefix = current.prefix;
        commitTs = current.commitTs;
        tombstone = current.tombstone;
        valueAddress = current.valueAddress;
        valueLength = current.valueLength;
    }

    @Override
    public void close() {
        current.close();
    }
}
