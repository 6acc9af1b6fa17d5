package omendb.engine.table;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.ConstraintDef.Action;
import omendb.engine.lsm.LsmTree;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.RowLockMode;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.engine.type.NativeBytesWriter;
import omendb.engine.type.SqlType;
import omendb.memory.NativeMemory;
import org.agrona.collections.LongArrayList;
import org.jspecify.annotations.Nullable;

/// Checks and carries out foreign keys for one transaction.
///
/// A referencing row: the row it refers to is looked up (READ COMMITTED: its newest version; else the one the
/// snapshot sees) and locked FOR KEY SHARE to the end of the transaction, so that it cannot go before.
/// A key that went away: whoever took it away holds the row's UPDATE lock, so that nobody else can add a
/// referencing row; those that are there are found in their newest versions, whatever the snapshot, since what
/// counts is what will be there after the commit.
/// Threading: the transaction's thread, inside a statement.
final class ForeignKeyChecker {
    /// The referencing row's state.
    enum Finding {
        /// Refers to a row, or to none because of a NULL, or is gone.
        GOOD,
        /// MATCH FULL with some NULLs.
        MIXED,
        /// Refers to nothing.
        MISSING
    }

    private final Transaction transaction;

    ForeignKeyChecker(Transaction transaction) {
        this.transaction = transaction;
    }

    // ---- the referencing side ----

    /// @throws omendb.engine.error.UserException 23503
    void requireParent(Catalog catalog, ForeignKeyPath path, long rowId) {
        Finding finding = find(path, rowId);
        if (finding != Finding.GOOD) {
            throw ConstraintErrors.noReferencedRow(catalog, path, finding == Finding.MIXED);
        }
    }

    Finding find(ForeignKeyPath path, long rowId) {
        if (!path.readChild(rowId)) {
            return Finding.GOOD;
        }
        Finding known = findWithoutLooking(path);
        if (known != null) {
            return known;
        }
        if (path.isPassed()) {
            return Finding.GOOD;
        }
        if (!lockParent(path)) {
            return Finding.MISSING;
        }
        path.setPassed();
        return Finding.GOOD;
    }

    /// What NULLs and ranges of types tell; null = look for the row.
    private static @Nullable Finding findWithoutLooking(ForeignKeyPath path) {
        int nulls = path.childValues().nullCount();
        if (nulls > 0) {
            boolean mixed = path.key().matchFull() && nulls < path.childValues().count();
            return mixed ? Finding.MIXED : Finding.GOOD;
        }
        return path.encodeEntry() ? null : Finding.MISSING;
    }

    /// Locks the row that has the entry at hand; false = there is none.
    private boolean lockParent(ForeignKeyPath path) {
        NativeBytesWriter entry = path.entry();
        transaction.readsKey(path.parentKeys().treeId(), NativeMemory.segment(entry.address(), entry.position()));
        while (true) {
            if (!findEntry(path)) {
                return false;
            }
            long rowId = IndexScan.rowIdOfValue(path.parentEntries().address());
            RowLock lock = path.parent().lockRow(transaction, rowId, RowLockMode.KEY_SHARE, LockWaiting.WAIT);
            switch (lock) {
                // a row as the snapshot sees it, or the statement's own, has the entry that led to it
                case UNCHANGED, CHANGED_BY_STATEMENT -> {
                    return true;
                }
                case CHANGED -> {
                    if (findEntry(path)
                            && IndexScan.rowIdOfValue(path.parentEntries().address()) == rowId) {
                        return true;
                    }
                }
                case GONE -> {}
                case LOCKED -> throw new IllegalStateException("a lock that waits was not taken");
            }
        }
    }

    private boolean findEntry(ForeignKeyPath path) {
        NativeBytesWriter entry = path.entry();
        boolean newest = transaction.isolation() == Isolation.READ_COMMITTED
                || transaction.snapshot() < path.parentKeys().index().validFrom();
        return newest
                ? path.parentEntries().findLatest(entry.address(), entry.position())
                : path.parentEntries().findAtSnapshot(entry.address(), entry.position());
    }

    /// Looks at every row of the referencing table. What others write meanwhile they check themselves; a key that
    /// goes, goes after or with the rows that refer to it, so a row that seems bad is looked at once more.
    void validate(Catalog catalog, ForeignKeyPath path) {
        LsmTree tree = path.child().storage().rows();
        RowLookup again = RowLookup.momentary(transaction, tree);
        try (MergedCursor rows = MergedCursor.ofLatest(transaction, tree)) {
            while (rows.nextAlone()) {
                Finding finding = findLatest(path, rows.valueAddress());
                if (finding != Finding.GOOD && again.findLatestRow(RowKey.read(rows.keyAddress()))) {
                    finding = findLatest(path, again.address());
                    if (finding != Finding.GOOD) {
                        throw ConstraintErrors.noReferencedRow(catalog, path, finding == Finding.MIXED);
                    }
                }
                transaction.checkCancelled();
            }
        }
    }

