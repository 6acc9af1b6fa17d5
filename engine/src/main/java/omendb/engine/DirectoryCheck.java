package omendb.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import omendb.ann.HnswIndex;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SystemTrees;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.lsm.LsmOptions;
import omendb.engine.lsm.LsmReport;
import omendb.engine.lsm.LsmStore;
import omendb.engine.lsm.LsmTree;
import omendb.engine.lsm.WriteBatch;
import omendb.engine.table.IndexSlots;
import omendb.engine.table.LoggedSlots;
import omendb.engine.table.RowCountLog;
import omendb.engine.table.StorageChanges;
import omendb.engine.table.StorageOptions;
import omendb.engine.table.Storages;
import omendb.engine.table.TableCheck;
import omendb.engine.table.VectorIndexStorage;
import omendb.engine.table.VectorLog;
import omendb.engine.txn.CommitRecord;
import omendb.engine.txn.PreparedImage;
import omendb.engine.txn.PreparedRows;
import omendb.engine.txn.SpillLog;
import omendb.engine.vector.VectorColumn;
import omendb.memory.CorruptFileException;
import omendb.memory.DirectoryLock;
import omendb.memory.Epochs;
import omendb.memory.FileStore;
import omendb.memory.MissingFileException;
import omendb.memory.StorageException;
import omendb.wal.Wal;
import omendb.wal.WalOptions;
import org.jspecify.annotations.Nullable;

/// Verifies a data directory that no server uses, and changes nothing in it.
///
///     1. manifest, and every block, filter and index of every SSTable      [LsmStore#check]
///     2. every record of the log that is still there                       [Wal#inspect]
///     3. the state as recovery would find it: tables and log together, in memory
///     4. catalog: every definition readable, every storage it names there
///     5. tables: rows, index entries, vector slots and their checksums     [TableCheck]
///     6. vector indexes: every page, and that each row's vector is in them
///     7. prepared transactions: that each can be read, and the storages that it writes to
///     8. files that no definition names (harmless: the next start removes them)
///
/// What cannot be read makes what depends on it impossible to check; the report says so.
/// Threading: one thread.
public final class DirectoryCheck {
    private static final long MEMTABLE_BYTES = 64L << 20;
    private static final long RESERVED_BYTES = 256L << 30;

    private final FileStore files;
    private final CheckReport report = new CheckReport();
    private final LoggedSlots logged = new LoggedSlots();
    private final Epochs epochs = new Epochs();
    private final Set<Long> preparedStorages = new HashSet<>();
    private StateStore.State state = new StateStore.State();
    private long newestTimestamp;

    private DirectoryCheck(FileStore files) {
        this.files = files.readOnly();
    }

    /// Checks a directory.
    ///
    /// @throws omendb.memory.DirectoryInUseException if a server has it open
    /// @throws MissingFileException if there is no such directory, or no database in it
    public static CheckReport run(Path directory) {
        try (FileStore files = FileStore.openReadOnly(directory);
                DirectoryLock lock = DirectoryLock.acquireForReading(directory)) {
            assert lock != null;
            return run(files);
        }
    }

    /// As the other, over any store that nobody changes meanwhile.
    public static CheckReport run(FileStore files) {
        var check = new DirectoryCheck(files);
        try {
            check.run();
            return check.report;
        } finally {
            check.epochs.advance();
            check.epochs.close();
        }
    }

    private void run() {
        if (!files.exists("CURRENT") && !files.exists("wal") && !files.exists("rel")) {
            throw new MissingFileException(
                    files.directory().toString(),
                    StorageException.NO_POSITION,
                    "there is no database in this directory");
        }
        LsmStore.check(files, new TableReport());
        LsmStore lsm;
        try {
            lsm = LsmStore.openReadOnly(files, LsmOptions.defaults().withMemtableBytes(MEMTABLE_BYTES), epochs);
        } catch (StorageException damaged) {
            report.damaged(message(damaged));
            attempt(() -> Wal.inspect(files, WalOptions.DEFAULTS, -1, 0, (_, _, _, _) -> report.countLogRecord()));
            report.note("rows, indexes and vectors cannot be checked without the tables");
            return;
        }
        try (lsm) {
            run(lsm);
        }
    }

