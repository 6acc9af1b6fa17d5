package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ColumnDef.Identity;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SchemaEditor.NewSequence;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.AstWalker;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import omendb.sql.ast.TableElement.Column;
import omendb.sql.ast.TableElement.Constraint;
import omendb.sql.ast.TableElement.ConstraintBody;
import omendb.sql.ast.TypeName;
import omendb.sql.bind.Binder;
import omendb.sql.bind.TypeResolver.TypeUse;
import omendb.sql.parse.Deparser;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;

/// Columns as CREATE TABLE and ADD COLUMN write them: type, default, identity, generation; constraints are put aside.
final class ColumnDefiner {
    private static final Set<String> SYSTEM_COLUMNS = Set.of("ctid", "xmin", "xmax", "cmin", "cmax", "tableoid");

    /// A sequence named by a literal: the catalog says what kind of name it is, as PostgreSQL does.
    private static final Pattern SEQUENCE_NAME = Pattern.compile("(\\bnextval\\('(?:[^']|'')*')\\)");

    /// Types that mean a sequence; never schema-qualified.
    private static final Map<String, SqlType> SERIALS = Map.of(
            "serial", Types.INT4,
            "serial4", Types.INT4,
            "bigserial", Types.INT8,
            "serial8", Types.INT8,
            "smallserial", Types.INT2,
            "serial2", Types.INT2);

    /// A sequence that a column owns, made before the table and handed over after.
    private record OwnedSequence(SequenceDef sequence, int attnum) {}

    private final DdlContext context;
    private final RelationNames names;
    private final SchemaDef schema;
    private final String tableName;
    private final List<OwnedSequence> sequences = new ArrayList<>();
    private final Map<Constraint, String> pending = new LinkedHashMap<>();
    private final Map<Integer, Expr> generated = new LinkedHashMap<>();

    ColumnDefiner(DdlContext context, SchemaDef schema, String tableName) {
        this.context = context;
        this.names = new RelationNames(context);
        this.schema = schema;
        this.tableName = tableName;
    }

    /// Constraints written on columns, each with its column, in the order written.
    Map<Constraint, String> pending() {
        return pending;
    }

    /// Makes the columns the owners of their sequences.
    void own(int tableOid) {
        for (OwnedSequence owned : sequences) {
            context.editor().setSequenceOwner(owned.sequence().oid(), tableOid, owned.attnum());
        }
    }

    ColumnDef define(Column column, int attnum) {
        String name = column.name();
        refuseSystemName(name);
        TypeName written = column.type();
        if (written == null) {
            throw DdlErrors.notSupported("a column without a type");
        }
        SqlType serial = written.names().size() == 1 && !written.isArray() ? SERIALS.get(written.name()) : null;
        ColumnDef def;
        if (serial != null) {
            String sequence = sequence(name, serial, List.of(), attnum);
            def = new ColumnDef(attnum, name, serial, -1, true, sequence, Identity.NONE);
        } else {
            TypeUse use = context.binder().type(written);
            checkType(name, use.type());
            def = new ColumnDef(attnum, name, use.type(), use.typmod(), false, null, Identity.NONE);
        }
        StorageOptions.checkColumn(column.compression(), def.type());
        return withConstraints(def, column);
    }

    static void refuseSystemName(String name) {
        if (SYSTEM_COLUMNS.contains(name)) {
            throw DdlErrors.error(
                    SqlState.DUPLICATE_COLUMN, "column name \"" + name + "\" conflicts with a system column name");
        }
    }

    static void checkType(String column, SqlType type) {
        if (type.isPseudo()) {
            throw DdlErrors.error(
                    SqlState.INVALID_TABLE_DEFINITION, "column \"" + column + "\" has pseudo-type " + type.format(-1));
        }
    }

    /// Applies NOT NULL, DEFAULT and identity; puts keys, checks and generation expressions aside.
    private ColumnDef withConstraints(ColumnDef def, Column column) {
        ColumnDef result = def;
        boolean sawNull = false;
        boolean sawNotNull = def.notNull();
        for (Constraint constraint : column.constraints()) {
            switch (constraint.body()) {
                case ConstraintBody.NotNull _ -> {
                    sawNotNull = true;
                    result = result.withNotNull(true);
                }
                case ConstraintBody.AllowNull _ -> sawNull = true;
                case ConstraintBody.DefaultValue value -> {
                    if (result.defaultSql() != null && result.identity() == Identity.NONE) {
                        throw syntax("multiple default values specified", column);
                    }
                    result = result.withDefault(defaultText(context.binder(), value.expr(), result));
                }
                case ConstraintBody.Identity identity -> result = identity(result, identity, column);
                case ConstraintBody.Generated expression -> {
                    if (!expression.stored()) {
                        throw DdlErrors.notSupported("a VIRTUAL generated column");
                    }
                    if (generated.put(def.attnum(), expression.expr()) != null) {
                        throw syntax("multiple generation clauses specified", column);
                    }
                }
                default -> pending.put(constraint, column.name());
            }
        }
        checkSources(result, column);
        if (sawNull && sawNotNull) {
            throw syntax("conflicting NULL/NOT NULL declarations", column);
        }
        return result;
    }

    /// One of default, identity and generation at most.
    private void checkSources(ColumnDef def, Column column) {
        boolean isIdentity = def.identity() != Identity.NONE;
        boolean isGenerated = generated.containsKey(def.attnum());
        boolean written = column.constraints().stream()
                .anyMatch(constraint -> constraint.body() instanceof ConstraintBody.DefaultValue);
        if (written && isIdentity) {
            throw syntax("both default and identity specified", column);
        }
        if (isGenerated && def.defaultSql() != null && !isIdentity) {
            throw syntax("both default and generation expression specified", column);
        }
        if (isGenerated && isIdentity) {
            throw syntax("both identity and generation expression specified", column);
        }
    }

