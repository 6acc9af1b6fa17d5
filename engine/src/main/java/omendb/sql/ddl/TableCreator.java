package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.TableElement;
import omendb.sql.ast.TableElement.Column;
import omendb.sql.ast.TableElement.Constraint;
import omendb.sql.ast.TableElement.ConstraintBody;
import org.jspecify.annotations.Nullable;

/// CREATE TABLE.
final class TableCreator {
    private static final int MOST_COLUMNS = 1600;
    private final DdlContext context;
    private final RelationNames names;
    private final ConstraintCreator constraints;
    private final Ddl.CreateTable statement;
    private final List<ColumnDef> columns = new ArrayList<>();
    private final SchemaDef schema;
    private final ColumnDefiner definer;
    private Map<String, String> options = Map.of();
    private final List<TableLike> likes = new ArrayList<>();

    /// Constraints of columns and table in the order written, each with its column or null.
    private final Map<Constraint, String> pending = new LinkedHashMap<>();

    TableCreator(DdlContext context, Ddl.CreateTable statement) {
        this.context = context;
        this.statement = statement;
        this.names = new RelationNames(context);
        this.constraints = new ConstraintCreator(context);
        this.schema = names.creationSchema(statement.name(), statement.persistence());
        this.definer = new ColumnDefiner(context, schema, statement.name().name());
    }

    /// Whether there is no relation of the name yet; false after the notice of IF NOT EXISTS.
    boolean isWanted() {
        String name = statement.name().name();
        RelationDef existing = context.catalog().relation(schema.oid(), name);
        if (existing == null) {
            return true;
        }
        if (!statement.ifNotExists()) {
            throw DdlErrors.error(SqlState.DUPLICATE_TABLE, "relation \"" + name + "\" already exists");
        }
        context.notice(SqlState.DUPLICATE_TABLE, "relation \"" + name + "\" already exists, skipping");
        return false;
    }

    void create() {
        refuseWhatIsMissing();
        if (!isWanted()) {
            return;
        }
        for (TableElement element : statement.elements()) {
            switch (element) {
                case Column column -> column(column);
                case Constraint constraint -> pending.put(constraint, null);
                case TableElement.Like like -> like(like);
            }
        }
        checkKeys();
        TableDef table = createTable();
        // the primary key first, so that its index is the table's first; what may refer to a key last
        addConstraints(table.oid(), body -> body instanceof ConstraintBody.Key key && key.primary());
        addConstraints(
                table.oid(),
                body -> !(body instanceof ConstraintBody.Key key && key.primary())
                        && !(body instanceof ConstraintBody.ForeignKey));
        likes.forEach(like -> like.finish(
                table.oid(), QualifiedName.of(schema.name(), statement.name().name())));
        addConstraints(table.oid(), ConstraintBody.ForeignKey.class::isInstance);
    }

    private TableDef createTable() {
        String name = statement.name().name();
        if (columns.size() > MOST_COLUMNS) {
            throw DdlErrors.error(SqlState.TOO_MANY_COLUMNS, "tables can have at most " + MOST_COLUMNS + " columns");
        }
        TableDef table = context.editor().createTable(schema.oid(), name, definer.withGenerated(columns));
        if (!options.isEmpty()) {
            context.editor().setTableOptions(table.oid(), options);
        }
        definer.own(table.oid());
        context.onCommit(table.oid(), statement.onCommit());
        return table;
    }

    private void like(TableElement.Like element) {
        TableLike like = new TableLike(context, element);
        for (ColumnDef column : like.columns(definer, columns.size() + 1)) {
            requireNew(column.name());
            columns.add(column);
        }
        like.checks().forEach(check -> pending.put(check, null));
        likes.add(like);
    }

    /// CREATE TABLE AS: the columns are known, there are no constraints.
    TableDef create(List<ColumnDef> known) {
        refuseWhatIsMissing();
        known.forEach(column -> {
            requireNew(column.name());
            ColumnDefiner.refuseSystemName(column.name());
            ColumnDefiner.checkType(column.name(), column.type());
            columns.add(column);
        });
        return createTable();
    }

    private void requireNew(String name) {
        if (columns.stream().anyMatch(other -> other.name().equals(name))) {
            throw DdlErrors.error(SqlState.DUPLICATE_COLUMN, "column \"" + name + "\" specified more than once");
        }
    }

    private void addConstraints(int tableOid, Predicate<ConstraintBody> which) {
        pending.forEach((constraint, column) -> {
            if (which.test(constraint.body())) {
                constraints.add(tableOid, constraint, column, false);
            }
        });
    }

    private void refuseWhatIsMissing() {
        if (statement.onCommit() != Ddl.OnCommit.NONE && !RelationNames.isTemporary(schema)) {
            throw DdlErrors.error(SqlState.INVALID_TABLE_DEFINITION, "ON COMMIT can only be used on temporary tables");
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
        options = new LinkedHashMap<>(StorageOptions.table(statement.options(), Map.of()));
        if (statement.persistence() == Ddl.Persistence.UNLOGGED) {
            options.put(TableDef.UNLOGGED, "");
        }
    }

    private void column(Column column) {
        requireNew(column.name());
        columns.add(definer.define(column, columns.size() + 1));
        pending.putAll(definer.pending());
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
}
