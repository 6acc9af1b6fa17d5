package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.txn.TableLockMode;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.TableElement;
import omendb.sql.ast.TableElement.Constraint;
import omendb.sql.ast.TableElement.ConstraintBody;
import omendb.sql.pgcatalog.SystemViews;
import org.jspecify.annotations.Nullable;

/// Adds foreign keys.
final class ForeignKeyCreator {
    private static final int MOST_COLUMNS = 32;

    private final DdlContext context;
    private final RelationNames names;

    ForeignKeyCreator(DdlContext context) {
        this.context = context;
        this.names = new RelationNames(context);
    }

    /// @param column    the column it was written on, null = on the table
    /// @param checkRows whether the table may have rows
    void add(
            TableDef child,
            Constraint constraint,
            ConstraintBody.ForeignKey written,
            @Nullable String column,
            boolean checkRows) {
        if (written.match() == TableElement.Match.PARTIAL) {
            throw DdlErrors.error(SqlState.FEATURE_NOT_SUPPORTED, "MATCH PARTIAL not yet implemented");
        }
        TableDef parent = referenced(written.table());
        checkPersistence(child, parent);
        List<ColumnDef> columns = columns(child, column == null ? written.columns() : List.of(column));
        List<ColumnDef> keyColumns =
                written.targetColumns().isEmpty() ? primaryKey(parent) : columns(parent, written.targetColumns());
        IndexDef index = index(parent, keyColumns, written.targetColumns().isEmpty());
        if (columns.size() != keyColumns.size()) {
            throw DdlErrors.error(
                    SqlState.INVALID_FOREIGN_KEY,
                    "number of referencing and referenced columns for foreign key disagree");
        }
        String name = constraint.name();
        if (name == null) {
            String joined =
                    RelationNames.joined(columns.stream().map(ColumnDef::name).toList());
            name = RelationNames.chooseConstraint(child, joined, "fkey");
        }
        ConstraintCreator.checkName(child, name);
        checkTypes(name, columns, keyColumns);
        boolean valid = !checkRows || !constraint.notValid();
        ConstraintDef.ForeignKey key = new ConstraintDef.ForeignKey(
                0,
                name,
                attnums(columns),
                parent.oid(),
                attnums(keyColumns),
                index.oid(),
                written.match() == TableElement.Match.FULL,
                action(written.onDelete()),
                action(written.onUpdate()),
                setColumns(child, columns, written),
                ConstraintDef.Timing.of(constraint.deferrable(), constraint.initiallyDeferred()),
                valid);
        context.editor().addForeignKey(child.oid(), key, checkRows && valid);
    }

    private void checkPersistence(TableDef child, TableDef parent) {
        char from = context.catalog().persistence(child);
        char to = context.catalog().persistence(parent);
        String refused = switch (from) {
            case 'p' -> to == 'p' ? null : "permanent tables may reference only permanent tables";
            case 'u' -> to != 't' ? null : "unlogged tables may reference only permanent or unlogged tables";
            default -> to == 't' ? null : "temporary tables may reference only temporary tables";
        };
        if (refused != null) {
            throw DdlErrors.error(SqlState.INVALID_TABLE_DEFINITION, "constraints on " + refused);
        }
    }

    /// The table referred to, locked so that its indexes stay.
    private TableDef referenced(QualifiedName name) {
        RelationDef relation = names.find(name);
        if (relation != null && !(relation instanceof TableDef)) {
            throw DdlErrors.error(
                    SqlState.WRONG_OBJECT_TYPE, "referenced relation \"" + relation.name() + "\" is not a table");
        }
        String schema = name.schema() == null ? "pg_catalog" : name.schema();
        if (relation == null && SystemViews.find(schema, name.name()) == null) {
            throw DdlErrors.noRelation(name.toString()); // without a position, as PostgreSQL
        }
        TableDef table = names.table(name);
        context.transaction().lockTable(table.oid(), TableLockMode.SHARE_ROW_EXCLUSIVE);
        TableDef locked = context.catalog().table(table.oid());
        if (locked == null) {
            throw DdlErrors.noRelation(name.toString());
        }
        return locked;
    }

    private static List<ColumnDef> columns(TableDef table, List<String> columnNames) {
        List<ColumnDef> columns = new ArrayList<>();
        for (String name : columnNames) {
            ColumnDef column = table.column(name);
            if (column == null) {
                throw DdlErrors.error(
                        SqlState.UNDEFINED_COLUMN,
                        "column \"" + name + "\" referenced in foreign key constraint does not exist");
            }
            columns.add(column);
        }
        if (columns.size() > MOST_COLUMNS) {
            throw DdlErrors.error(
                    SqlState.TOO_MANY_COLUMNS, "cannot have more than " + MOST_COLUMNS + " keys in a foreign key");
        }
        return columns;
    }

