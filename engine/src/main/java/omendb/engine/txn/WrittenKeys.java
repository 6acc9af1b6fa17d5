package omendb.engine.txn;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import omendb.engine.lsm.SpilledRuns;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Keys that a serializable transaction wrote, kept after its commit for readers that overlap it.
///
/// Bounded: beyond [#MAX_KEYS] keys of one relation all of them count as written.
final class WrittenKeys {
    private static final int MAX_KEYS = 1_024;
    private static final NavigableSet<byte[]> NONE = new TreeSet<>(Arrays::compareUnsigned);

    /// Null value = the whole relation.
    private final Map<Long, @Nullable NavigableSet<byte[]>> relations = new HashMap<>();

    /// @param writes null = nothing was written
    static WrittenKeys of(@Nullable WriteSet writes) {
        WrittenKeys keys = new WrittenKeys();
        if (writes != null) {
            writes.forEachRelation(keys::add);
            SpilledRuns spilled = writes.spilled();
            if (spilled != null) {
                spilled.relationIds().forEach(relation -> keys.relations.put(relation, null)); // more than enough
            }
        }
        return keys;
    }

    /// What inserting a row with this key would write.
    ///
    /// @param rows  the table's tree
    /// @param index the index's tree
    static WrittenKeys ofInsert(long rows, long index, MemorySegment key) {
        WrittenKeys keys = new WrittenKeys();
        byte[] noRow = new byte[Long.BYTES];
        Arrays.fill(noRow, (byte) 0xff);
        keys.relations.put(rows, single(noRow));
        keys.relations.put(index, single(key.toArray(ValueLayout.JAVA_BYTE)));
        return keys;
    }

    private static NavigableSet<byte[]> single(byte[] key) {
        NavigableSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
        keys.add(key);
        return keys;
    }

    private void add(RelationWrites writes) {
        NavigableSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
        for (long node = writes.first(); node != 0; node = WriteNode.next(node, 0)) {
            if (WriteNode.version(node) == 0) {
                continue; // everything written to it was undone
            }
            if (keys.size() == MAX_KEYS) {
                relations.put(writes.relationId(), null);
                return;
            }
            byte[] key = new byte[WriteNode.keyLength(node)];
            NativeMemory.copy(WriteNode.keyAddress(node), key, 0, key.length);
            keys.add(key);
        }
        if (!keys.isEmpty()) {
            relations.put(writes.relationId(), keys);
        }
    }

    boolean isEmpty() {
        return relations.isEmpty();
    }

    boolean touches(long relationId) {
        return relations.containsKey(relationId);
    }

    boolean isWhole(long relationId) {
        return relations.containsKey(relationId) && relations.get(relationId) == null;
    }

    boolean containsRow(long relationId, long rowId) {
        return isWhole(relationId)
                || keys(relationId)
                        .contains(ByteBuffer.allocate(Long.BYTES).putLong(rowId).array());
    }

    boolean meets(long relationId, KeyBounds range) {
        return isWhole(relationId) || range.containsAnyOf(keys(relationId));
    }

    private NavigableSet<byte[]> keys(long relationId) {
        NavigableSet<byte[]> keys = relations.get(relationId);
        return keys == null ? NONE : keys;
    }

    void coarsen() {
        relations.replaceAll((_, _) -> null);
    }
}
