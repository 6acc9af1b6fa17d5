package omendb.engine.catalog;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import omendb.engine.lsm.WriteBatch;
import omendb.engine.txn.CommitRecord;
import omendb.engine.txn.Transaction;
import omendb.engine.txn.TransactionParticipant;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// A transaction's changes to the catalog: rows in its write set, and the same as a list to put over the newest
/// catalog.
///
/// Threading: the transaction's thread.
public final class CatalogChanges implements TransactionParticipant {
    /// A definition put or removed.
    private sealed interface Change {
        record PutSchema(SchemaDef schema) implements Change {}

        record PutRelation(RelationDef relation) implements Change {}

        record PutExtension(ExtensionDef extension) implements Change {}

        record PutComment(CommentDef comment) implements Change {}

        record Remove(DefinitionCodec.Kind kind, int oid) implements Change {}
    }

    private static final int KEY_BYTES = 5;

    private final Catalogs catalogs;
    private final Transaction transaction;
    private final List<Change> changes = new ArrayList<>();
    private @Nullable Catalog cached;
    private @Nullable Catalog cachedBase;

    CatalogChanges(Catalogs catalogs, Transaction transaction) {
        this.catalogs = catalogs;
        this.transaction = transaction;
    }

    public void put(SchemaDef schema) {
        write(DefinitionCodec.Kind.SCHEMA, schema.oid(), DefinitionCodec.encode(schema));
        add(new Change.PutSchema(schema));
    }

    public void put(RelationDef relation) {
        write(DefinitionCodec.kindOf(relation), relation.oid(), DefinitionCodec.encode(relation));
        add(new Change.PutRelation(relation));
    }

    public void put(ExtensionDef extension) {
        write(DefinitionCodec.Kind.EXTENSION, extension.oid(), DefinitionCodec.encode(extension));
        add(new Change.PutExtension(extension));
    }

    public void put(CommentDef comment) {
        write(DefinitionCodec.Kind.COMMENT, comment.oid(), DefinitionCodec.encode(comment));
        add(new Change.PutComment(comment));
    }

    public void remove(CommentDef comment) {
        remove(DefinitionCodec.Kind.COMMENT, comment.oid());
    }

    public void remove(SchemaDef schema) {
        remove(DefinitionCodec.Kind.SCHEMA, schema.oid());
    }

    public void remove(RelationDef relation) {
        remove(DefinitionCodec.kindOf(relation), relation.oid());
    }

    public void remove(ExtensionDef extension) {
        remove(DefinitionCodec.Kind.EXTENSION, extension.oid());
    }

    /// After a restart: makes the changes again from what a prepared transaction wrote; the write set has them.
    public void restore(WriteBatch batch) {
        Catalog.Builder puts = new Catalog.Builder();
        WriteBatch.Ops ops = batch.ops();
        while (ops.next()) {
            if (ops.relationId() == SystemTrees.CATALOG) {
                DefinitionCodec.Kind kind = DefinitionCodec.Kind.of(NativeMemory.getByte(ops.keyAddress()) & 0xff);
                int oid = Catalogs.oidOfKey(ops.keyAddress());
                if (ops.isDelete()) {
                    add(new Change.Remove(kind, oid));
                } else {
                    byte[] value = NativeMemory.segment(ops.valueAddress(), ops.valueLength())
                            .toArray(ValueLayout.JAVA_BYTE);
                    DefinitionCodec.decode(kind, oid, value, puts);
                }
            }
        }
        Catalog definitions = puts.build(0);
        definitions.schemas().forEach(schema -> add(new Change.PutSchema(schema)));
        definitions.relations().forEach(relation -> add(new Change.PutRelation(relation)));
        definitions.extensions().forEach(extension -> add(new Change.PutExtension(extension)));
        definitions.comments().forEach(comment -> add(new Change.PutComment(comment)));
    }

    private void remove(DefinitionCodec.Kind kind, int oid) {
        byte[] key = key(kind, oid);
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            long address = arena.allocate(KEY_BYTES).address();
            NativeMemory.copy(key, 0, address, KEY_BYTES);
            transaction.writes().delete(SystemTrees.CATALOG, address, KEY_BYTES);
        }
        add(new Change.Remove(kind, oid));
    }

    private void write(DefinitionCodec.Kind kind, int oid, byte[] value) {
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            long address = arena.allocate(KEY_BYTES).address();
            NativeMemory.copy(key(kind, oid), 0, address, KEY_BYTES);
            long target = transaction.writes().reservePut(SystemTrees.CATALOG, address, KEY_BYTES, value.length);
            NativeMemory.copy(value, 0, target, value.length);
        }
    }

    static byte[] key(DefinitionCodec.Kind kind, int oid) {
        return new byte[] {(byte) kind.code(), (byte) (oid >>> 24), (byte) (oid >>> 16), (byte) (oid >>> 8), (byte) oid
        };
    }

    private void add(Change change) {
        changes.add(change);
        cached = null;
    }

    /// The newest committed catalog with these changes on top.
    Catalog over(Catalog base) {
        Catalog known = cached;
        if (known == null || cachedBase != base) {
            known = changes.isEmpty() ? base : applied(base);
            cached = known;
            cachedBase = base;
        }
        return known;
    }

    private Catalog applied(Catalog base) {
        Catalog.Builder builder = base.toBuilder();
        for (Change change : changes) {
            switch (change) {
                case Change.PutSchema put -> builder.put(put.schema());
                case Change.PutRelation put -> builder.put(put.relation());
                case Change.PutExtension put -> builder.put(put.extension());
                case Change.PutComment put -> builder.put(put.comment());
                case Change.Remove remove -> {
                    switch (remove.kind()) {
                        case SCHEMA -> builder.removeSchema(remove.oid());
                        case TABLE, INDEX, SEQUENCE, VIEW -> builder.removeRelation(remove.oid());
                        case EXTENSION -> builder.removeExtension(remove.oid());
                        case COMMENT -> builder.removeComment(remove.oid());
                    }
                }
            }
        }
        return builder.build(catalogs.nextVersion());
    }

    @Override
    public void prepare(CommitRecord record) {}

    @Override
    public void committed(long commitTimestamp) {
        if (!changes.isEmpty()) {
            catalogs.commit(this::applied);
        }
    }

    @Override
    public void rolledBack() {
        changes.clear();
        cached = null;
    }

    @Override
    public Object mark() {
        return changes.size();
    }

    @Override
    public void rollbackTo(@Nullable Object mark) {
        int keep = mark == null ? 0 : (Integer) mark;
        if (changes.size() > keep) {
            changes.subList(keep, changes.size()).clear();
            cached = null;
        }
    }
}