    /// Problems of tables and manifest.
    private final class TableReport implements LsmReport {
        @Override
        public void problem(String path, long position, String problem) {
            report.damaged(message(new CorruptFileException(path, position, problem)));
        }

        @Override
        public void leftover(String path) {
            report.note(path + ": nothing names it; the next start removes it");
        }
    }

    private void run(LsmStore lsm) {
        if (report.isHealthy()) {
            attempt(() -> readState(lsm));
        } else {
            attempt(() -> Wal.inspect(files, WalOptions.DEFAULTS, -1, 0, (_, _, _, _) -> report.countLogRecord()));
        }
        if (!report.isHealthy()) {
            report.note("rows, indexes and vectors are not compared with each other while tables or log are damaged");
            return;
        }
        Catalogs catalogs = new Catalogs();
        if (attempt(() -> catalogs.load(lsm.tree(SystemTrees.CATALOG), newestTimestamp))) {
            checkRelations(lsm, catalogs);
            attempt(() -> checkPrepared(lsm));
            noteLeftovers(lsm, catalogs.committed());
        }
    }

    /// Runs a part; what it throws for damaged files becomes a problem of the report.
    private boolean attempt(Runnable part) {
        try {
            part.run();
            return true;
        } catch (StorageException | OmenException damaged) {
            report.damaged(message(damaged));
            return false;
        }
    }

    private static String message(RuntimeException failure) {
        return String.valueOf(failure.getMessage());
    }

    // ---- log ----

    private void readState(LsmStore lsm) {
        newestTimestamp = Math.max(1, lsm.maxCommitTs());
        if (lsm.findTree(SystemTrees.STATE) != null) {
            state = StateStore.read(lsm.tree(SystemTrees.STATE), Long.MAX_VALUE - 1);
        }
        long from = Math.min(state.checkpointLsn(), lsm.flushedLsn());
        Wal.inspect(
                files,
                WalOptions.DEFAULTS,
                from,
                lsm.flushedLsn(),
                (endLsn, type, _, payload) -> record(lsm, endLsn, type, payload));
        for (long tree : SystemTrees.all()) {
            // a directory from before two-phase commit has no prepared transactions
            if (lsm.findTree(tree) == null && tree != SystemTrees.PREPARED) {
                report.damaged("the manifest has no system tree " + tree);
            }
        }
    }

    private void record(LsmStore lsm, long endLsn, int type, MemorySegment payload) {
        report.countLogRecord();
        if (type != CommitRecord.TYPE) {
            report.damaged("log record of unknown type " + type + " before LSN " + endLsn);
            return;
        }
        long timestamp = CommitRecord.timestamp(payload);
        newestTimestamp = Math.max(newestTimestamp, timestamp);
        if (endLsn > lsm.flushedLsn()) {
            try (WriteBatch batch = CommitRecord.batch(payload)) {
                lsm.reapply(batch, timestamp, endLsn);
            }
        }
        CommitRecord.sections(payload, (kind, content) -> {
            if (kind == SpillLog.KIND) {
                lsm.adoptSpill(SpillLog.read(content), timestamp);
            } else if (endLsn > state.checkpointLsn()) {
                section(kind, content);
            }
        });
    }

    private void section(int kind, MemorySegment content) {
        switch (kind) {
            case VectorLog.KIND ->
                VectorLog.read(
                        content, (storageId, attnum, _, slot, rowId, _) -> logged.add(storageId, attnum, slot, rowId));
            case RowCountLog.KIND -> {
                // estimates: nothing to compare them with
            }
            default -> report.damaged("a commit record of the log has a section of unknown kind " + kind);
        }
    }

    // ---- relations ----

