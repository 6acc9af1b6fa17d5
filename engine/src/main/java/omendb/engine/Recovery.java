package omendb.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SystemTrees;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.InternalException;
import omendb.engine.error.SqlState;
import omendb.engine.lsm.LsmReplay;
import omendb.engine.lsm.LsmStore;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.WriteBatch;
import omendb.engine.table.IndexSlots;
import omendb.engine.table.RowCountLog;
import omendb.engine.table.SlotLists;
import omendb.engine.table.SlotLog;
import omendb.engine.table.SlotOwners;
import omendb.engine.table.Storages;
import omendb.engine.table.VectorLog;
import omendb.engine.txn.CommitRecord;
import omendb.engine.txn.CommitSequence;
import omendb.engine.txn.PreparedImage;
import omendb.engine.txn.PreparedTransactions;
import omendb.engine.txn.SpillLog;
import omendb.engine.vector.VectorColumn;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.StorageException;
import omendb.wal.Wal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings a data directory from its files to a state that transactions can run on.
///
///     1. what the last checkpoint remembered                              [StateStore]
///     2. replay the WAL from the older of checkpoint and flushed tables: batches into the memtables, vectors into
///        their slots, row counts                                          (idempotent: timestamps, slots)
///        tables of spilled transactions that committed join their trees
///     3. catalog as of the newest commit; prepared transactions, their locks and vectors   [RecoveredTransactions]
///     4. tables: sort out the slots written since the checkpoint; hnsw indexes: map their newest checkpoint
///     5. drop what no definition names, not even a prepared one: trees and directories of transactions that never
///     committed, or whose DROP did
///
/// Threading: one thread, before anything else runs.
final class Recovery implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final FileStore files;
    private final LsmStore lsm;
    private final Epochs epochs;
    private final Wal wal;
    private final CommitSequence sequence;
    private final long vectorReservedBytes;
    private final Map<StateStore.ColumnId, VectorColumn> columns = new HashMap<>();
    private final Map<Long, StateStore.TableState> tables = new HashMap<>();
    private final Map<StateStore.ColumnId, BitSet> preparedSlots = new HashMap<>();
    private final Map<StateStore.ColumnId, BitSet> preparedReuse = new HashMap<>();
    private StateStore.State state = new StateStore.State();
    private long newestTimestamp;
    private long replayedFrom;
    private long replayedLsn;
    private long replayedRecords;
    private long highestId;

    Recovery(FileStore files, LsmStore lsm, Epochs epochs, Wal wal, CommitSequence sequence, long vectorReservedBytes) {
        this.files = files;
        this.lsm = lsm;
        this.epochs = epochs;
        this.wal = wal;
        this.sequence = sequence;
        this.vectorReservedBytes = vectorReservedBytes;
    }

    /// Steps 1 and 2: afterwards the trees are complete and commits may go on.
    void replay() {
        for (long tree : SystemTrees.all()) {
            if (lsm.findTree(tree) == null) {
                lsm.createTree(tree);
            }
        }
        state = StateStore.read(lsm.tree(SystemTrees.STATE), Long.MAX_VALUE - 1);
        newestTimestamp = lsm.maxCommitTs();
        long from = Math.min(state.checkpointLsn(), lsm.flushedLsn());
        replayedFrom = from;
        long end;
        try (LsmReplay applying = lsm.startReplay()) {
            end = wal.replay(
                    from,
                    lsm.flushedLsn(), // or new commits would get LSNs that tables have
                    (endLsn, type, _, payload) -> record(applying, endLsn, type, payload));
            applying.finish();
        }
        sequence.recovered(newestTimestamp, Math.max(end, lsm.flushedLsn()));
        LOG.info(
                "recovery: {} records replayed after LSN {}, newest commit {}", replayedRecords, from, newestTimestamp);
    }

    /// Where replay began, as it would again.
    long replayedFrom() {
        return replayedFrom;
    }

    private void record(LsmReplay applying, long endLsn, int type, MemorySegment payload) {
        if (type != CommitRecord.TYPE) {
            throw new InternalException(
                    SqlState.DATA_CORRUPTED, "log record of unknown type " + type + " before LSN " + endLsn);
        }
        long timestamp = CommitRecord.timestamp(payload);
        newestTimestamp = Math.max(newestTimestamp, timestamp);
        try (WriteBatch batch = CommitRecord.batch(payload)) {
            noteIds(batch);
            if (endLsn > lsm.flushedLsn()) {
                applying.add(batch, timestamp, endLsn);
            }
        }
        CommitRecord.sections(payload, (kind, content) -> {
            if (kind == SpillLog.KIND) {
                lsm.adoptSpill(SpillLog.read(content), timestamp);
            } else if (endLsn > state.checkpointLsn()) {
                section(kind, content);
            }
        });
        replayedLsn = endLsn;
        replayedRecords++;
        sequence.recovered(newestTimestamp, replayedLsn);
    }

    /// Ids in the log are never given out again, not even those of objects dropped since: the log may be replayed
    /// once
    /// more.
    private void noteIds(WriteBatch batch) {
        WriteBatch.Ops ops = batch.ops();
        while (ops.next()) {
            highestId = Math.max(highestId, ops.relationId());
            if (ops.relationId() == SystemTrees.CATALOG && !ops.isRangeDelete()) {
                highestId = Math.max(highestId, Catalogs.oidOfKey(ops.keyAddress()));
            }
        }
    }

    /// What a prepared transaction keeps for itself: its slots stay pending, its row ids and oids are given out.
    private void prepared(PreparedImage image) {
        try (WriteBatch batch = image.batch()) {
            noteIds(batch);
        }
        image.sections((kind, content) -> {
            switch (kind) {
                case VectorLog.KIND -> VectorLog.read(content, this::restoreVector);
                case RowCountLog.KIND ->
                    RowCountLog.read(
                            content,
                            (storageId, entry) -> restoreCount(storageId, new RowCountLog.Entry(0, entry.nextRowId())));
                case SlotLog.KIND -> SlotLog.read(content, this::restorePending);
                default -> {
                    // the participants' own
                }
            }
        });
    }

    private void restorePending(long storageId, int attnum, boolean reused, long first, long count) {
        (reused ? preparedReuse : preparedSlots)
                .computeIfAbsent(new StateStore.ColumnId(storageId, attnum), _ -> new BitSet())
                .set(Math.toIntExact(first), Math.toIntExact(first + count));
    }

    private void section(int kind, MemorySegment content) {
        switch (kind) {
            case VectorLog.KIND -> VectorLog.read(content, this::restoreVector);
            case RowCountLog.KIND -> RowCountLog.read(content, this::restoreCount);
            default ->
                throw new InternalException(
                        SqlState.DATA_CORRUPTED, "commit record has a section of unknown kind " + kind);
        }
    }

    private void restoreVector(long storageId, int attnum, int bytes, long slot, long rowId, long vectorAddress) {
        VectorColumn column = openColumn(new StateStore.ColumnId(storageId, attnum));
        if (column != null && column.vectorBytes(vectorAddress) == bytes) {
            column.restore(slot, rowId, vectorAddress);
        }
    }

    /// Null if the column's directory is gone: its table was dropped later.
    private @Nullable VectorColumn openColumn(StateStore.ColumnId id) {
        VectorColumn known = columns.get(id);
        String directory = VectorColumn.directory(id.storageId(), id.attnum());
        if (known == null && files.exists(directory)) {
            known = VectorColumn.open(files, directory, id.storageId(), vectorReservedBytes);
            columns.put(id, known);
            known.requireSlots(state.resolvedLimit(id));
        }
        return known;
    }

    private void restoreCount(long storageId, RowCountLog.Entry entry) {
        StateStore.TableState table = tables.getOrDefault(storageId, state.table(storageId));
        tables.put(
                storageId,
                new StateStore.TableState(
                        Math.max(table.nextRowId(), entry.nextRowId()), table.rows() + entry.delta()));
    }

    /// Steps 3 to 5.
    ///
    /// @return next free oid
    int openStorages(Catalogs catalogs, Storages storages, PreparedTransactions prepared) {
        catalogs.load(lsm.tree(SystemTrees.CATALOG), sequence.visible());
        try (RecoveredTransactions transactions =
                new RecoveredTransactions(lsm.tree(SystemTrees.PREPARED), sequence.visible(), prepared, catalogs)) {
            transactions.images().forEach(this::prepared);
            lsm.giveUpSpillsBut(transactions.spills());
            return openStorages(catalogs.committed(), storages, transactions);
        }
    }

    private int openStorages(Catalog catalog, Storages storages, RecoveredTransactions transactions) {
        long nextOid = Math.max(Math.max(Catalog.FIRST_USER_OID, state.nextOid()), highestId + 1);
        Set<Long> known = new HashSet<>(SystemTrees.all());
        for (TableDef table : catalog.tables()) {
            openTable(table, storages);
            known.add(table.storageId());
            nextOid = Math.max(nextOid, Math.max(table.oid(), table.storageId()) + 1);
        }
        transactions.createdTables((_, table) -> {
            openTable(table, storages);
            known.add(table.storageId());
        });
        for (IndexDef index : catalog.indexes()) {
            openIndex(index, catalog, storages);
            known.add(index.storageId());
            nextOid = Math.max(nextOid, Math.max(index.oid(), index.storageId()) + 1);
        }
        transactions.createdIndexes((view, index) -> {
            openIndex(index, view, storages);
            known.add(index.storageId());
        });
        transactions.restoreParticipants(storages);
        return Math.toIntExact(Math.max(nextOid, dropOrphans(known)));
    }

    private void openIndex(IndexDef index, Catalog catalog, Storages storages) {
        TableDef table = catalog.table(index.tableOid());
        if (table != null && IndexSlots.has(index, table)) {
            openIndexWithSlots(index, table, storages);
        } else if (index.isVector() && table != null) {
            int attnum = index.keys().getFirst().attnum();
            StateStore.ColumnId column = new StateStore.ColumnId(table.storageId(), attnum);
            storages.openVectorIndex(index, table, state.resolvedLimit(column), null);
        }
    }

    /// An index is never worth more than a start: one whose own vectors are lost is left out, and not used
    /// until REINDEX.
    private void openIndexWithSlots(IndexDef index, TableDef table, Storages storages) {
        StateStore.ColumnId id = new StateStore.ColumnId(index.storageId(), IndexSlots.ATTNUM);
        LsmTree entries = lsm.findTree(index.storageId());
        try {
            VectorColumn column = openColumn(id);
            if (column == null || entries == null) {
                LOG.error("the vectors of index \"{}\" are missing: it is not used until REINDEX", index.name());
                return;
            }
            recoverColumn("index " + index.name(), id, column, SlotOwners.ofIndex(entries, sequence.visible(), epochs));
            storages.openVectorIndex(index, table, state.resolvedLimit(id), column);
            columns.remove(id);
        } catch (StorageException damaged) {
            LOG.error(
                    "the vectors of index \"{}\" cannot be opened: it is not used until REINDEX",
                    index.name(),
                    damaged);
        }
    }

    private void openTable(TableDef table, Storages storages) {
        Map<Integer, VectorColumn> own = new HashMap<>();
        for (var column : table.columns()) {
            StateStore.ColumnId id = new StateStore.ColumnId(table.storageId(), column.attnum());
            if (storages.hasSlots(column)) {
                VectorColumn vectors = openColumn(id);
                if (vectors == null) {
                    throw new InternalException(
                            SqlState.DATA_CORRUPTED,
                            "directory " + VectorColumn.directory(id.storageId(), id.attnum())
                                    + " is missing: the vectors of column \"" + column.name() + "\" of table \""
                                    + table.name() + "\" are lost");
                }
                own.put(column.attnum(), vectors);
            }
        }
        StateStore.TableState counts = tables.getOrDefault(table.storageId(), state.table(table.storageId()));
        for (Map.Entry<Integer, VectorColumn> column : own.entrySet()) {
            recoverColumn(
                    "column \"" + table.column(column.getKey()).name() + "\" of table \"" + table.name() + "\"",
                    new StateStore.ColumnId(table.storageId(), column.getKey()),
                    column.getValue(),
                    SlotOwners.ofColumn(
                            table, column.getKey(), lsm.tree(table.storageId()), sequence.visible(), epochs));
        }
        storages.openTable(table, own, counts.nextRowId(), counts.rows());
        own.keySet().forEach(attnum -> columns.remove(new StateStore.ColumnId(table.storageId(), attnum)));
    }

    private void recoverColumn(
            String what, StateStore.ColumnId id, VectorColumn column, VectorColumn.SlotOwner owners) {
        long resolved = state.resolvedLimit(id);
        long listed;
        try (SlotLists lists = new SlotLists(lsm)) {
            listed = lists.end(id.storageId(), id.attnum(), sequence.visible());
        }
        VectorColumn.Recovery found = column.recover(
                resolved,
                listed,
                owners,
                preparedSlots.getOrDefault(id, new BitSet()),
                preparedReuse.getOrDefault(id, new BitSet()));
        if (found.damaged() > 0) {
            LOG.error("{} vectors of {} do not match their checksum", found.damaged(), what);
        }
        if (found.live() + found.garbage() > 0) {
            LOG.info(
                    "vectors of {}: {} slots since the last checkpoint, {} of them garbage",
                    what,
                    found.live() + found.garbage(),
                    found.garbage());
        }
    }

    /// Returns one more than the highest id that was found.
    private long dropOrphans(Set<Long> known) {
        long highest = 0;
        for (long id : lsm.relationIds()) {
            highest = Math.max(highest, id);
            if (!known.contains(id)) {
                LOG.info("dropping relation {}: no definition names it", id);
                lsm.dropTree(id);
            }
        }
        close();
        List<String> directories = new ArrayList<>();
        files.list("vec").forEach(name -> directories.add("vec/" + name));
        files.list("idx").forEach(name -> directories.add("idx/" + name));
        for (String directory : directories) {
            long id = storageIdOf(directory);
            highest = Math.max(highest, id);
            if (!known.contains(id)) {
                LOG.info("deleting {}: no definition names it", directory);
                files.deleteDirectory(directory);
            }
        }
        return highest + 1;
    }

    /// Closes the vector columns that no table took over.
    @Override
    public void close() {
        columns.values().forEach(VectorColumn::close);
        columns.clear();
    }

    /// Storage id in the name of a directory of vectors or of an index.
    static long storageIdOf(String directory) {
        String name = directory.substring(directory.indexOf('/') + 1);
        int dot = name.indexOf('.');
        return Long.parseLong(dot < 0 ? name : name.substring(0, dot));
    }
}
