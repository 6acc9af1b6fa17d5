package omendb.engine.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// An immutable picture of everything that exists, as one statement sees it.
///
/// Two catalogs with the same [#version] have the same content, so a prepared plan holds as long as the version does.
/// The catalog pg_catalog describes itself with (types, functions, its own views) is not in here: that is fixed and
/// belongs to the registry.
public final class Catalog {
    /// Oid of schema `pg_catalog`.
    public static final int PG_CATALOG_OID = 11;

    /// Oid of schema `public`, as in PostgreSQL.
    public static final int PUBLIC_OID = 2200;

    /// First oid of a user's object.
    public static final int FIRST_USER_OID = Types.FIRST_FREE_OID;

    private record QualifiedName(int schemaOid, String name) {}

    private final long version;
    private final Map<Integer, SchemaDef> schemas;
    private final Map<String, SchemaDef> schemasByName;
    private final Set<Integer> temporarySchemas = new HashSet<>();
    private final Map<Integer, RelationDef> relations;
    private final Map<QualifiedName, RelationDef> relationsByName;
    private final Map<Integer, List<IndexDef>> indexesByTable;
    private final Map<Integer, List<Reference>> referencesByTable;
    private final Map<Integer, ExtensionDef> extensions;
    private final Map<Integer, CommentDef> comments;
    private final Map<Commented, CommentDef> commentsByObject = new HashMap<>();

    private record Commented(int classOid, int objectOid, int subId) {}

    /// A foreign key and the table it belongs to.
    public record Reference(int tableOid, ConstraintDef.ForeignKey key) {}

    private Catalog(long version, Builder builder) {
        this.version = version;
        this.schemas = builder.schemas;
        this.relations = builder.relations;
        this.extensions = builder.extensions;
        this.comments = builder.comments;
        comments.values()
                .forEach(comment -> commentsByObject.put(
                        new Commented(comment.classOid(), comment.objectOid(), comment.subId()), comment));
        this.schemasByName = new HashMap<>();
        schemas.values().forEach(schema -> {
            schemasByName.put(schema.name(), schema);
            if (TemporarySchemas.isOne(schema.name())) {
                temporarySchemas.add(schema.oid());
            }
        });
        this.relationsByName = new HashMap<>();
        this.indexesByTable = new HashMap<>();
        this.referencesByTable = new HashMap<>();
        for (RelationDef relation : relations.values()) {
            relationsByName.put(new QualifiedName(relation.schemaOid(), relation.name()), relation);
            if (relation instanceof IndexDef index) {
                indexesByTable
                        .computeIfAbsent(index.tableOid(), _ -> new ArrayList<>())
                        .add(index);
            }
            if (relation instanceof TableDef table) {
                for (ConstraintDef.ForeignKey key : table.foreignKeys()) {
                    referencesByTable
                            .computeIfAbsent(key.tableOid(), _ -> new ArrayList<>())
                            .add(new Reference(table.oid(), key));
                }
            }
        }
    }

    /// Names the content: equal versions mean equal catalogs.
    public long version() {
        return version;
    }

    public @Nullable SchemaDef schema(String name) {
        return schemasByName.get(name);
    }

    public @Nullable SchemaDef schema(int oid) {
        return schemas.get(oid);
    }

    public @Nullable RelationDef relation(int oid) {
        return relations.get(oid);
    }

    public @Nullable RelationDef relation(int schemaOid, String name) {
        return relationsByName.get(new QualifiedName(schemaOid, name));
    }

