package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.ViewDef;
import omendb.engine.error.SqlState;
import omendb.engine.txn.TableLockMode;
import omendb.sql.ast.AlterTableCommand;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.TableElement.ConstraintBody;

/// ALTER TABLE and ALTER INDEX: locks the relation, then carries the commands out in PostgreSQL's order.
final class TableAlterer {
    private final DdlContext context;
    private final RelationNames names;
    private final ColumnAlterer columns;
    private final ConstraintAlterer constraints;

    TableAlterer(DdlContext context) {
        this.context = context;
        this.names = new RelationNames(context);
        this.columns = new ColumnAlterer(context);
        this.constraints = new ConstraintAlterer(context);
    }

    void alter(Ddl.AlterTable statement) {
        RelationDef relation = names.find(statement.name());
        if (relation == null) {
            if (!statement.ifExists()) {
                throw DdlErrors.noRelation(statement.name().toString());
            }
            context.notice(
                    SqlState.SUCCESSFUL_COMPLETION, "relation \"" + statement.name() + "\" does not exist, skipping");
            return;
        }
        switch (relation) {
            case IndexDef index -> statement.commands().forEach(command -> indexCommand(index, command));
            case SequenceDef _ -> statement.commands().forEach(this::sequenceCommand);
            case TableDef _ -> table(statement);
            case ViewDef _ -> throw DdlErrors.notSupported("this form of ALTER VIEW");
        }
    }

    private void table(Ddl.AlterTable statement) {
        if (statement.type() != Ddl.ObjectType.TABLE) {
            String words = statement.type().words().toLowerCase(java.util.Locale.ROOT);
            throw DdlErrors.error(
                    SqlState.WRONG_OBJECT_TYPE,
                    "\"" + statement.name().name() + "\" is not " + (words.startsWith("i") ? "an " : "a ") + words);
        }
        TableDef table = names.table(statement.name());
        TableLockMode mode = statement.commands().stream()
                .map(TableAlterer::lock)
                .max(Comparator.naturalOrder())
                .orElse(TableLockMode.ACCESS_EXCLUSIVE);
        context.transaction().lockTable(table.oid(), mode);
        current(table);
        context.requireNotPending(table, "ALTER TABLE");
        List<AlterTableCommand> commands = new ArrayList<>(statement.commands());
        commands.sort(Comparator.comparingInt(TableAlterer::pass));
        for (int i = 0; i < commands.size(); i++) {
            AlterTableCommand command = commands.get(i);
            if (command instanceof AlterTableCommand.SetType) {
                List<AlterTableCommand.SetType> types = new ArrayList<>();
                for (; i < commands.size() && commands.get(i) instanceof AlterTableCommand.SetType type; i++) {
                    types.add(type);
                }
                i--;
                new TypeChanger(context).change(current(table), types);
            } else {
                apply(current(table), command);
            }
        }
    }

    /// The lock a command takes, as in PostgreSQL.
    private static TableLockMode lock(AlterTableCommand command) {
        return switch (command) {
            case AlterTableCommand.AddConstraint add
            when add.constraint().body() instanceof ConstraintBody.ForeignKey -> TableLockMode.SHARE_ROW_EXCLUSIVE;
            case AlterTableCommand.Toggle _ -> TableLockMode.SHARE_ROW_EXCLUSIVE;
            case AlterTableCommand.ValidateConstraint _,
                    AlterTableCommand.SetStatistics _,
                    AlterTableCommand.SetColumnOptions _,
                    AlterTableCommand.SetOptions _,
                    AlterTableCommand.ClusterOn _ -> TableLockMode.SHARE_UPDATE_EXCLUSIVE;
            default -> TableLockMode.ACCESS_EXCLUSIVE;
        };
    }

