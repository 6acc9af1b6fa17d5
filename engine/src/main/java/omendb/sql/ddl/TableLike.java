package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.CommentDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.SystemClasses;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.ViewDef;
import omendb.engine.error.SqlState;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.TableElement;
import omendb.sql.ast.TableElement.Constraint;
import omendb.sql.ast.TableElement.ConstraintBody;
import omendb.sql.parse.SqlParser;
import omendb.sql.pgcatalog.Definitions;
import org.jspecify.annotations.Nullable;

/// `LIKE table INCLUDING ...` of CREATE TABLE: copies columns before the table exists, indexes and comments after.
final class TableLike {
    private enum Part {
        COMMENTS,
        COMPRESSION,
        CONSTRAINTS,
        DEFAULTS,
        GENERATED,
        IDENTITY,
        INDEXES,
        STATISTICS,
        STORAGE
    }

    private final DdlContext context;
    private final TableDef source;
    private final Set<Part> parts = EnumSet.noneOf(Part.class);

    /// The new columns' numbers by those of the source.
    private final Map<Integer, Integer> attnums = new LinkedHashMap<>();

    TableLike(DdlContext context, TableElement.Like like) {
        this.context = context;
        RelationNames names = new RelationNames(context);
        RelationDef relation = names.find(like.table());
        if (relation != null && !(relation instanceof TableDef) && !(relation instanceof ViewDef)) {
            throw DdlErrors.error(
                            SqlState.WRONG_OBJECT_TYPE,
                            "relation \"" + relation.name() + "\" is invalid in LIKE clause")
                    .withDetail("This operation is not supported for "
                            + (relation instanceof IndexDef ? "indexes." : "sequences."))
                    .withPosition(like.table().position());
        }
        this.source = relation instanceof ViewDef view ? asTable(view) : names.table(like.table());
        for (String option : like.options()) {
            String what = option.substring(option.indexOf(' ') + 1);
            Set<Part> meant = what.equals("ALL") ? EnumSet.allOf(Part.class) : EnumSet.of(Part.valueOf(what));
            if (option.startsWith("INCLUDING")) {
                parts.addAll(meant);
            } else {
                parts.removeAll(meant);
            }
        }
    }

    private static TableDef asTable(ViewDef view) {
        List<ColumnDef> columns = new ArrayList<>();
        for (ViewDef.Column column : view.columns()) {
            columns.add(new ColumnDef(
                    columns.size() + 1,
                    column.name(),
                    column.type(),
                    column.typmod(),
                    false,
                    null,
                    ColumnDef.Identity.NONE));
        }
        return new TableDef(view.oid(), view.schemaOid(), view.name(), 0, columns, List.of());
    }

    /// The columns, numbered from `first`; those of identities get their sequences.
    List<ColumnDef> columns(ColumnDefiner definer, int first) {
        List<ColumnDef> columns = new ArrayList<>();
        for (ColumnDef column : source.liveColumns()) {
            int attnum = first + columns.size();
            attnums.put(column.attnum(), attnum);
            columns.add(column(definer, column, attnum));
        }
        return columns;
    }

    private ColumnDef column(ColumnDefiner definer, ColumnDef column, int attnum) {
        ColumnDef copy = new ColumnDef(
                attnum, column.name(), column.type(), column.typmod(), column.notNull(), null, ColumnDef.Identity.NONE);
        boolean isIdentity = column.identity() != ColumnDef.Identity.NONE;
        if (column.isGenerated() && parts.contains(Part.GENERATED)) {
            copy = copy.withGenerated(column.generatedSql());
        } else if (isIdentity && parts.contains(Part.IDENTITY)) {
            SequenceDef sequence = sequenceOf(column);
            if (sequence != null) {
                copy = copy.withDefault(definer.sequence(column.name(), SequenceOptions.of(sequence), attnum))
                        .withIdentity(column.identity());
            }
        } else if (!isIdentity && !column.isGenerated() && parts.contains(Part.DEFAULTS)) {
            copy = copy.withDefault(column.defaultSql());
        }
        Map<String, String> options = new LinkedHashMap<>();
        copyOption(Part.STORAGE, "storage", column, options);
        copyOption(Part.COMPRESSION, "compression", column, options);
        return options.isEmpty() ? copy : copy.withOptions(options);
    }

