package omendb.engine.table;

import java.util.List;
import omendb.ann.BuildProgress;
import omendb.ann.ElementType;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.StorageFailures;
import omendb.engine.txn.Transaction;
import omendb.engine.type.SqlType;
import omendb.engine.vector.VectorColumn;
import org.jspecify.annotations.Nullable;

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
                VectorColumn column = indexedColumn(table, def);
                storages.createVectorIndex(def, column != null ? column : createSlots(table, def));
            } else {
                storages.createBtree(def);
            }
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
        StorageChanges.of(transaction, storages).created(def.storageId());
    }

    private VectorColumn createSlots(TableDef table, IndexDef def) {
        SqlType type = IndexSlots.type(def, table);
        int dimensions = IndexSlots.dimensions(def, table);
        ElementType element = IndexSlots.element(type);
        if (element == null || !element.has(VectorIndexStorage.distance(def))) {
            throw new UserException(
                    SqlState.DATATYPE_MISMATCH,
                    "operator class \"" + def.keys().getFirst().operatorClass() + "\" does not accept data type "
                            + type.format(-1));
        }
        if (dimensions < 1) {
            throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "column does not have dimensions");
        }
        if (dimensions > element.mostDimensions()) {
            throw new UserException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "column cannot have more than " + element.mostDimensions() + " dimensions for " + def.method()
                            + " index");
        }
        return storages.createIndexSlots(def, element, dimensions);
    }

    /// The table's column whose slots an index is over; null if it keeps its own.
    private @Nullable VectorColumn indexedColumn(TableDef table, IndexDef def) {
        if (def.keys().size() != 1) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "access method \"" + def.method() + "\" does not support multicolumn indexes");
        }
        if (def.unique()) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "access method \"" + def.method() + "\" does not support unique indexes");
        }
        VectorIndexStorage.distance(def);
        return IndexSlots.has(def, table)
                ? null
                : storages.table(table.storageId())
                        .findVectorColumn(def.keys().getFirst().attnum());
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
        IndexSlots slots = storages.findIndexSlots(def.storageId());
        VectorColumn column = indexedColumn(table, def);
        IndexDef filled = def;
        if (slots != null) {
            filled = fillSlots(table, def, slots);
            column = slots.column();
        }
        if (column == null) {
            throw new IllegalStateException("index " + def.name() + " has no vectors");
        }
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
        return filled;
    }

    private IndexDef fillSlots(TableDef table, IndexDef def, IndexSlots slots) {
        Table unindexed = new Table(table, List.of(), List.of(), storages, tables);
        try (IndexSlotsBuilder builder = new IndexSlotsBuilder(transaction, unindexed, slots, storages)) {
            return def.withStorage(def.storageId(), builder.build());
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
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
