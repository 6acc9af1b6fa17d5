package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Utility;

/// REINDEX.
final class IndexRebuilder {
    private final DdlContext context;
    private final RelationNames names;

    IndexRebuilder(DdlContext context) {
        this.context = context;
        this.names = new RelationNames(context);
    }

    void rebuild(Utility.Reindex reindex) {
        for (int oid : indexes(reindex)) {
            if (context.catalog().index(oid) != null) {
                context.editor().rebuildIndex(oid);
            }
        }
    }

    private List<Integer> indexes(Utility.Reindex reindex) {
        QualifiedName name = reindex.name();
        List<Integer> oids = new ArrayList<>();
        switch (reindex.type()) {
            case "INDEX" -> {
                RelationDef relation = find(Objects.requireNonNull(name));
                if (!(relation instanceof IndexDef)) {
                    throw DdlErrors.error(SqlState.WRONG_OBJECT_TYPE, "\"" + relation.name() + "\" is not an index");
                }
                oids.add(relation.oid());
            }
            case "TABLE" -> {
                RelationDef relation = find(Objects.requireNonNull(name));
                if (!(relation instanceof TableDef)) {
                    throw DdlErrors.error(
                            SqlState.WRONG_OBJECT_TYPE,
                            "\"" + relation.name() + "\" is not a table or materialized view");
                }
                context.catalog().indexesOf(relation.oid()).forEach(index -> oids.add(index.oid()));
                if (oids.isEmpty()) {
                    context.notice(
                            SqlState.SUCCESSFUL_COMPLETION,
                            "table \"" + relation.name() + "\" has no indexes to reindex");
                }
            }
            case "SCHEMA" -> {
                SchemaDef schema = names.schema(Objects.requireNonNull(name).name(), 0);
                context.catalog().indexes().stream()
                        .filter(index -> index.schemaOid() == schema.oid())
                        .forEach(index -> oids.add(index.oid()));
            }
            default -> {
                if (name != null && !name.name().equals(context.databaseName())) {
                    throw DdlErrors.error(
                            SqlState.FEATURE_NOT_SUPPORTED, "can only reindex the currently open database");
                }
                boolean system = reindex.type().equals("SYSTEM");
                context.catalog().indexes().stream().filter(_ -> !system).forEach(index -> oids.add(index.oid()));
            }
        }
        return oids;
    }

    private RelationDef find(QualifiedName name) {
        RelationDef relation = names.find(name);
        if (relation == null) {
            throw DdlErrors.noRelation(name.toString());
        }
        return relation;
    }
}