    /// When in the statement a command runs: drops first, then types, new columns, their properties, constraints.
    private static int pass(AlterTableCommand command) {
        return switch (command) {
            case AlterTableCommand.DropColumn _,
                    AlterTableCommand.DropConstraint _,
                    AlterTableCommand.DropIdentity _,
                    AlterTableCommand.SetExpression _ -> 0;
            case AlterTableCommand.SetNotNull set -> set.notNull() ? 4 : 0;
            case AlterTableCommand.SetType _ -> 1;
            case AlterTableCommand.AddColumn _ -> 2;
            case AlterTableCommand.SetDefault set -> set.expr() == null ? 0 : 7;
            case AlterTableCommand.AddIdentity _, AlterTableCommand.SetIdentity _ -> 7;
            case AlterTableCommand.AddConstraint add -> add.constraint().body() instanceof ConstraintBody.Key ? 5 : 6;
            default -> 8;
        };
    }

    /// The table as the commands before have left it.
    private TableDef current(TableDef table) {
        TableDef now = context.catalog().table(table.oid());
        if (now == null) {
            throw DdlErrors.noRelation(table.name());
        }
        return now;
    }

    private void apply(TableDef table, AlterTableCommand command) {
        switch (command) {
            case AlterTableCommand.AddColumn add -> columns.add(table, add);
            case AlterTableCommand.DropColumn drop -> columns.drop(table, drop);
            case AlterTableCommand.SetDefault set -> columns.setDefault(table, set);
            case AlterTableCommand.SetNotNull set -> columns.setNotNull(table, set);
            case AlterTableCommand.SetExpression set -> columns.setExpression(table, set);
            case AlterTableCommand.AddIdentity add -> columns.addIdentity(table, add);
            case AlterTableCommand.SetIdentity set -> columns.setIdentity(table, set);
            case AlterTableCommand.DropIdentity drop -> columns.dropIdentity(table, drop);
            case AlterTableCommand.SetStorage storage -> columns.setStorage(table, storage);
            case AlterTableCommand.SetStatistics statistics -> columns.setStatistics(table, statistics);
            case AlterTableCommand.SetColumnOptions options -> columns.setOptions(table, options);
            case AlterTableCommand.SetCompression compression -> columns.setCompression(table, compression);
            case AlterTableCommand.SetType _ -> throw new IllegalStateException("types are changed together");
            case AlterTableCommand.AddConstraint add ->
                new ConstraintCreator(context).add(table.oid(), add.constraint(), null, true);
            case AlterTableCommand.DropConstraint drop -> constraints.drop(table, drop);
            case AlterTableCommand.ValidateConstraint validate -> constraints.validate(table, validate.name());
            case AlterTableCommand.AlterConstraint alter -> constraints.alter(table, alter);
            case AlterTableCommand.OwnerTo owner -> checkOwner(owner.role());
            case AlterTableCommand.SetOptions options -> setOptions(table, options);
            case AlterTableCommand.ReplicaIdentity identity -> replicaIdentity(table, identity);
            case AlterTableCommand.ClusterOn cluster -> cluster(table, cluster);
            case AlterTableCommand.Toggle toggle -> toggle(table, toggle);
            case AlterTableCommand.SetTablespace tablespace -> checkTablespace(tablespace.name());
            case AlterTableCommand.SetAccessMethod method -> checkAccessMethod(method.name());
            case AlterTableCommand.SetLogged set -> setLogged(table, set.logged());
            case AlterTableCommand.RowSecurity security -> rowSecurity(security);
            case AlterTableCommand.Inherit _,
                    AlterTableCommand.OfType _,
                    AlterTableCommand.AttachPartition _,
                    AlterTableCommand.DetachPartition _ -> throw DdlErrors.notSupported("this form of ALTER TABLE");
        }
    }

    /// Every table is logged here; what was said is kept and shown.
    private void setLogged(TableDef table, boolean logged) {
        if (context.catalog().isTemporary(table)) {
            throw DdlErrors.error(
                    SqlState.INVALID_TABLE_DEFINITION,
                    "cannot change logged status of table \"" + table.name() + "\" because it is temporary");
        }
        if (logged != table.isUnlogged()) {
            return;
        }
        if (logged) {
            table.foreignKeys().forEach(key -> requireLogged(table, key.tableOid(), true));
        } else {
            context.catalog()
                    .referencesTo(table.oid())
                    .forEach(reference -> requireLogged(table, reference.tableOid(), false));
        }
        context.editor().changeTable(table.withUnlogged(!logged));
    }

