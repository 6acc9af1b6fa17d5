package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ColumnDef.Identity;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Expr;
import omendb.sql.ast.TableElement;
import omendb.sql.ast.TableElement.Column;
import omendb.sql.ast.TableElement.Constraint;
import omendb.sql.ast.TableElement.ConstraintBody;
import omendb.sql.ast.TypeName;
import omendb.sql.bind.TypeResolver.TypeUse;
import omendb.sql.parse.Deparser;
import org.jspecify.annotations.Nullable;

/// CREATE TABLE.
final class TableCreator {
    private static final int MOST_COLUMNS = 1600;
    private static final Set<String> SYSTEM_COLUMNS = Set.of("ctid", "xmin", "xmax", "cmin", "cmax", "tableoid");

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
    private final ConstraintCreator constraints;
    private final Ddl.CreateTable statement;
    private final List<ColumnDef> columns = new ArrayList<>();
    private final List<OwnedSequence> sequences = new ArrayList<>();

    /// Constraints of columns and table in the order written, each with its column or null.
    private final Map<Constraint, String> pending = new java.util.LinkedHashMap<>();

    TableCreator(DdlContext context, Ddl.CreateTable statement) {
        this.context = context;
        this.statement = statement;
        this.names = new RelationNames(context);
        this.constraints = new ConstraintCreator(context);
    }

    void create() {
        refuseWhatIsMissing();
        SchemaDef schema = names.creationSchema(statement.name());
        String name = statement.name().name();
        RelationDef existing = context.catalog().relation(schema.oid(), name);
        if (existing != null) {
            if (!statement.ifNotExists()) {
                throw DdlErrors.error(SqlState.DUPLICATE_TABLE, "relation \"" + name + "\" already exists");
            }
            context.notice(SqlState.DUPLICATE_TABLE, "relation \"" + name + "\" already exists, skipping");
            return;
        }
        for (TableElement element : statement.elements()) {
            switch (element) {
                case Column column -> column(schema, column);
                case Constraint constraint -> pending.put(constraint, null);
                case TableElement.Like _ -> throw DdlErrors.notSupported("CREATE TABLE ... LIKE");
            }
        }
        checkKeys();
        if (columns.size() > MOST_COLUMNS) {
            throw DdlErrors.error(SqlState.TOO_MANY_COLUMNS, "tables can have at most " + MOST_COLUMNS + " columns");
        }
        TableDef table = context.editor().createTable(schema.oid(), name, columns);
        for (OwnedSequence owned : sequences) {
            context.editor().setSequenceOwner(owned.sequence().oid(), table.oid(), owned.attnum());
        }
        // the primary key first, so that its index is the table's first; what may refer to a key last
        addConstraints(table.oid(), body -> body instanceof ConstraintBody.Key key && key.primary());
        addConstraints(
                table.oid(),
                body -> !(body instanceof ConstraintBody.Key key && key.primary())
                        && !(body instanceof ConstraintBody.ForeignKey));
        addConstraints(table.oid(), ConstraintBody.ForeignKey.class::isInstance);
    }

    private void addConstraints(int tableOid, Predicate<ConstraintBody> which) {
        pending.forEach((constraint, column) -> {
            if (which.test(constraint.body())) {
                constraints.add(tableOid, constraint, column, false);
            }
        });
    }

    private void refuseWhatIsMissing() {
        if (statement.persistence() == Ddl.Persistence.TEMPORARY) {
            throw DdlErrors.notSupported("CREATE TEMPORARY TABLE");
        }
        if (!statement.inherits().isEmpty()) {
            throw DdlErrors.notSupported("table inheritance");
        }
        if (statement.ofType() != null) {
            throw DdlErrors.notSupported("CREATE TABLE ... OF");
        }
        if (statement.partitionOf() != null || statement.partitionBy() != null) {
            throw DdlErrors.notSupported("partitioning");
        }
        if (statement.accessMethod() != null && !statement.accessMethod().equals("heap")) {
            throw DdlErrors.error(
                    SqlState.UNDEFINED_OBJECT, "access method \"" + statement.accessMethod() + "\" does not exist");
        }
        StorageOptions.checkTable(statement.options());
    }

    private void column(SchemaDef schema, Column column) {
        String name = column.name();
        if (columns.stream().anyMatch(other -> other.name().equals(name))) {
            throw DdlErrors.error(SqlState.DUPLICATE_COLUMN, "column \"" + name + "\" specified more than once");
        }
        if (SYSTEM_COLUMNS.contains(name)) {
            throw DdlErrors.error(
                    SqlState.DUPLICATE_COLUMN, "column name \"" + name + "\" conflicts with a system column name");
        }
        TypeName written = column.type();
        if (written == null) {
            throw DdlErrors.notSupported("a column without a type");
        }
        int attnum = columns.size() + 1;
        SqlType serial = written.names().size() == 1 && !written.isArray() ? SERIALS.get(written.name()) : null;
        ColumnDef def;
        if (serial != null) {
            String sequence = sequence(schema, name, serial, List.of(), attnum);
            def = new ColumnDef(attnum, name, serial, -1, true, sequence, Identity.NONE);
        } else {
            TypeUse use = context.binder().type(written);
            checkType(name, use.type());
            def = new ColumnDef(attnum, name, use.type(), use.typmod(), false, null, Identity.NONE);
        }
        columns.add(withConstraints(schema, def, column));
    }

