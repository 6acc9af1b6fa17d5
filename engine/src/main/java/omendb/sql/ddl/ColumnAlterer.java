package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ColumnDef.Identity;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.sql.ast.AlterTableCommand;
import omendb.sql.ast.Ddl;

/// ALTER TABLE's commands about columns, but for changes of their types ([TypeChanger]).
final class ColumnAlterer {
    private static final Set<String> STORAGE = Set.of("plain", "external", "extended", "main");
    private static final int MOST_STATISTICS = 10_000;

    private final DdlContext context;

    ColumnAlterer(DdlContext context) {
        this.context = context;
    }

    void add(TableDef table, AlterTableCommand.AddColumn add) {
        new ColumnAdder(context).add(table, add);
    }

    void drop(TableDef table, AlterTableCommand.DropColumn drop) {
        ColumnDef column = table.column(drop.name());
        if (column == null) {
            if (!drop.ifExists()) {
                throw DdlErrors.noColumn(drop.name(), table.name());
            }
            context.notice(
                    SqlState.SUCCESSFUL_COMPLETION,
                    "column \"" + drop.name() + "\" of relation \"" + table.name() + "\" does not exist, skipping");
            return;
        }
        new ObjectRemover(context).drop(List.of(ObjectAddress.column(table.oid(), column.attnum())), drop.cascade());
    }

    static ColumnDef column(TableDef table, String name) {
        ColumnDef column = table.column(name);
        if (column == null) {
            throw DdlErrors.noColumn(name, table.name());
        }
        return column;
    }

    private static OmenException ofColumn(ColumnDef column, TableDef table, String what) {
        return DdlErrors.error(
                SqlState.SYNTAX_ERROR, "column \"" + column.name() + "\" of relation \"" + table.name() + "\" " + what);
    }

    void setDefault(TableDef table, AlterTableCommand.SetDefault set) {
        ColumnDef column = column(table, set.column());
        if (column.identity() != Identity.NONE) {
            OmenException error = ofColumn(column, table, "is an identity column");
            throw set.expr() == null
                    ? error.withHint("Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead.")
                    : error;
        }
        if (column.isGenerated()) {
            OmenException error = ofColumn(column, table, "is a generated column");
            throw set.expr() == null
                    ? error.withHint("Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead.")
                    : error;
        }
        String text = set.expr() == null ? null : ColumnDefiner.defaultText(context.binder(), set.expr(), column);
        context.editor().setColumnDefault(table.oid(), column.attnum(), text);
    }

    void setNotNull(TableDef table, AlterTableCommand.SetNotNull set) {
        ColumnDef column = column(table, set.column());
        if (column.notNull() == set.notNull()) {
            return;
        }
        if (set.notNull()) {
            new RowValidation(context).notNull(table, column);
        } else {
            if (column.identity() != Identity.NONE) {
                throw ofColumn(column, table, "is an identity column");
            }
            ConstraintDef.Key key = table.primaryKey();
            if (key != null && key.attnums().contains(column.attnum())) {
                throw DdlErrors.error(
                        SqlState.INVALID_TABLE_DEFINITION, "column \"" + column.name() + "\" is in a primary key");
            }
        }
        context.editor().changeTable(table.withColumn(column.withNotNull(set.notNull())));
    }

    /// DROP EXPRESSION: the values stay, new ones are the users'.
    void setExpression(TableDef table, AlterTableCommand.SetExpression set) {
        ColumnDef column = column(table, set.column());
        if (set.expr() != null) {
            throw DdlErrors.notSupported("ALTER COLUMN ... SET EXPRESSION");
        }
        if (!column.isGenerated()) {
            String message = "column \"" + column.name() + "\" of relation \"" + table.name()
                    + "\" is not a stored generated column";
            if (!set.ifExists()) {
                throw DdlErrors.error(SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, message);
            }
            context.notice(SqlState.SUCCESSFUL_COMPLETION, message + ", skipping");
            return;
        }
        context.editor().changeTable(table.withColumn(column.withGenerated(null)));
    }

    // ---- identity ----

    void addIdentity(TableDef table, AlterTableCommand.AddIdentity add) {
        ColumnDef column = column(table, add.column());
        ColumnDefiner.checkIdentityType(column.type());
        if (!column.notNull()) {
            throw DdlErrors.error(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "column \"" + column.name() + "\" of relation \"" + table.name()
                            + "\" must be declared NOT NULL before identity can be added");
        }
        if (column.identity() != Identity.NONE) {
            throw DdlErrors.error(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "column \"" + column.name() + "\" of relation \"" + table.name()
                            + "\" is already an identity column");
        }
        if (column.defaultSql() != null || column.isGenerated()) {
            throw DdlErrors.error(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "column \"" + column.name() + "\" of relation \"" + table.name()
                            + "\" already has a default value");
        }
        SchemaDef schema = Objects.requireNonNull(context.catalog().schema(table.schemaOid()));
        ColumnDefiner definer = new ColumnDefiner(context, schema, table.name());
        String nextval = definer.sequence(column.name(), column.type(), add.options(), column.attnum());
        definer.own(table.oid());
        context.editor()
                .changeTable(table.withColumn(column.withDefault(nextval)
                        .withIdentity(add.always() ? Identity.ALWAYS : Identity.BY_DEFAULT)));
    }

