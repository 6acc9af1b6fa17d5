package omendb.engine.table;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.txn.CommitRecord;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.TransactionParticipant;
import org.jspecify.annotations.Nullable;

/// Storages a transaction made and gave up by DDL: the made ones go if it rolls back, the others if it commits.
///
/// Threading: the transaction's thread.
public final class StorageChanges implements TransactionParticipant {
    private record Position(int created, int dropped) {}

    private final Storages storages;
    private final Transaction transaction;
    private final List<Long> created = new ArrayList<>();
    private final List<Long> dropped = new ArrayList<>();

    private StorageChanges(Storages storages, Transaction transaction) {
        this.storages = storages;
        this.transaction = transaction;
    }

    static StorageChanges of(Transaction transaction, Storages storages) {
        return transaction.participant(StorageChanges.class, () -> new StorageChanges(storages, transaction));
    }

    void created(long storageId) {
        created.add(storageId);
    }

    void dropped(long storageId) {
        dropped.add(storageId);
        transaction.dropWritesTo(storageId);
    }

    @Override
    public void prepare(CommitRecord record) {}

    @Override
    public void committed(long commitTimestamp) {
        dropped.forEach(storageId -> storages.deferDrop(storageId, commitTimestamp));
    }

    @Override
    public void rolledBack() {
        created.forEach(storages::dropNow);
        created.clear();
        dropped.clear();
    }

    @Override
    public Object mark() {
        return new Position(created.size(), dropped.size());
    }

    @Override
    public void rollbackTo(@Nullable Object mark) {
        Position position = mark == null ? new Position(0, 0) : (Position) mark;
        List<Long> undone = created.subList(position.created(), created.size());
        undone.forEach(storages::dropNow);
        undone.clear();
        dropped.subList(position.dropped(), dropped.size()).clear();
    }
}
