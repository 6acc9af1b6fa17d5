package omendb.engine.txn;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import omendb.engine.lsm.SpilledCursor;
import omendb.engine.lsm.SpilledRuns;
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
/// What becomes too much for memory goes to sorted runs on disk ([#spill], [SpilledRuns]), with its sequence numbers;
/// look-ups and cursors find it there. Memory then holds later versions only, but of relations that are not to be
/// spilled.
///
/// Addresses that it hands out stay valid until the next spill, or to the end of the statement, if it is told that
/// somebody keeps them ([#keepAddresses]), or a cursor is open.
/// Threading: one thread at a time.
public final class WriteSet implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("write-set");
    private static final long CHUNK_BYTES = 64 << 10;

    private Slab slab = new Slab(TAG, CHUNK_BYTES);
    private final Map<Long, RelationWrites> relations = new TreeMap<>();
    private @Nullable RelationWrites lastUsed;
    private long newestVersion;
    private long sequence;
    private @Nullable SpilledRuns spilled;
    private long spilledSequence; // up to here versions are in runs
    private boolean addressesKept;
    private final List<WriteCursor> cursors = new ArrayList<>(); // open

    /// A point to return to.
    ///
    /// @param sequence of the newest version then, 0 = none
    record Position(long sequence) {}

    /// Receives versions.
    @FunctionalInterface
    interface VersionVisitor {
        void version(long relationId, long keyAddress, int keyLength, long sequence, boolean tombstone);
    }

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

    /// Whether anything of a relation was written.
    public boolean contains(long relationId) {
        return relations.containsKey(relationId)
                || (spilled != null && spilled.relationIds().contains(relationId));
    }

    private RelationWrites relation(long relationId) {
        RelationWrites last = lastUsed;
        if (last == null || last.relationId() != relationId) {
            last = relations.computeIfAbsent(relationId, id -> new RelationWrites(id, slab));
            lastUsed = last;
        }
        return last;
    }

    /// Finds the newest version of a key with a sequence up to `limit`; false if there is none.
    public boolean find(long relationId, long keyAddress, int keyLength, long limit, OwnVersion out) {
        RelationWrites writes = relations.get(relationId);
        long node = writes == null ? 0 : writes.find(keyAddress, keyLength);
        long version = node == 0 ? 0 : WriteVersion.newest(node, limit);
        if (version != 0) {
            out.set(version);
            return true;
        }
        if (spilled != null && spilled.find(relationId, keyAddress, keyLength, limit, out.spilled())) {
            out.setSpilled();
            return true;
        }
        return false;
    }

    /// Versions of a relation in key order, up to sequence `limit`; null if the transaction never wrote
    /// to it.
    public @Nullable WriteCursor cursor(
            long relationId, @Nullable MemorySegment from, @Nullable MemorySegment to, boolean backward, long limit) {
        if (!contains(relationId)) {
            return null;
        }
        WriteCursor cursor = new WriteCursor(this, relationId, from, to, backward, limit);
        cursors.add(cursor);
        return cursor;
    }

    @Nullable
    WriteNodeCursor memoryCursor(
            long relationId, @Nullable MemorySegment from, @Nullable MemorySegment to, boolean backward, long limit) {
        RelationWrites writes = relations.get(relationId);
        return writes == null ? null : new WriteNodeCursor(writes, from, to, backward, limit);
    }

    @Nullable
    SpilledCursor spilledCursor(
            long relationId, @Nullable MemorySegment from, @Nullable MemorySegment to, boolean backward, long limit) {
        return spilled == null ? null : spilled.cursor(relationId, from, to, backward, limit);
    }

    void closed(WriteCursor cursor) {
        cursors.remove(cursor);
    }

    /// The running statement keeps addresses it was given until it ends.
    public void keepAddresses() {
        addressesKept = true;
    }

    /// A statement begins: nobody has addresses any more.
    void statementBegins() {
        addressesKept = false;
    }

    // ---- spilling ----

    /// Moves what is in memory to sorted runs.
    ///
    /// @param runs      where to; the same at each call
    /// @param spillable relations to move; others stay in memory
    /// @param visitor   gets every version that moves
    /// @param retire    runs what frees memory that a statement may still read
    void spill(SpilledRuns runs, LongPredicate spillable, VersionVisitor visitor, Consumer<Runnable> retire) {
        try (SpilledRuns.Spill spill = runs.startSpill(spilledSequence + 1)) {
            for (RelationWrites writes : relations.values()) {
                if (spillable.test(writes.relationId())) {
                    write(writes, spill.startRun(writes.relationId()), visitor);
                }
            }
            spill.finish();
        }
        spilled = runs;
        spilledSequence = sequence;
        boolean read = addressesKept;
        for (WriteCursor cursor : cursors) {
            read |= cursor.readsMemory();
            cursor.noteSpill();
        }
        Slab full = slab;
        startAnew(spillable);
        if (read) {
            retire.accept(full::close);
        } else {
            full.close();
        }
        addressesKept = false; // what is written from here on no scan of this statement sees
    }

    private static void write(RelationWrites writes, SpilledRuns.Spill.Run run, VersionVisitor visitor) {
        for (long node = writes.first(); node != 0; node = WriteNode.next(node, 0)) {
            long newest = WriteNode.version(node);
            for (long version = newest; version != 0; version = WriteVersion.older(version)) {
                boolean tombstone = WriteVersion.isTombstone(version);
                long key = WriteNode.keyAddress(node);
                int keyLength = WriteNode.keyLength(node);
                long number = WriteVersion.sequence(version);
                run.add(
                        key,
                        keyLength,
                        version == newest,
                        number,
                        tombstone,
                        WriteVersion.valueAddress(version),
                        tombstone ? 0 : WriteVersion.valueLength(version));
                visitor.version(writes.relationId(), key, keyLength, number, tombstone);
            }
        }
        run.finish();
    }

    /// Empty memory, but for the versions of relations that are not spilled.
    private void startAnew(LongPredicate spillable) {
        List<RelationWrites> kept = relations.values().stream()
                .filter(writes -> !spillable.test(writes.relationId()))
                .toList();
        relations.clear();
        lastUsed = null;
        newestVersion = 0;
        slab = new Slab(TAG, CHUNK_BYTES);
        record Kept(long relationId, long version) {}
        List<Kept> versions = new ArrayList<>();
        for (RelationWrites writes : kept) {
            for (long node = writes.first(); node != 0; node = WriteNode.next(node, 0)) {
                for (long version = WriteNode.version(node); version != 0; version = WriteVersion.older(version)) {
                    versions.add(new Kept(writes.relationId(), version));
                }
            }
        }
        versions.sort(Comparator.comparingLong(one -> WriteVersion.sequence(one.version())));
        for (Kept one : versions) {
            long version = one.version();
            long old = WriteVersion.node(version);
            long node = relation(one.relationId()).findOrInsert(WriteNode.keyAddress(old), WriteNode.keyLength(old));
            int length = WriteVersion.valueLength(version);
            newestVersion = WriteVersion.push(slab, node, newestVersion, WriteVersion.sequence(version), length);
            if (length > 0) {
                NativeMemory.copy(WriteVersion.valueAddress(version), WriteVersion.valueAddress(newestVersion), length);
            }
        }
    }

    /// A prepared transaction has its spilled writes again, after a restart.
    void restoreSpilled(SpilledRuns runs) {
        spilled = runs;
    }

    /// What was spilled; null = nothing.
    @Nullable
    SpilledRuns spilled() {
        return spilled;
    }

    /// Bytes of what is in memory.
    long memoryBytes() {
        return slab.usedBytes();
    }

    void forEachRelation(Consumer<RelationWrites> visitor) {
        relations.values().forEach(visitor);
    }

    /// Sequence of the newest version.
    public long sequence() {
        return sequence;
    }

    public boolean isEmpty() {
        return newestVersion == 0 && spilled == null;
    }

    /// Bytes taken from the system.
    public long reservedBytes() {
        return slab.reservedBytes();
    }

    Position position() {
        return new Position(sequence);
    }

    void rollbackTo(Position position) {
        // sequence numbers are not reused: a cursor opened before still tells old from new
        while (newestVersion != 0 && WriteVersion.sequence(newestVersion) > position.sequence()) {
            newestVersion = WriteVersion.pop(newestVersion);
        }
        if (spilled != null && position.sequence() < spilledSequence) {
            spilled.rollbackTo(position.sequence(), sequence);
        }
        cursors.clear(); // their statement has failed
    }

    /// Appends the newest version of every key in memory, in order of relation and key, leaving out relations whose
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
        spilled = null;
        spilledSequence = 0;
        addressesKept = false;
        cursors.clear();
        slab.reset();
    }

    @Override
    public void close() {
        slab.close();
    }
}