    private void checkRelations(LsmStore lsm, Catalogs catalogs) {
        Catalog catalog = catalogs.committed();
        Storages storages =
                new Storages(lsm, files, epochs, new StorageOptions(Long.MAX_VALUE, RESERVED_BYTES, 1, 1 << 20));
        try {
            Set<Integer> openTables = new HashSet<>();
            for (TableDef table : catalog.tables()) {
                if (openTable(lsm, storages, table) && hasIndexTrees(lsm, catalog, table)) {
                    openTables.add(table.oid());
                }
            }
            for (IndexDef index : catalog.indexes()) {
                openIndex(storages, catalog.table(index.tableOid()), index, openTables);
            }
            for (TableDef table : catalog.tables()) {
                if (openTables.contains(table.oid())) {
                    TableCheck check =
                            new TableCheck(table, catalogs, storages, logged, newestTimestamp, report::damaged);
                    attempt(check::run);
                    report.counted(1, catalog.indexesOf(table.oid()).size(), check.rowCount());
                }
            }
        } finally {
            storages.close();
        }
    }

    private boolean openTable(LsmStore lsm, Storages storages, TableDef table) {
        if (lsm.findTree(table.storageId()) == null) {
            report.damaged("table \"" + table.name() + "\": rel/" + table.storageId() + " is not in the manifest");
            return false;
        }
        Map<Integer, VectorColumn> columns = new TreeMap<>();
        boolean whole = true;
        for (ColumnDef column : table.columns()) {
            if (storages.hasSlots(column)) {
                VectorColumn vectors = openColumn(table, column);
                if (vectors == null) {
                    whole = false;
                } else {
                    columns.put(column.attnum(), vectors);
                }
            }
        }
        if (whole) {
            storages.openTable(table, columns, 0, 0);
        } else {
            columns.values().forEach(VectorColumn::close);
        }
        return whole;
    }

    private @Nullable VectorColumn openColumn(TableDef table, ColumnDef column) {
        return openColumn(
                table.storageId(),
                column.attnum(),
                column.typmod(),
                "column \"" + column.name() + "\" of table \"" + table.name() + "\"");
    }

    private @Nullable VectorColumn openColumn(long storageId, int attnum, int dimensions, String what) {
        String directory = VectorColumn.directory(storageId, attnum);
        try {
            VectorColumn vectors = VectorColumn.open(files, directory, storageId, RESERVED_BYTES);
            if (vectors.dimensions() != dimensions) {
                report.damaged(directory + ": vectors of " + vectors.dimensions() + " dimensions, " + what + " has "
                        + dimensions);
            }
            vectors.inspect(
                    state.resolvedLimit(new StateStore.ColumnId(storageId, attnum)), logged.limit(storageId, attnum));
            return vectors;
        } catch (StorageException damaged) {
            report.damaged(message(damaged));
            return null;
        }
    }

    private boolean hasIndexTrees(LsmStore lsm, Catalog catalog, TableDef table) {
        boolean whole = true;
        for (IndexDef index : catalog.indexesOf(table.oid())) {
            boolean hasTree = !index.isVector() || IndexSlots.has(index, table);
            if (hasTree && lsm.findTree(index.storageId()) == null) {
                report.damaged("index \"" + index.name() + "\": rel/" + index.storageId() + " is not in the manifest");
                whole = false;
            }
        }
        return whole;
    }

    /// Verifies the files of a vector index; opens it for [TableCheck] if they are whole.
    private void openIndex(Storages storages, @Nullable TableDef table, IndexDef index, Set<Integer> openTables) {
        if (table == null) {
            report.damaged("index \"" + index.name() + "\" belongs to no table: oid " + index.tableOid());
        } else if (IndexSlots.has(index, table) && openTables.contains(table.oid())) {
            VectorColumn own = openColumn(
                    index.storageId(),
                    IndexSlots.ATTNUM,
                    IndexSlots.dimensions(index, table),
                    "index \"" + index.name() + "\"");
            if (own != null) {
                verifyIndex(index, own);
                storages.openVectorIndex(
                        index,
                        table,
                        state.resolvedLimit(new StateStore.ColumnId(index.storageId(), IndexSlots.ATTNUM)),
                        own);
            }
        } else if (index.isVector() && openTables.contains(table.oid())) {
            int attnum = index.keys().getFirst().attnum();
            VectorColumn column = storages.table(table.storageId()).findVectorColumn(attnum);
            if (column == null) {
                report.damaged("index \"" + index.name() + "\": column " + attnum + " of \"" + table.name()
                        + "\" holds no vectors");
            } else if (verifyIndex(index, column)) {
                storages.openVectorIndex(
                        index, table, state.resolvedLimit(new StateStore.ColumnId(table.storageId(), attnum)), null);
            }
        }
    }

