package omendb.sql.pgcatalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.ViewDef;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// Tables, indexes, sequences and their columns.
final class RelationViews {
    private static final int HEAP = 2;
    private static final int PAGE_BYTES = 8192;
    private static final int DEFAULT_COLLATION = 100;
    private static final int C_COLLATION = 950;

    /// Columns of a sequence as a relation.
    private static final List<VirtualTable.Column> SEQUENCE_COLUMNS = List.of(
            new VirtualTable.Column("last_value", Types.INT8),
            new VirtualTable.Column("log_cnt", Types.INT8),
            new VirtualTable.Column("is_called", Types.BOOL));

    private RelationViews() {}

    static void register(SystemViews.Builder builder) {
        builder.add("pg_catalog.pg_class", RelationViews::classes);
        builder.add("pg_catalog.pg_attribute", RelationViews::attributes);
        builder.add("pg_catalog.pg_attrdef", RelationViews::defaults);
        builder.add("pg_catalog.pg_index", RelationViews::indexes);
        builder.add("pg_catalog.pg_sequence", RelationViews::sequences);
        builder.add("pg_catalog.pg_tables", RelationViews::tables);
        builder.add("pg_catalog.pg_indexes", RelationViews::indexNames);
        builder.add("pg_catalog.pg_views", RelationViews::views);
    }

    private static void classes(SystemState state, NamedRows rows) {
        for (RelationDef relation : state.catalog().relations()) {
            switch (relation) {
                case TableDef table -> table(state, table, rows);
                case IndexDef index -> index(state, index, rows);
                case SequenceDef sequence ->
                    relation(rows, sequence.oid(), sequence.name(), sequence.schemaOid(), 'S', 3)
                            .set("relpages", 1)
                            .set("reltuples", 1.0);
                case ViewDef view ->
                    relation(
                                    rows,
                                    view.oid(),
                                    view.name(),
                                    view.schemaOid(),
                                    'v',
                                    view.columns().size())
                            .set("relpages", 0)
                            .set("reltuples", -1.0)
                            .set("relhasrules", true);
            }
            rows.set("relpersistence", String.valueOf(state.catalog().persistence(relation)));
        }
        for (VirtualTable view : SystemViews.all()) {
            int schema = NamespaceViews.oid(state.catalog(), view.schema());
            boolean catalog = view.schema().equals("pg_catalog");
            relation(
                            rows,
                            view.oid(),
                            view.name(),
                            schema,
                            catalog ? 'r' : 'v',
                            view.columns().size())
                    .set("relpages", 0)
                    .set("reltuples", -1.0);
        }
    }

    private static void table(SystemState state, TableDef table, NamedRows rows) {
        long checks = table.constraints().stream()
                .filter(ConstraintDef.Check.class::isInstance)
                .count();
        relation(
                        rows,
                        table.oid(),
                        table.name(),
                        table.schemaOid(),
                        'r',
                        table.columns().size())
                .set("relam", HEAP)
                .set("relpages", pages(state.relationBytes(table.oid())))
                .set("reltuples", (double) state.estimatedRows(table.oid()))
                .set("reloptions", options(table.options()))
                .set("relchecks", checks)
                .set("reloptions", options(storageOptions(table)))
                .set(
                        "relreplident",
                        table.options()
                                .getOrDefault(TableDef.REPLICA_IDENTITY, "d")
                                .substring(0, 1))
                .set("relhasindex", !state.catalog().indexesOf(table.oid()).isEmpty())
                // psql asks for foreign keys only where there are triggers, as PostgreSQL's are
                .set(
                        "relhastriggers",
                        !table.foreignKeys().isEmpty()
                                || !state.catalog().referencesTo(table.oid()).isEmpty());
    }

    private static Map<String, String> storageOptions(TableDef table) {
        Map<String, String> options = new LinkedHashMap<>(table.options());
        options.remove(TableDef.REPLICA_IDENTITY);
        options.remove(TableDef.CLUSTERED_ON);
        options.remove(TableDef.UNLOGGED);
        return options;
    }

