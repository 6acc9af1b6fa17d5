package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ColumnDef.Identity;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.AlterTableCommand;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Expr;
import omendb.sql.bind.Binder;
import omendb.sql.bind.TypeResolver.TypeUse;
import omendb.sql.parse.Deparser;
import omendb.sql.parse.SqlParser;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// ALTER COLUMN TYPE: rewrites the rows unless the old values serve as they are, and rebuilds indexes and constraints.
final class TypeChanger {
    private final DdlContext context;

    TypeChanger(DdlContext context) {
        this.context = context;
    }

    /// Changes columns in one rewrite.
    void change(TableDef table, List<AlterTableCommand.SetType> commands) {
        Binder binder = context.binder();
        List<Field> row = binder.row(table);
        Map<Integer, Scalar> values = new LinkedHashMap<>();
        TableDef changed = table;
        boolean rewrite = false;
        for (AlterTableCommand.SetType command : commands) {
            ColumnDef column = ColumnAlterer.column(table, command.column());
            if (values.containsKey(column.attnum())) {
                throw DdlErrors.error(
                        SqlState.FEATURE_NOT_SUPPORTED, "cannot alter type of column \"" + column.name() + "\" twice");
            }
            TypeUse use = binder.type(command.type());
            ColumnDefiner.checkType(column.name(), use.type());
            refuseDependents(table, column);
            values.put(column.attnum(), value(binder, table, row, column, use, command.using()));
            rewrite |= command.using() != null || !servesAsIs(column, use);
            changed = changed.withColumn(retyped(binder, column, use));
            changeSequence(column, use.type(), command);
        }
        changed = withChecks(binder, changed, values.keySet());
        List<IndexDef> indexes = indexes(binder, changed);
        requireComparableKeys(changed);
        if (!rewrite) {
            context.editor().changeTable(changed);
            return;
        }
        RowRewrite work = new RowRewrite(context, table, changed);
        values.forEach((attnum, value) -> work.set(attnum, overRowOf(work, value, row)));
        for (ColumnDef column : changed.liveColumns()) {
            if (column.notNull() && values.containsKey(column.attnum())) {
                work.verifyNotNull(column);
            }
        }
        for (ConstraintDef constraint : changed.constraints()) {
            if (constraint instanceof ConstraintDef.Check check
                    && check.validated()
                    && check.attnums().stream().anyMatch(values::containsKey)) {
                work.verify(check);
            }
        }
        work.run(indexes);
        revalidateKeys(table.oid(), values.keySet());
    }

    /// The expression with the rewrite's fields in place of those it was bound with.
    private static Scalar overRowOf(RowRewrite work, Scalar value, List<Field> row) {
        return omendb.sql.plan.Scalars.replace(
                value,
                part -> part instanceof Scalar.Column(Field field) && row.contains(field)
                        ? new Scalar.Column(work.oldRow().get(row.indexOf(field)))
                        : part);
    }

    private static void refuseDependents(TableDef table, ColumnDef column) {
        if (column.isGenerated()) {
            return;
        }
        for (ColumnDef other : table.liveColumns()) {
            String sql = other.generatedSql();
            if (sql != null && StoredSql.attnums(table, sql).contains(column.attnum())) {
                throw DdlErrors.error(
                                SqlState.FEATURE_NOT_SUPPORTED,
                                "cannot alter type of a column used by a generated column")
                        .withDetail("Column \"" + column.name() + "\" is used by generated column \"" + other.name()
                                + "\".");
            }
        }
    }

    private Scalar value(
            Binder binder, TableDef table, List<Field> row, ColumnDef column, TypeUse use, @Nullable Expr using) {
        Expr written = using != null ? using : new Expr.ColumnRef(List.of(column.name()), 0);
        Scalar bound = binder.overRow(table, written, row, Binder.RowExpression.TRANSFORM);
        Scalar assigned = binder.assigned(bound, use.type(), use.typmod());
        if (assigned != null) {
            return assigned;
        }
        String name = use.type().format(-1);
        if (using != null) {
            throw DdlErrors.error(
                            SqlState.DATATYPE_MISMATCH,
                            "result of USING clause for column \"" + column.name()
                                    + "\" cannot be cast automatically to type " + name)
                    .withHint("You might need to add an explicit cast.");
        }
        throw DdlErrors.error(
                        SqlState.DATATYPE_MISMATCH,
                        "column \"" + column.name() + "\" cannot be cast automatically to type " + name)
                .withHint("You might need to specify \"USING " + Deparser.identifier(column.name()) + "::"
                        + use.type().format(use.typmod()) + "\".");
    }

    private static ColumnDef retyped(Binder binder, ColumnDef column, TypeUse use) {
        String sql = column.defaultSql();
        ColumnDef changed = column.withType(use.type(), use.typmod());
        if (column.identity() != Identity.NONE) {
            ColumnDefiner.checkIdentityType(use.type());
        }
        if (sql == null) {
            return changed;
        }
        Scalar before = binder.constant(SqlParser.parseExpression(sql), column.type(), column.typmod(), "DEFAULT");
        if (binder.assigned(before, use.type(), use.typmod()) == null) {
            throw DdlErrors.error(
                    SqlState.DATATYPE_MISMATCH,
                    "default for column \"" + column.name() + "\" cannot be cast automatically to type "
                            + use.type().format(-1));
        }
        return changed;
    }

