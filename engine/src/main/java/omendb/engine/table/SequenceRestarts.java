package omendb.engine.table;

import java.util.HashMap;
import java.util.Map;
import omendb.engine.txn.CommitRecord;
import omendb.engine.txn.TransactionParticipant;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import org.jspecify.annotations.Nullable;

/// Sequences that a transaction has restarted or altered: their values are its own until it commits, as is what it
/// takes of them. It holds a lock that keeps others away.
///
/// Threading: the transaction's thread.
final class SequenceRestarts implements TransactionParticipant {
    private static final MemoryTag TAG = MemoryTag.of("sequences");

    private final Sequences sequences;
    private Map<Integer, Sequences.Value> values = new HashMap<>();

    SequenceRestarts(Sequences sequences) {
        this.sequences = sequences;
    }

    /// The value of a sequence for the transaction alone, or null.
    Sequences.@Nullable Value value(int oid) {
        return values.get(oid);
    }

    void set(int oid, Sequences.Value value) {
        values.put(oid, value);
    }

    void forget(int oid) {
        values.remove(oid);
    }

    @Override
    public void prepare(CommitRecord record) {
        long key = MemoryAccount.allocate(TAG, Long.BYTES);
        try {
            values.forEach((oid, value) -> Sequences.put(record, key, oid, value));
        } finally {
            MemoryAccount.free(TAG, key, Long.BYTES);
        }
    }

    @Override
    public void committed(long commitTimestamp) {
        values.forEach(sequences::restarted);
    }

    @Override
    public void rolledBack() {}

    @Override
    public Object mark() {
        return Map.copyOf(values);
    }

    @Override
    @SuppressWarnings("unchecked")
    public void rollbackTo(@Nullable Object mark) {
        values = mark == null ? new HashMap<>() : new HashMap<>((Map<Integer, Sequences.Value>) mark);
    }
}
