package omendb.sql.pgcatalog;

import java.util.Map;
import omendb.engine.catalog.CommentDef;
import omendb.engine.catalog.SystemClasses;
import omendb.sql.pgcatalog.FunctionTable.Call;
import org.jspecify.annotations.Nullable;

/// What COMMENT ON left: `pg_description`, `pg_shdescription` and the functions over them.
final class Descriptions {
    /// Catalogs by the names that obj_description takes.
    private static final Map<String, Integer> CLASSES = Map.of(
            "pg_class", SystemClasses.RELATION,
            "pg_type", SystemClasses.TYPE,
            "pg_constraint", SystemClasses.CONSTRAINT,
            "pg_namespace", SystemClasses.SCHEMA,
            "pg_extension", SystemClasses.EXTENSION,
            "pg_proc", SystemClasses.FUNCTION,
            "pg_database", SystemClasses.DATABASE,
            "pg_authid", SystemClasses.ROLE);

    private Descriptions() {}

    static void register(SystemViews.Builder builder) {
        builder.add("pg_catalog.pg_description", (state, rows) -> {
            for (CommentDef comment : state.catalog().comments()) {
                if (!isShared(comment)) {
                    row(rows, comment).set("objsubid", comment.subId());
                }
            }
        });
        builder.add("pg_catalog.pg_shdescription", (state, rows) -> {
            for (CommentDef comment : state.catalog().comments()) {
                if (isShared(comment)) {
                    row(rows, comment);
                }
            }
        });
    }

    private static boolean isShared(CommentDef comment) {
        return comment.classOid() == SystemClasses.DATABASE || comment.classOid() == SystemClasses.ROLE;
    }

    private static NamedRows row(NamedRows rows, CommentDef comment) {
        return rows.row()
                .set("objoid", comment.objectOid())
                .set("classoid", comment.classOid())
                .set("description", comment.text());
    }

    static @Nullable String ofObject(Call call) {
        Integer classOid = CLASSES.get(call.text(1));
        return classOid == null ? null : text(call.state().catalog().comment(classOid, call.oid(0), 0));
    }

    static @Nullable String ofAnything(Call call) {
        for (CommentDef comment : call.state().catalog().comments()) {
            if (comment.objectOid() == call.oid(0) && comment.subId() == 0) {
                return comment.text();
            }
        }
        return null;
    }

    static @Nullable String ofColumn(Call call) {
        int attnum = (int) call.number(1);
        return attnum == 0 ? null : text(call.state().catalog().comment(SystemClasses.RELATION, call.oid(0), attnum));
    }

    private static @Nullable String text(@Nullable CommentDef comment) {
        return comment == null ? null : comment.text();
    }
}