    private static Finding findLatest(ForeignKeyPath path, long childRow) {
        path.readChildAt(childRow);
        Finding finding = findWithoutLooking(path);
        if (finding != null) {
            return finding;
        }
        NativeBytesWriter entry = path.entry();
        boolean there = path.parentEntries().findLatest(entry.address(), entry.position());
        return there ? Finding.GOOD : Finding.MISSING;
    }

    // ---- the referenced side ----

    /// Does what the foreign key says about a key that is gone ([ForeignKeyPath#oldKey]).
    ///
    /// @param changed another key came in its place ([ForeignKeyPath#newKey])
    void keyGone(Catalog catalog, ForeignKeyPath path, boolean changed, ReferentialActions actions) {
        ConstraintDef.ForeignKey key = path.key();
        Action action = changed ? key.onUpdate() : key.onDelete();
        switch (action) {
            case NO_ACTION -> {
                path.encodeOldEntry();
                boolean again = path.parentEntries()
                        .findLatest(path.entry().address(), path.entry().position());
                if (!again) {
                    refuseChildren(catalog, path);
                }
            }
            case RESTRICT -> refuseChildren(catalog, path);
            case CASCADE -> {
                if (changed) {
                    cascadeKey(path, actions);
                } else {
                    for (long rowId : lockChildren(path, RowLockMode.UPDATE)) {
                        path.child().delete(transaction, rowId);
                    }
                }
            }
            case SET_NULL ->
                actions.setNull(path.child(), setColumns(key, changed), lockChildren(path, RowLockMode.NO_KEY_UPDATE));
            case SET_DEFAULT -> {
                actions.setDefault(
                        path.child(), setColumns(key, changed), lockChildren(path, RowLockMode.NO_KEY_UPDATE));
                // the default may be the key that has gone
                refuseChildren(catalog, path);
            }
        }
    }

    private static List<Integer> setColumns(ConstraintDef.ForeignKey key, boolean changed) {
        return changed || key.setAttnums().isEmpty() ? key.attnums() : key.setAttnums();
    }

    private void cascadeKey(ForeignKeyPath path, ReferentialActions actions) {
        List<Long> rowIds = lockChildren(path, RowLockMode.NO_KEY_UPDATE);
        if (rowIds.isEmpty()) {
            return;
        }
        KeyValues newKey = path.newKey();
        List<SqlType> types = new ArrayList<>();
        for (int i = 0; i < newKey.count(); i++) {
            types.add(newKey.type(i));
        }
        try (Batch values = Batch.allocate(types)) {
            for (int i = 0; i < newKey.count(); i++) {
                newKey.copyTo(i, values.column(i), 0);
            }
            values.setRowCount(1);
            actions.cascade(path.child(), path.key(), values, rowIds);
        }
    }

    /// @throws omendb.engine.error.UserException 23503 if a row still refers to the old key
    private void refuseChildren(Catalog catalog, ForeignKeyPath path) {
        LongArrayList candidates = candidates(path);
        for (int i = 0; i < candidates.size(); i++) {
            // waits for whoever is about to remove the row
            long rowId = candidates.getLong(i);
            path.child().lockLatestRow(transaction, rowId, RowLockMode.KEY_SHARE);
            if (path.readChild(rowId) && path.isWanted()) {
                throw ConstraintErrors.stillReferenced(catalog, path);
            }
        }
    }

    /// Rows that refer to the old key, locked; at REPEATABLE READ 40001 if the snapshot does not see them so.
    private List<Long> lockChildren(ForeignKeyPath path, RowLockMode mode) {
        transaction.advanceCommand(); // what earlier events changed may be changed again
        LongArrayList candidates = candidates(path);
        LongArrayList locked = new LongArrayList();
        for (int i = 0; i < candidates.size(); i++) {
            long rowId = candidates.getLong(i);
            RowLock lock = path.child().lockRow(transaction, rowId, mode, LockWaiting.WAIT);
            if (lock != RowLock.GONE && path.readChild(rowId) && path.isWanted()) {
                locked.addLong(rowId);
            }
        }
        return locked;
    }

    /// Rows whose newest versions refer to the old key.
    private LongArrayList candidates(ForeignKeyPath path) {
        LongArrayList rowIds = new LongArrayList();
        if (!path.encodeWanted()) {
            return rowIds;
        }
        IndexKeys index = path.childIndex();
        if (index == null) {
            scanRows(path, rowIds);
            return rowIds;
        }
        try (KeyRange range = new KeyRange(index)) {
            path.encodePrefix(index, range.prefix());
            try (IndexScan scan = path.child().latestEntries(transaction, index, range)) {
                while (scan.next()) {
                    rowIds.addLong(scan.rowId());
                }
            }
        }
        return rowIds;
    }

    private void scanRows(ForeignKeyPath path, LongArrayList rowIds) {
        try (MergedCursor rows =
                MergedCursor.ofLatest(transaction, path.child().storage().rows())) {
            while (rows.nextAlone()) {
                path.readChildAt(rows.valueAddress());
                if (path.isWanted()) {
                    rowIds.addLong(RowKey.read(rows.keyAddress()));
                }
                transaction.checkCancelled();
            }
        }
    }
}
