package omendb.sql.pgcatalog;

import static omendb.engine.type.Types.BOOL;
import static omendb.engine.type.Types.INT4;
import static omendb.engine.type.Types.INT8;
import static omendb.engine.type.Types.NAME;
import static omendb.engine.type.Types.OID;
import static omendb.engine.type.Types.REGTYPE;
import static omendb.engine.type.Types.TEXT;
import static omendb.engine.type.Types.TIMESTAMPTZ;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Collectors;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.TemporarySchemas;
import omendb.engine.catalog.ViewDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.function.AggregateDef;
import omendb.sql.function.FunctionDef;
import omendb.sql.function.FunctionRegistry;
import omendb.sql.function.Registrar;
import omendb.sql.function.Volatility;
import omendb.sql.function.WindowDef;
import omendb.sql.parse.Deparser;
import omendb.sql.pgcatalog.FunctionTable.Call;
import org.jspecify.annotations.Nullable;

/// Functions that tell of the catalog, the session and the server.
///
/// They ask the statement's [SystemState], which the session provides through `EvalContext.provide`.
public final class IntrospectionFunctions implements FunctionRegistry.Contribution {
    @Override
    public void contribute(FunctionRegistry.Builder builder) {
        FunctionTable table = new FunctionTable(builder);
        definitions(table);
        partitions(new Registrar(builder, "pg_catalog"));
        VectorIndexFunctions.register(new Registrar(builder, "public"));
        visibility(table);
        names(table);
        session(table);
        comments(table);
        sizes(table);
        Privileges.contribute(table);
        ActivityViews.functions(table);
    }

    private static void definitions(FunctionTable table) {
        table.textOfNulls(1081, "format_type", "oid,int4", TEXT, IntrospectionFunctions::formatType);
        table.text(1643, "pg_get_indexdef", "oid", TEXT, call -> indexDefinition(call, 0));
        table.text(2507, "pg_get_indexdef", "oid,int4,bool", TEXT, call -> indexDefinition(call, (int) call.number(1)));
        table.text(1387, "pg_get_constraintdef", "oid", TEXT, call -> constraint(call, false));
        table.text(2508, "pg_get_constraintdef", "oid,bool", TEXT, call -> constraint(call, call.flag(1)));
        table.text(1716, "pg_get_expr", "pg_node_tree,oid", TEXT, call -> call.text(0));
        table.text(2509, "pg_get_expr", "pg_node_tree,oid,bool", TEXT, call -> call.text(0));
        table.text(2162, "pg_get_function_arguments", "oid", TEXT, IntrospectionFunctions::arguments);
        table.text(2232, "pg_get_function_identity_arguments", "oid", TEXT, IntrospectionFunctions::arguments);
        table.text(2165, "pg_get_function_result", "oid", TEXT, IntrospectionFunctions::result);
        table.text(1665, "pg_get_serial_sequence", "text,text", TEXT, IntrospectionFunctions::serialSequence);
        table.text(1641, "pg_get_viewdef", "oid", TEXT, IntrospectionFunctions::viewDefinition);
        table.text(2506, "pg_get_viewdef", "oid,bool", TEXT, IntrospectionFunctions::viewDefinition);
        // rules, triggers, partitions and extended statistics do not exist here: their definitions are NULL
        table.text(1573, "pg_get_ruledef", "oid", TEXT, _ -> null);
        table.text(2504, "pg_get_ruledef", "oid,bool", TEXT, _ -> null);
        table.text(1662, "pg_get_triggerdef", "oid", TEXT, _ -> null);
        table.text(2730, "pg_get_triggerdef", "oid,bool", TEXT, _ -> null);
        table.text(3352, "pg_get_partkeydef", "oid", TEXT, _ -> null);
        table.text(6174, "pg_get_statisticsobjdef_columns", "oid", TEXT, _ -> null);
    }

    /// No table is a partition, so none has ancestors; psql asks for them before it tells who refers to a table.
    private static void partitions(Registrar registrar) {
        registrar.set(
                "pg_partition_ancestors(regclass) setof regclass", Volatility.IMMUTABLE, (_, _, _) -> (_, _, _) -> 0);
    }