    private static OmenException noIdentity(TableDef table, ColumnDef column) {
        return DdlErrors.error(
                SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                "column \"" + column.name() + "\" of relation \"" + table.name() + "\" is not an identity column");
    }

    void setIdentity(TableDef table, AlterTableCommand.SetIdentity set) {
        ColumnDef column = column(table, set.column());
        if (column.identity() == Identity.NONE) {
            throw noIdentity(table, column);
        }
        if (set.always() != null) {
            context.editor()
                    .changeTable(table.withColumn(
                            column.withIdentity(set.always() ? Identity.ALWAYS : Identity.BY_DEFAULT)));
        }
        SequenceDef sequence = sequenceOf(table, column);
        if (sequence != null && !set.options().isEmpty()) {
            new SequenceAlterer(context).change(sequence, set.options(), true);
        }
    }

    private @org.jspecify.annotations.Nullable SequenceDef sequenceOf(TableDef table, ColumnDef column) {
        return context.catalog().sequencesOwnedBy(table.oid()).stream()
                .filter(sequence -> sequence.ownerAttnum() == column.attnum())
                .findFirst()
                .orElse(null);
    }

    void dropIdentity(TableDef table, AlterTableCommand.DropIdentity drop) {
        ColumnDef column = column(table, drop.column());
        if (column.identity() == Identity.NONE) {
            OmenException error = noIdentity(table, column);
            if (!drop.ifExists()) {
                throw error;
            }
            context.notice(SqlState.SUCCESSFUL_COMPLETION, error.text() + ", skipping");
            return;
        }
        SequenceDef sequence = sequenceOf(table, column);
        context.editor().changeTable(table.withColumn(column.withDefault(null).withIdentity(Identity.NONE)));
        if (sequence != null) {
            context.editor().dropSequence(sequence.oid());
        }
    }

    // ---- hints that the catalogs keep ----

    void setStatistics(TableDef table, AlterTableCommand.SetStatistics statistics) {
        ColumnDef column = column(table, statistics.column());
        Integer target = statistics.target();
        if (target != null && target < -1) {
            throw DdlErrors.error(SqlState.INVALID_PARAMETER_VALUE, "statistics target " + target + " is too low");
        }
        if (target != null && target > MOST_STATISTICS) {
            context.warning(SqlState.INVALID_PARAMETER_VALUE, "lowering statistics target to " + MOST_STATISTICS);
            target = MOST_STATISTICS;
        }
        setOption(table, column, "statistics", target == null || target == -1 ? null : Integer.toString(target));
    }

    private void setOption(
            TableDef table, ColumnDef column, String name, @org.jspecify.annotations.Nullable String value) {
        Map<String, String> options = new LinkedHashMap<>(column.options());
        options.remove(name);
        if (value != null) {
            options.put(name, value);
        }
        context.editor().changeTableOnline(table.withColumn(column.withOptions(options)));
    }

    void setStorage(TableDef table, AlterTableCommand.SetStorage set) {
        ColumnDef column = column(table, set.column());
        String storage = set.storage().toLowerCase(Locale.ROOT);
        if (!STORAGE.contains(storage)) {
            throw DdlErrors.error(SqlState.INVALID_PARAMETER_VALUE, "invalid storage type \"" + set.storage() + "\"");
        }
        if (column.type().typlen() >= 0 && !storage.equals("plain")) {
            throw DdlErrors.error(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "column data type " + column.type().format(-1) + " can only have storage PLAIN");
        }
        setOption(table, column, "storage", storage);
    }

    void setCompression(TableDef table, AlterTableCommand.SetCompression set) {
        ColumnDef column = column(table, set.column());
        if (!Set.of("pglz", "lz4", "default").contains(set.method())) {
            throw DdlErrors.error(
                    SqlState.INVALID_PARAMETER_VALUE, "invalid compression method \"" + set.method() + "\"");
        }
        if (column.type().typlen() >= 0) {
            throw DdlErrors.error(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "column data type " + column.type().format(-1) + " does not support compression");
        }
        setOption(table, column, "compression", set.method().equals("default") ? null : set.method());
    }

    void setOptions(TableDef table, AlterTableCommand.SetColumnOptions set) {
        ColumnDef column = column(table, set.column());
        List<String> known = List.of("n_distinct", "n_distinct_inherited");
        Map<String, String> options = new LinkedHashMap<>(column.options());
        for (Ddl.Option option : new ArrayList<>(set.options())) {
            if (!known.contains(option.name())) {
                throw DdlErrors.error(
                        SqlState.INVALID_PARAMETER_VALUE, "unrecognized parameter \"" + option.name() + "\"");
            }
            options.remove(option.name());
            if (!set.reset() && option.value() != null) {
                options.put(option.name(), option.value());
            }
        }
        context.editor().changeTableOnline(table.withColumn(column.withOptions(options)));
    }
}
