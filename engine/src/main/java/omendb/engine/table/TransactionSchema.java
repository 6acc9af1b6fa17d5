package omendb.engine.table;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.CatalogChanges;
import omendb.engine.catalog.Catalogs;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.ExtensionDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.RowRewriter;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SchemaEditor;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.SystemClasses;
import omendb.engine.catalog.SystemTrees;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.TemporarySchemas;
import omendb.engine.catalog.ViewDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.txn.StorageFailures;
import omendb.engine.txn.TableLockMode;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// [SchemaEditor] of one transaction: catalog rows in its write set, storages in [StorageChanges].
///
/// Names are reserved by a key lock on (schema, name) in the catalog tree, so two transactions cannot create the same
/// one; what is changed or dropped is locked as PostgreSQL locks it.
/// Threading: the transaction's thread.
public final class TransactionSchema implements SchemaEditor {
    private final Transaction transaction;
    private final Catalogs catalogs;
    private final Storages storages;
    private final TableWriters tables;
    private final Sequences sequences;
    private final AtomicInteger nextOid;
    private final SchemaForeignKeys foreignKeys;
    private final SchemaIndexes indexes;
    private final SchemaComments comments;

    /// @param nextOid oids from here on are free
    public TransactionSchema(
            Transaction transaction,
            Catalogs catalogs,
            Storages storages,
            TableWriters tables,
            Sequences sequences,
            AtomicInteger nextOid) {
        this.transaction = transaction;
        this.catalogs = catalogs;
        this.storages = storages;
        this.tables = tables;
        this.sequences = sequences;
        this.nextOid = nextOid;
        this.foreignKeys = new SchemaForeignKeys(transaction, catalogs, tables);
        this.indexes = new SchemaIndexes(transaction, catalogs, storages, tables);
        this.comments = new SchemaComments(transaction, catalogs, this);
    }

    private Catalog catalog() {
        return catalogs.of(transaction);
    }

    private CatalogChanges changes() {
        return catalogs.changes(transaction);
    }

    @Override
    public int newOid() {
        return nextOid.getAndIncrement();
    }

    // ---- schemas and extensions ----

    @Override
    public SchemaDef createSchema(String name) {
        reserveName(0, name);
        if (catalog().schema(name) != null) {
            throw new UserException(SqlState.DUPLICATE_SCHEMA, "schema \"" + name + "\" already exists");
        }
        SchemaDef schema = new SchemaDef(newOid(), name);
        changes().put(schema);
        return schema;
    }

    @Override
    public void dropSchema(int oid, boolean cascade) {
        SchemaDef schema = requireSchema(oid);
        reserveName(0, schema.name());
        List<RelationDef> content = catalog().relations().stream()
                .filter(relation -> relation.schemaOid() == oid)
                .toList();
        if (!content.isEmpty() && !cascade) {
            throw new UserException(
                            SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                            "cannot drop schema " + schema.name() + " because other objects depend on it")
                    .withHint("Use DROP ... CASCADE to drop the dependent objects too.");
        }
        for (RelationDef relation : content) {
            if (catalog().relation(relation.oid()) == null) {
                continue; // went with its table
            }
            switch (relation) {
                case TableDef table -> dropTable(table.oid());
                case IndexDef index -> dropIndexStorage(index);
                case SequenceDef sequence -> dropSequence(sequence.oid());
                case ViewDef view -> dropView(view.oid());
            }
        }
        comments.removeAll(SystemClasses.SCHEMA, oid);
        changes().remove(schema);
    }

    private SchemaDef requireSchema(int oid) {
        SchemaDef schema = catalog().schema(oid);
        if (schema == null) {
            throw new UserException(SqlState.INVALID_SCHEMA_NAME, "schema with OID " + oid + " does not exist");
        }
        return schema;
    }

    @Override
    public ExtensionDef createExtension(String name, String version, int schemaOid) {
        reserveName(-1, name);
        if (catalog().extension(name) != null) {
            throw new UserException(SqlState.DUPLICATE_OBJECT, "extension \"" + name + "\" already exists");
        }
        ExtensionDef extension = new ExtensionDef(newOid(), name, version, schemaOid);
        changes().put(extension);
        return extension;
    }

    @Override
    public void dropExtension(int oid) {
        for (ExtensionDef extension : List.copyOf(catalog().extensions())) {
            if (extension.oid() == oid) {
                reserveName(-1, extension.name());
                comments.removeAll(SystemClasses.EXTENSION, oid);
                changes().remove(extension);
                return;
            }
        }
        throw new UserException(SqlState.UNDEFINED_OBJECT, "extension with OID " + oid + " does not exist");
    }