    private static @Nullable String formatType(Call call) {
        if (call.isNull(0)) {
            return null;
        }
        int oid = call.oid(0);
        if (oid == 0) {
            return "-";
        }
        SqlType type = Types.byOid(oid);
        return type == null ? "???" : type.format(call.isNull(1) ? -1 : (int) call.number(1));
    }

    private static @Nullable String indexDefinition(Call call, int column) {
        Catalog catalog = call.state().catalog();
        IndexDef index = catalog.index(call.oid(0));
        if (index == null) {
            return null;
        }
        return column == 0 ? Definitions.index(catalog, index) : Definitions.indexColumn(catalog, index, column);
    }

    private static @Nullable String viewDefinition(Call call) {
        ViewDef view = call.state().catalog().view(call.oid(0));
        return view == null ? null : Definitions.view(view);
    }

    private static @Nullable String constraint(Call call, boolean pretty) {
        int oid = call.oid(0);
        for (TableDef table : call.state().catalog().tables()) {
            for (ConstraintDef constraint : table.constraints()) {
                if (constraint.oid() == oid) {
                    return Definitions.constraint(
                            call.state().catalog(), call.state().searchPath(), table, constraint, pretty);
                }
            }
        }
        return null;
    }

    private static @Nullable String arguments(Call call) {
        FunctionRegistry registry = call.state().functions();
        int oid = call.oid(0);
        FunctionDef function = registry.function(oid);
        AggregateDef aggregate = registry.aggregate(oid);
        WindowDef window = registry.window(oid);
        List<SqlType> types = function != null
                ? function.argTypes()
                : aggregate != null ? aggregate.argTypes() : window != null ? window.argTypes() : null;
        return types == null
                ? null
                : types.stream().map(type -> type.format(-1)).collect(Collectors.joining(", "));
    }

    private static @Nullable String result(Call call) {
        FunctionRegistry registry = call.state().functions();
        int oid = call.oid(0);
        FunctionDef function = registry.function(oid);
        if (function != null) {
            return (function.returnsSet() ? "SETOF " : "")
                    + function.resultType().format(-1);
        }
        AggregateDef aggregate = registry.aggregate(oid);
        WindowDef window = registry.window(oid);
        SqlType type = aggregate != null ? aggregate.resultType() : window != null ? window.resultType() : null;
        return type == null ? null : type.format(-1);
    }

    private static @Nullable String serialSequence(Call call) {
        SystemState state = call.state();
        long oid = new CatalogNames(state).relationOid(call.text(0));
        TableDef table = state.catalog().table((int) oid);
        if (table == null) {
            throw new UserException(SqlState.UNDEFINED_TABLE, "relation \"" + call.text(0) + "\" does not exist");
        }
        var column = table.column(call.text(1));
        if (column == null) {
            throw new UserException(
                    SqlState.UNDEFINED_COLUMN,
                    "column \"" + call.text(1) + "\" of relation \"" + table.name() + "\" does not exist");
        }
        for (SequenceDef sequence : state.catalog().sequencesOwnedBy(table.oid())) {
            if (sequence.ownerAttnum() == column.attnum()) {
                String schema = NamespaceViews.name(state.catalog(), sequence.schemaOid());
                return Deparser.identifier(schema == null ? "public" : schema) + "."
                        + Deparser.identifier(sequence.name());
            }
        }
        return null;
    }

    private static void visibility(FunctionTable table) {
        table.flag(2079, "pg_table_is_visible", "oid", call -> new CatalogNames(call.state()).isVisible(call.oid(0)));
        // types, functions, operators and classes live in pg_catalog and public alone
        for (Object[] each : new Object[][] {
            {2080, "pg_type_is_visible"},
            {2081, "pg_function_is_visible"},
            {2082, "pg_operator_is_visible"},
            {2083, "pg_opclass_is_visible"},
            {3829, "pg_opfamily_is_visible"},
            {3815, "pg_collation_is_visible"},
            {3403, "pg_statistics_obj_is_visible"},
            {3758, "pg_ts_config_is_visible"}
        }) {
            table.flag((Integer) each[0], (String) each[1], "oid", _ -> true);
        }
        table.flag(6121, "pg_relation_is_publishable", "regclass", _ -> false);
        table.flag(2855, "pg_is_other_temp_schema", "oid", IntrospectionFunctions::isOtherTemporary);
    }

