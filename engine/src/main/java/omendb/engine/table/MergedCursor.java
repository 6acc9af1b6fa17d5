package omendb.engine.table;

import java.lang.foreign.MemorySegment;
import omendb.engine.lsm.LsmCursor;
import omendb.engine.lsm.LsmTree;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.WriteCursor;
import omendb.engine.txn.WriteSet;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// A key range of a tree as a transaction sees it: committed versions at a snapshot with its own writes laid over.
///
/// Threading: the transaction's thread.
final class MergedCursor implements AutoCloseable {
    private static final int RELEASE_MASK = 0xff;

    private final LsmCursor committed;
    private final @Nullable WriteCursor own;
    private final boolean backward;
    private boolean hasCommitted;
    private boolean hasOwn;
    private boolean stepCommitted = true;
    private boolean stepOwn = true;
    private boolean atOwn;
    private int steps;

    /// What the running statement sees.
    static MergedCursor of(
            Transaction transaction,
            LsmTree tree,
            @Nullable MemorySegment from,
            @Nullable MemorySegment to,
            boolean backward) {
        transaction.requireStatement();
        return new MergedCursor(
                transaction, tree, from, to, backward, transaction.snapshot(), transaction.statementSequence(), true);
    }

    /// What a statement that started now would see: the newest commits and all own writes. The address of an own row
    /// is good until the cursor moves.
    static MergedCursor ofLatest(Transaction transaction, LsmTree tree) {
        return ofLatest(transaction, tree, null, null);
    }

    static MergedCursor ofLatest(
            Transaction transaction, LsmTree tree, @Nullable MemorySegment from, @Nullable MemorySegment to) {
        transaction.requireStatement();
        return new MergedCursor(transaction, tree, from, to, false, transaction.latest(), Long.MAX_VALUE, false);
    }

    private MergedCursor(
            Transaction transaction,
            LsmTree tree,
            @Nullable MemorySegment from,
            @Nullable MemorySegment to,
            boolean backward,
            long timestamp,
            long sequence,
            boolean keeps) {
        WriteSet writes = transaction.writesIfAny();
        if (writes != null && keeps) {
            writes.keepAddresses();
        }
        this.own = writes == null ? null : writes.cursor(tree.relationId(), from, to, backward, sequence);
        this.backward = backward;
        this.committed = tree.scan(from, to, timestamp, backward);
    }

    /// Addresses of values given out so far are no longer used; for who hands out rows in batches.
    void releasePassed() {
        committed.releasePassed();
    }

    /// As [#next] for one who looks at one row at a time: the value of the row before is no longer used.
    boolean nextAlone() {
        if ((++steps & RELEASE_MASK) == 0) {
            committed.releasePassed();
        }
        return next();
    }

    /// Advances to the next row that is there; false at the end.
    boolean next() {
        while (true) {
            step();
            if (!hasOwn && !hasCommitted) {
                return false;
            }
            int order = compare();
            atOwn = order <= 0;
            stepOwn = order <= 0;
            stepCommitted = order >= 0; // the same key: the own version hides the committed one
            if (!atOwn || !own().isTombstone()) {
                return true;
            }
        }
    }

    private void step() {
        if (stepCommitted) {
            hasCommitted = committed.next();
        }
        if (stepOwn && own != null) {
            hasOwn = own.next();
        }
        stepCommitted = false;
        stepOwn = false;
    }

    /// Below 0: own comes first; 0: same key; above 0: committed comes first.
    private int compare() {
        if (!hasOwn) {
            return 1;
        }
        if (!hasCommitted) {
            return -1;
        }
        int order = NativeMemory.compare(
                own().keyAddress(), own().keyLength(), committed.keyAddress(), committed.keyLength());
        return backward ? -order : order;
    }

    private WriteCursor own() {
        WriteCursor cursor = own;
        if (cursor == null) {
            throw new IllegalStateException("no own writes");
        }
        return cursor;
    }

    /// Whether the current row is the transaction's own.
    boolean isOwn() {
        return atOwn;
    }

    long keyAddress() {
        return atOwn ? own().keyAddress() : committed.keyAddress();
    }

    int keyLength() {
        return atOwn ? own().keyLength() : committed.keyLength();
    }

    long valueAddress() {
        return atOwn ? own().valueAddress() : committed.valueAddress();
    }

    int valueLength() {
        return atOwn ? own().valueLength() : committed.valueLength();
    }

    @Override
    public void close() {
        if (own != null) {
            own.close();
        }
        committed.close();
    }
}
