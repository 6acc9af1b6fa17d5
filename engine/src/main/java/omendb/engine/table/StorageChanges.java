package omendb.engine.table;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import omendb.engine.txn.CommitRecord;
import omendb.engine.txn.PreparedImage;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.TransactionParticipant;
import org.jspecify.annotations.Nullable;

/// Storages a transaction made and gave up by DDL: the made ones go if it rolls back, the others if it commits.
///
/// Section of a prepared transaction's image (kind [#KIND]), 8-byte numbers, little-endian: count of storages made,
/// their
/// ids, then the ids of those given up; what was made and given up again is in neither.
/// Threading: the transaction's thread.
public final class StorageChanges implements TransactionParticipant {
    private static final int KIND = 69;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

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

    /// Makes a prepared transaction's part again after a restart.
    public static void restore(Transaction transaction, Storages storages, PreparedImage image) {
        image.sections((kind, content) -> {
            if (kind == KIND) {
                StorageChanges restored = of(transaction, storages);
                read(content, (storageId, isNew) -> (isNew ? restored.created : restored.dropped).add(storageId));
            }
        });
    }

    /// Ids of the storages that a prepared transaction made and did not give up again.
    public static List<Long> createdBy(PreparedImage image) {
        List<Long> created = new ArrayList<>();
        image.sections((kind, content) -> {
            if (kind == KIND) {
                read(content, (storageId, isNew) -> {
                    if (isNew) {
                        created.add(storageId);
                    }
                });
            }
        });
        return created;
    }

    private interface Visitor {
        void storage(long storageId, boolean isNew);
    }

    private static void read(MemorySegment section, Visitor visitor) {
        long created = section.get(LONG, 0);
        for (long i = 1; i < section.byteSize() / Long.BYTES; i++) {
            visitor.storage(section.get(LONG, Long.BYTES * i), i <= created);
        }
    }

    /// After a restart what it made and gave up again is an orphan: no definition names it.
    @Override
    public void persist(CommitRecord image) {
        List<Long> kept = created.stream().filter(id -> !dropped.contains(id)).toList();
        List<Long> gone = dropped.stream().filter(id -> !created.contains(id)).toList();
        MemorySegment section = image.addSection(KIND, Long.BYTES * (1L + kept.size() + gone.size()));
        section.set(LONG, 0, kept.size());
        long at = Long.BYTES;
        for (List<Long> ids : List.of(kept, gone)) {
            for (long id : ids) {
                section.set(LONG, at, id);
                at += Long.BYTES;
            }
        }
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
