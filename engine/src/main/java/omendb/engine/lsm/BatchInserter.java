package omendb.engine.lsm;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import omendb.engine.lsm.RangeFragment.Bound;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Puts one batch into a memtable: sums up the room it needs, then, when a memtable has that room, inserts.
///
/// Threading: one thread; the batch does not change meanwhile.
final class BatchInserter {
    /// Finds the tree of a relation, or null to skip its operations.
    interface TreeFinder {
        @Nullable
        LsmTree find(long relationId);
    }

    /// Where the entries go.
    interface Target {
        /// As [MemtableRun#insert].
        void insert(
                MemtableRun run, long at, long key, int keyLength, long commitTs, long valueAddress, int valueLength);
    }

    private static final Target DIRECTLY = MemtableRun::insert;
    private static final int FEW = 4;

    private final WriteBatch batch;
    private final long commitTs;
    private final long bytes;
    private final long nodeBytes;
    private final Target target;

    // one entry per relation of the batch, in order of appearance
    private int relations;
    private long[] relationIds = new long[FEW];
    private @Nullable LsmTree[] trees = new LsmTree[FEW];
    private @Nullable MemtableRun[] runs = new MemtableRun[FEW];

    /// For each relation with range deletes, these, with the ordinal of the operation plus 1 as timestamp: says
    /// which operations of the batch they come after. Null if there are none.
    private @Nullable Map<Integer, RangeDeleteMap> ranges;

    BatchInserter(WriteBatch batch, long commitTs, TreeFinder finder) {
        this(batch, commitTs, finder, DIRECTLY);
    }

    BatchInserter(WriteBatch batch, long commitTs, TreeFinder finder, Target target) {
        this.batch = batch;
        this.commitTs = commitTs;
        this.target = target;
        long sum = 0;
        long entries = 0;
        int relation = -1;
        WriteBatch.Ops ops = batch.ops();
        for (int ordinal = 0; ops.next(); ordinal++) {
            relation = relation >= 0 && relationIds[relation] == ops.relationId()
                    ? relation
                    : relation(ops.relationId(), finder);
            if (trees[relation] != null) {
                sum += bytesFor(ops);
                if (ops.isRangeDelete()) {
                    noteRange(relation, ops, ordinal);
                } else {
                    entries++;
                }
            }
        }
        this.bytes = sum;
        this.nodeBytes = entries * MemtableNode.BYTES_PER_ENTRY;
    }

    /// Room for an operation, at least what it takes.
    private static long bytesFor(WriteBatch.Ops ops) {
        return ops.isRangeDelete()
                ? align(ops.keyLength()) + align(ops.valueLength())
                : MemtableEntry.bytesFor(ops.keyLength(), ops.isDelete(), ops.valueLength());
    }

    private static long align(long bytes) {
        return (bytes + MemtableEntry.UNIT_BYTES - 1) & -MemtableEntry.UNIT_BYTES;
    }

    private void noteRange(int relation, WriteBatch.Ops ops, int ordinal) {
        if (ranges == null) {
            ranges = new HashMap<>();
        }
        ranges.computeIfAbsent(relation, _ -> new RangeDeleteMap())
                .add(
                        Bound.of(ops.keyAddress(), ops.keyLength()),
                        Bound.of(ops.valueAddress(), ops.valueLength()),
                        ordinal + 1L);
    }

    /// Whether a later operation of the batch deletes a range with the key of this one.
    private boolean isUndone(int relation, WriteBatch.Ops ops, int ordinal) {
        RangeDeleteMap later = ranges == null ? null : ranges.get(relation);
        long prefix = later == null ? 0 : Keys.prefix(ops.keyAddress(), ops.keyLength());
        return later != null && later.newest(ops.keyAddress(), ops.keyLength(), prefix, Long.MAX_VALUE) > ordinal + 1L;
    }

    private int relation(long relationId, TreeFinder finder) {
        int found = find(relationId);
        if (found >= 0) {
            return found;
        }
        if (relations == relationIds.length) {
            relationIds = Arrays.copyOf(relationIds, 2 * relations);
            trees = Arrays.copyOf(trees, 2 * relations);
            runs = Arrays.copyOf(runs, 2 * relations);
        }
        relationIds[relations] = relationId;
        trees[relations] = finder.find(relationId);
        return relations++;
    }

    private int find(long relationId) {
        for (int i = 0; i < relations; i++) {
            if (relationIds[i] == relationId) {
                return i;
            }
        }
        return -1;
    }

    /// Room that the batch takes in an empty memtable.
    long bytesWithNodes() {
        return bytes + nodeBytes + (long) relations * MemtableNode.FIRST_BYTES;
    }

    /// Inserts into a memtable that the caller has entered; false, with nothing inserted, if it has no
    /// room.
    boolean insert(Memtable memtable, Memtables memtables) {
        for (int i = 0; i < relations; i++) {
            LsmTree tree = trees[i];
            if (tree != null) {
                runs[i] = memtables.run(tree, memtable);
                if (runs[i] == null) {
                    return false;
                }
            }
        }
        long at = bytes == 0 ? 0 : memtable.reserve(bytes, nodeBytes);
        if (at == 0) {
            return bytes == 0;
        }
        int relation = 0;
        WriteBatch.Ops ops = batch.ops();
        for (int ordinal = 0; ops.next(); ordinal++) {
            relation = relationIds[relation] == ops.relationId() ? relation : find(ops.relationId());
            MemtableRun run = runs[relation];
            if (run != null) {
                if (ops.isRangeDelete()) {
                    insertRange(run, ops, at);
                } else {
                    insert(run, ops, at, ops.isDelete() || isUndone(relation, ops, ordinal));
                }
                at += bytesFor(ops);
            }
        }
        memtable.noteCommitTs(commitTs);
        return true;
    }

    private void insert(MemtableRun run, WriteBatch.Ops ops, long at, boolean deletes) {
        long valueAddress = deletes ? 0 : ops.valueAddress();
        int valueLength = deletes ? 0 : ops.valueLength();
        target.insert(run, at, ops.keyAddress(), ops.keyLength(), commitTs, valueAddress, valueLength);
    }

    private void insertRange(MemtableRun run, WriteBatch.Ops ops, long at) {
        long to = at + align(ops.keyLength());
        NativeMemory.copy(ops.keyAddress(), at, ops.keyLength());
        NativeMemory.copy(ops.valueAddress(), to, ops.valueLength());
        run.addRangeDelete(Bound.of(at, ops.keyLength()), Bound.of(to, ops.valueLength()), commitTs);
    }
}