    /// An identity column's sequence counts in the column's type.
    private void changeSequence(ColumnDef column, SqlType type, AlterTableCommand.SetType command) {
        if (column.identity() == Identity.NONE || type == column.type()) {
            return;
        }
        for (SequenceDef sequence : context.catalog().sequences()) {
            RelationOwner owner = new RelationOwner(sequence.ownerTable(), sequence.ownerAttnum());
            if (sequence.ownerTable() != 0 && owner.is(context.catalog(), column)) {
                new SequenceAlterer(context).change(sequence, List.of(new Ddl.SequenceOption.As(command.type())), true);
            }
        }
    }

    /// The column that owns a sequence.
    private record RelationOwner(int tableOid, int attnum) {
        boolean is(Catalog catalog, ColumnDef column) {
            TableDef table = catalog.table(tableOid);
            return table != null && attnum == column.attnum() && table.columns().contains(column);
        }
    }

    /// Whether stored values of the column mean the same under the new type.
    private static boolean servesAsIs(ColumnDef column, TypeUse use) {
        SqlType from = column.type();
        SqlType to = use.type();
        if (from == to) {
            return column.typmod() == use.typmod() || widens(from, column.typmod(), use.typmod());
        }
        boolean text = (from == Types.TEXT || from == Types.VARCHAR) && (to == Types.TEXT || to == Types.VARCHAR);
        return text && (use.typmod() == -1 || widens(to, column.typmod(), use.typmod()));
    }

    private static boolean widens(SqlType type, int from, int to) {
        if (type == Types.VECTOR) {
            return false; // vectors with dimensions lie in slots, others in the row
        }
        if (to == -1) {
            return type == Types.VARCHAR || type == Types.NUMERIC || type == Types.VARBIT;
        }
        if (from == -1) {
            return false;
        }
        if (type == Types.NUMERIC) {
            int scale = (to - 4) & 0x7ff;
            int precision = (to - 4) >>> 16;
            return ((from - 4) & 0x7ff) == scale && (from - 4) >>> 16 <= precision;
        }
        return (type == Types.VARCHAR || type == Types.VARBIT) && from <= to;
    }

    // ---- what hangs on the columns ----

    private static TableDef withChecks(Binder binder, TableDef changed, Set<Integer> attnums) {
        TableDef result = changed;
        for (ConstraintDef constraint : changed.constraints()) {
            if (constraint instanceof ConstraintDef.Check check
                    && check.attnums().stream().anyMatch(attnums::contains)) {
                Expr written = SqlParser.parseExpression(check.expressionSql());
                Scalar bound = binder.overRow(changed, written, binder.row(changed), Binder.RowExpression.CHECK);
                result = result.withChangedConstraint(check.withExpression(
                        StoredSql.text(binder, changed, written, bound, Binder.RowExpression.CHECK)));
            }
        }
        return result;
    }

    private List<IndexDef> indexes(Binder binder, TableDef changed) {
        List<IndexDef> indexes = new ArrayList<>();
        for (IndexDef index : context.catalog().indexesOf(changed.oid())) {
            indexes.add(new IndexKeyBinder(binder, changed).rebound(index));
        }
        return indexes;
    }

    private void requireComparableKeys(TableDef changed) {
        for (ConstraintDef.ForeignKey key : changed.foreignKeys()) {
            TableDef parent = key.tableOid() == changed.oid()
                    ? changed
                    : context.catalog().table(key.tableOid());
            if (parent != null) {
                requireComparable(changed, parent, key);
            }
        }
        for (Catalog.Reference reference : context.catalog().referencesTo(changed.oid())) {
            TableDef child = context.catalog().table(reference.tableOid());
            if (child != null && child.oid() != changed.oid()) {
                requireComparable(child, changed, reference.key());
            }
        }
    }

    private static void requireComparable(TableDef child, TableDef parent, ConstraintDef.ForeignKey key) {
        for (int i = 0; i < key.attnums().size(); i++) {
            ColumnDef column = child.column(key.attnums().get(i));
            ColumnDef target = parent.column(key.keyAttnums().get(i));
            if (!ConstraintDef.ForeignKey.comparable(column.type(), target.type())) {
                OmenException error = DdlErrors.error(
                        SqlState.DATATYPE_MISMATCH,
                        "foreign key constraint \"" + key.name() + "\" cannot be implemented");
                throw error.withDetail("Key columns \"" + column.name() + "\" and \"" + target.name()
                        + "\" are of incompatible types: " + column.type().format(-1) + " and "
                        + target.type().format(-1) + ".");
            }
        }
    }

    /// The new values may not be there any more in the tables they refer to, or that refer to them.
    private void revalidateKeys(int tableOid, Set<Integer> attnums) {
        TableDef table = context.catalog().table(tableOid);
        if (table == null) {
            return;
        }
        for (ConstraintDef.ForeignKey key : table.foreignKeys()) {
            if (key.validated() && key.attnums().stream().anyMatch(attnums::contains)) {
                context.editor().validateForeignKey(tableOid, key.name());
            }
        }
        for (Catalog.Reference reference : context.catalog().referencesTo(tableOid)) {
            if (reference.key().validated()
                    && reference.key().keyAttnums().stream().anyMatch(attnums::contains)) {
                context.editor()
                        .validateForeignKey(
                                reference.tableOid(), reference.key().name());
            }
        }
    }
}
