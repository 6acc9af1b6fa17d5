package omendb.engine.catalog;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import omendb.engine.type.Batch;
import omendb.engine.type.SqlType;
import org.jspecify.annotations.Nullable;

/// DDL of one transaction: private until it commits, gone when it rolls back.
///
/// Every method takes the locks it needs and checks names again under them, so it raises PostgreSQL's errors for
/// what a
/// concurrent transaction did meanwhile (42P07, 42P06, 42704, 42P01, 2BP01). Names of constraints and indexes are the
/// caller's to choose. Obtained from `Database.schema(transaction)`.
public interface SchemaEditor {
    /// What CREATE INDEX says.
    record NewIndex(
            String name,
            String method,
            boolean unique,
            boolean nullsDistinct,
            List<IndexDef.Key> keys,
            @Nullable String predicateSql,
            Map<String, String> options,
            List<Integer> included) {
        public NewIndex {
            included = List.copyOf(included);
            keys = List.copyOf(keys);
            options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        }

        /// An index without INCLUDE.
        public NewIndex(
                String name,
                String method,
                boolean unique,
                boolean nullsDistinct,
                List<IndexDef.Key> keys,
                @Nullable String predicateSql,
                Map<String, String> options) {
            this(name, method, unique, nullsDistinct, keys, predicateSql, options, List.of());
        }
    }

    /// What CREATE SEQUENCE says, defaults filled in by the caller.
    record NewSequence(
            String name,
            SqlType type,
            long start,
            long increment,
            long minimum,
            long maximum,
            long cache,
            boolean cycle) {}

    SchemaDef createSchema(String name);

    /// @param cascade drop what is in it; otherwise 2BP01 if not empty
    void dropSchema(int oid, boolean cascade);

    /// Creates a table with its columns (attnums 1..n in order) and no constraint but NOT NULL.
    TableDef createTable(int schemaOid, String name, List<ColumnDef> columns);

    /// Adds PRIMARY KEY or UNIQUE: creates the unique btree index of that name (existing rows are checked, 23505);
    /// a primary key's columns become NOT NULL.
    ///
    /// @param timing a deferrable one gets an index that is not immediate
    TableDef addKeyConstraint(
            int tableOid,
            String name,
            boolean primary,
            List<Integer> attnums,
            ConstraintDef.Timing timing,
            KeyIndex index);

    /// The same with a plain index.
    default TableDef addKeyConstraint(
            int tableOid, String name, boolean primary, List<Integer> attnums, ConstraintDef.Timing timing) {
        return addKeyConstraint(tableOid, name, primary, attnums, timing, new KeyIndex(true, List.of(), Map.of()));
    }

    /// What a key constraint says of its index: NULLS [NOT] DISTINCT, INCLUDE, WITH.
    record KeyIndex(boolean nullsDistinct, List<Integer> included, Map<String, String> options) {
        public KeyIndex {
            included = List.copyOf(included);
            options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        }
    }

    /// Adds CHECK; whether existing rows satisfy it is the caller's to check first.
    TableDef addCheckConstraint(int tableOid, ConstraintDef.Check check);

    /// Adds FOREIGN KEY, under a lock that keeps writers away from both tables; its oid is chosen here.
    ///
    /// @param checkRows whether existing rows are looked at (23503)
    TableDef addForeignKey(int tableOid, ConstraintDef.ForeignKey key, boolean checkRows);

    /// VALIDATE CONSTRAINT of a foreign key: looks at all rows (23503).
    void validateForeignKey(int tableOid, String name);

    /// ALTER CONSTRAINT of a foreign key.
    void setConstraintTiming(int tableOid, String name, ConstraintDef.Timing timing);

    /// Drops a constraint and, for a key, its index and the foreign keys that refer to it.
    TableDef dropConstraint(int tableOid, String name);

    /// Sets the storage parameters of a table. Blocks that are compressed otherwise stay so until they are merged.
    TableDef setTableOptions(int tableOid, Map<String, String> options);

    /// Sets or drops (null) a column's default.
    TableDef setColumnDefault(int tableOid, int attnum, @Nullable String defaultSql);

    TableDef renameTable(int tableOid, String name);

    /// Drops a table, its indexes, its constraints, the sequences its columns own and foreign keys that refer to it.
    void dropTable(int tableOid);

    /// Empties tables; their rows stay visible to older snapshots of others until the transaction commits.
    void truncate(List<Integer> tableOids);

    /// Creates and fills an index; returns when it can be used. Writers of the table wait while a btree is built
    /// and go
    /// on while an hnsw index is.
    IndexDef createIndex(int tableOid, NewIndex index);

    /// Drops an index and the foreign keys that refer to it.
    void dropIndex(int indexOid);

    SequenceDef createSequence(int schemaOid, NewSequence sequence);

    /// Makes a column the owner (serial, identity): the sequence is dropped with the table.
    SequenceDef setSequenceOwner(int sequenceOid, int tableOid, int attnum);

    /// Gives a sequence other properties, and restarts it; both roll back with the transaction.
    ///
    /// @param properties    the name stays
    /// @param restartWith   value that nextval gives next, null = goes on as it is
    SequenceDef alterSequence(int sequenceOid, NewSequence properties, @Nullable Long restartWith);

    void dropSequence(int sequenceOid);

    /// Creates a view; its oid is chosen here.
    ViewDef createView(ViewDef view);

    /// CREATE OR REPLACE VIEW, and new names of columns.
    ViewDef changeView(ViewDef changed);

    void dropView(int viewOid);

    ExtensionDef createExtension(String name, String version, int schemaOid);

    void dropExtension(int oid);

    // ---- changes of what exists ----

    /// An oid that nothing has.
    int newOid();

    /// Replaces a table's definition under ACCESS EXCLUSIVE; storage, schema and name stay as they are.
    TableDef changeTable(TableDef changed);

    /// The same under SHARE UPDATE EXCLUSIVE: for changes that neither readers nor writers need to know of.
    TableDef changeTableOnline(TableDef changed);

    /// Replaces an index's definition; storage, schema and name stay as they are.
    IndexDef changeIndex(IndexDef changed);

    /// Gives a relation another name (42P07 if it is taken) and, if `schemaOid` differs, another schema.
    void moveRelation(int oid, int schemaOid, String name);

    void renameSchema(int oid, String name);

    /// Puts a table's rows into new storage under a changed definition and builds its indexes anew. Snapshots older
    /// than this statement's find the table empty, as in PostgreSQL.
    ///
    /// @param indexes changed definitions of the table's indexes, all that shall exist
    TableDef rewriteTable(TableDef changed, List<IndexDef> indexes, RowRewriter rewriter);

    /// Hands all rows of a table to a visitor in batches of one column per attnum: those of others that have
    /// committed, whatever the snapshot, and own ones.
    void readRows(int tableOid, Consumer<Batch> visitor);

    /// Makes a unique index the index of a new constraint of its name.
    TableDef adoptIndex(int tableOid, ConstraintDef.Key constraint);

    /// Builds an index anew (REINDEX).
    IndexDef rebuildIndex(int indexOid);

    /// Sets or removes (null) the comment on an object.
    void comment(int classOid, int objectOid, int subId, @Nullable String text);
}
