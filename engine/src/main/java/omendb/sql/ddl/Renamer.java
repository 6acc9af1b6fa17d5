package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.ViewDef;
import omendb.engine.error.SqlState;
import omendb.engine.txn.TableLockMode;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Ddl.ObjectType;
import omendb.sql.ast.QualifiedName;
import omendb.sql.bind.StoredNames;
import omendb.sql.parse.Deparser;
import org.jspecify.annotations.Nullable;

/// ALTER ... RENAME and ALTER ... SET SCHEMA; stored expressions follow the new names.
final class Renamer {
    private final DdlContext context;
    private final RelationNames names;

    Renamer(DdlContext context) {
        this.context = context;
        this.names = new RelationNames(context);
    }

    void rename(Ddl.Rename rename) {
        if (rename.part() != null) {
            part(rename, rename.part());
            return;
        }
        switch (rename.type()) {
            case TABLE, INDEX, SEQUENCE -> relation(rename);
            case SCHEMA -> schema(rename);
            default -> throw DdlErrors.notSupported("ALTER " + rename.type().words() + " ... RENAME");
        }
    }

    private void schema(Ddl.Rename rename) {
        String name = rename.name().name();
        SchemaDef schema = context.catalog().schema(name);
        if (schema == null) {
            throw RelationNames.noSchema(name);
        }
        String newName = rename.newName();
        if (context.catalog().schema(newName) != null) {
            throw DdlErrors.error(SqlState.DUPLICATE_SCHEMA, "schema \"" + newName + "\" already exists");
        }
        if (newName.startsWith("pg_")) {
            throw DdlErrors.error(SqlState.RESERVED_NAME, "unacceptable schema name \"" + newName + "\"")
                    .withDetail("The prefix \"pg_\" is reserved for system schemas.");
        }
        List<SequenceDef> sequences = context.catalog().sequences().stream()
                .filter(sequence -> sequence.schemaOid() == schema.oid())
                .toList();
        List<SequenceUse> uses = new ArrayList<>();
        sequences.forEach(sequence -> uses.addAll(uses(sequence)));
        context.editor().renameSchema(schema.oid(), newName);
        rewrite(uses);
    }

    private @Nullable RelationDef find(QualifiedName name, boolean ifExists) {
        RelationDef relation = names.find(name);
        if (relation == null) {
            if (!ifExists) {
                throw DdlErrors.noRelation(name.toString());
            }
            context.notice(SqlState.SUCCESSFUL_COMPLETION, "relation \"" + name + "\" does not exist, skipping");
        }
        return relation;
    }

    private void relation(Ddl.Rename rename) {
        RelationDef relation = find(rename.name(), rename.ifExists());
        if (relation == null) {
            return;
        }
        // ALTER TABLE renames anything
        String kind = RelationNames.kind(relation);
        if (rename.type() != ObjectType.TABLE
                && !kind.equals(rename.type().words().toLowerCase(Locale.ROOT))) {
            throw wrongKind(relation, rename.type());
        }
        move(relation, relation.schemaOid(), rename.newName());
    }

    private static omendb.engine.error.OmenException wrongKind(RelationDef relation, ObjectType type) {
        String words = type.words().toLowerCase(Locale.ROOT);
        return DdlErrors.error(
                SqlState.WRONG_OBJECT_TYPE,
                "\"" + relation.name() + "\" is not " + (words.startsWith("i") ? "an " : "a ") + words);
    }

    private void move(RelationDef relation, int schemaOid, String name) {
        if (context.catalog().relation(schemaOid, name) != null) {
            throw DdlErrors.error(SqlState.DUPLICATE_TABLE, "relation \"" + name + "\" already exists");
        }
        List<SequenceUse> uses = relation instanceof SequenceDef sequence ? uses(sequence) : List.of();
        context.editor().moveRelation(relation.oid(), schemaOid, name);
        rewrite(uses);
        if (relation instanceof IndexDef index) {
            ConstraintDef.Key key = RelationNames.constraintOf(context.catalog(), index);
            TableDef table = context.catalog().table(index.tableOid());
            if (key != null && table != null) {
                context.editor().changeTable(table.withChangedConstraint(key.withName(name)));
            }
        }
    }