    private static void names(FunctionTable table) {
        table.text(3495, "to_regclass", "text", Types.REGCLASS, call -> {
            long oid = new CatalogNames(call.state()).relationOid(call.text(0));
            return oid == 0 ? null : Long.toString(oid);
        });
        table.text(3493, "to_regtype", "text", REGTYPE, call -> {
            SqlType type = Types.parse(call.text(0));
            return type == null ? null : Integer.toString(type.oid());
        });
        table.text(4086, "to_regnamespace", "text", Types.REGNAMESPACE, call -> {
            long oid = new CatalogNames(call.state()).namespaceOid(call.text(0));
            return oid == 0 ? null : Long.toString(oid);
        });
        table.text(3494, "to_regproc", "text", Types.REGPROC, call -> {
            long oid = new CatalogNames(call.state()).procedureOid(call.text(0));
            return oid == 0 ? null : Long.toString(oid);
        });
        table.text(
                1642,
                "pg_get_userbyid",
                "oid",
                NAME,
                call -> call.oid(0) == NamespaceViews.OWNER
                        ? call.state().user()
                        : "unknown (OID=" + Integer.toUnsignedString(call.oid(0)) + ")");
        table.text(1597, "pg_encoding_to_char", "int4", NAME, call -> call.number(0) == 6 ? "UTF8" : "");
        table.number(1264, "pg_char_to_encoding", "name", INT4, call -> {
            String name = call.text(0).replace("-", "");
            return name.equalsIgnoreCase("UTF8") || name.equalsIgnoreCase("UNICODE") ? 6 : -1;
        });
        table.define(1619, "pg_typeof", "any", REGTYPE, false, (_, args, out, count) -> {
            for (int row = 0; row < count; row++) {
                out.setLong(row, args[0].type().oid());
            }
        });
    }

