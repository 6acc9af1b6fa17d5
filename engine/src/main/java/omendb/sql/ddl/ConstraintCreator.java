package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.ConstraintDef.Timing;
import omendb.engine.catalog.SchemaEditor;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.sql.ast.AstWalker;
import omendb.sql.ast.Query;
import omendb.sql.ast.TableElement.Constraint;
import omendb.sql.ast.TableElement.ConstraintBody;
import omendb.sql.bind.Binder;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// Adds constraints to a table, new or existing.
final class ConstraintCreator {
    private final DdlContext context;
    private final RelationNames names;

    ConstraintCreator(DdlContext context) {
        this.context = context;
        this.names = new RelationNames(context);
    }

    /// @param column       the column it was written on, null = on the table
    /// @param checkRows    whether existing rows must be looked at
    void add(int tableOid, Constraint constraint, @Nullable String column, boolean checkRows) {
        TableDef table = context.catalog().table(tableOid);
        if (table == null) {
            throw DdlErrors.error(SqlState.UNDEFINED_TABLE, "the table is gone");
        }
        switch (constraint.body()) {
            case ConstraintBody.Key key -> key(table, constraint, key, column);
            case ConstraintBody.Check check -> {
                if (constraint.deferrable()) {
                    throw DdlErrors.error(
                            SqlState.FEATURE_NOT_SUPPORTED, "CHECK constraints cannot be marked DEFERRABLE");
                }
                check(table, constraint, check, checkRows && !constraint.notValid());
            }
            case ConstraintBody.ForeignKey key ->
                new ForeignKeyCreator(context).add(table, constraint, key, column, checkRows);
            case ConstraintBody.Exclude _ -> throw DdlErrors.notSupported("an exclusion constraint");
            case ConstraintBody.NotNull _,
                    ConstraintBody.AllowNull _,
                    ConstraintBody.DefaultValue _,
                    ConstraintBody.Generated _,
                    ConstraintBody.Identity _ -> throw DdlErrors.notSupported("this constraint on a table");
        }
    }

    private void key(TableDef table, Constraint constraint, ConstraintBody.Key key, @Nullable String column) {
        if (key.usingIndex() != null) {
            new IndexAdopter(context).add(table, constraint, key);
            return;
        }
        List<String> columns = column == null ? key.columns() : List.of(column);
        List<Integer> attnums = new ArrayList<>();
        for (String name : columns) {
            ColumnDef def = table.column(name);
            if (def == null) {
                throw DdlErrors.error(SqlState.UNDEFINED_COLUMN, "column \"" + name + "\" named in key does not exist")
                        .withPosition(constraint.position());
            }
            IndexCreator.checkOrderable(def.type(), "btree");
            attnums.add(def.attnum());
        }
        if (key.primary() && table.primaryKey() != null) {
            throw DdlErrors.error(
                    SqlState.INVALID_TABLE_DEFINITION,
                    "multiple primary keys for table \"" + table.name() + "\" are not allowed");
        }
        String name = constraint.name();
        if (name == null) {
            name = key.primary()
                    ? names.choose(table.schemaOid(), table.name(), null, "pkey")
                    : names.choose(table.schemaOid(), table.name(), RelationNames.joined(columns), "key");
        }
        checkName(table, name);
        if (context.catalog().relation(table.schemaOid(), name) != null) {
            throw DdlErrors.error(SqlState.DUPLICATE_TABLE, "relation \"" + name + "\" already exists");
        }
        context.editor()
                .addKeyConstraint(
                        table.oid(),
                        name,
                        key.primary(),
                        attnums,
                        Timing.of(constraint.deferrable(), constraint.initiallyDeferred()),
                        new SchemaEditor.KeyIndex(
                                !key.nullsNotDistinct(),
                                included(table, key.including()),
                                StorageOptions.btree(key.options())));
    }

    /// Attnums of INCLUDE's columns.
    static List<Integer> included(TableDef table, List<String> names) {
        List<Integer> attnums = new ArrayList<>();
        for (String name : names) {
            ColumnDef def = table.column(name);
            if (def == null) {
                throw DdlErrors.error(SqlState.UNDEFINED_COLUMN, "column \"" + name + "\" named in key does not exist");
            }
            attnums.add(def.attnum());
        }
        return attnums;
    }

    private void check(TableDef table, Constraint constraint, ConstraintBody.Check check, boolean checkRows) {
        List<Field> row = context.binder().row(table);
        AstWalker.forEach(check.expr(), Query.class, query -> {
            throw DdlErrors.error(SqlState.FEATURE_NOT_SUPPORTED, "cannot use subquery in check constraint");
        });
        Scalar bound = context.binder().overRow(table, check.expr(), row, true);
        Set<Integer> used = StoredSql.attnums(bound);
        String name = constraint.name();
        if (name == null) {
            String column =
                    used.size() == 1 ? table.column(used.iterator().next()).name() : null;
            name = RelationNames.chooseConstraint(table, column, "check");
        }
        checkName(table, name);
        String text = StoredSql.text(context.binder(), table, check.expr(), bound, Binder.RowExpression.CHECK);
        ConstraintDef.Check def = new ConstraintDef.Check(
                context.editor().newOid(), name, text, List.copyOf(used), !constraint.notValid(), check.noInherit());
        if (checkRows) {
            new RowValidation(context).check(table, def);
        }
        context.editor().addCheckConstraint(table.oid(), def);
    }

    static void checkName(TableDef table, String name) {
        if (RelationNames.hasConstraint(table, name)) {
            throw DdlErrors.error(
                    SqlState.DUPLICATE_OBJECT,
                    "constraint \"" + name + "\" for relation \"" + table.name() + "\" already exists");
        }
    }
}
