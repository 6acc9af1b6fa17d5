package omendb.engine.catalog;

import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import omendb.engine.lsm.LsmCursor;
import omendb.engine.lsm.LsmTree;
import omendb.engine.txn.Transaction;
import omendb.memory.NativeMemory;

/// Keeps the newest committed [Catalog] and makes those that transactions see.
///
/// A transaction sees the newest committed catalog with its own changes on top, whatever its snapshot, as in
/// PostgreSQL;
/// table locks keep a definition in use from changing.
/// Threading: any thread; committing changes swaps the catalog under a lock.
public final class Catalogs {
    private final AtomicLong versions = new AtomicLong();
    private volatile Catalog committed;

    public Catalogs() {
        committed = new Catalog.Builder().build(nextVersion());
    }

    /// Reads the catalog tree as of a timestamp.
    public void load(LsmTree tree, long timestamp) {
        Catalog.Builder builder = new Catalog.Builder();
        try (LsmCursor cursor = tree.scan(null, null, timestamp, false)) {
            while (cursor.next()) {
                long key = cursor.keyAddress();
                int oid = oidOfKey(key);
                byte[] value = NativeMemory.segment(cursor.valueAddress(), cursor.valueLength())
                        .toArray(ValueLayout.JAVA_BYTE);
                DefinitionCodec.decode(DefinitionCodec.Kind.of(NativeMemory.getByte(key) & 0xff), oid, value, builder);
            }
        }
        committed = builder.build(nextVersion());
    }

    /// Oid in a key of the catalog tree.
    public static int oidOfKey(long keyAddress) {
        return Integer.reverseBytes(NativeMemory.getInt(keyAddress + 1));
    }

    /// The newest committed catalog.
    public Catalog committed() {
        return committed;
    }

    /// What a transaction sees.
    public Catalog of(Transaction transaction) {
        CatalogChanges changes = transaction.participantIfAny(CatalogChanges.class);
        return changes == null ? committed : changes.over(committed);
    }

    /// The transaction's changes, to add to.
    public CatalogChanges changes(Transaction transaction) {
        return transaction.participant(CatalogChanges.class, () -> new CatalogChanges(this, transaction));
    }

    long nextVersion() {
        return versions.incrementAndGet();
    }

    synchronized void commit(UnaryOperator<Catalog> change) {
        committed = change.apply(committed);
    }
}
