package omendb.sql.pgcatalog;

import java.util.Map;
import omendb.engine.txn.LockTag;
import omendb.engine.txn.NamedLocks;
import omendb.engine.txn.PreparedTransactions;
import omendb.engine.type.Timestamps;

/// The database, the role, the settings and the session.
final class ServerViews {
    /// Oid of database `postgres` in PostgreSQL 15.
    static final int DATABASE_OID = 5;

    private static final int UTF8 = 6;
    private static final int DEFAULT_TABLESPACE = 1663;

    private ServerViews() {}

    static void register(SystemViews.Builder builder) {
        builder.add("pg_catalog.pg_database", ServerViews::databases);
        builder.add("pg_catalog.pg_roles", (state, rows) -> role(state, rows).set("rolpassword", "********"));
        builder.add("pg_catalog.pg_authid", ServerViews::role);
        builder.add("pg_catalog.pg_user", ServerViews::user);
        builder.add("pg_catalog.pg_settings", ServerViews::settings);
        builder.add("pg_catalog.pg_stat_activity", ServerViews::activity);
        builder.add("pg_catalog.pg_db_role_setting", (_, _) -> {});
        builder.add("pg_catalog.pg_locks", ServerViews::locks);
        builder.add("pg_catalog.pg_prepared_xacts", ServerViews::preparedTransactions);
    }

    private static void databases(SystemState state, NamedRows rows) {
        rows.row()
                .set("oid", DATABASE_OID)
                .set("datname", state.databaseName())
                .set("datdba", NamespaceViews.OWNER)
                .set("encoding", UTF8)
                .set("datlocprovider", "c")
                .set("datistemplate", false)
                .set("datallowconn", true)
                .set("datconnlimit", -1)
                .set("datfrozenxid", 0)
                .set("datminmxid", 0)
                .set("dattablespace", DEFAULT_TABLESPACE)
                .set("datcollate", "C")
                .set("datctype", "C.UTF-8");
    }

    private static NamedRows role(SystemState state, NamedRows rows) {
        return rows.row()
                .set("oid", NamespaceViews.OWNER)
                .set("rolname", state.user())
                .set("rolsuper", true)
                .set("rolinherit", true)
                .set("rolcreaterole", true)
                .set("rolcreatedb", true)
                .set("rolcanlogin", true)
                .set("rolreplication", true)
                .set("rolbypassrls", true)
                .set("rolconnlimit", -1);
    }

    private static void user(SystemState state, NamedRows rows) {
        rows.row()
                .set("usename", state.user())
                .set("usesysid", NamespaceViews.OWNER)
                .set("usecreatedb", true)
                .set("usesuper", true)
                .set("userepl", true)
                .set("usebypassrls", true)
                .set("passwd", "********");
    }

    private static void settings(SystemState state, NamedRows rows) {
        for (Map.Entry<String, String> setting : state.settings().entrySet()) {
            rows.row()
                    .set("name", setting.getKey())
                    .set("setting", setting.getValue())
                    .set("category", "Session")
                    .set("short_desc", "")
                    .set("context", "user")
                    .set("vartype", "string")
                    .set("source", "session")
                    .set("reset_val", setting.getValue())
                    .set("pending_restart", false);
        }
    }

    private static void preparedTransactions(SystemState state, NamedRows rows) {
        for (PreparedTransactions.Listed prepared : state.preparedTransactions()) {
            rows.row()
                    .set("transaction", prepared.transactionId())
                    .set("gid", prepared.gid())
                    .set("prepared", prepared.preparedAt())
                    .set("owner", prepared.owner())
                    .set("database", prepared.database());
        }
    }

    /// Table and advisory locks, held and waited for; row locks have no rows here, as in PostgreSQL.
    private static void locks(SystemState state, NamedRows rows) {
        for (NamedLocks.Held held : state.locks()) {
            NamedRows row = rows.row()
                    .set("database", DATABASE_OID)
                    .set("virtualtransaction", held.processId() + "/0")
                    .set("mode", held.mode().postgresName())
                    .set("granted", held.granted())
                    .set("fastpath", false);
            if (held.processId() != 0) { // else a prepared transaction holds it
                row.set("pid", held.processId());
            }
            switch (held.tag()) {
                case LockTag.Relation(int oid) ->
                    row.set("locktype", "relation").set("relation", oid);
                case LockTag.Advisory(int classId, int objId, int keys) ->
                    row.set("locktype", "advisory")
                            .set("classid", Integer.toUnsignedLong(classId))
                            .set("objid", Integer.toUnsignedLong(objId))
                            .set("objsubid", keys);
            }
        }
    }

    private static void activity(SystemState state, NamedRows rows) {
        rows.row()
                .set("datid", DATABASE_OID)
                .set("datname", state.databaseName())
                .set("pid", state.backendPid())
                .set("usesysid", NamespaceViews.OWNER)
                .set("usename", state.user())
                .set("application_name", state.settings().getOrDefault("application_name", ""))
                .set("state_change", Timestamps.now())
                .set("state", "active")
                .set("backend_type", "client backend");
    }
}