    private static void index(SystemState state, IndexDef index, NamedRows rows) {
        relation(
                        rows,
                        index.oid(),
                        index.name(),
                        index.schemaOid(),
                        'i',
                        index.keys().size() + index.included().size())
                .set("relam", AccessMethods.oid(index.method()))
                .set("relpages", pages(state.relationBytes(index.oid())))
                .set("reltuples", (double) state.estimatedRows(index.tableOid()))
                .set("reloptions", options(index.options()))
                .set("relreplident", "n");
    }

    private static NamedRows relation(NamedRows rows, int oid, String name, int schema, char kind, int attributes) {
        return rows.row()
                .set("oid", oid)
                .set("relname", name)
                .set("relnamespace", schema)
                .set("reltype", 0)
                .set("reloftype", 0)
                .set("relowner", NamespaceViews.OWNER)
                .set("relam", 0)
                .set("relfilenode", oid)
                .set("reltablespace", 0)
                .set("relallvisible", 0)
                .set("reltoastrelid", 0)
                .set("relhasindex", false)
                .set("relisshared", false)
                .set("relpersistence", "p")
                .set("relkind", String.valueOf(kind))
                .set("relnatts", attributes)
                .set("relchecks", 0)
                .set("relhasrules", false)
                .set("relhastriggers", false)
                .set("relhassubclass", false)
                .set("relrowsecurity", false)
                .set("relforcerowsecurity", false)
                .set("relispopulated", true)
                .set("relreplident", kind == 'r' ? "d" : "n")
                .set("relispartition", false)
                .set("relrewrite", 0)
                .set("relfrozenxid", 0)
                .set("relminmxid", 0);
    }

