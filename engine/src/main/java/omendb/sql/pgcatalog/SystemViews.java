package omendb.sql.pgcatalog;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Every system view by name and by oid.
///
/// A view's shape is PostgreSQL 15's; its rows come from an emitter registered here. A catalog of things that do not
/// exist here (triggers, policies, publications, ...) has its shape and no rows. Adding a view is adding an emitter.
///
/// Threading: immutable.
public final class SystemViews {
    /// Fills a view's rows.
    @FunctionalInterface
    interface Emitter {
        void emit(SystemState state, NamedRows rows);
    }

    /// Registers emitters.
    static final class Builder {
        private final Map<String, Emitter> emitters = new HashMap<>();

        /// @param view `schema.name`
        void add(String view, Emitter emitter) {
            if (emitters.put(view, emitter) != null) {
                throw new IllegalStateException("two emitters for " + view);
            }
        }
    }

    /// Catalogs without rows here: their objects cannot be made.
    private static final String[] EMPTY = {
        "pg_auth_members",
        "pg_amop",
        "pg_amproc",
        "pg_conversion",
        "pg_default_acl",
        "pg_enum",
        "pg_event_trigger",
        "pg_foreign_data_wrapper",
        "pg_foreign_server",
        "pg_foreign_table",
        "pg_inherits",
        "pg_init_privs",
        "pg_largeobject_metadata",
        "pg_matviews",
        "pg_partitioned_table",
        "pg_policies",
        "pg_policy",
        "pg_publication",
        "pg_publication_namespace",
        "pg_publication_rel",
        "pg_publication_tables",
        "pg_range",
        "pg_replication_slots",
        "pg_rewrite",
        "pg_rules",
        "pg_seclabel",
        "pg_seclabels",
        "pg_shdepend",
        "pg_shseclabel",
        "pg_stat_replication",
        "pg_stat_progress_vacuum",
        "pg_statistic_ext",
        "pg_statistic_ext_data",
        "pg_stats_ext",
        "pg_subscription",
        "pg_subscription_rel",
        "pg_transform",
        "pg_trigger",
        "pg_user_mapping",
        "pg_user_mappings"
    };

    private static final SystemViews INSTANCE = new SystemViews();

    private final Map<String, VirtualTable> byName = new LinkedHashMap<>();
    private final Map<Integer, VirtualTable> byOid = new HashMap<>();

    private SystemViews() {
        Builder builder = new Builder();
        NamespaceViews.register(builder);
        RelationViews.register(builder);
        Descriptions.register(builder);
        ConstraintViews.register(builder);
        TypeViews.register(builder);
        RoutineViews.register(builder);
        ServerViews.register(builder);
        TextSearchViews.register(builder);
        ActivityViews.register(builder);
        InformationSchemaViews.register(builder);
        for (String name : EMPTY) {
            builder.add("pg_catalog." + name, (_, _) -> {});
        }
        Map<String, ViewShapes.Shape> shapes = ViewShapes.load();
        builder.emitters.forEach((name, emitter) -> {
            ViewShapes.Shape shape = shapes.get(name);
            if (shape == null) {
                throw new IllegalStateException("no shape recorded for " + name);
            }
            VirtualTable view = new VirtualTable(
                    shape.oid(),
                    shape.schema(),
                    shape.name(),
                    shape.columns(),
                    (state, writer) -> emitter.emit(state, new NamedRows(name, shape.columns(), writer)));
            byName.put(name, view);
            byOid.put(shape.oid(), view);
        });
    }

    /// The view `schema.name`, or null.
    public static @Nullable VirtualTable find(String schema, String name) {
        return INSTANCE.byName.get(schema + "." + name);
    }

    public static @Nullable VirtualTable byOid(int oid) {
        return INSTANCE.byOid.get(oid);
    }

    public static Collection<VirtualTable> all() {
        return Collections.unmodifiableCollection(INSTANCE.byName.values());
    }
}
