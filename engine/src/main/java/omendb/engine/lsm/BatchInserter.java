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
    private final long nodeBytes;

    // one entry per relation of the batch, in order of appearance
    private int relations;
    private long[] relationIds = new long[FEW];
    private @Nullable LsmTree[] trees = new LsmTree[FEW];
    private @Nullable MemtableRun[] runs = new MemtableRun[FEW];

    BatchInserter(WriteBatch batch, long commitTs, TreeFinder finder) {
        this.batch = batch;
        this.commitTs = commitTs;
        long sum = 0;
        long entries = 0;
        int relation = -1;
        WriteBatch.Ops ops = batch.ops();
        while (ops.next()) {
            relation = relation >= 0 && relationIds[relation] == ops.relationId()
                    ? relation
                    : relation(ops.relationId(), finder);
            if (trees[relation] != null) {
                sum += MemtableEntry.bytesFor(ops.keyLength(), ops.isDelete(), ops.valueLength());
                entries++;
            }
        }
        this.bytes = sum;
        this.nodeBytes = entries * MemtableNode.BYTES_PER_ENTRY;
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
        return bytes + nodeBytes + (long) relations * MemtableNode.LEAF_BYTES;
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
        while (ops.next()) {
            relation = relationIds[relation] == ops.relationId() ? relation : find(ops.relationId());
            MemtableRun run = runs[relation];
            if (run != null) {
                at += insert(run, ops, at);
            }
        }
        memtable.noteCommitTs(commitTs);
        return true;
    }

    private long insert(MemtableRun run, WriteBatch.Ops ops, long at) {
        long valueAddress = ops.isDelete() ? 0 : ops.valueAddress();
        run.insert(at, ops.keyAddress(), ops.keyLength(), commitTs, valueAddress, ops.valueLength());
        return MemtableEntry.bytesFor(ops.keyLength(), ops.isDelete(), ops.valueLength());
    }
}