    private static long pages(long bytes) {
        return (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    }

    /// `{m=16,ef_construction=64}`, or null without options.
    static @Nullable String options(Map<String, String> options) {
        if (options.isEmpty()) {
            return null;
        }
        return options.entrySet().stream()
                .map(option -> option.getKey() + "=" + option.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static void attributes(SystemState state, NamedRows rows) {
        for (RelationDef relation : state.catalog().relations()) {
            switch (relation) {
                case TableDef table -> table.columns().forEach(column -> column(rows, table, column));
                case IndexDef index -> keys(state, index, rows);
                case SequenceDef sequence -> viewColumns(rows, sequence.oid(), SEQUENCE_COLUMNS);
                case ViewDef view -> {
                    for (int i = 0; i < view.columns().size(); i++) {
                        ViewDef.Column column = view.columns().get(i);
                        attribute(rows, view.oid(), i + 1, column.name(), column.type(), column.typmod());
                    }
                }
            }
        }
        for (VirtualTable view : SystemViews.all()) {
            viewColumns(rows, view.oid(), view.columns());
        }
    }

    private static void column(NamedRows rows, TableDef table, ColumnDef column) {
        boolean identity = column.identity() != ColumnDef.Identity.NONE;
        NamedRows row = attribute(rows, table.oid(), column.attnum(), column.name(), column.type(), column.typmod())
                .set("attnotnull", column.notNull())
                .set("atthasdef", (column.defaultSql() != null && !identity) || column.isGenerated())
                .set("atthasmissing", column.missing() != null)
                .set("attidentity", identity(column.identity()))
                .set("attgenerated", column.isGenerated() ? "s" : "")
                .set("attisdropped", column.dropped());
        if (column.dropped()) {
            row.set("atttypid", 0);
        }
        String statistics = column.options().get("statistics");
        if (statistics != null) {
            row.set("attstattarget", Integer.parseInt(statistics));
        }
        String storage = column.options().get("storage");
        if (storage != null) {
            row.set("attstorage", storage.equals("extended") ? "x" : storage.substring(0, 1));
        }
        String compression = column.options().get("compression");
        if (compression != null) {
            row.set("attcompression", compression.substring(0, 1));
        }
        Map<String, String> distinct = new LinkedHashMap<>(column.options());
        distinct.keySet().removeIf(name -> !name.startsWith("n_distinct"));
        if (!distinct.isEmpty()) {
            row.set("attoptions", options(distinct));
        }
    }

    private static String identity(ColumnDef.Identity identity) {
        return switch (identity) {
            case NONE -> "";
            case ALWAYS -> "a";
            case BY_DEFAULT -> "d";
        };
    }

    private static void keys(SystemState state, IndexDef index, NamedRows rows) {
        TableDef table = state.catalog().table(index.tableOid());
        if (table == null) {
            return;
        }
        for (int i = 0; i < index.keys().size(); i++) {
            IndexDef.Key key = index.keys().get(i);
            ColumnDef column = key.attnum() > 0 ? table.column(key.attnum()) : null;
            SqlType type = column == null ? key.type() : column.type();
            attribute(
                    rows,
                    index.oid(),
                    i + 1,
                    column == null ? uniqueName(index, table, i) : column.name(),
                    type == null ? Types.TEXT : type,
                    column == null ? key.typmod() : column.typmod());
        }
        for (int i = 0; i < index.included().size(); i++) {
            ColumnDef column = table.column(index.included().get(i));
            attribute(rows, index.oid(), index.keys().size() + i + 1, column.name(), column.type(), column.typmod());
        }
    }

    /// The name of a key that is an expression, numbered if another before it has the same.
    private static String uniqueName(IndexDef index, TableDef table, int at) {
        String name = IndexNames.of(index.keys().get(at), table);
        List<String> before = new ArrayList<>();
        for (int i = 0; i < at; i++) {
            before.add(IndexNames.of(index.keys().get(i), table));
        }
        String unique = name;
        for (int number = 1; before.contains(unique); number++) {
            unique = name + number;
        }
        return unique;
    }

    private static void viewColumns(NamedRows rows, int relation, List<VirtualTable.Column> columns) {
        for (int i = 0; i < columns.size(); i++) {
            attribute(
                    rows, relation, i + 1, columns.get(i).name(), columns.get(i).type(), -1);
        }
    }

    private static NamedRows attribute(
            NamedRows rows, int relation, int number, String name, SqlType type, int typmod) {
        return rows.row()
                .set("attrelid", relation)
                .set("attname", name)
                .set("atttypid", type.oid())
                .set("attstattarget", -1)
                .set("attlen", type.typlen())
                .set("attnum", number)
                .set("attndims", type.isArray() ? 1 : 0)
                .set("attcacheoff", -1)
                .set("atttypmod", typmod)
                .set("attbyval", type.kind() != SqlType.Kind.BYTES)
                .set("attalign", alignment(type))
                .set("attstorage", storage(type))
                .set("attcompression", "")
                .set("attnotnull", false)
                .set("atthasdef", false)
                .set("atthasmissing", false)
                .set("attidentity", "")
                .set("attgenerated", "")
                .set("attisdropped", false)
                .set("attislocal", true)
                .set("attinhcount", 0)
                .set("attcollation", collation(type));
    }

    static String alignment(SqlType type) {
        return switch (type.typlen()) {
            case 1 -> "c";
            case 2 -> "s";
            case 8, 16 -> type == Types.UUID ? "c" : "d";
            default -> type == Types.NAME ? "c" : "i";
        };
    }

    /// `p` for fixed lengths, `e` for vectors (kept out of the row), `m` for numeric, else `x`.
    static String storage(SqlType type) {
        if (type.typlen() >= 0) {
            return "p";
        }
        return type.schema().equals("public") ? "e" : type == Types.NUMERIC ? "m" : "x";
    }

    /// The collation of a type: C for name, the default for other texts, none for the rest.
    static int collation(SqlType type) {
        SqlType element = type.elementType() == null ? type : type.elementType();
        return element == Types.NAME ? C_COLLATION : element.category() == 'S' ? DEFAULT_COLLATION : 0;
    }

    private static void defaults(SystemState state, NamedRows rows) {
        for (TableDef table : state.catalog().tables()) {
            for (ColumnDef column : table.columns()) {
                String sql = column.isGenerated() ? column.generatedSql() : column.defaultSql();
                if (sql != null && column.identity() == ColumnDef.Identity.NONE) {
                    rows.row()
                            .set("oid", defaultOid(table, column))
                            .set("adrelid", table.oid())
                            .set("adnum", column.attnum())
                            .set("adbin", sql);
                }
            }
        }
    }

    /// Defaults are no objects of their own here: their number is made of table and column.
    private static long defaultOid(TableDef table, ColumnDef column) {
        return (table.oid() * 1_000_003L + column.attnum()) & 0x7fff_ffffL;
    }

    private static void indexes(SystemState state, NamedRows rows) {
        for (IndexDef index : state.catalog().indexes()) {
            TableDef table = state.catalog().table(index.tableOid());
            if (table == null) {
                continue;
            }
            rows.row()
                    .set("indexrelid", index.oid())
                    .set("indrelid", index.tableOid())
                    .set("indnatts", index.keys().size() + index.included().size())
                    .set("indnkeyatts", index.keys().size())
                    .set("indisunique", index.unique())
                    .set("indnullsnotdistinct", index.unique() && !index.nullsDistinct())
                    .set("indisprimary", index.primary())
                    .set("indisexclusion", false)
                    .set("indimmediate", index.immediate())
                    .set(
                            "indisclustered",
                            Integer.toString(index.oid()).equals(table.options().get(TableDef.CLUSTERED_ON)))
                    .set("indisvalid", true)
                    .set("indcheckxmin", false)
                    .set("indisready", true)
                    .set("indislive", true)
                    .set(
                            "indisreplident",
                            ("i" + index.oid()).equals(table.options().get(TableDef.REPLICA_IDENTITY)))
                    .set("indkey", join(index, key -> key.attnum()) + included(index))
                    .set(
                            "indcollation",
                            join(
                                    index,
                                    key -> key.attnum() == 0
                                            ? collation(key.type() == null ? Types.TEXT : key.type())
                                            : collation(
                                                    table.column(key.attnum()).type())))
                    .set("indclass", join(index, key -> AccessMethods.operatorClass(index, key, table)))
                    .set("indoption", join(index, key -> (key.descending() ? 1 : 0) | (key.nullsFirst() ? 2 : 0)))
                    .set("indexprs", Definitions.indexExpressions(index))
                    .set("indpred", index.predicateSql());
        }
    }

    private static String join(IndexDef index, java.util.function.ToIntFunction<IndexDef.Key> number) {
        return index.keys().stream()
                .map(key -> Integer.toString(number.applyAsInt(key)))
                .collect(Collectors.joining(" "));
    }

    private static String included(IndexDef index) {
        return index.included().stream().map(attnum -> " " + attnum).collect(Collectors.joining());
    }

    private static void sequences(SystemState state, NamedRows rows) {
        for (SequenceDef sequence : state.catalog().sequences()) {
            rows.row()
                    .set("seqrelid", sequence.oid())
                    .set("seqtypid", sequence.type().oid())
                    .set("seqstart", sequence.start())
                    .set("seqincrement", sequence.increment())
                    .set("seqmax", sequence.maximum())
                    .set("seqmin", sequence.minimum())
                    .set("seqcache", sequence.cache())
                    .set("seqcycle", sequence.cycle());
        }
    }

    private static void tables(SystemState state, NamedRows rows) {
        Catalog catalog = state.catalog();
        for (TableDef table : catalog.tables()) {
            rows.row()
                    .set("schemaname", NamespaceViews.name(catalog, table.schemaOid()))
                    .set("tablename", table.name())
                    .set("tableowner", state.user())
                    .set("hasindexes", !catalog.indexesOf(table.oid()).isEmpty())
                    .set("hasrules", false)
                    .set("hastriggers", false)
                    .set("rowsecurity", false);
        }
        for (VirtualTable view : SystemViews.all()) {
            if (view.schema().equals("pg_catalog")) {
                rows.row()
                        .set("schemaname", view.schema())
                        .set("tablename", view.name())
                        .set("tableowner", state.user())
                        .set("hasindexes", false)
                        .set("hasrules", false)
                        .set("hastriggers", false)
                        .set("rowsecurity", false);
            }
        }
    }

    private static void views(SystemState state, NamedRows rows) {
        for (ViewDef view : state.catalog().views()) {
            rows.row()
                    .set("schemaname", NamespaceViews.name(state.catalog(), view.schemaOid()))
                    .set("viewname", view.name())
                    .set("viewowner", state.user())
                    .set("definition", Definitions.view(view));
        }
    }

    private static void indexNames(SystemState state, NamedRows rows) {
        Catalog catalog = state.catalog();
        for (IndexDef index : catalog.indexes()) {
            TableDef table = catalog.table(index.tableOid());
            if (table != null) {
                rows.row()
                        .set("schemaname", NamespaceViews.name(catalog, index.schemaOid()))
                        .set("tablename", table.name())
                        .set("indexname", index.name())
                        .set("indexdef", Definitions.index(catalog, index));
            }
        }
    }
}
