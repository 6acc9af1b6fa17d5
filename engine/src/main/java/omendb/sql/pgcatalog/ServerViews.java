package omendb.sql.pgcatalog;

import java.util.Map;
import omendb.engine.txn.LockListing;
import omendb.engine.txn.LockTag;
import omendb.engine.txn.PreparedTransactions;
import omendb.engine.txn.SessionDirectory;

/// The database, the role, the settings and the session.
final class ServerViews {
    /// Oid of database `postgres` in PostgreSQL 15.
    static final int DATABASE_OID = LockTag.DATABASE_OID;

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
        builder.add("pg_catalog.pg_cursors", ServerViews::cursors);
    }

    private static void cursors(SystemState state, NamedRows rows) {
        for (SystemState.CursorListing cursor : state.cursors()) {
            rows.row()
                    .set("name", cursor.name())
                    .set("statement", cursor.statement())
                    .set("is_holdable", cursor.holdable())
                    .set("is_binary", cursor.binary())
                    .set("is_scrollable", cursor.scrollable())
                    .set("creation_time", cursor.createdAt());
        }
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

    private static void locks(SystemState state, NamedRows rows) {
        for (LockListing lock : state.locks()) {
            NamedRows row = rows.row()
                    .set("virtualtransaction", lock.processId() == 0 ? "-1/0" : lock.processId() + "/0")
                    .set("mode", lock.mode())
                    .set("granted", lock.granted())
                    .set("fastpath", false);
            if (lock.processId() != 0) { // else a prepared transaction holds it
                row.set("pid", lock.processId());
            }
            if (lock.waitStart() != 0) {
                row.set("waitstart", lock.waitStart());
            }
            if (!(lock.tag() instanceof LockTag.TransactionId)) {
                row.set("database", DATABASE_OID);
            }
            row.set("locktype", lockType(lock.tag()));
            switch (lock.tag()) {
                case LockTag.Relation(int oid) -> row.set("relation", oid);
                case LockTag.Advisory(int classId, int objId, int keys) ->
                    row.set("classid", Integer.toUnsignedLong(classId))
                            .set("objid", Integer.toUnsignedLong(objId))
                            .set("objsubid", keys);
                case LockTag.Row tuple ->
                    row.set("relation", tuple.tableOid())
                            .set("page", tuple.page() & 0x7fff_ffff)
                            .set("tuple", tuple.tuple());
                case LockTag.TransactionId(long id) -> row.set("transactionid", id);
                case LockTag.Key() -> {}
            }
        }
    }

    /// pg_locks.locktype, and the wait event of who waits for it.
    private static String lockType(LockTag tag) {
        return switch (tag) {
            case LockTag.Relation _ -> "relation";
            case LockTag.Advisory _ -> "advisory";
            case LockTag.Row _ -> "tuple";
            case LockTag.TransactionId _, LockTag.Key _ -> "transactionid";
        };
    }

    private static void activity(SystemState state, NamedRows rows) {
        for (SessionDirectory.Listed session : state.sessions()) {
            SessionDirectory.Activity activity = session.activity();
            NamedRows row = rows.row()
                    .set("datid", DATABASE_OID)
                    .set("datname", activity.database())
                    .set("pid", session.processId())
                    .set("usesysid", NamespaceViews.OWNER)
                    .set("usename", activity.user())
                    .set("application_name", activity.applicationName())
                    .set("backend_start", activity.connectedAt())
                    .set("state_change", activity.stateChangedAt())
                    .set("state", activity.state())
                    .set("query", activity.query())
                    .set("backend_type", "client backend");
            if (!activity.clientAddress().isEmpty()) {
                row.set("client_addr", activity.clientAddress());
            }
            if (activity.queryStart() != 0) {
                row.set("query_start", activity.queryStart());
            }
            if (session.transactionStart() != 0) {
                row.set("xact_start", session.transactionStart());
            }
            if (session.transactionId() != 0) {
                row.set("backend_xid", session.transactionId());
            }
            LockTag awaited = session.awaited();
            if (awaited != null) {
                row.set("wait_event_type", "Lock").set("wait_event", lockType(awaited));
            } else if (!activity.state().equals("active")) {
                row.set("wait_event_type", "Client").set("wait_event", "ClientRead");
            }
        }
    }
}