    private static List<ColumnDef> primaryKey(TableDef parent) {
        ConstraintDef.Key key = parent.primaryKey();
        if (key == null) {
            throw DdlErrors.error(
                    SqlState.UNDEFINED_OBJECT,
                    "there is no primary key for referenced table \"" + parent.name() + "\"");
        }
        return key.attnums().stream().map(parent::column).toList();
    }

    /// The unique index over exactly these columns.
    private IndexDef index(TableDef parent, List<ColumnDef> columns, boolean primary) {
        List<Integer> wanted = attnums(columns);
        if (new HashSet<>(wanted).size() < wanted.size()) {
            throw DdlErrors.error(
                    SqlState.INVALID_FOREIGN_KEY, "foreign key referenced-columns list must not contain duplicates");
        }
        IndexDef deferrable = null;
        for (IndexDef index : context.catalog().indexesOf(parent.oid())) {
            List<Integer> attnums =
                    index.keys().stream().map(IndexDef.Key::attnum).toList();
            if (!index.unique()
                    || index.predicateSql() != null
                    || attnums.size() != wanted.size()
                    || !attnums.containsAll(wanted)) {
                continue;
            }
            if (index.immediate()) {
                return index;
            }
            deferrable = index;
        }
        if (deferrable != null) {
            throw DdlErrors.error(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "cannot use a deferrable " + (primary ? "primary key" : "unique constraint")
                            + " for referenced table \"" + parent.name() + "\"");
        }
        throw DdlErrors.error(
                SqlState.INVALID_FOREIGN_KEY,
                "there is no unique constraint matching given keys for referenced table \"" + parent.name() + "\"");
    }

    private static void checkTypes(String name, List<ColumnDef> columns, List<ColumnDef> keyColumns) {
        for (int i = 0; i < columns.size(); i++) {
            SqlType type = columns.get(i).type();
            SqlType keyType = keyColumns.get(i).type();
            if (ConstraintDef.ForeignKey.comparable(type, keyType)) {
                continue;
            }
            String pair = type.format(-1) + " and " + keyType.format(-1);
            if (comparesInPostgres(type, keyType)) {
                throw DdlErrors.notSupported("a foreign key between columns of types " + pair);
            }
            throw incompatible(name, columns.get(i), keyColumns.get(i), pair);
        }
    }

    /// Pairs of types that PostgreSQL takes beyond those that are stored alike.
    private static boolean comparesInPostgres(SqlType type, SqlType keyType) {
        if (type.category() != keyType.category() || type.isArray() || keyType.isArray()) {
            return false;
        }
        return switch (keyType.category()) {
            case 'N' ->
                keyType == Types.FLOAT4
                        || keyType == Types.FLOAT8
                        || (keyType == Types.NUMERIC && type != Types.FLOAT4 && type != Types.FLOAT8);
            case 'S' -> true;
            case 'D' -> isDateTime(type) && isDateTime(keyType);
            default -> false;
        };
    }

    private static boolean isDateTime(SqlType type) {
        return type == Types.DATE || type == Types.TIMESTAMP || type == Types.TIMESTAMPTZ;
    }

    private static OmenException incompatible(String name, ColumnDef column, ColumnDef keyColumn, String pair) {
        return DdlErrors.error(
                        SqlState.DATATYPE_MISMATCH, "foreign key constraint \"" + name + "\" cannot be implemented")
                .withDetail("Key columns \"" + column.name() + "\" and \"" + keyColumn.name()
                        + "\" are of incompatible types: " + pair + ".");
    }

    private static List<Integer> setColumns(
            TableDef child, List<ColumnDef> columns, ConstraintBody.ForeignKey written) {
        List<Integer> attnums = new ArrayList<>();
        for (String name : written.setColumns()) {
            ColumnDef column = columns(child, List.of(name)).getFirst();
            if (!columns.contains(column)) {
                throw DdlErrors.error(
                        SqlState.INVALID_COLUMN_REFERENCE,
                        "column \"" + name + "\" referenced in ON DELETE SET action must be part of foreign key");
            }
            if (!attnums.contains(column.attnum())) {
                attnums.add(column.attnum());
            }
        }
        return attnums;
    }

    private static List<Integer> attnums(List<ColumnDef> columns) {
        return columns.stream().map(ColumnDef::attnum).toList();
    }

    private static ConstraintDef.Action action(TableElement.Action written) {
        return switch (written) {
            case NO_ACTION -> ConstraintDef.Action.NO_ACTION;
            case RESTRICT -> ConstraintDef.Action.RESTRICT;
            case CASCADE -> ConstraintDef.Action.CASCADE;
            case SET_NULL -> ConstraintDef.Action.SET_NULL;
            case SET_DEFAULT -> ConstraintDef.Action.SET_DEFAULT;
        };
    }
}
