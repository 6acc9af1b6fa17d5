package omendb.sql.ddl;

import java.util.List;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.sql.ast.AlterTableCommand;

/// ALTER TABLE's commands about constraints that exist.
final class ConstraintAlterer {
    private final DdlContext context;

    ConstraintAlterer(DdlContext context) {
        this.context = context;
    }

    void drop(TableDef table, AlterTableCommand.DropConstraint drop) {
        ConstraintDef constraint = table.constraint(drop.name());
        if (constraint != null) {
            new ObjectRemover(context).drop(List.of(ObjectAddress.constraint(constraint.oid())), drop.cascade());
            return;
        }
        if (!drop.ifExists()) {
            require(table, drop.name());
        }
        context.notice(
                SqlState.SUCCESSFUL_COMPLETION,
                "constraint \"" + drop.name() + "\" of relation \"" + table.name() + "\" does not exist, skipping");
    }

    private static ConstraintDef require(TableDef table, String name) {
        ConstraintDef constraint = table.constraint(name);
        if (constraint == null) {
            throw DdlErrors.error(
                    SqlState.UNDEFINED_OBJECT,
                    "constraint \"" + name + "\" of relation \"" + table.name() + "\" does not exist");
        }
        return constraint;
    }

    void validate(TableDef table, String name) {
        switch (require(table, name)) {
            case ConstraintDef.ForeignKey key -> {
                if (!key.validated()) {
                    context.editor().validateForeignKey(table.oid(), name);
                }
            }
            case ConstraintDef.Check check -> {
                if (!check.validated()) {
                    new RowValidation(context).check(table, check);
                    context.editor().changeTableOnline(table.withChangedConstraint(check.asValidated()));
                }
            }
            case ConstraintDef.Key _ ->
                throw DdlErrors.error(
                        SqlState.WRONG_OBJECT_TYPE,
                        "constraint \"" + name + "\" of relation \"" + table.name()
                                + "\" is not a foreign key or check constraint");
        }
    }

    void alter(TableDef table, AlterTableCommand.AlterConstraint alter) {
        if (!(require(table, alter.name()) instanceof ConstraintDef.ForeignKey)) {
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
}