    private void requireLogged(TableDef table, int otherOid, boolean toLogged) {
        TableDef other = context.catalog().table(otherOid);
        if (other != null && other.oid() != table.oid() && other.isUnlogged() == toLogged) {
            throw DdlErrors.error(
                    SqlState.INVALID_TABLE_DEFINITION,
                    "could not change table \"" + table.name() + "\" to " + (toLogged ? "logged" : "unlogged")
                            + " because it references " + (toLogged ? "unlogged" : "logged") + " table \""
                            + other.name() + "\"");
        }
    }

    private void setOptions(TableDef table, AlterTableCommand.SetOptions command) {
        Map<String, String> options = command.reset()
                ? StorageOptions.without(command.options(), table.options())
                : StorageOptions.table(command.options(), table.options());
        if (!options.equals(table.options())) {
            context.editor().setTableOptions(table.oid(), options);
        }
    }

    /// Says which columns a logical replica would identify rows by; kept for the catalogs.
    private void replicaIdentity(TableDef table, AlterTableCommand.ReplicaIdentity identity) {
        Map<String, String> options = new java.util.LinkedHashMap<>(table.options());
        options.remove(TableDef.REPLICA_IDENTITY);
        switch (identity.mode()) {
            case "FULL" -> options.put(TableDef.REPLICA_IDENTITY, "f");
            case "NOTHING" -> options.put(TableDef.REPLICA_IDENTITY, "n");
            case "USING INDEX" -> options.put(TableDef.REPLICA_IDENTITY, replicaIndex(table, identity.index()));
            default -> {}
        }
        context.editor().changeTable(table.withOptions(options));
    }

    private String replicaIndex(TableDef table, @org.jspecify.annotations.Nullable String name) {
        IndexDef index = indexOf(table, String.valueOf(name));
        String problem = !index.unique()
                ? "cannot use non-unique index \"" + name + "\" as replica identity"
                : !index.immediate()
                        ? "cannot use non-immediate index \"" + name + "\" as replica identity"
                        : index.hasExpressions()
                                ? "cannot use expression index \"" + name + "\" as replica identity"
                                : index.isPartial()
                                        ? "cannot use partial index \"" + name + "\" as replica identity"
                                        : null;
        if (problem != null) {
            throw DdlErrors.error(SqlState.WRONG_OBJECT_TYPE, problem);
        }
        for (IndexDef.Key key : index.keys()) {
            if (!table.column(key.attnum()).notNull()) {
                throw DdlErrors.error(
                        SqlState.WRONG_OBJECT_TYPE,
                        "index \"" + name + "\" cannot be used as replica identity because column \""
                                + table.column(key.attnum()).name() + "\" is nullable");
            }
        }
        return "i" + index.oid();
    }

    private IndexDef indexOf(TableDef table, String name) {
        return context.catalog().indexesOf(table.oid()).stream()
                .filter(index -> index.name().equals(name))
                .findFirst()
                .orElseThrow(() -> DdlErrors.error(
                        SqlState.UNDEFINED_OBJECT,
                        "index \"" + name + "\" for table \"" + table.name() + "\" does not exist"));
    }

    /// Rows lie in the order of their ids here: what CLUSTER would sort by is only remembered.
    private void cluster(TableDef table, AlterTableCommand.ClusterOn cluster) {
        Map<String, String> options = new java.util.LinkedHashMap<>(table.options());
        if (cluster.index() == null) {
            options.remove(TableDef.CLUSTERED_ON);
        } else {
            IndexDef index = indexOf(table, cluster.index());
            if (index.isPartial()) {
                throw DdlErrors.error(
                        SqlState.FEATURE_NOT_SUPPORTED, "cannot cluster on partial index \"" + index.name() + "\"");
            }
            if (!index.method().equals(IndexDef.BTREE)) {
                throw DdlErrors.error(
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "cannot cluster on index \"" + index.name()
                                + "\" because access method does not support clustering");
            }
            options.put(TableDef.CLUSTERED_ON, Integer.toString(index.oid()));
        }
        context.editor().changeTableOnline(table.withOptions(options));
    }