    private OmenException syntax(String what, Column column) {
        return DdlErrors.error(
                SqlState.SYNTAX_ERROR, what + " for column \"" + column.name() + "\" of table \"" + tableName + "\"");
    }

    private ColumnDef identity(ColumnDef def, ConstraintBody.Identity identity, Column column) {
        if (def.identity() != Identity.NONE) {
            throw syntax("multiple identity specifications", column);
        }
        checkIdentityType(def.type());
        if (def.defaultSql() != null) {
            throw syntax("both default and identity specified", column);
        }
        return def.withNotNull(true)
                .withDefault(sequence(def.name(), def.type(), identity.options(), def.attnum()))
                .withIdentity(identity.always() ? Identity.ALWAYS : Identity.BY_DEFAULT);
    }

    static void checkIdentityType(SqlType type) {
        if (type != Types.INT2 && type != Types.INT4 && type != Types.INT8) {
            throw DdlErrors.error(
                    SqlState.INVALID_PARAMETER_VALUE, "identity column type must be smallint, integer, or bigint");
        }
    }

    /// Makes the column's sequence; returns the default that draws from it.
    String sequence(String column, SqlType type, List<Ddl.SequenceOption> options, int attnum) {
        String name = names.choose(schema.oid(), tableName, column, "seq");
        return sequence(SequenceOptions.of(type, options, context.binder()).named(name), attnum);
    }

    /// The same with the properties of another.
    String sequence(String column, NewSequence other, int attnum) {
        return sequence(
                new NewSequence(
                        names.choose(schema.oid(), tableName, column, "seq"),
                        other.type(),
                        other.start(),
                        other.increment(),
                        other.minimum(),
                        other.maximum(),
                        other.cache(),
                        other.cycle()),
                attnum);
    }

    private String sequence(NewSequence options, int attnum) {
        SequenceDef sequence = context.editor().createSequence(schema.oid(), options);
        sequences.add(new OwnedSequence(sequence, attnum));
        return nextval(context, schema, options.name());
    }

    /// The default that draws from a sequence.
    static String nextval(DdlContext context, SchemaDef schema, String name) {
        String quoted = Deparser.identifier(name);
        boolean visible = context.searchPath().contains(schema.name());
        String qualified = visible ? quoted : Deparser.identifier(schema.name()) + "." + quoted;
        return "nextval('" + qualified.replace("'", "''") + "'::regclass)";
    }

    /// The text of a default as the catalog keeps it: checks that the expression suits the column and writes it down; a
    /// bare string gets the column's type, as PostgreSQL shows it.
    static String defaultText(Binder binder, Expr expr, ColumnDef column) {
        AstWalker.forEach(expr, Query.class, query -> {
            throw DdlErrors.error(SqlState.FEATURE_NOT_SUPPORTED, "cannot use subquery in DEFAULT expression");
        });
        binder.constant(expr, column.type(), column.typmod(), "DEFAULT");
        String text = SEQUENCE_NAME.matcher(Deparser.expression(expr)).replaceAll("$1::regclass)");
        boolean bareString = expr instanceof Expr.Literal literal && literal.kind() == Expr.LiteralKind.STRING;
        return bareString ? text + "::" + column.type().format(-1) : text;
    }

    // ---- generated columns ----

    /// The columns with the expressions of those that are generated, bound against all of them.
    List<ColumnDef> withGenerated(List<ColumnDef> columns) {
        if (generated.isEmpty()) {
            return columns;
        }
        List<ColumnDef> result = new ArrayList<>(columns);
        // so that an expression is seen to refer to another generated column
        generated.forEach(
                (attnum, _) -> result.set(attnum - 1, result.get(attnum - 1).withGenerated("NULL")));
        TableDef table = new TableDef(0, schema.oid(), tableName, 0, result, List.of());
        generated.forEach((attnum, expr) -> result.set(
                attnum - 1, table.column(attnum).withGenerated(generationText(table, table.column(attnum), expr))));
        return result;
    }

    private String generationText(TableDef table, ColumnDef column, Expr expr) {
        AstWalker.forEach(expr, Query.class, query -> {
            throw DdlErrors.error(
                    SqlState.FEATURE_NOT_SUPPORTED, "cannot use subquery in column generation expression");
        });
        Binder binder = context.binder();
        Scalar bound = binder.overRow(table, expr, binder.row(table), Binder.RowExpression.GENERATED);
        for (int attnum : StoredSql.attnums(bound)) {
            if (table.column(attnum).isGenerated()) {
                throw DdlErrors.error(
                                SqlState.INVALID_OBJECT_DEFINITION,
                                "cannot use generated column \""
                                        + table.column(attnum).name() + "\" in column generation expression")
                        .withDetail(
                                attnum == column.attnum()
                                        ? "This would cause the generated column to depend on its own value."
                                        : "A generated column cannot reference another generated column.");
            }
        }
        if (binder.assigned(bound, column.type(), column.typmod()) == null) {
            throw DdlErrors.error(
                            SqlState.DATATYPE_MISMATCH,
                            "column \"" + column.name() + "\" is of type "
                                    + column.type().format(-1) + " but default expression is of type "
                                    + bound.type().format(-1))
                    .withHint("You will need to rewrite or cast the expression.");
        }
        if (!Scalars.isImmutable(bound)) {
            throw DdlErrors.error(SqlState.INVALID_OBJECT_DEFINITION, "generation expression is not immutable");
        }
        return StoredSql.text(binder, table, expr, bound, Binder.RowExpression.GENERATED);
    }
}