    private boolean verifyIndex(IndexDef index, VectorColumn column) {
        String directory = VectorIndexStorage.directory(index.storageId());
        try (HnswIndex graph = HnswIndex.open(files, directory, column, epochs)) {
            graph.verify();
            if (graph.indexedLimit() > column.publishedLimit()) {
                report.damaged(files.directory().resolve(directory) + ": knows " + graph.indexedLimit()
                        + " slots, its column has " + column.publishedLimit());
            }
            return true;
        } catch (MissingFileException missing) {
            report.note("index \"" + index.name() + "\" has no files yet: the next start builds it");
        } catch (StorageException damaged) {
            report.damaged(message(damaged) + "; the next start builds index \"" + index.name() + "\" again");
        }
        return false;
    }

    // ---- prepared transactions ----

    private void checkPrepared(LsmStore lsm) {
        LsmTree tree = lsm.findTree(SystemTrees.PREPARED);
        if (tree == null) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            for (PreparedImage image : PreparedRows.read(tree, newestTimestamp, arena)) {
                image.verify();
                preparedStorages.addAll(StorageChanges.createdBy(image));
                try (WriteBatch batch = image.batch()) {
                    checkTrees(lsm, image, batch);
                }
                image.sections((kind, content) -> {
                    if (kind == SpillLog.KIND && !lsm.waitingSpills().contains(SpillLog.read(content))) {
                        report.damaged("prepared transaction \"" + image.gid()
                                + "\" has a spill that the manifest does not know: " + SpillLog.read(content));
                    }
                });
            }
        }
    }

    private void checkTrees(LsmStore lsm, PreparedImage image, WriteBatch batch) {
        Set<Long> missing = new TreeSet<>();
        WriteBatch.Ops ops = batch.ops();
        while (ops.next()) {
            if (lsm.findTree(ops.relationId()) == null) {
                missing.add(ops.relationId());
            }
        }
        missing.forEach(id -> report.damaged(
                "prepared transaction \"" + image.gid() + "\" writes to rel/" + id + ", which is not in the manifest"));
    }

    // ---- leftovers ----

    private void noteLeftovers(LsmStore lsm, Catalog catalog) {
        Set<Long> known = new HashSet<>(SystemTrees.all());
        catalog.tables().forEach(table -> known.add(table.storageId()));
        catalog.indexes().forEach(index -> known.add(index.storageId()));
        known.addAll(preparedStorages);
        Map<String, Set<String>> expected = new HashMap<>();
        expected.put("vec", new HashSet<>());
        expected.put("idx", new HashSet<>());
        for (TableDef table : catalog.tables()) {
            for (ColumnDef column : table.columns()) {
                expected.get("vec").add(table.storageId() + "." + column.attnum());
            }
        }
        catalog.indexes().forEach(index -> expected.get("idx").add(Long.toString(index.storageId())));
        lsm.relationIds().stream()
                .filter(id -> !known.contains(id))
                .forEach(id -> report.note("rel/" + id + ": no definition names it; the next start removes it"));
        expected.forEach((directory, names) -> files.list(directory).stream()
                .filter(name -> !names.contains(name) && !preparedStorages.contains(Recovery.storageIdOf(name)))
                .forEach(name ->
                        report.note(directory + "/" + name + ": no definition names it; the next start removes it")));
    }
}
