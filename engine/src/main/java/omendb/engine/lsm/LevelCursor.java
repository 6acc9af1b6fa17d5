package omendb.engine.lsm;

/// A position in a level: tables in key order that do not overlap, read one after the other.
final class LevelCursor extends SstableCursor {
    private final Sstable[] tables;
    private final int from;
    private final int to;
    private int ordinal;

    /// For a reader with a pin.
    ///
    /// @param tables ascending; not changed afterwards
    /// @param from first table to read
    /// @param to the table after the last to read, greater than `from`
    LevelCursor(Sstable[] tables, int from, int to, CursorScratch scratch) {
        this(tables, from, to, scratch, true);
    }

    /// Over all tables.
    ///
    /// @param keeps see [SstableCursor]
    LevelCursor(Sstable[] tables, boolean keeps) {
        this(tables, 0, tables.length, CursorScratch.NONE, keeps);
    }

    private LevelCursor(Sstable[] tables, int from, int to, CursorScratch scratch, boolean keeps) {
        super(tables[from], scratch, keeps);
        this.tables = tables;
        this.from = from;
        this.to = to;
    }

    @Override
    void first() {
        use(from);
        firstInTable();
        ensureForward();
    }

    @Override
    void last() {
        use(to - 1);
        lastInTable();
        ensureBackward();
    }

    @Override
    void seek(long key, int length, long keyPrefix, long ts) {
        int table = Levels.firstEndingAtOrAfter(tables, from, to, key, length, keyPrefix);
        if (table == to) {
            valid = false;
            return;
        }
        use(table);
        seekInTable(key, length, keyPrefix, ts);
        ensureForward(); // maybe of the next table: all versions of this one's last key may be newer than `ts`
    }

    @Override
    void seekBefore(long key, int length, long keyPrefix) {
        int table = Levels.firstEndingAtOrAfter(tables, from, to, key, length, keyPrefix);
        if (table < to) {
            use(table);
            seekBeforeInTable(key, length, keyPrefix);
        } else {
            use(table - 1);
            lastInTable();
        }
        ensureBackward();
    }

    @Override
    void next() {
        nextInTable();
        ensureForward();
    }

    @Override
    void previous() {
        previousInTable();
        ensureBackward();
    }

    /// Goes on to the first entry of the next table that has one, if need be.
    private void ensureForward() {
        while (!valid && ordinal + 1 < to) {
            use(ordinal + 1);
            firstInTable();
        }
    }

    /// Goes back to the last entry of the table before that has one, if need be.
    private void ensureBackward() {
        while (!valid && ordinal > from) {
            use(ordinal - 1);
            lastInTable();
        }
    }

    private void use(int table) {
        ordinal = table;
        use(tables[table]);
    }
}
