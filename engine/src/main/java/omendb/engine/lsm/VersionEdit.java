package omendb.engine.lsm;

import static omendb.engine.lsm.ManifestFormat.*;

import java.lang.foreign.MemorySegment;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// Changes of the store's structure that happen together: the payload of a manifest record, see
/// [ManifestFormat].
///
/// Threading: one thread. Owns its buffer until [#close].
final class VersionEdit implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("manifest");

    private final GrowableBuffer bytes = new GrowableBuffer(TAG);

    VersionEdit createTree(long relationId) {
        bytes.appendByte(CREATE_TREE);
        bytes.appendVarint(relationId);
        return this;
    }

    VersionEdit dropTree(long relationId) {
        bytes.appendByte(DROP_TREE);
        bytes.appendVarint(relationId);
        return this;
    }

    VersionEdit addTable(long relationId, int level, TableMeta table) {
        int tag = table.rangeDeletes() == 0 ? ADD_TABLE : ADD_TABLE_WITH_RANGES;
        bytes.appendByte(table.stamped() ? ADD_STAMPED_TABLE : tag);
        bytes.appendVarint(relationId);
        bytes.appendVarint(level);
        appendTable(table);
        if (table.rangeDeletes() > 0) {
            bytes.appendVarint(table.rangeDeletes());
            bytes.appendVarint(table.largestIsEnd() ? 1 : 0);
        }
        return this;
    }

    VersionEdit addWaitingTable(long spill, long relationId, TableMeta table) {
        bytes.appendByte(ADD_WAITING_TABLE);
        bytes.appendVarint(spill);
        bytes.appendVarint(relationId);
        appendTable(table);
        return this;
    }

    VersionEdit endSpill(long spill) {
        bytes.appendByte(END_SPILL);
        bytes.appendVarint(spill);
        return this;
    }

    private void appendTable(TableMeta table) {
        bytes.appendVarint(table.number());
        bytes.appendVarint(table.bytes());
        bytes.appendVarint(table.entries());
        bytes.appendVarint(table.tombstones());
        bytes.appendVarint(table.minCommitTs());
        bytes.appendVarint(table.maxCommitTs());
        appendKey(table.smallestKey());
        appendKey(table.largestKey());
    }

    VersionEdit removeTable(long relationId, long number) {
        bytes.appendByte(REMOVE_TABLE);
        bytes.appendVarint(relationId);
        bytes.appendVarint(number);
        return this;
    }

    VersionEdit flushedLsn(long lsn) {
        bytes.appendByte(FLUSHED_LSN);
        bytes.appendVarint(lsn);
        return this;
    }

    VersionEdit nextNumber(long number) {
        bytes.appendByte(NEXT_NUMBER);
        bytes.appendVarint(number);
        return this;
    }

    VersionEdit maxCommitTs(long commitTs) {
        bytes.appendByte(MAX_COMMIT_TS);
        bytes.appendVarint(commitTs);
        return this;
    }

    VersionEdit written(LsmStats.Written written) {
        bytes.appendByte(WRITTEN);
        bytes.appendVarint(written.applied());
        bytes.appendVarint(written.flushed());
        bytes.appendVarint(written.compacted());
        return this;
    }

    private void appendKey(MemorySegment key) {
        bytes.appendVarint(key.byteSize());
        NativeMemory.copy(key, bytes.reserve(key.byteSize()));
        bytes.advance(key.byteSize());
    }

    GrowableBuffer bytes() {
        return bytes;
    }

    @Override
    public void close() {
        bytes.close();
    }
}