    /// There are no triggers and rules: only ALL and USER name something.
    private static void toggle(TableDef table, AlterTableCommand.Toggle toggle) {
        boolean all = toggle.name().equals("ALL") || toggle.name().equals("USER");
        if (!all) {
            String kind = toggle.object().toLowerCase(java.util.Locale.ROOT);
            throw DdlErrors.error(
                    SqlState.UNDEFINED_OBJECT,
                    kind + " \"" + toggle.name() + "\" for " + (kind.equals("rule") ? "relation" : "table") + " \""
                            + table.name() + "\" does not exist");
        }
    }

    private static void rowSecurity(AlterTableCommand.RowSecurity security) {
        if (!Set.of("DISABLE", "NO FORCE").contains(security.mode())) {
            throw DdlErrors.notSupported("row-level security");
        }
    }

    private static void checkTablespace(String name) {
        if (!name.equals("pg_default")) {
            throw DdlErrors.error(SqlState.UNDEFINED_OBJECT, "tablespace \"" + name + "\" does not exist");
        }
    }

    private static void checkAccessMethod(String name) {
        if (!name.equals("heap") && !name.equals("default")) {
            throw DdlErrors.error(SqlState.UNDEFINED_OBJECT, "access method \"" + name + "\" does not exist");
        }
    }

    private void checkOwner(String role) {
        boolean self = role.equals(context.user()) || role.equals("current_user") || role.equals("session_user");
        if (!self) {
            throw DdlErrors.error(SqlState.UNDEFINED_OBJECT, "role \"" + role + "\" does not exist");
        }
    }

    // ---- indexes and sequences ----

    private void indexCommand(IndexDef index, AlterTableCommand command) {
        switch (command) {
            case AlterTableCommand.OwnerTo owner -> checkOwner(owner.role());
            case AlterTableCommand.SetTablespace tablespace -> checkTablespace(tablespace.name());
            case AlterTableCommand.SetOptions options -> {
                Map<String, String> changed = new java.util.LinkedHashMap<>(index.options());
                Map<String, String> written = StorageOptions.ofIndex(index.method(), options.options(), changed);
                for (Ddl.Option option : options.options()) {
                    changed.remove(option.name());
                    if (!options.reset()) {
                        changed.put(option.name(), String.valueOf(written.get(option.name())));
                    }
                }
                context.editor().changeIndex(index.withOptions(changed));
            }
            case AlterTableCommand.SetStatistics statistics -> indexStatistics(index, statistics);
            case AlterTableCommand.ClusterOn _ -> {
                throw DdlErrors.notSupported("this form of ALTER INDEX");
            }
            default ->
                throw DdlErrors.error(
                                SqlState.WRONG_OBJECT_TYPE,
                                "ALTER action " + ActionNames.of(command) + " cannot be performed on relation \""
                                        + index.name() + "\"")
                        .withDetail("This operation is not supported for indexes.");
        }
    }

    private static void indexStatistics(IndexDef index, AlterTableCommand.SetStatistics statistics) {
        int number =
                statistics.column().chars().allMatch(Character::isDigit) ? Integer.parseInt(statistics.column()) : 0;
        if (number < 1 || number > index.keys().size() + index.included().size()) {
            throw DdlErrors.error(
                    SqlState.UNDEFINED_COLUMN,
                    "column number " + number + " of relation \"" + index.name() + "\" does not exist");
        }
        if (number <= index.keys().size() && index.keys().get(number - 1).attnum() > 0) {
            throw DdlErrors.error(
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "cannot alter statistics on non-expression column \"" + number + "\" of index \""
                                    + index.name() + "\"")
                    .withHint("Alter statistics on table column instead.");
        }
    }

    private void sequenceCommand(AlterTableCommand command) {
        switch (command) {
            case AlterTableCommand.OwnerTo owner -> checkOwner(owner.role());
            case AlterTableCommand.SetLogged _ -> {}
            default -> throw DdlErrors.notSupported("this form of ALTER SEQUENCE");
        }
    }
}