    // ---- columns and constraints ----

    private void part(Ddl.Rename rename, String part) {
        RelationDef relation = find(rename.name(), rename.ifExists());
        if (relation == null) {
            return;
        }
        if (relation instanceof ViewDef view && rename.type() == ObjectType.COLUMN) {
            new ViewCreator(context).renameColumn(view, part, rename.newName());
            return;
        }
        if (!(relation instanceof TableDef)) {
            if (rename.type() == ObjectType.COLUMN && relation instanceof IndexDef) {
                throw DdlErrors.error(
                                SqlState.WRONG_OBJECT_TYPE,
                                "cannot rename columns of relation \"" + relation.name() + "\"")
                        .withDetail("This operation is not supported for indexes.");
            }
            throw wrongKind(relation, ObjectType.TABLE);
        }
        context.transaction().lockTable(relation.oid(), TableLockMode.ACCESS_EXCLUSIVE);
        TableDef table = context.catalog().table(relation.oid());
        if (table == null) {
            throw DdlErrors.noRelation(rename.name().toString());
        }
        switch (rename.type()) {
            case COLUMN -> column(table, part, rename.newName());
            case CONSTRAINT -> constraint(table, part, rename.newName());
            default ->
                throw DdlErrors.error(
                        SqlState.UNDEFINED_OBJECT,
                        rename.type().words().toLowerCase(Locale.ROOT) + " \"" + part + "\" for table \"" + table.name()
                                + "\" does not exist");
        }
    }

    private void column(TableDef table, String name, String newName) {
        ColumnDef column = table.column(name);
        if (column == null) {
            throw DdlErrors.error(SqlState.UNDEFINED_COLUMN, "column \"" + name + "\" does not exist");
        }
        if (table.column(newName) != null) {
            throw DdlErrors.error(
                    SqlState.DUPLICATE_COLUMN,
                    "column \"" + newName + "\" of relation \"" + table.name() + "\" already exists");
        }
        ColumnDefiner.refuseSystemName(newName);
        List<ColumnDef> columns = new ArrayList<>();
        for (ColumnDef each : table.columns()) {
            ColumnDef kept = each.attnum() == column.attnum() ? each.withName(newName) : each;
            String sql = kept.generatedSql();
            columns.add(sql == null ? kept : kept.withGenerated(StoredSql.renamed(sql, name, newName)));
        }
        List<ConstraintDef> constraints = new ArrayList<>();
        for (ConstraintDef each : table.constraints()) {
            constraints.add(
                    each instanceof ConstraintDef.Check check
                            ? check.withExpression(StoredSql.renamed(check.expressionSql(), name, newName))
                            : each);
        }
        context.editor().changeTable(table.withColumns(columns).withConstraints(constraints));
        for (IndexDef index : context.catalog().indexesOf(table.oid())) {
            IndexDef renamed = renamed(index, name, newName);
            if (!renamed.equals(index)) {
                context.editor().changeIndex(renamed);
            }
        }
    }

    private static IndexDef renamed(IndexDef index, String name, String newName) {
        List<IndexDef.Key> keys = new ArrayList<>();
        for (IndexDef.Key key : index.keys()) {
            String sql = key.expressionSql();
            keys.add(sql == null ? key : key.withExpression(StoredSql.renamed(sql, name, newName)));
        }
        String predicate = index.predicateSql();
        return index.withKeys(keys, predicate == null ? null : StoredSql.renamed(predicate, name, newName));
    }