    private void copyOption(Part part, String name, ColumnDef column, Map<String, String> into) {
        String value = column.options().get(name);
        if (value != null && parts.contains(part)) {
            into.put(name, value);
        }
    }

    private @Nullable SequenceDef sequenceOf(ColumnDef column) {
        for (SequenceDef sequence : context.catalog().sequencesOwnedBy(source.oid())) {
            if (sequence.ownerAttnum() == column.attnum()) {
                return sequence;
            }
        }
        return null;
    }

    /// The CHECK constraints, under their names.
    List<Constraint> checks() {
        List<Constraint> checks = new ArrayList<>();
        for (ConstraintDef constraint : source.constraints()) {
            if (constraint instanceof ConstraintDef.Check check && parts.contains(Part.CONSTRAINTS)) {
                checks.add(new Constraint(
                        check.name(),
                        new ConstraintBody.Check(SqlParser.parseExpression(check.expressionSql()), check.noInherit()),
                        false,
                        false,
                        false,
                        0));
            }
        }
        return checks;
    }

    /// Indexes, with the constraints they serve, and comments.
    void finish(int tableOid, QualifiedName name) {
        if (parts.contains(Part.INDEXES)) {
            for (IndexDef index : context.catalog().indexesOf(source.oid())) {
                int created = index(index, tableOid, name);
                copyComment(SystemClasses.RELATION, index.oid(), 0, created, 0);
            }
        }
        attnums.forEach((from, to) -> copyComment(SystemClasses.RELATION, source.oid(), from, tableOid, to));
        TableDef table = context.catalog().table(tableOid);
        for (ConstraintDef check : source.constraints()) {
            ConstraintDef copy =
                    table == null || !parts.contains(Part.CONSTRAINTS) || !(check instanceof ConstraintDef.Check)
                            ? null
                            : table.constraint(check.name());
            if (copy != null) {
                copyComment(SystemClasses.CONSTRAINT, check.oid(), 0, copy.oid(), 0);
            }
        }
    }

    private void copyComment(int classOid, int from, int fromSub, int to, int toSub) {
        CommentDef comment = parts.contains(Part.COMMENTS) ? context.catalog().comment(classOid, from, fromSub) : null;
        if (comment != null) {
            context.editor().comment(classOid, to, toSub, comment.text());
        }
    }

    /// Makes an index as the source has it, under a name of its own; returns its oid.
    private int index(IndexDef index, int tableOid, QualifiedName name) {
        ConstraintDef.Key key = RelationNames.constraintOf(context.catalog(), index);
        if (key == null) {
            Ddl.CreateIndex written = (Ddl.CreateIndex) SqlParser.parse(Definitions.index(context.catalog(), index))
                    .getFirst()
                    .statement();
            new IndexCreator(context)
                    .create(new Ddl.CreateIndex(
                            null,
                            written.unique(),
                            false,
                            false,
                            name,
                            false,
                            written.accessMethod(),
                            written.elements(),
                            written.including(),
                            written.nullsNotDistinct(),
                            written.options(),
                            null,
                            written.where(),
                            0));
        } else {
            List<Ddl.Option> options = new ArrayList<>();
            index.options().forEach((option, value) -> options.add(new Ddl.Option(option, value, 0)));
            ConstraintBody.Key body = new ConstraintBody.Key(
                    key.primary(),
                    names(key.attnums()),
                    !index.nullsDistinct(),
                    names(index.included()),
                    options,
                    null,
                    null);
            new ConstraintCreator(context)
                    .add(
                            tableOid,
                            new Constraint(
                                    null,
                                    body,
                                    key.timing().deferrable(),
                                    key.timing() == ConstraintDef.Timing.DEFERRED,
                                    false,
                                    0),
                            null,
                            false);
        }
        return context.catalog().indexesOf(tableOid).getLast().oid();
    }

    private List<String> names(List<Integer> columns) {
        return columns.stream().map(attnum -> source.column(attnum).name()).toList();
    }
}
