package omendb.engine.lsm;

import java.util.Arrays;
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

    private static final int FEW = 4;

    private final WriteBatch batch;
    private final long commitTs;
    private final long bytes;

    // one entry per relation of the batch, in order of appearance
    private int relations;
    private long[] relationIds = new long[FEW];
    private @Nullable LsmTree[] trees = new LsmTree[FEW];
    private @Nullable SkipList[] lists = new SkipList[FEW];
    private SkipList.Splice[] splices = new SkipList.Splice[FEW];

    BatchInserter(WriteBatch batch, long commitTs, TreeFinder finder) {
        this.batch = batch;
        this.commitTs = commitTs;
        long sum = 0;
        int relation = -1;
        WriteBatch.Ops ops = batch.ops();
        for (int ordinal = 0; ops.next(); ordinal++) {
            relation = relation >= 0 && relationIds[relation] == ops.relationId()
                    ? relation
                    : relation(ops.relationId(), finder);
            if (trees[relation] != null) {
                sum += SkipList.bytesFor(
                        SkipList.heightOf(commitTs, ordinal), ops.keyLength(), ops.isDelete(), ops.valueLength());
            }
        }
        this.bytes = sum;
    }

    private int relation(long relationId, TreeFinder finder) {
        int found = find(relationId);
        if (found >= 0) {
            return found;
        }
        if (relations == relationIds.length) {
            relationIds = Arrays.copyOf(relationIds, 2 * relations);
            trees = Arrays.copyOf(trees, 2 * relations);
            lists = Arrays.copyOf(lists, 2 * relations);
            splices = Arrays.copyOf(splices, 2 * relations);
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
    long bytesWithHeads() {
        return bytes + relations * SkipList.HEAD_BYTES;
    }

    /// Inserts into a memtable that the caller has entered; false, with nothing inserted, if it has no
    /// room.
    boolean insert(Memtable memtable, Memtables memtables) {
        for (int i = 0; i < relations; i++) {
            LsmTree tree = trees[i];
            if (tree != null) {
                lists[i] = memtables.list(tree, memtable);
                if (lists[i] == null) {
                    return false;
                }
                splices[i] = new SkipList.Splice();
            }
        }
        long at = bytes == 0 ? 0 : memtable.reserve(bytes);
        if (at == 0) {
            return bytes == 0;
        }
        int relation = 0;
        WriteBatch.Ops ops = batch.ops();
        for (int ordinal = 0; ops.next(); ordinal++) {
            relation = relationIds[relation] == ops.relationId() ? relation : find(ops.relationId());
            SkipList list = lists[relation];
            if (list != null) {
                at += insert(list, splices[relation], ops, at, SkipList.heightOf(commitTs, ordinal));
            }
        }
        memtable.noteCommitTs(commitTs);
        return true;
    }

    private long insert(SkipList list, SkipList.Splice splice, WriteBatch.Ops ops, long at, int height) {
        long valueAddress = ops.isDelete() ? 0 : ops.valueAddress();
        list.insert(splice, at, height, ops.keyAddress(), ops.keyLength(), commitTs, valueAddress, ops.valueLength());
        return SkipList.bytesFor(height, ops.keyLength(), ops.isDelete(), ops.valueLength());
    }
}
