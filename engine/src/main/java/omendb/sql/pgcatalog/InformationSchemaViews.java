package omendb.sql.pgcatalog;

import java.util.List;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.ViewDef;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import org.jspecify.annotations.Nullable;

/// The views of the SQL standard.
final class InformationSchemaViews {
    private static final String SCHEMA = "information_schema.";

    private InformationSchemaViews() {}

    static void register(SystemViews.Builder builder) {
        builder.add(SCHEMA + "schemata", InformationSchemaViews::schemata);
        builder.add(SCHEMA + "tables", InformationSchemaViews::tables);
        builder.add(SCHEMA + "columns", InformationSchemaViews::columns);
        builder.add(SCHEMA + "table_constraints", InformationSchemaViews::tableConstraints);
        builder.add(SCHEMA + "key_column_usage", InformationSchemaViews::keyColumns);
        builder.add(SCHEMA + "constraint_column_usage", InformationSchemaViews::constraintColumns);
        builder.add(SCHEMA + "check_constraints", InformationSchemaViews::checks);
        builder.add(SCHEMA + "views", InformationSchemaViews::views);
        builder.add(SCHEMA + "sequences", InformationSchemaViews::sequences);
        builder.add(SCHEMA + "referential_constraints", InformationSchemaViews::references);
        for (String name : new String[] {"triggers", "routines", "domains"}) {
            builder.add(SCHEMA + name, (_, _) -> {});
        }
    }

    private static void schemata(SystemState state, NamedRows rows) {
        schema(state, rows, "pg_catalog");
        schema(state, rows, "information_schema");
        for (SchemaDef schema : state.catalog().schemas()) {
            schema(state, rows, schema.name());
        }
    }

    private static void views(SystemState state, NamedRows rows) {
        for (ViewDef view : state.catalog().views()) {
            rows.row()
                    .set("table_catalog", state.databaseName())
                    .set("table_schema", NamespaceViews.name(state.catalog(), view.schemaOid()))
                    .set("table_name", view.name())
                    .set("view_definition", Definitions.view(view))
                    .set("check_option", "NONE")
                    .set("is_updatable", "NO")
                    .set("is_insertable_into", "NO")
                    .set("is_trigger_updatable", "NO")
                    .set("is_trigger_deletable", "NO")
                    .set("is_trigger_insertable_into", "NO");
        }
    }

    private static void schema(SystemState state, NamedRows rows, String name) {
        rows.row()
                .set("catalog_name", state.databaseName())
                .set("schema_name", name)
                .set("schema_owner", state.user());
    }

    private static void tables(SystemState state, NamedRows rows) {
        for (TableDef table : state.catalog().tables()) {
            table(
                    state,
                    rows,
                    schemaName(state, table),
                    table.name(),
                    state.catalog().isTemporary(table) ? "LOCAL TEMPORARY" : "BASE TABLE",
                    true);
        }
        for (ViewDef view : state.catalog().views()) {
            table(state, rows, NamespaceViews.name(state.catalog(), view.schemaOid()), view.name(), "VIEW", false);
        }
        for (VirtualTable view : SystemViews.all()) {
            boolean catalog = view.schema().equals("pg_catalog");
            table(state, rows, view.schema(), view.name(), catalog ? "BASE TABLE" : "VIEW", false);
        }
    }

    private static void table(
            SystemState state, NamedRows rows, @Nullable String schema, String name, String type, boolean insertable) {
        rows.row()
                .set("table_catalog", state.databaseName())
                .set("table_schema", schema)
                .set("table_name", name)
                .set("table_type", type)
                .set("is_insertable_into", yesOrNo(insertable))
                .set("is_typed", "NO");
    }

    private static void columns(SystemState state, NamedRows rows) {
        for (TableDef table : state.catalog().tables()) {
            for (ColumnDef column : table.liveColumns()) {
                boolean generatedValue = column.identity() != ColumnDef.Identity.NONE;
                column(state, rows, schemaName(state, table), table.name(), column.attnum(), column.name())
                        .set("column_default", generatedValue ? null : column.defaultSql())
                        .set("is_nullable", yesOrNo(!column.notNull()))
                        .set("is_identity", yesOrNo(generatedValue))
                        .set(
                                "identity_generation",
                                generatedValue ? column.identity().name().replace('_', ' ') : null)
                        .set("is_generated", column.isGenerated() ? "ALWAYS" : "NEVER")
                        .set("generation_expression", column.generatedSql())
                        .set("is_updatable", "YES");
                type(state, rows, column.type(), column.typmod());
            }
        }
        for (ViewDef view : state.catalog().views()) {
            String schema = NamespaceViews.name(state.catalog(), view.schemaOid());
            for (int i = 0; i < view.columns().size(); i++) {
                ViewDef.Column shown = view.columns().get(i);
                column(state, rows, schema, view.name(), i + 1, shown.name())
                        .set("is_nullable", "YES")
                        .set("is_identity", "NO")
                        .set("is_generated", "NEVER")
                        .set("is_updatable", "NO");
                type(state, rows, shown.type(), shown.typmod());
            }
        }
        for (VirtualTable view : SystemViews.all()) {
            List<VirtualTable.Column> columns = view.columns();
            for (int i = 0; i < columns.size(); i++) {
                column(
                                state,
                                rows,
                                view.schema(),
                                view.name(),
                                i + 1,
                                columns.get(i).name())
                        .set("is_nullable", "YES")
                        .set("is_identity", "NO")
                        .set("is_updatable", "NO");
                type(state, rows, columns.get(i).type(), -1);
            }
        }
    }

