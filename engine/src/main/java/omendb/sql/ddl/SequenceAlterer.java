package omendb.sql.ddl;

import java.util.List;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.txn.TableLockMode;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.QualifiedName;

/// ALTER SEQUENCE, and what ALTER TABLE says of an identity column's.
final class SequenceAlterer {
    private final DdlContext context;
    private final RelationNames names;

    SequenceAlterer(DdlContext context) {
        this.context = context;
        this.names = new RelationNames(context);
    }

    void alter(Ddl.AlterSequence alter) {
        RelationDef relation = names.find(alter.name());
        if (relation == null) {
            if (!alter.ifExists()) {
                throw DdlErrors.noRelation(alter.name().toString());
            }
            context.notice(
                    SqlState.SUCCESSFUL_COMPLETION, "relation \"" + alter.name() + "\" does not exist, skipping");
            return;
        }
        if (!(relation instanceof SequenceDef sequence)) {
            throw DdlErrors.error(
                    SqlState.WRONG_OBJECT_TYPE, "\"" + alter.name().name() + "\" is not a sequence");
        }
        change(sequence, alter.options(), false);
    }

    /// @param identity whether it is done for the column that owns the sequence
    void change(SequenceDef sequence, List<Ddl.SequenceOption> options, boolean identity) {
        context.transaction().lockTable(sequence.oid(), TableLockMode.SHARE_ROW_EXCLUSIVE);
        SequenceOptions changed = SequenceOptions.altering(sequence, options, context.binder());
        if (changed.changes()) {
            context.editor().alterSequence(sequence.oid(), changed.named(sequence.name()), changed.restartWith());
        }
        for (Ddl.SequenceOption option : options) {
            if (option instanceof Ddl.SequenceOption.OwnedBy owner) {
                if (!identity) {
                    refuseIdentity(sequence);
                }
                if (owner.column() == null) {
                    context.editor().setSequenceOwner(sequence.oid(), 0, 0);
                } else {
                    own(sequence, owner.column());
                }
            }
        }
    }

    private void refuseIdentity(SequenceDef sequence) {
        TableDef table = sequence.ownerTable() == 0 ? null : context.catalog().table(sequence.ownerTable());
        if (table != null && table.column(sequence.ownerAttnum()).identity() != ColumnDef.Identity.NONE) {
            throw DdlErrors.error(SqlState.FEATURE_NOT_SUPPORTED, "cannot change ownership of identity sequence")
                    .withDetail("Sequence \"" + sequence.name() + "\" is linked to table \"" + table.name() + "\".");
        }
    }

    /// OWNED BY table.column.
    void own(SequenceDef sequence, QualifiedName columnName) {
        if (columnName.parts().size() < 2) {
            throw DdlErrors.error(SqlState.SYNTAX_ERROR, "invalid OWNED BY option")
                    .withHint("Specify OWNED BY table.column or OWNED BY NONE.");
        }
        List<String> tableParts =
                columnName.parts().subList(0, columnName.parts().size() - 1);
        TableDef table = names.table(new QualifiedName(tableParts, columnName.position()));
        if (table.schemaOid() != sequence.schemaOid()) {
            throw DdlErrors.error(
                    SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE,
                    "sequence must be in same schema as table it is linked to");
        }
        ColumnDef column = ColumnAlterer.column(table, columnName.name());
        context.editor().setSequenceOwner(sequence.oid(), table.oid(), column.attnum());
    }
}