    private void constraint(TableDef table, String name, String newName) {
        ConstraintDef constraint = table.constraint(name);
        if (constraint == null) {
            throw DdlErrors.error(
                    SqlState.UNDEFINED_OBJECT,
                    "constraint \"" + name + "\" for table \"" + table.name() + "\" does not exist");
        }
        if (constraint instanceof ConstraintDef.Key key) {
            IndexDef index = context.catalog().index(key.indexOid());
            if (index != null) {
                move(index, index.schemaOid(), newName);
            }
            return;
        }
        ConstraintCreator.checkName(table, newName);
        context.editor().changeTable(table.withChangedConstraint(constraint.withName(newName)));
    }

    // ---- SET SCHEMA ----

    void setSchema(Ddl.SetSchema set) {
        switch (set.type()) {
            case TABLE, INDEX, SEQUENCE, VIEW -> {}
            default -> throw DdlErrors.notSupported("ALTER " + set.type().words() + " ... SET SCHEMA");
        }
        RelationDef relation = find(set.name().name(), set.ifExists());
        if (relation == null) {
            return;
        }
        if (relation instanceof IndexDef) {
            throw DdlErrors.error(
                            SqlState.WRONG_OBJECT_TYPE, "cannot change schema of index \"" + relation.name() + "\"")
                    .withHint("Change the schema of the table instead.");
        }
        SchemaDef schema = names.schema(set.schema(), 0);
        if (context.catalog().isTemporary(relation) != RelationNames.isTemporary(schema)) {
            throw DdlErrors.error(
                    SqlState.FEATURE_NOT_SUPPORTED, "cannot move objects into or out of temporary schemas");
        }
        if (relation instanceof SequenceDef sequence && sequence.ownerTable() != 0) {
            TableDef owner = context.catalog().table(sequence.ownerTable());
            throw DdlErrors.error(SqlState.FEATURE_NOT_SUPPORTED, "cannot move an owned sequence into another schema")
                    .withDetail("Sequence \"" + sequence.name() + "\" is linked to table \""
                            + (owner == null ? "" : owner.name()) + "\".");
        }
        if (relation.schemaOid() == schema.oid()) {
            return;
        }
        if (context.catalog().relation(schema.oid(), relation.name()) != null) {
            throw DdlErrors.error(
                    SqlState.DUPLICATE_TABLE,
                    "relation \"" + relation.name() + "\" already exists in schema \"" + schema.name() + "\"");
        }
        move(relation, schema.oid(), relation.name());
        if (relation instanceof TableDef table) {
            context.catalog().indexesOf(table.oid()).forEach(index -> move(index, schema.oid(), index.name()));
            context.catalog()
                    .sequencesOwnedBy(table.oid())
                    .forEach(sequence -> move(sequence, schema.oid(), sequence.name()));
        }
    }

    // ---- defaults that draw from a sequence ----

    /// A default whose text names a sequence.
    private record SequenceUse(int tableOid, int attnum, int sequenceOid, String text) {}

    private List<SequenceUse> uses(SequenceDef sequence) {
        List<SequenceUse> uses = new ArrayList<>();
        for (TableDef table : context.catalog().tables()) {
            for (ColumnDef column : table.liveColumns()) {
                String sql = column.defaultSql();
                if (sql == null) {
                    continue;
                }
                for (String text : StoredSql.regclassNames(sql)) {
                    if (sequence.equals(StoredNames.relation(context.catalog(), context.searchPath(), table, text))) {
                        uses.add(new SequenceUse(table.oid(), column.attnum(), sequence.oid(), text));
                    }
                }
            }
        }
        return uses;
    }

    private void rewrite(List<SequenceUse> uses) {
        for (SequenceUse use : uses) {
            TableDef table = context.catalog().table(use.tableOid());
            SequenceDef sequence = context.catalog().sequence(use.sequenceOid());
            if (table == null || sequence == null) {
                continue;
            }
            ColumnDef column = table.column(use.attnum());
            String now = Deparser.string(names.shown(sequence));
            String text = String.valueOf(column.defaultSql()).replace(Deparser.string(use.text()), now);
            context.editor().changeTable(table.withColumn(column.withDefault(text)));
        }
    }
}