    /// First relation of that name along `searchPath` (schema names; unknown ones are skipped), or null.
    public @Nullable RelationDef resolve(List<String> searchPath, String name) {
        for (String schemaName : searchPath) {
            SchemaDef schema = schemasByName.get(schemaName);
            RelationDef found = schema == null ? null : relation(schema.oid(), name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /// Whether a relation is a session's temporary one.
    public boolean isTemporary(RelationDef relation) {
        return temporarySchemas.contains(relation.schemaOid());
    }

    /// What becomes of a relation at a crash, as PostgreSQL names it: `p` permanent, `u` unlogged (kept here like any
    /// other), `t` temporary.
    public char persistence(RelationDef relation) {
        if (isTemporary(relation)) {
            return 't';
        }
        int tableOid = switch (relation) {
            case TableDef table -> table.oid();
            case IndexDef index -> index.tableOid();
            case SequenceDef sequence -> sequence.ownerTable();
            case ViewDef _ -> 0;
        };
        TableDef table = table(tableOid);
        return table != null && table.isUnlogged() ? 'u' : 'p';
    }

    public @Nullable TableDef table(int oid) {
        return relations.get(oid) instanceof TableDef table ? table : null;
    }

    public @Nullable IndexDef index(int oid) {
        return relations.get(oid) instanceof IndexDef index ? index : null;
    }

    public @Nullable SequenceDef sequence(int oid) {
        return relations.get(oid) instanceof SequenceDef sequence ? sequence : null;
    }

    public @Nullable ViewDef view(int oid) {
        return relations.get(oid) instanceof ViewDef view ? view : null;
    }

    public List<ViewDef> views() {
        return relationsOf(ViewDef.class);
    }

    public @Nullable ExtensionDef extension(String name) {
        for (ExtensionDef extension : extensions.values()) {
            if (extension.name().equals(name)) {
                return extension;
            }
        }
        return null;
    }

    /// The comment on an object, or null.
    public @Nullable CommentDef comment(int classOid, int objectOid, int subId) {
        return commentsByObject.get(new Commented(classOid, objectOid, subId));
    }

    public Collection<CommentDef> comments() {
        return Collections.unmodifiableCollection(comments.values());
    }

    /// Indexes of a table in the order of their oids.
    public List<IndexDef> indexesOf(int tableOid) {
        return Collections.unmodifiableList(indexesByTable.getOrDefault(tableOid, List.of()));
    }

    /// Foreign keys that refer to a table, its own among them, in the order of their tables' oids.
    public List<Reference> referencesTo(int tableOid) {
        return Collections.unmodifiableList(referencesByTable.getOrDefault(tableOid, List.of()));
    }

    /// Sequences owned by columns of a table.
    public List<SequenceDef> sequencesOwnedBy(int tableOid) {
        return sequences().stream()
                .filter(sequence -> sequence.ownerTable() == tableOid)
                .toList();
    }

    /// All schemas by oid; `pg_catalog` and `information_schema` are not among them.
    public Collection<SchemaDef> schemas() {
        return Collections.unmodifiableCollection(schemas.values());
    }

    /// All relations by oid.
    public Collection<RelationDef> relations() {
        return Collections.unmodifiableCollection(relations.values());
    }

    public List<TableDef> tables() {
        return relationsOf(TableDef.class);
    }

    public List<IndexDef> indexes() {
        return relationsOf(IndexDef.class);
    }

    public List<SequenceDef> sequences() {
        return relationsOf(SequenceDef.class);
    }

    public Collection<ExtensionDef> extensions() {
        return Collections.unmodifiableCollection(extensions.values());
    }

    private <T extends RelationDef> List<T> relationsOf(Class<T> kind) {
        return relations.values().stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    Builder toBuilder() {
        Builder builder = new Builder();
        builder.schemas.putAll(schemas);
        builder.relations.putAll(relations);
        builder.extensions.putAll(extensions);
        builder.comments.putAll(comments);
        return builder;
    }

    /// Collects definitions; used once.
    static final class Builder {
        private final Map<Integer, SchemaDef> schemas = new TreeMap<>();
        private final Map<Integer, RelationDef> relations = new TreeMap<>();
        private final Map<Integer, ExtensionDef> extensions = new TreeMap<>();
        private final Map<Integer, CommentDef> comments = new TreeMap<>();

        void put(SchemaDef schema) {
            schemas.put(schema.oid(), schema);
        }

        void put(RelationDef relation) {
            relations.put(relation.oid(), relation);
        }

        void put(ExtensionDef extension) {
            extensions.put(extension.oid(), extension);
        }

        void put(CommentDef comment) {
            comments.put(comment.oid(), comment);
        }

        void removeComment(int oid) {
            comments.remove(oid);
        }

        void removeSchema(int oid) {
            schemas.remove(oid);
        }

        void removeRelation(int oid) {
            relations.remove(oid);
        }

        void removeExtension(int oid) {
            extensions.remove(oid);
        }

        Catalog build(long version) {
            return new Catalog(version, this);
        }
    }
}