    private static NamedRows column(
            SystemState state, NamedRows rows, @Nullable String schema, String table, int number, String name) {
        return rows.row()
                .set("table_catalog", state.databaseName())
                .set("table_schema", schema)
                .set("table_name", table)
                .set("column_name", name)
                .set("ordinal_position", number)
                .set("is_self_referencing", "NO")
                .set("identity_cycle", "NO")
                .set("is_generated", "NEVER")
                .set("dtd_identifier", Integer.toString(number));
    }

    /// `data_type` and what belongs to it, as the standard wants it: ARRAY, USER-DEFINED or the SQL name.
    private static void type(SystemState state, NamedRows rows, SqlType type, int typmod) {
        boolean own = type.schema().equals("public");
        rows.set("data_type", type.isArray() ? "ARRAY" : own ? "USER-DEFINED" : type.format(-1))
                .set("udt_catalog", state.databaseName())
                .set("udt_schema", type.schema())
                .set("udt_name", type.name());
        if ((type == Types.VARCHAR || type == Types.BPCHAR) && typmod > 0) {
            rows.set("character_maximum_length", typmod - 4);
        }
        if (type.category() == 'S' && type != Types.NAME) {
            rows.set("character_octet_length", typmod > 4 ? (typmod - 4) * 4L : 1L << 30);
        }
        if (type == Types.NUMERIC) {
            rows.set("numeric_precision_radix", 10);
            if (typmod >= 4) {
                rows.set("numeric_precision", (typmod - 4) >> 16).set("numeric_scale", (typmod - 4) & 0xffff);
            }
        }
        int bits = precisionBits(type);
        if (bits > 0) {
            rows.set("numeric_precision", bits).set("numeric_precision_radix", 2);
            if (type != Types.FLOAT4 && type != Types.FLOAT8) {
                rows.set("numeric_scale", 0);
            }
        }
        if (type.category() == 'D' && type != Types.DATE) {
            rows.set("datetime_precision", typmod >= 0 ? typmod : 6);
        } else if (type == Types.DATE) {
            rows.set("datetime_precision", 0);
        }
    }

    private static int precisionBits(SqlType type) {
        if (type == Types.INT2) {
            return 16;
        }
        if (type == Types.INT4) {
            return 32;
        }
        if (type == Types.INT8) {
            return 64;
        }
        return type == Types.FLOAT4 ? 24 : type == Types.FLOAT8 ? 53 : 0;
    }

    private static void tableConstraints(SystemState state, NamedRows rows) {
        for (TableDef table : state.catalog().tables()) {
            for (ConstraintDef constraint : table.constraints()) {
                constraint(state, rows, table, constraint.name(), kind(constraint))
                        .set("is_deferrable", yesOrNo(constraint.timing().deferrable()))
                        .set("initially_deferred", yesOrNo(constraint.timing() == ConstraintDef.Timing.DEFERRED));
            }
            for (ColumnDef column : table.liveColumns()) {
                if (column.notNull()) {
                    String name = table.schemaOid() + "_" + table.oid() + "_" + column.attnum() + "_not_null";
                    constraint(state, rows, table, name, "CHECK")
                            .set("is_deferrable", "NO")
                            .set("initially_deferred", "NO");
                }
            }
        }
    }

    private static String kind(ConstraintDef constraint) {
        return switch (constraint) {
            case ConstraintDef.Key key -> key.primary() ? "PRIMARY KEY" : "UNIQUE";
            case ConstraintDef.Check _ -> "CHECK";
            case ConstraintDef.ForeignKey _ -> "FOREIGN KEY";
        };
    }

    private static NamedRows constraint(SystemState state, NamedRows rows, TableDef table, String name, String kind) {
        return rows.row()
                .set("constraint_catalog", state.databaseName())
                .set("constraint_schema", schemaName(state, table))
                .set("constraint_name", name)
                .set("table_catalog", state.databaseName())
                .set("table_schema", schemaName(state, table))
                .set("table_name", table.name())
                .set("constraint_type", kind)
                .set("enforced", "YES");
    }

    private static void keyColumns(SystemState state, NamedRows rows) {
        for (TableDef table : state.catalog().tables()) {
            for (ConstraintDef constraint : table.constraints()) {
                if (constraint instanceof ConstraintDef.Key key) {
                    for (int i = 0; i < key.attnums().size(); i++) {
                        constraintColumn(state, rows, table, key, key.attnums().get(i))
                                .set("ordinal_position", i + 1);
                    }
                }
                if (constraint instanceof ConstraintDef.ForeignKey key) {
                    foreignKeyColumns(state, rows, table, key);
                }
            }
        }
    }

