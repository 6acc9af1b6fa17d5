package omendb.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.CatalogChanges;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SchemaEditor;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.SystemTrees;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.ViewDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.lsm.LsmOptions;
import omendb.engine.lsm.LsmStats;
import omendb.engine.lsm.LsmStore;
import omendb.engine.lsm.LsmTree;
import omendb.engine.table.ActivityStatistics;
import omendb.engine.table.ConstraintEvents;
import omendb.engine.table.IndexSlots;
import omendb.engine.table.Sequences;
import omendb.engine.table.StorageOptions;
import omendb.engine.table.Storages;
import omendb.engine.table.Table;
import omendb.engine.table.TableActivity;
import omendb.engine.table.TableStorage;
import omendb.engine.table.TableWriters;
import omendb.engine.table.TransactionSchema;
import omendb.engine.table.VectorIndexFigures;
import omendb.engine.table.VectorIndexStorage;
import omendb.engine.txn.Backend;
import omendb.engine.txn.CommitSequence;
import omendb.engine.txn.Isolation;
import omendb.engine.txn.PreparedTransactions;
import omendb.engine.txn.ReplayBound;
import omendb.engine.txn.SessionDirectory;
import omendb.engine.txn.StorageFailures;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.TransactionLimits;
import omendb.engine.txn.TransactionManager;
import omendb.engine.vector.VectorColumn;
import omendb.memory.DirectoryLock;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.wal.Wal;
import omendb.wal.WalOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One open data directory.
///
/// Threading: every method may be called by any thread; a transaction belongs to one session.
public final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    private static final long SORT_BYTES = 256L << 20;
    private static final long INDEXER_MILLIS = 20;
    private static final long VACUUM_MILLIS = 1_000;
    private static final long AUTOVACUUM_MILLIS = 60_000;
    private static final long CHECKPOINTER_MILLIS = 500;
    private static final long RECLAIM_MILLIS = 100;

    /// Commits wait when this many times the log of a checkpoint would have to be replayed.
    private static final long MOST_REPLAY = 2;

    private final DatabaseOptions options;
    private final DatabaseParts parts;
    private final Epochs epochs;
    private final LsmStore lsm;
    private final TransactionManager transactions;
    private final PreparedTransactions prepared;
    private final Catalogs catalogs;
    private final Storages storages;
    private final TableWriters tables;
    private final Sequences sequences;
    private final SessionDirectory sessions;
    private final TemporaryRelations temporary = new TemporaryRelations(this);
    private final AtomicInteger nextOid;
    private final Vacuum vacuum;
    private final TableVacuum tableVacuum;
    private final Checkpointer checkpointer;
    private boolean closed;

    /// Recovers and starts.
    ///
    /// @throws omendb.engine.error.OmenException if the directory is in use, damaged or of an unknown
    /// version
    public static Database open(Path directory, DatabaseOptions options) {
        try {
            FileStore files = FileStore.open(directory);
            return open(files, new DatabaseParts(DirectoryLock.acquire(directory)), options);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    /// As the other, over any file store and without a lock on its directory.
    public static Database open(FileStore files, DatabaseOptions options) {
        try {
            return open(files, new DatabaseParts(null), options);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    private static Database open(FileStore files, DatabaseParts parts, DatabaseOptions options) {
        try {
            return new Database(files, parts, options);
        } catch (RuntimeException | Error refused) {
            parts.closeAfter(refused);
            throw refused;
        }
    }

    private Database(FileStore files, DatabaseParts parts, DatabaseOptions options) {
        this.options = options;
        this.parts = parts;
        long started = System.nanoTime();
        epochs = parts.add(new Epochs());
        TransactionManager.Timeline timeline = parts.add(new TransactionManager.Timeline());
        CommitSequence sequence = timeline.sequence();
        Wal wal = parts.add(Wal.open(files, WalOptions.DEFAULTS.withSegmentBytes(options.walSegmentBytes())));
        LogBarrier logBarrier = new LogBarrier(wal);
        CompressedTables compressed = new CompressedTables();
        lsm = parts.add(LsmStore.open(
                files,
                LsmOptions.defaults()
                        .withMemtableBytes(options.memtableBytes())
                        .withTableBytes(options.tableBytes())
                        .withRowCacheBytes(options.rowCacheBytes())
                        .withCompressed(compressed)
                        .withOldestSnapshot(timeline::oldestSnapshot)
                        .withAppliedLsn(sequence::appliedLsn)
                        .withLogBarrier(logBarrier),
                epochs));
        Recovery recovery = parts.add(new Recovery(files, lsm, epochs, wal, sequence, options.vectorReservedBytes()));
        recovery.replay();
        logBarrier.logIsOpen();
        transactions = parts.add(new TransactionManager(
                timeline, lsm, wal, epochs, new TransactionLimits(options.writeSetBytes(), SystemTrees::isSpillable)));
        catalogs = new Catalogs();
        storages = parts.add(new Storages(
                lsm,
                files,
                epochs,
                new StorageOptions(
                        options.bulkBytes(), options.vectorReservedBytes(), options.indexThreads(), SORT_BYTES)));
        prepared = new PreparedTransactions(transactions, SystemTrees.PREPARED);
        nextOid = new AtomicInteger(recovery.openStorages(catalogs, storages, prepared));
        compressed.open(catalogs, storages);
        tables = new TableWriters(catalogs, storages);
        sessions = new SessionDirectory(transactions);
        sequences = new Sequences(transactions, lsm.tree(SystemTrees.SEQUENCES), epochs);
        vacuum = new Vacuum(transactions, lsm, storages, epochs);
        tableVacuum = new TableVacuum(transactions, lsm, storages, catalogs);
        checkpointer =
                new Checkpointer(sequence, transactions, lsm, wal, storages, vacuum, nextOid, recovery.replayedFrom());
        createPublicSchema();
        temporary.dropOrphans();
        if (options.backgroundWork()) {
            startWorkers();
        }
        LOG.info("database open after {} ms", (System.nanoTime() - started) / 1_000_000);
    }

    /// A new directory has one schema, `public`.
    private void createPublicSchema() {
        boolean isNew = catalogs.committed().schemas().isEmpty()
                && catalogs.committed().relations().isEmpty()
                && transactions.visible() <= 1;
        if (isNew) {
            Transaction transaction = begin(Isolation.READ_COMMITTED, false);
            CatalogChanges changes = catalogs.changes(transaction);
            changes.put(new SchemaDef(Catalog.PUBLIC_OID, "public"));
            transaction.commit(true);
        }
    }

    private void startWorkers() {
        BackgroundWorker[] self = new BackgroundWorker[1];
        self[0] = new BackgroundWorker("indexer", INDEXER_MILLIS, () -> linkTails(self[0]));
        BackgroundWorker checkpoints = new BackgroundWorker("checkpointer", CHECKPOINTER_MILLIS, () -> {
            if (checkpointer.isDue(options)) {
                checkpointer.checkpoint();
            }
            return false;
        });
        ReplayBound bound = new ReplayBound(MOST_REPLAY * options.checkpointWalBytes(), checkpoints::wake);
        checkpointer.announceTo(bound);
        transactions.limitReplay(bound);
        parts.start(self[0]);
        parts.start(new BackgroundWorker("vacuum", VACUUM_MILLIS, () -> vacuum.run() < 0));
        parts.start(new BackgroundWorker("autovacuum", AUTOVACUUM_MILLIS, () -> {
            tableVacuum.runDue();
            return false;
        }));
        parts.start(new BackgroundWorker("reclaimer", RECLAIM_MILLIS, () -> epochs.advance() < 0));
        parts.start(checkpoints);
    }

    private boolean linkTails(BackgroundWorker worker) {
        boolean worked = false;
        for (VectorIndexStorage index : storages.vectorIndexes()) {
            worked |= index.catchUp(options.indexThreads(), worker::proceed);
        }
        return worked;
    }

    // ---- transactions, catalog, tables ----

    public Transaction begin(Isolation isolation, boolean readOnly) {
        return transactions.begin(isolation, readOnly);
    }

    /// Begins a transaction of a session.
    public Transaction begin(Isolation isolation, boolean readOnly, Backend backend) {
        return transactions.begin(isolation, readOnly, backend);
    }

    /// Transactions between PREPARE TRANSACTION and their end.
    public PreparedTransactions preparedTransactions() {
        return prepared;
    }

    /// Sessions of this database and what they share.
    public SessionDirectory sessions() {
        return sessions;
    }

    /// Temporary relations of sessions.
    public TemporaryRelations temporary() {
        return temporary;
    }

    /// Transactions that run now, and prepared ones.
    public List<Transaction> activeTransactions() {
        return List.copyOf(transactions.active());
    }

    /// The newest committed catalog with the transaction's own changes, whatever its snapshot (as in
    /// PostgreSQL).
    public Catalog catalog(Transaction transaction) {
        return catalogs.of(transaction);
    }

    /// The newest committed catalog.
    public Catalog catalog() {
        return catalogs.committed();
    }

    /// A table to read and write; keeps others from dropping it until the transaction ends.
    ///
    /// @throws UserException 42P01 if it is gone
    public Table table(Transaction transaction, int tableOid) {
        return tables.table(transaction, tableOid);
    }

    /// What the transaction's constraints still have to check.
    public ConstraintEvents constraintEvents(Transaction transaction) {
        return tables.constraintEvents(transaction);
    }

    /// The transaction's DDL.
    public SchemaEditor schema(Transaction transaction) {
        return new TransactionSchema(transaction, catalogs, storages, tables, sequences, nextOid);
    }

    // ---- sequences ----

    /// Next value of a sequence: never given out again, not even after a crash; not undone by rollback.
    public long nextval(Transaction transaction, int sequenceOid) {
        return sequences.next(transaction, requireSequence(transaction, sequenceOid));
    }

    /// Sets a sequence; not undone by rollback. `called` false = the next nextval returns `value` itself.
    public void setval(Transaction transaction, int sequenceOid, long value, boolean called) {
        sequences.set(transaction, requireSequence(transaction, sequenceOid), value, called);
    }

    /// Running value of a sequence, as `SELECT last_value, is_called FROM sequence`.
    public Sequences.Value sequenceValue(Transaction transaction, int sequenceOid) {
        return sequences.value(transaction, requireSequence(transaction, sequenceOid));
    }

    private SequenceDef requireSequence(Transaction transaction, int oid) {
        SequenceDef sequence = catalogs.of(transaction).sequence(oid);
        if (sequence == null) {
            throw new UserException(SqlState.UNDEFINED_TABLE, "could not open relation with OID " + oid);
        }
        if (catalogs.of(transaction).isTemporary(sequence)) {
            transaction.useTemporary();
        }
        return sequence;
    }

    // ---- figures ----

    /// Bytes of a relation's main storage (pg_relation_size); a table without its indexes and vectors. 0
    /// if unknown.
    public long sizeBytes(Transaction transaction, int relationOid) {
        RelationDef relation = catalogs.of(transaction).relation(relationOid);
        return switch (relation) {
            case TableDef table -> treeBytes(table.storageId());
            case IndexDef index -> vectorIndexBytes(index) + treeBytes(index.storageId());
            case SequenceDef _ -> 8192; // as PostgreSQL reports every sequence
            case ViewDef _ -> 0;
            case null -> 0;
        };
    }

    private long treeBytes(long storageId) {
        LsmTree tree = lsm.findTree(storageId);
        return tree == null ? 0 : tree.approximateBytes();
    }

    private long vectorIndexBytes(IndexDef index) {
        VectorIndexStorage storage = storages.findVectorIndex(index.storageId());
        var graph = storage == null ? null : storage.index();
        VectorColumn own = storages.findColumn(index.storageId(), IndexSlots.ATTNUM);
        return (graph == null ? 0 : graph.bytesOnDisk()) + (own == null ? 0 : own.sizeBytes());
    }

    public LsmStats storageStats() {
        return lsm.stats();
    }

    /// Locks on rows and keys that are held now.
    public long lockCount() {
        return transactions.lockCount();
    }

    // ---- upkeep ----

    /// Makes everything committed so far independent of the WAL and frees WAL segments.
    public void checkpoint() {
        try {
            checkpointer.checkpoint();
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    /// Marks vector slots dead that no snapshot can see, drops what committed DROPs left; returns the
    /// slots marked.
    public long vacuum() {
        long marked = vacuum.run();
        epochs.advance();
        return marked;
    }

    /// Takes away versions of a table's rows and index entries that no snapshot can see; the transaction holds a lock
    /// on
    /// the table that keeps it from being dropped.
    ///
    /// @param full even if there is little to gain
    public VacuumReport vacuum(Transaction transaction, int tableOid, boolean full) {
        Catalog catalog = catalogs.of(transaction);
        TableDef table = catalog.table(tableOid);
        if (table == null) {
            throw new UserException(SqlState.UNDEFINED_TABLE, "could not open relation with OID " + tableOid);
        }
        try {
            return tableVacuum.vacuum(table, catalog.indexesOf(tableOid), full, TableActivity.Kind.VACUUM);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    /// What a vector index looks like; null if it was dropped meanwhile. Every list of the graph is read for
    /// it.
    public @Nullable VectorIndexFigures vectorIndexFigures(IndexDef index) {
        VectorIndexStorage storage = storages.findVectorIndex(index.storageId());
        return storage == null ? null : storage.figures();
    }

    /// Rows of a table, which may be dropped meanwhile.
    public RowFigures rowFigures(TableDef table) {
        TableStorage storage = storages.findTable(table.storageId());
        LsmTree rows = lsm.findTree(table.storageId());
        if (storage == null || rows == null) {
            return RowFigures.NONE;
        }
        long live = storage.rowCount();
        long dead = Math.max(0, rows.versionsOrNone().values() - live);
        return new RowFigures(live, dead, storage.vectorBytes());
    }

    /// What has been done to tables.
    public ActivityStatistics activity() {
        return storages.activity();
    }

    /// Transactions that ended, and deadlocks.
    public TransactionManager.Totals transactionTotals() {
        return transactions.totals();
    }

    /// Links the tails of all vector indexes, and builds those again whose files were damaged; returns
    /// when done.
    public void indexTails() {
        for (VectorIndexStorage index : storages.vectorIndexes()) {
            boolean again = true;
            while (again) {
                again = index.catchUp(options.indexThreads(), () -> true);
            }
        }
    }

    /// A clean checkpoint, then everything is closed. Open transactions are rolled back; prepared ones wait for the
    /// next start.
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            shutDown(true);
        }
    }

    /// Ends as a killed process would, as far as files go: nothing is flushed or synced that was not
    /// already.
    synchronized void closeAbruptly() {
        if (!closed) {
            closed = true;
            shutDown(false);
        }
    }

    private void shutDown(boolean checkpoint) {
        parts.stopWorkers();
        if (checkpoint) {
            transactions.rollbackAll();
            try {
                sequences.close();
                vacuum.run();
                checkpointer.checkpoint();
            } catch (RuntimeException failed) {
                LOG.error("no clean checkpoint at close: recovery will replay the log", failed);
            }
        }
        parts.close();
    }
}
