package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.sql.ast.TableElement.Constraint;
import omendb.sql.ast.TableElement.ConstraintBody;

/// `ADD { PRIMARY KEY | UNIQUE } USING INDEX`: an index that exists becomes a constraint's.
final class IndexAdopter {
    private final DdlContext context;

    IndexAdopter(DdlContext context) {
        this.context = context;
    }

    void add(TableDef table, Constraint constraint, ConstraintBody.Key key) {
        String indexName = String.valueOf(key.usingIndex());
        if (!(context.catalog().relation(table.schemaOid(), indexName) instanceof IndexDef index)) {
            throw DdlErrors.error(SqlState.UNDEFINED_OBJECT, "index \"" + indexName + "\" does not exist");
        }
        requireSuitable(table, index);
        if (key.primary() && table.primaryKey() != null) {
            throw DdlErrors.error(
                    SqlState.INVALID_TABLE_DEFINITION,
                    "multiple primary keys for table \"" + table.name() + "\" are not allowed");
        }
        String name = constraint.name() == null ? index.name() : constraint.name();
        ConstraintCreator.checkName(table, name);
        List<Integer> attnums = new ArrayList<>();
        for (IndexDef.Key each : index.keys()) {
            attnums.add(each.attnum());
            if (key.primary() && !table.column(each.attnum()).notNull()) {
                new RowValidation(context).notNull(table, table.column(each.attnum()));
            }
        }
        if (!name.equals(index.name())) {
            context.notice(
                    SqlState.SUCCESSFUL_COMPLETION,
                    "ALTER TABLE / ADD CONSTRAINT USING INDEX will rename index \"" + index.name() + "\" to \"" + name
                            + "\"");
        }
        context.editor()
                .adoptIndex(
                        table.oid(),
                        new ConstraintDef.Key(
                                context.editor().newOid(),
                                name,
                                key.primary(),
                                index.oid(),
                                attnums,
                                ConstraintDef.Timing.of(constraint.deferrable(), constraint.initiallyDeferred())));
    }

    private void requireSuitable(TableDef table, IndexDef index) {
        String quoted = "\"" + index.name() + "\"";
        if (RelationNames.constraintOf(context.catalog(), index) != null) {
            throw DdlErrors.error(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "index " + quoted + " is already associated with a constraint");
        }
        if (index.tableOid() != table.oid()) {
            SchemaDef schema = context.catalog().schema(table.schemaOid());
            throw DdlErrors.error(
                            SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                            "index " + quoted + " does not belong to table \"" + table.name() + "\"")
                    .withTable(schema == null ? "" : schema.name(), table.name());
        }
        if (!index.unique()) {
            throw unsuitable(quoted + " is not a unique index");
        }
        if (index.hasExpressions()) {
            throw unsuitable("index " + quoted + " contains expressions");
        }
        if (index.isPartial()) {
            throw unsuitable(quoted + " is a partial index");
        }
        boolean plain = index.keys().stream().noneMatch(key -> key.descending() || key.nullsFirst());
        if (!plain) {
            throw unsuitable("index " + quoted + " column number 1 does not have default sorting behavior");
        }
    }

    private static OmenException unsuitable(String message) {
        return DdlErrors.error(SqlState.WRONG_OBJECT_TYPE, message)
                .withDetail("Cannot create a primary key or unique constraint using such an index.");
    }
}
