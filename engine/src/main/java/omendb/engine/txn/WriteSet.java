package omendb.engine.txn;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import omendb.engine.lsm.WriteBatch;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;
import omendb.memory.Slab;
import org.jspecify.annotations.Nullable;

/// What a transaction has written and nobody else sees: ordered by relation and key, off-heap, with undo.
///
/// Every put or delete is a *version* with a sequence number (1, 2, ...); versions of one key form a
/// chain, newest first. A statement reads versions up to the sequence it started with, so it does not see
/// its own work. [#rollbackTo] unlinks the versions after a mark (their memory is freed with the set).
/// [#drainTo] emits the newest version of each key.
///
/// Addresses that it hands out stay valid until [#clear].
/// Threading: one thread at a time.
public final class WriteSet implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("write-set");
    private static final long CHUNK_BYTES = 64 << 10;

    private final Slab slab = new Slab(TAG, CHUNK_BYTES);
    private final Map<Long, RelationWrites> relations = new TreeMap<>();
    private @Nullable RelationWrites lastUsed;
    private long newestVersion;
    private long sequence;

    /// A point to return to.
    ///
    /// @param version newest version then, 0 = none
    record Position(long version, long sequence) {}

    /// Adds a put; the caller fills the value.
    ///
    /// @return address of `valueLength` bytes to write the value to
    public long reservePut(long relationId, long keyAddress, int keyLength, int valueLength) {
        long version = add(relationId, keyAddress, keyLength, valueLength);
        return WriteVersion.valueAddress(version);
    }

    public void put(long relationId, MemorySegment key, MemorySegment value) {
        long target = reservePut(relationId, key.address(), (int) key.byteSize(), (int) value.byteSize());
        NativeMemory.copy(value, target);
    }

    public void delete(long relationId, long keyAddress, int keyLength) {
        add(relationId, keyAddress, keyLength, WriteVersion.TOMBSTONE);
    }

    private long add(long relationId, long keyAddress, int keyLength, int valueLength) {
        long node = relation(relationId).findOrInsert(keyAddress, keyLength);
        newestVersion = WriteVersion.push(slab, node, newestVersion, ++sequence, valueLength);
        return newestVersion;
    }

    private RelationWrites relation(long relationId) {
        RelationWrites last = lastUsed;
        if (last == null || last.relationId() != relationId) {
            last = relations.computeIfAbsent(relationId, id -> new RelationWrites(id, slab));
            lastUsed = last;
        }
        return last;
    }

    /// Newest version of a key with a sequence up to `limit`; 0 = none. Read it with [WriteVersion].
    public long find(long relationId, long keyAddress, int keyLength, long limit) {
        RelationWrites writes = relations.get(relationId);
        if (writes == null) {
            return 0;
        }
        long node = writes.find(keyAddress, keyLength);
        return node == 0 ? 0 : WriteVersion.newest(node, limit);
    }

    /// Versions of a relation in key order, up to sequence `limit`; null if the transaction never wrote
    /// to it.
    public @Nullable WriteCursor cursor(
            long relationId, @Nullable MemorySegment from, @Nullable MemorySegment to, boolean backward, long limit) {
        RelationWrites writes = relations.get(relationId);
        return writes == null ? null : new WriteCursor(writes, from, to, backward, limit);
    }

    void forEachRelation(Consumer<RelationWrites> visitor) {
        relations.values().forEach(visitor);
    }

    /// Sequence of the newest version.
    public long sequence() {
        return sequence;
    }

    public boolean isEmpty() {
        return newestVersion == 0;
    }

    /// Bytes taken from the system.
    public long reservedBytes() {
        return slab.reservedBytes();
    }

    Position position() {
        return new Position(newestVersion, sequence);
    }

    void rollbackTo(Position position) {
        // sequence numbers are not reused: a cursor opened before still tells old from new
        while (newestVersion != position.version()) {
            newestVersion = WriteVersion.pop(newestVersion);
        }
    }

    /// Appends the newest version of every key, in order of relation and key, leaving out relations whose
    /// storage goes away with this transaction.
    void drainTo(WriteBatch batch, LongPredicate dropped) {
        for (RelationWrites writes : relations.values()) {
            if (dropped.test(writes.relationId())) {
                continue;
            }
            for (long node = writes.first(); node != 0; node = WriteNode.next(node, 0)) {
                long version = WriteNode.version(node);
                if (version == 0) {
                    continue; // everything written to it was undone
                }
                long key = WriteNode.keyAddress(node);
                int keyLength = WriteNode.keyLength(node);
                if (WriteVersion.isTombstone(version)) {
                    batch.delete(writes.relationId(), key, keyLength);
                } else {
                    batch.put(
                            writes.relationId(),
                            key,
                            keyLength,
                            WriteVersion.valueAddress(version),
                            WriteVersion.valueLength(version));
                }
            }
        }
    }

    /// Empties the set and keeps a chunk for the next transaction.
    void clear() {
        relations.clear();
        lastUsed = null;
        newestVersion = 0;
        sequence = 0;
        slab.reset();
    }

    @Override
    public void close() {
        slab.close();
    }
}