    private static void checkType(String column, SqlType type) {
        if (type.isPseudo()) {
            throw DdlErrors.error(
                    SqlState.INVALID_TABLE_DEFINITION, "column \"" + column + "\" has pseudo-type " + type.format(-1));
        }
    }

    /// Applies NOT NULL, DEFAULT and identity; puts keys and checks aside.
    private ColumnDef withConstraints(SchemaDef schema, ColumnDef def, Column column) {
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
                    if (result.defaultSql() != null) {
                        throw twice("default values", column.name());
                    }
                    result = result.withDefault(DefaultText.of(context.binder(), value.expr(), result));
                }
                case ConstraintBody.Identity identity -> result = identity(schema, result, identity);
                case ConstraintBody.Generated _ -> throw DdlErrors.notSupported("a generated column");
                default -> pending.put(constraint, column.name());
            }
        }
        if (sawNull && sawNotNull) {
            throw DdlErrors.error(
                    SqlState.SYNTAX_ERROR,
                    "conflicting NULL/NOT NULL declarations for column \"" + column.name() + "\" of table \""
                            + statement.name().name() + "\"");
        }
        return result;
    }

    private OmenException twice(String what, String column) {
        return DdlErrors.error(
                SqlState.SYNTAX_ERROR,
                "multiple " + what + " specified for column \"" + column + "\" of table \""
                        + statement.name().name() + "\"");
    }

    private ColumnDef identity(SchemaDef schema, ColumnDef def, ConstraintBody.Identity identity) {
        if (def.type() != Types.INT2 && def.type() != Types.INT4 && def.type() != Types.INT8) {
            throw DdlErrors.error(
                    SqlState.INVALID_PARAMETER_VALUE, "identity column type must be smallint, integer, or bigint");
        }
        if (def.defaultSql() != null) {
            throw DdlErrors.error(
                    SqlState.SYNTAX_ERROR,
                    "both default and identity specified for column \"" + def.name() + "\" of table \""
                            + statement.name().name() + "\"");
        }
        String sequence = sequence(schema, def.name(), def.type(), identity.options(), def.attnum());
        return new ColumnDef(
                def.attnum(),
                def.name(),
                def.type(),
                def.typmod(),
                true,
                sequence,
                identity.always() ? Identity.ALWAYS : Identity.BY_DEFAULT);
    }

    /// Makes the column's sequence; returns the default that draws from it.
    private String sequence(
            SchemaDef schema, String column, SqlType type, List<Ddl.SequenceOption> options, int attnum) {
        String name = names.choose(schema.oid(), statement.name().name(), column, "seq");
        SequenceDef sequence = context.editor()
                .createSequence(
                        schema.oid(),
                        SequenceOptions.of(type, options, context.binder()).named(name));
        sequences.add(new OwnedSequence(sequence, attnum));
        String quoted = Deparser.identifier(name);
        boolean visible = context.searchPath().contains(schema.name());
        String qualified = visible ? quoted : Deparser.identifier(schema.name()) + "." + quoted;
        return "nextval('" + qualified.replace("'", "''") + "'::regclass)";
    }

    /// What can be said about keys before the table exists: one primary key, and its columns become NOT NULL.
    private void checkKeys() {
        boolean primarySeen = false;
        Map<String, Integer> positions = new HashMap<>();
        columns.forEach(column -> positions.put(column.name(), column.attnum()));
        for (Map.Entry<Constraint, String> entry : pending.entrySet()) {
            if (!(entry.getKey().body() instanceof ConstraintBody.Key key)) {
                continue;
            }
            if (key.primary() && primarySeen) {
                throw DdlErrors.error(
                                SqlState.INVALID_TABLE_DEFINITION,
                                "multiple primary keys for table \""
                                        + statement.name().name() + "\" are not allowed")
                        .withPosition(entry.getKey().position());
            }
            primarySeen |= key.primary();
            List<String> keyColumns = keyColumns(key, entry.getValue());
            Set<String> seen = new HashSet<>();
            for (String column : keyColumns) {
                Integer attnum = positions.get(column);
                if (attnum == null) {
                    throw DdlErrors.error(
                                    SqlState.UNDEFINED_COLUMN, "column \"" + column + "\" named in key does not exist")
                            .withPosition(entry.getKey().position());
                }
                if (!seen.add(column)) {
                    throw DdlErrors.error(
                                    SqlState.DUPLICATE_COLUMN,
                                    "column \"" + column + "\" appears twice in "
                                            + (key.primary() ? "primary key" : "unique") + " constraint")
                            .withPosition(entry.getKey().position());
                }
                if (key.primary()) {
                    columns.set(attnum - 1, columns.get(attnum - 1).withNotNull(true));
                }
            }
        }
    }

    private static List<String> keyColumns(ConstraintBody.Key key, @Nullable String column) {
        return column == null ? key.columns() : List.of(column);
    }

    /// The text of a default as the catalog keeps it.
    static final class DefaultText {
        private DefaultText() {}

        /// Checks that the expression suits the column and writes it down; a bare string gets the column's type, as
        /// PostgreSQL shows it.
        static String of(omendb.sql.bind.Binder binder, Expr expr, ColumnDef column) {
            binder.constant(expr, column.type(), column.typmod(), "DEFAULT");
            String text = Deparser.expression(expr);
            boolean bareString = expr instanceof Expr.Literal literal && literal.kind() == Expr.LiteralKind.STRING;
            return bareString ? text + "::" + column.type().format(-1) : text;
        }
    }
}
