package omendb.sql.ddl;

import java.util.Set;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.sql.ast.AlterTableCommand;
import omendb.sql.ast.Ddl;
import org.jspecify.annotations.Nullable;

/// ALTER TABLE and ALTER INDEX: what needs no rewriting of rows.
final class TableAlterer {
    private static final Set<String> STORAGE = Set.of("plain", "external", "extended", "main", "default");

    private final DdlContext context;
    private final RelationNames names;

    TableAlterer(DdlContext context) {
        this.context = context;
        this.names = new RelationNames(context);
    }

    void alter(Ddl.AlterTable statement) {
        RelationDef relation = names.find(statement.name());
        if (relation == null) {
            if (!statement.ifExists()) {
                throw DdlErrors.noRelation(statement.name().toString())
                        .withPosition(statement.name().position());
            }
            context.notice(
                    SqlState.SUCCESSFUL_COMPLETION, "relation \"" + statement.name() + "\" does not exist, skipping");
            return;
        }
        if (relation instanceof IndexDef) {
            statement.commands().forEach(this::indexCommand);
            return;
        }
        TableDef table = names.table(statement.name());
        context.requireNotPending(table, "ALTER TABLE");
        for (AlterTableCommand command : statement.commands()) {
            apply(current(table), command);
        }
    }

    /// The table as the commands before have left it.
    private TableDef current(TableDef table) {
        TableDef now = context.catalog().table(table.oid());
        if (now == null) {
            throw DdlErrors.noRelation(table.name());
        }
        return now;
    }

    private void indexCommand(AlterTableCommand command) {
        switch (command) {
            case AlterTableCommand.OwnerTo owner -> checkOwner(owner.role());
            case AlterTableCommand.SetStatistics _ -> {}
            default -> throw DdlErrors.notSupported("this form of ALTER INDEX");
        }
    }

    private void apply(TableDef table, AlterTableCommand command) {
        switch (command) {
            case AlterTableCommand.SetDefault set -> setDefault(table, set);
            case AlterTableCommand.AddConstraint add ->
                new ConstraintCreator(context).add(table.oid(), add.constraint(), null, true);
            case AlterTableCommand.DropConstraint drop -> dropConstraint(table, drop);
            case AlterTableCommand.ValidateConstraint validate -> validate(table, validate.name());
            case AlterTableCommand.AlterConstraint alter -> alterConstraint(table, alter);
            case AlterTableCommand.OwnerTo owner -> checkOwner(owner.role());
            case AlterTableCommand.SetOptions options -> StorageOptions.checkTable(options.options());
            case AlterTableCommand.SetStorage storage -> setStorage(table, storage);
            // hints to PostgreSQL's storage and statistics that have no counterpart here
            case AlterTableCommand.SetStatistics statistics -> column(table, statistics.column());
            case AlterTableCommand.SetColumnOptions options -> column(table, options.column());
            case AlterTableCommand.SetCompression compression -> column(table, compression.column());
            default -> throw DdlErrors.notSupported("this form of ALTER TABLE");
        }
    }

    private static ColumnDef column(TableDef table, String name) {
        ColumnDef column = table.column(name);
        if (column == null) {
            throw DdlErrors.noColumn(name, table.name());
        }
        return column;
    }

    private void setDefault(TableDef table, AlterTableCommand.SetDefault set) {
        ColumnDef column = column(table, set.column());
        if (column.identity() != ColumnDef.Identity.NONE) {
            throw DdlErrors.error(
                    SqlState.SYNTAX_ERROR,
                    "column \"" + column.name() + "\" of relation \"" + table.name() + "\" is an identity column");
        }
        String text = set.expr() == null ? null : TableCreator.DefaultText.of(context.binder(), set.expr(), column);
        context.editor().setColumnDefault(table.oid(), column.attnum(), text);
    }

    private void validate(TableDef table, String name) {
        requireConstraint(table, name);
        if (table.constraint(name) instanceof ConstraintDef.ForeignKey key && !key.validated()) {
            context.editor().validateForeignKey(table.oid(), name);
        }
    }

    private void alterConstraint(TableDef table, AlterTableCommand.AlterConstraint alter) {
        requireConstraint(table, alter.name());
        if (!(table.constraint(alter.name()) instanceof ConstraintDef.ForeignKey)) {
            throw DdlErrors.error(
                    SqlState.WRONG_OBJECT_TYPE,
                    "constraint \"" + alter.name() + "\" of relation \"" + table.name()
                            + "\" is not a foreign key constraint");
        }
        context.editor()
                .setConstraintTiming(
                        table.oid(),
                        alter.name(),
                        ConstraintDef.Timing.of(alter.deferrable(), alter.initiallyDeferred()));
    }

    private void dropConstraint(TableDef table, AlterTableCommand.DropConstraint drop) {
        if (RelationNames.hasConstraint(table, drop.name())) {
            if (table.constraint(drop.name()) instanceof ConstraintDef.Key key) {
                new Dependents(context)
                        .ofIndex(table, key.indexOid())
                        .require("constraint " + drop.name() + " on table " + names.shown(table), drop.cascade());
            }
            context.editor().dropConstraint(table.oid(), drop.name());
            return;
        }
        if (!drop.ifExists()) {
            requireConstraint(table, drop.name());
        }
        context.notice(
                SqlState.SUCCESSFUL_COMPLETION,
                "constraint \"" + drop.name() + "\" of relation \"" + table.name() + "\" does not exist, skipping");
    }

    private static void requireConstraint(TableDef table, String name) {
        if (!RelationNames.hasConstraint(table, name)) {
            throw DdlErrors.error(
                    SqlState.UNDEFINED_OBJECT,
                    "constraint \"" + name + "\" of relation \"" + table.name() + "\" does not exist");
        }
    }

    private static void setStorage(TableDef table, AlterTableCommand.SetStorage storage) {
        column(table, storage.column());
        if (!STORAGE.contains(storage.storage().toLowerCase(java.util.Locale.ROOT))) {
            throw DdlErrors.error(
                    SqlState.INVALID_PARAMETER_VALUE, "invalid storage type \"" + storage.storage() + "\"");
        }
    }

    private void checkOwner(String role) {
        boolean self = role.equals(context.user()) || role.equals("current_user") || role.equals("session_user");
        if (!self) {
            throw DdlErrors.error(SqlState.UNDEFINED_OBJECT, "role \"" + role + "\" does not exist");
        }
    }

    void rename(Ddl.Rename rename) {
        if (rename.type() != Ddl.ObjectType.TABLE || rename.part() != null) {
            throw DdlErrors.notSupported("ALTER " + rename.owner().words() + " ... RENAME "
                    + (rename.part() == null ? "" : rename.type().words()));
        }
        @Nullable RelationDef relation = names.find(rename.name());
        if (relation == null && rename.ifExists()) {
            context.notice(
                    SqlState.SUCCESSFUL_COMPLETION, "relation \"" + rename.name() + "\" does not exist, skipping");
            return;
        }
        TableDef table = names.table(rename.name());
        if (context.catalog().relation(table.schemaOid(), rename.newName()) != null) {
            throw DdlErrors.error(SqlState.DUPLICATE_TABLE, "relation \"" + rename.newName() + "\" already exists");
        }
        context.editor().renameTable(table.oid(), rename.newName());
    }
}