    private static void foreignKeyColumns(
            SystemState state, NamedRows rows, TableDef table, ConstraintDef.ForeignKey key) {
        IndexDef index = state.catalog().index(key.indexOid());
        for (int i = 0; i < key.attnums().size(); i++) {
            constraintColumn(state, rows, table, key, key.attnums().get(i)).set("ordinal_position", i + 1);
            if (index != null) {
                List<Integer> attnums =
                        index.keys().stream().map(IndexDef.Key::attnum).toList();
                int position = attnums.indexOf(key.keyAttnums().get(i));
                rows.set("position_in_unique_constraint", position + 1);
            }
        }
    }

    private static void references(SystemState state, NamedRows rows) {
        Catalog catalog = state.catalog();
        for (TableDef table : catalog.tables()) {
            for (ConstraintDef.ForeignKey key : table.foreignKeys()) {
                IndexDef index = catalog.index(key.indexOid());
                TableDef parent = catalog.table(key.tableOid());
                rows.row()
                        .set("constraint_catalog", state.databaseName())
                        .set("constraint_schema", schemaName(state, table))
                        .set("constraint_name", key.name())
                        .set("match_option", key.matchFull() ? "FULL" : "NONE")
                        .set("update_rule", Definitions.words(key.onUpdate()))
                        .set("delete_rule", Definitions.words(key.onDelete()));
                // a unique index that is no constraint is not named
                if (index != null && parent != null && parent.constraint(index.name()) != null) {
                    rows.set("unique_constraint_catalog", state.databaseName())
                            .set("unique_constraint_schema", schemaName(state, parent))
                            .set("unique_constraint_name", index.name());
                }
            }
        }
    }

    private static void constraintColumns(SystemState state, NamedRows rows) {
        for (TableDef table : state.catalog().tables()) {
            for (ConstraintDef constraint : table.constraints()) {
                if (constraint instanceof ConstraintDef.ForeignKey key) {
                    usedKey(state, rows, table, key);
                    continue;
                }
                for (int attnum : constraint.attnums()) {
                    constraintColumn(state, rows, table, constraint, attnum);
                }
            }
        }
    }

    /// A foreign key uses the columns it refers to.
    private static void usedKey(SystemState state, NamedRows rows, TableDef table, ConstraintDef.ForeignKey key) {
        TableDef parent = state.catalog().table(key.tableOid());
        if (parent != null) {
            for (int attnum : key.keyAttnums()) {
                constraintColumn(state, rows, parent, key, attnum).set("constraint_schema", schemaName(state, table));
            }
        }
    }

    private static NamedRows constraintColumn(
            SystemState state, NamedRows rows, TableDef table, ConstraintDef constraint, int attnum) {
        return rows.row()
                .set("constraint_catalog", state.databaseName())
                .set("constraint_schema", schemaName(state, table))
                .set("constraint_name", constraint.name())
                .set("table_catalog", state.databaseName())
                .set("table_schema", schemaName(state, table))
                .set("table_name", table.name())
                .set("column_name", table.column(attnum).name());
    }

    private static void checks(SystemState state, NamedRows rows) {
        for (TableDef table : state.catalog().tables()) {
            for (ConstraintDef constraint : table.constraints()) {
                if (constraint instanceof ConstraintDef.Check check) {
                    rows.row()
                            .set("constraint_catalog", state.databaseName())
                            .set("constraint_schema", schemaName(state, table))
                            .set("constraint_name", check.name())
                            .set("check_clause", "(" + check.expressionSql() + ")");
                }
            }
        }
    }

    private static void sequences(SystemState state, NamedRows rows) {
        Catalog catalog = state.catalog();
        for (SequenceDef sequence : catalog.sequences()) {
            rows.row()
                    .set("sequence_catalog", state.databaseName())
                    .set("sequence_schema", NamespaceViews.name(catalog, sequence.schemaOid()))
                    .set("sequence_name", sequence.name())
                    .set("data_type", sequence.type().format(-1))
                    .set("numeric_precision", precisionBits(sequence.type()))
                    .set("numeric_precision_radix", 2)
                    .set("numeric_scale", 0)
                    .set("start_value", Long.toString(sequence.start()))
                    .set("minimum_value", Long.toString(sequence.minimum()))
                    .set("maximum_value", Long.toString(sequence.maximum()))
                    .set("increment", Long.toString(sequence.increment()))
                    .set("cycle_option", yesOrNo(sequence.cycle()));
        }
    }

    private static @Nullable String schemaName(SystemState state, TableDef table) {
        return NamespaceViews.name(state.catalog(), table.schemaOid());
    }

    private static String yesOrNo(boolean value) {
        return value ? "YES" : "NO";
    }
}
