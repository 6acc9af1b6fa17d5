package omendb.engine.table;

import java.util.List;
import omendb.ann.BuildProgress;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.StorageFailures;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Types;
import omendb.engine.vector.VectorColumn;

/// The indexes' part of [TransactionSchema]: their storage and what it is filled with.
///
/// Threading: the transaction's thread.
final class SchemaIndexes {
    private final Transaction transaction;
    private final Catalogs catalogs;
    private final Storages storages;
    private final TableWriters tables;

    SchemaIndexes(Transaction transaction, Catalogs catalogs, Storages storages, TableWriters tables) {
        this.transaction = transaction;
        this.catalogs = catalogs;
        this.storages = storages;
        this.tables = tables;
    }

    /// Fills an index that has new, empty storage from its table's rows.
    IndexDef fill(TableDef table, IndexDef def) {
        return def.isVector() ? fillVector(table, def) : fillBtree(table, def);
    }

    void createStorage(TableDef table, IndexDef def) {
        try {
            if (def.isVector()) {
                storages.createVectorIndex(def, indexedColumn(table, def));
            } else {
                storages.createBtree(def);
            }
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
        StorageChanges.of(transaction, storages).created(def.storageId());
    }

    private VectorColumn indexedColumn(TableDef table, IndexDef def) {
        if (def.keys().size() != 1) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED, "access method \"hnsw\" does not support multicolumn indexes");
        }
        if (def.unique()) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED, "access method \"hnsw\" does not support unique indexes");
        }
        VectorIndexStorage.distance(def);
        ColumnDef column = table.column(def.keys().getFirst().attnum());
        if (column.type() != Types.VECTOR) {
            throw new UserException(
                    SqlState.DATATYPE_MISMATCH,
                    "operator class \"" + def.keys().getFirst().operatorClass() + "\" does not accept data type "
                            + column.type().format(column.typmod()));
        }
        VectorColumn vectors = storages.table(table.storageId()).findVectorColumn(column.attnum());
        if (vectors == null) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "column does not have dimensions");
        }
        return vectors;
    }

    private IndexDef fillBtree(TableDef def, IndexDef index) {
        Table table = new Table(def, List.of(), List.of(), storages, tables);
        try (IndexBuilder builder = new IndexBuilder(transaction, catalogs.of(transaction), table, index, storages)) {
            return index.withStorage(index.storageId(), builder.build());
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    IndexDef fillVector(TableDef table, IndexDef def) {
        VectorColumn column = indexedColumn(table, def);
        TableWrites own = TableWrites.of(transaction, storages);
        long limit = column.resolvedLimit();
        while (limit < column.publishedLimit() && (column.isResolved(limit) || own.owns(column, limit))) {
            limit++;
        }
        BuildProgress progress = (_, _) -> mayGoOn();
        try {
            storages.vectorIndex(def.storageId())
                    .build(limit, storages.options().indexThreads(), progress);
        } catch (java.util.concurrent.CancellationException cancelled) {
            transaction.checkCancelled();
            throw cancelled;
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
        return def;
    }

    private boolean mayGoOn() {
        try {
            transaction.checkCancelled();
            return true;
        } catch (UserException cancelled) {
            return false; // a worker asks: the statement's own thread throws it
        }
    }
}