    private static void session(FunctionTable table) {
        table.text(89, "version", "", TEXT, call -> call.state().version());
        table.text(861, "current_database", "", NAME, call -> call.state().databaseName());
        table.text(745, "current_user", "", NAME, call -> call.state().user());
        table.text(746, "session_user", "", NAME, call -> call.state().user());
        table.text(1402, "current_schema", "", NAME, call -> {
            List<String> path = schemas(call.state(), false);
            return path.isEmpty() ? null : path.getFirst();
        });
        SqlType names = NAME.arrayType();
        if (names == null) {
            throw new IllegalStateException("name[] is missing");
        }
        table.text(
                1403,
                "current_schemas",
                "bool",
                names,
                call -> schemas(call.state(), call.flag(0)).stream()
                        .map(name -> "\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
                        .collect(Collectors.joining(",", "{", "}")));
        table.text(2077, "current_setting", "text", TEXT, call -> setting(call, false));
        table.text(3294, "current_setting", "text,bool", TEXT, call -> setting(call, call.flag(1)));
        table.text(
                2078,
                "set_config",
                "text,text,bool",
                TEXT,
                call -> call.state().setSetting(call.text(0), call.text(1), call.flag(2)));
        table.number(2026, "pg_backend_pid", "", INT4, call -> call.state().backendPid());
        table.number(
                2560,
                "pg_postmaster_start_time",
                "",
                TIMESTAMPTZ,
                call -> call.state().serverStart());
        table.number(
                2034, "pg_conf_load_time", "", TIMESTAMPTZ, call -> call.state().serverStart());
        table.number(3810, "pg_is_in_recovery", "", BOOL, _ -> 0);
        table.text(810, "pg_client_encoding", "", NAME, _ -> "UTF8");
        table.text(1039, "getdatabaseencoding", "", NAME, _ -> "UTF8");
        table.number(2854, "pg_my_temp_schema", "", OID, call -> temporarySchema(call.state()));
    }

    private static long temporarySchema(SystemState state) {
        String name = state.temporarySchema();
        return name == null ? 0 : NamespaceViews.oid(state.catalog(), name);
    }

    private static boolean isOtherTemporary(Call call) {
        SchemaDef schema = call.state().catalog().schema(call.oid(0));
        return schema != null && TemporarySchemas.isOne(schema.name()) && schema.oid() != temporarySchema(call.state());
    }

    /// Existing schemas of the search path; `pg_catalog` only where it is asked for or written.
    private static List<String> schemas(SystemState state, boolean implicit) {
        return state.searchPath().stream()
                .filter(name -> NamespaceViews.oid(state.catalog(), name) != 0)
                .filter(name -> implicit || !(name.equals("pg_catalog") || name.equals(state.temporarySchema())))
                .toList();
    }

    private static @Nullable String setting(Call call, boolean missingOk) {
        String name = call.text(0);
        String value = call.state().setting(name);
        if (value == null && !missingOk) {
            throw new UserException(SqlState.UNDEFINED_OBJECT, "unrecognized configuration parameter \"" + name + "\"");
        }
        return value;
    }

    private static void comments(FunctionTable table) {
        table.text(1215, "obj_description", "oid,name", TEXT, Descriptions::ofObject);
        table.text(1348, "obj_description", "oid", TEXT, Descriptions::ofAnything);
        table.text(1216, "col_description", "oid,int4", TEXT, Descriptions::ofColumn);
        table.text(1993, "shobj_description", "oid,name", TEXT, Descriptions::ofObject);
        table.text(3778, "pg_tablespace_location", "oid", TEXT, _ -> "");
    }

    private static void sizes(FunctionTable table) {
        table.number(2325, "pg_relation_size", "regclass", INT8, call -> relation(call));
        table.number(
                2332,
                "pg_relation_size",
                "regclass,text",
                INT8,
                call -> call.text(1).equals("main") ? relation(call) : 0);
        table.number(2997, "pg_table_size", "regclass", INT8, IntrospectionFunctions::table);
        table.number(2998, "pg_indexes_size", "regclass", INT8, IntrospectionFunctions::indexes);
        table.number(2286, "pg_total_relation_size", "regclass", INT8, call -> table(call) + indexes(call));
        table.number(2168, "pg_database_size", "name", INT8, IntrospectionFunctions::database);
        table.number(2324, "pg_database_size", "oid", INT8, IntrospectionFunctions::database);
        table.number(2999, "pg_relation_filenode", "regclass", OID, call -> call.number(0));
        table.text(2288, "pg_size_pretty", "int8", TEXT, call -> pretty(BigDecimal.valueOf(call.number(0))));
        table.text(3166, "pg_size_pretty", "numeric", TEXT, call -> pretty(new BigDecimal(call.print(0))));
    }

    private static long relation(Call call) {
        return call.state().relationBytes(call.oid(0));
    }

    private static long table(Call call) {
        return relation(call) + call.state().vectorBytes(call.oid(0));
    }

    private static long indexes(Call call) {
        SystemState state = call.state();
        return state.catalog().indexesOf(call.oid(0)).stream()
                .mapToLong(index -> state.relationBytes(index.oid()))
                .sum();
    }

    private static long database(Call call) {
        SystemState state = call.state();
        return state.catalog().relations().stream()
                .mapToLong(relation -> state.relationBytes(relation.oid()) + state.vectorBytes(relation.oid()))
                .sum();
    }

    /// `10 bytes`, `11 kB`: a unit is used from ten of it on, halves are rounded away from zero.
    static String pretty(BigDecimal bytes) {
        if (bytes.abs().compareTo(BigDecimal.valueOf(10 * 1024)) < 0) {
            return bytes.toPlainString() + " bytes";
        }
        String[] units = {"kB", "MB", "GB", "TB", "PB"};
        // as PostgreSQL: one bit more than the unit is kept until the last rounding
        BigInteger halves = bytes.toBigInteger().divide(BigInteger.valueOf(512));
        for (int unit = 0; ; unit++) {
            BigInteger rounded = halves.signum() < 0
                    ? halves.subtract(BigInteger.ONE).divide(BigInteger.TWO)
                    : halves.add(BigInteger.ONE).divide(BigInteger.TWO);
            boolean fits = halves.abs().compareTo(BigInteger.valueOf(20 * 1024 - 1)) < 0;
            if (fits || unit == units.length - 1) {
                return rounded + " " + units[unit];
            }
            halves = halves.divide(BigInteger.valueOf(1024));
        }
    }
}