    // ---- tables ----

    @Override
    public TableDef createTable(int schemaOid, String name, List<ColumnDef> columns) {
        noteTemporary(requireSchema(schemaOid));
        requireFreeName(schemaOid, name);
        int oid = newOid();
        TableDef table = new TableDef(oid, schemaOid, name, oid, columns, List.of());
        transaction.lockTable(oid, TableLockMode.ACCESS_EXCLUSIVE);
        createStorage(table, 1);
        changes().put(table);
        return table;
    }

    private void createStorage(TableDef table, long nextRowId) {
        try {
            storages.createTable(table, nextRowId);
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
        StorageChanges.of(transaction, storages).created(table.storageId());
    }

    private TableDef lockForChange(int tableOid) {
        transaction.lockTable(tableOid, TableLockMode.ACCESS_EXCLUSIVE);
        return requireTable(tableOid);
    }

    private TableDef requireTable(int tableOid) {
        TableDef table = catalog().table(tableOid);
        if (table == null) {
            throw new UserException(SqlState.UNDEFINED_TABLE, "relation with OID " + tableOid + " does not exist");
        }
        if (catalog().isTemporary(table)) {
            transaction.useTemporary();
        }
        return table;
    }

    private void noteTemporary(SchemaDef schema) {
        if (TemporarySchemas.isOne(schema.name())) {
            transaction.useTemporary();
        }
    }

    @Override
    public TableDef addKeyConstraint(
            int tableOid,
            String name,
            boolean primary,
            List<Integer> attnums,
            ConstraintDef.Timing timing,
            KeyIndex storage) {
        TableDef table = lockForChange(tableOid);
        if (primary && table.primaryKey() != null) {
            throw new UserException(
                    SqlState.INVALID_TABLE_DEFINITION,
                    "multiple primary keys for table \"" + table.name() + "\" are not allowed");
        }
        SchemaForeignKeys.requireFreeName(table, name);
        TableDef changed = table;
        if (primary) {
            for (int attnum : attnums) {
                changed = changed.withColumn(changed.column(attnum).withNotNull(true));
            }
        }
        NewIndex index = new NewIndex(
                name,
                IndexDef.BTREE,
                true,
                storage.nullsDistinct(),
                attnums.stream().map(IndexDef.Key::ofColumn).toList(),
                null,
                storage.options(),
                storage.included());
        IndexDef created = addIndex(changed, index, primary, !timing.deferrable());
        changed =
                changed.withConstraint(new ConstraintDef.Key(newOid(), name, primary, created.oid(), attnums, timing));
        changes().put(changed);
        return changed;
    }

    @Override
    public TableDef addCheckConstraint(int tableOid, ConstraintDef.Check check) {
        TableDef table = lockForChange(tableOid);
        SchemaForeignKeys.requireFreeName(table, check.name());
        TableDef changed = table.withConstraint(check);
        changes().put(changed);
        return changed;
    }

    @Override
    public TableDef addForeignKey(int tableOid, ConstraintDef.ForeignKey key, boolean checkRows) {
        return foreignKeys.add(tableOid, key.withOid(newOid()), checkRows);
    }

    @Override
    public void validateForeignKey(int tableOid, String name) {
        foreignKeys.validate(tableOid, name);
    }

    @Override
    public void setConstraintTiming(int tableOid, String name, ConstraintDef.Timing timing) {
        foreignKeys.setTiming(tableOid, name, timing);
    }

    @Override
    public TableDef dropConstraint(int tableOid, String name) {
        TableDef table = lockForChange(tableOid);
        ConstraintDef found = table.constraint(name);
        if (found == null) {
            throw new UserException(
                    SqlState.UNDEFINED_OBJECT,
                    "constraint \"" + name + "\" of relation \"" + table.name() + "\" does not exist");
        }
        if (found instanceof ConstraintDef.Key key) {
            foreignKeys.dropReferences(tableOid, key.indexOid());
            table = requireTable(tableOid); // one of them may have been its own
            IndexDef index = catalog().index(key.indexOid());
            if (index != null) {
                dropIndexStorage(index);
            }
        }
        comments.removeAll(SystemClasses.CONSTRAINT, found.oid());
        TableDef changed = table.withoutConstraint(found.oid());
        changes().put(changed);
        return changed;
    }

    @Override
    public TableDef setTableOptions(int tableOid, Map<String, String> options) {
        TableDef changed = lockForChange(tableOid).withOptions(options);
        changes().put(changed);
        storages.table(changed.storageId()).setCompressedAtFirst(changed.isCompressed());
        return changed;
    }

    @Override
    public TableDef setColumnDefault(int tableOid, int attnum, @Nullable String defaultSql) {
        TableDef table = lockForChange(tableOid);
        TableDef changed = table.withColumn(table.column(attnum).withDefault(defaultSql));
        changes().put(changed);
        return changed;
    }

    @Override
    public TableDef renameTable(int tableOid, String name) {
        TableDef table = lockForChange(tableOid);
        requireFreeName(table.schemaOid(), name);
        TableDef changed = table.withName(name);
        changes().put(changed);
        return changed;
    }

    @Override
    public void dropTable(int tableOid) {
        TableDef table = lockForChange(tableOid);
        foreignKeys.dropReferences(tableOid, 0);
        for (IndexDef index : catalog().indexesOf(tableOid)) {
            dropIndexStorage(index);
        }
        for (SequenceDef sequence : catalog().sequencesOwnedBy(tableOid)) {
            dropSequence(sequence.oid());
        }
        StorageChanges.of(transaction, storages).dropped(table.storageId());
        comments.removeAllOf(table);
        changes().remove(table);
    }

    @Override
    public void truncate(List<Integer> tableOids) {
        for (int tableOid : tableOids) {
            TableDef table = lockForChange(tableOid);
            StorageChanges storageChanges = StorageChanges.of(transaction, storages);
            storageChanges.dropped(table.storageId());
            TableDef emptied = table.withStorage(newOid());
            createStorage(emptied, 1);
            changes().put(emptied);
            for (IndexDef index : catalog().indexesOf(tableOid)) {
                storageChanges.dropped(index.storageId());
                IndexDef renewed = index.withStorage(newOid(), 0);
                indexes.createStorage(emptied, renewed);
                if (renewed.isVector()) {
                    renewed = indexes.fillVector(emptied, renewed); // an empty checkpoint: a restart must find one
                }
                changes().put(renewed);
            }
        }
    }

    // ---- indexes ----

    @Override
    public IndexDef createIndex(int tableOid, NewIndex index) {
        // writers go on while a graph over a column's slots is built: what they add is its tail
        boolean online = isOverColumn(tableOid, index);
        transaction.lockTable(tableOid, online ? TableLockMode.SHARE_UPDATE_EXCLUSIVE : TableLockMode.SHARE);
        return addIndex(requireTable(tableOid), index, false, true);
    }

    private boolean isOverColumn(int tableOid, NewIndex index) {
        TableDef table = catalog().table(tableOid);
        int attnum = index.keys().getFirst().attnum();
        return IndexDef.isVector(index.method())
                && table != null
                && attnum > 0
                && RowLayout.isSlot(table.column(attnum));
    }

    private IndexDef addIndex(TableDef table, NewIndex index, boolean primary, boolean immediate) {
        requireFreeName(table.schemaOid(), index.name());
        int oid = newOid();
        IndexDef def = new IndexDef(
                oid,
                table.schemaOid(),
                index.name(),
                table.oid(),
                oid,
                index.method(),
                index.unique(),
                primary,
                index.nullsDistinct(),
                immediate,
                index.keys(),
                index.predicateSql(),
                index.options(),
                0,
                index.included());
        indexes.createStorage(table, def);
        IndexDef filled = indexes.fill(table, def);
        changes().put(filled);
        return filled;
    }

    @Override
    public void dropIndex(int indexOid) {
        IndexDef index = catalog().index(indexOid);
        if (index == null) {
            throw new UserException(SqlState.UNDEFINED_OBJECT, "index with OID " + indexOid + " does not exist");
        }
        TableDef table = lockForChange(index.tableOid());
        for (ConstraintDef constraint : table.constraints()) {
            if (constraint instanceof ConstraintDef.Key key && key.indexOid() == indexOid) {
                throw new UserException(
                                SqlState.DEPENDENT_OBJECTS_STILL_EXIST,
                                "cannot drop index " + index.name() + " because constraint " + key.name() + " on table "
                                        + table.name() + " requires it")
                        .withHint("You can drop constraint " + key.name() + " on table " + table.name() + " instead.");
            }
        }
        foreignKeys.dropReferences(table.oid(), indexOid);
        dropIndexStorage(index);
    }

    private void dropIndexStorage(IndexDef index) {
        StorageChanges.of(transaction, storages).dropped(index.storageId());
        comments.removeAll(SystemClasses.RELATION, index.oid());
        changes().remove(index);
    }

    // ---- sequences ----

    @Override
    public SequenceDef createSequence(int schemaOid, NewSequence sequence) {
        noteTemporary(requireSchema(schemaOid));
        requireFreeName(schemaOid, sequence.name());
        SequenceDef def = new SequenceDef(
                newOid(),
                schemaOid,
                sequence.name(),
                sequence.type(),
                sequence.start(),
                sequence.increment(),
                sequence.minimum(),
                sequence.maximum(),
                sequence.cache(),
                sequence.cycle(),
                0,
                0);
        changes().put(def);
        return def;
    }

    @Override
    public SequenceDef setSequenceOwner(int sequenceOid, int tableOid, int attnum) {
        SequenceDef changed = requireSequence(sequenceOid).withOwner(tableOid, attnum);
        changes().put(changed);
        return changed;
    }

    @Override
    public SequenceDef alterSequence(int sequenceOid, NewSequence properties, @Nullable Long restartWith) {
        SequenceDef before = requireSequence(sequenceOid);
        SequenceDef after = before.with(properties);
        Sequences.Value value = restartWith == null ? null : new Sequences.Value(restartWith, false);
        sequences.restart(transaction, before, value); // takes the lock
        sequences.requireInBounds(transaction, after);
        if (!after.equals(before)) {
            changes().put(after);
        }
        return after;
    }

    @Override
    public void dropSequence(int sequenceOid) {
        transaction.lockTable(sequenceOid, TableLockMode.ACCESS_EXCLUSIVE);
        comments.removeAll(SystemClasses.RELATION, sequenceOid);
        changes().remove(requireSequence(sequenceOid));
        sequences.dropWith(transaction, sequenceOid);
    }

    private SequenceDef requireSequence(int oid) {
        SequenceDef sequence = catalog().sequence(oid);
        if (sequence == null) {
            throw new UserException(SqlState.UNDEFINED_TABLE, "relation with OID " + oid + " does not exist");
        }
        if (catalog().isTemporary(sequence)) {
            transaction.useTemporary();
        }
        return sequence;
    }

    // ---- views ----

    @Override
    public ViewDef createView(ViewDef view) {
        requireSchema(view.schemaOid());
        requireFreeName(view.schemaOid(), view.name());
        ViewDef created = new ViewDef(
                newOid(),
                view.schemaOid(),
                view.name(),
                view.columns(),
                view.querySql(),
                view.searchPath(),
                view.references());
        changes().put(created);
        return created;
    }

    @Override
    public ViewDef changeView(ViewDef changed) {
        transaction.lockTable(changed.oid(), TableLockMode.ACCESS_EXCLUSIVE);
        requireView(changed.oid());
        changes().put(changed);
        return changed;
    }

    @Override
    public void dropView(int viewOid) {
        transaction.lockTable(viewOid, TableLockMode.ACCESS_EXCLUSIVE);
        comments.removeAll(SystemClasses.RELATION, viewOid);
        changes().remove(requireView(viewOid));
    }

    private ViewDef requireView(int oid) {
        ViewDef view = catalog().view(oid);
        if (view == null) {
            throw new UserException(SqlState.UNDEFINED_TABLE, "relation with OID " + oid + " does not exist");
        }
        return view;
    }

    // ---- changes of what exists ----

    @Override
    public TableDef changeTable(TableDef changed) {
        TableDef now = lockForChange(changed.oid());
        if (changed.storageId() != now.storageId()) {
            throw new IllegalArgumentException("table " + now.name() + " has other storage");
        }
        changes().put(changed);
        return changed;
    }

    @Override
    public TableDef changeTableOnline(TableDef changed) {
        transaction.lockTable(changed.oid(), TableLockMode.SHARE_UPDATE_EXCLUSIVE);
        requireTable(changed.oid());
        changes().put(changed);
        return changed;
    }

    @Override
    public IndexDef changeIndex(IndexDef changed) {
        transaction.lockTable(changed.tableOid(), TableLockMode.SHARE_UPDATE_EXCLUSIVE);
        changes().put(changed);
        return changed;
    }

    @Override
    public void moveRelation(int oid, int schemaOid, String name) {
        int locked = catalog().relation(oid) instanceof IndexDef index ? index.tableOid() : oid;
        boolean online = locked != oid; // an index is renamed while its table is in use
        transaction.lockTable(locked, online ? TableLockMode.SHARE_UPDATE_EXCLUSIVE : TableLockMode.ACCESS_EXCLUSIVE);
        RelationDef relation = catalog().relation(oid);
        if (relation == null) {
            throw new UserException(SqlState.UNDEFINED_TABLE, "relation with OID " + oid + " does not exist");
        }
        requireFreeName(schemaOid, name);
        changes()
                .put(
                        switch (relation) {
                            case TableDef table -> table.withName(name).withSchema(schemaOid);
                            case IndexDef index -> index.withName(name).withSchema(schemaOid);
                            case SequenceDef sequence -> sequence.withName(name).withSchema(schemaOid);
                            case ViewDef view -> view.moved(schemaOid, name);
                        });
    }

    @Override
    public void renameSchema(int oid, String name) {
        SchemaDef schema = requireSchema(oid);
        reserveName(0, schema.name());
        reserveName(0, name);
        if (catalog().schema(name) != null) {
            throw new UserException(SqlState.DUPLICATE_SCHEMA, "schema \"" + name + "\" already exists");
        }
        changes().put(new SchemaDef(oid, name));
    }

    @Override
    public TableDef rewriteTable(TableDef changed, List<IndexDef> wanted, RowRewriter rewriter) {
        TableDef old = lockForChange(changed.oid());
        StorageChanges storageChanges = StorageChanges.of(transaction, storages);
        TableDef renewed = changed.withStorage(newOid());
        createStorage(renewed, storages.table(old.storageId()).nextRowId());
        new TableRewriter(transaction, old, renewed, storages, tables).rewrite(rewriter);
        storageChanges.dropped(old.storageId());
        changes().put(renewed);
        for (IndexDef index : catalog().indexesOf(old.oid())) {
            storageChanges.dropped(index.storageId());
        }
        for (IndexDef index : wanted) {
            IndexDef empty = index.withStorage(newOid(), 0);
            indexes.createStorage(renewed, empty);
            changes().put(indexes.fill(renewed, empty));
        }
        return renewed;
    }

    @Override
    public void readRows(int tableOid, Consumer<Batch> visitor) {
        new TableReader(transaction, new Table(requireTable(tableOid), List.of(), List.of(), storages, tables))
                .read((rows, _) -> visitor.accept(rows));
    }

    @Override
    public TableDef adoptIndex(int tableOid, ConstraintDef.Key constraint) {
        TableDef table = lockForChange(tableOid);
        SchemaForeignKeys.requireFreeName(table, constraint.name());
        IndexDef index = requireIndex(constraint.indexOid());
        if (!index.name().equals(constraint.name())) {
            requireFreeName(index.schemaOid(), constraint.name());
        }
        TableDef changed = table;
        if (constraint.primary()) {
            for (int attnum : constraint.attnums()) {
                changed = changed.withColumn(changed.column(attnum).withNotNull(true));
            }
        }
        changed = changed.withConstraint(constraint);
        IndexDef adopted = index.withName(constraint.name())
                .asKey(constraint.primary(), !constraint.timing().deferrable());
        if (adopted.immediate() != index.immediate()) { // entries differ
            IndexDef empty = adopted.withStorage(newOid(), 0);
            indexes.createStorage(changed, empty);
            StorageChanges.of(transaction, storages).dropped(index.storageId());
            adopted = indexes.fill(changed, empty);
        }
        changes().put(adopted);
        changes().put(changed);
        return changed;
    }

    @Override
    public IndexDef rebuildIndex(int indexOid) {
        IndexDef known = requireIndex(indexOid);
        transaction.lockTable(known.tableOid(), TableLockMode.SHARE);
        IndexDef index = requireIndex(indexOid);
        TableDef table = requireTable(index.tableOid());
        IndexDef empty = index.withStorage(newOid(), 0);
        indexes.createStorage(table, empty);
        StorageChanges.of(transaction, storages).dropped(index.storageId());
        IndexDef filled = indexes.fill(table, empty);
        changes().put(filled);
        return filled;
    }

    private IndexDef requireIndex(int oid) {
        IndexDef index = catalog().index(oid);
        if (index == null) {
            throw new UserException(SqlState.UNDEFINED_OBJECT, "index with OID " + oid + " does not exist");
        }
        return index;
    }

    @Override
    public void comment(int classOid, int objectOid, int subId, @Nullable String text) {
        comments.set(classOid, objectOid, subId, text);
    }

    // ---- names ----

    private void requireFreeName(int schemaOid, String name) {
        reserveName(schemaOid, name);
        if (catalog().relation(schemaOid, name) != null) {
            throw new UserException(SqlState.DUPLICATE_TABLE, "relation \"" + name + "\" already exists");
        }
    }

    /// Locks a name against others who create, rename or drop; afterwards the catalog says who has it.
    private void reserveName(int namespace, String name) {
        transaction.writes();
        byte[] utf8 = name.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            MemorySegment key = arena.allocate(Integer.BYTES + (long) utf8.length);
            NativeMemory.putInt(key.address(), namespace);
            NativeMemory.copy(utf8, 0, key.address() + Integer.BYTES, utf8.length);
            transaction.lockKey(SystemTrees.CATALOG, key);
        }
    }
}
