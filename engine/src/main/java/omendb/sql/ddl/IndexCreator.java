package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SchemaEditor.NewIndex;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.SortItem;
import org.jspecify.annotations.Nullable;

/// CREATE INDEX.
final class IndexCreator {
    private static final int MOST_KEYS = 32;
    private static final int MOST_HNSW_DIMENSIONS = 16_000;
    private static final Set<String> HNSW_CLASSES =
            Set.of("vector_l2_ops", "vector_ip_ops", "vector_cosine_ops", "vector_l1_ops");

    /// PostgreSQL's and pgvector's methods that do not exist here yet.
    private static final Set<String> LATER = Set.of("hash", "gin", "gist", "spgist", "brin", "ivfflat", "alex");

    private final DdlContext context;
    private final RelationNames names;

    IndexCreator(DdlContext context) {
        this.context = context;
        this.names = new RelationNames(context);
    }

    void create(Ddl.CreateIndex statement) {
        if (statement.concurrently() && context.inTransactionBlock()) {
            throw DdlErrors.error(
                    SqlState.ACTIVE_SQL_TRANSACTION, "CREATE INDEX CONCURRENTLY cannot run inside a transaction block");
        }
        TableDef table = names.table(statement.table());
        String method = method(statement);
        if (statement.where() != null) {
            throw DdlErrors.notSupported("a partial index");
        }
        if (!statement.including().isEmpty()) {
            throw DdlErrors.notSupported("INCLUDE");
        }
        if (statement.elements().size() > MOST_KEYS) {
            throw DdlErrors.error(
                    SqlState.TOO_MANY_COLUMNS, "cannot use more than " + MOST_KEYS + " columns in an index");
        }
        boolean hnsw = method.equals(IndexDef.HNSW);
        List<IndexDef.Key> keys = new ArrayList<>();
        List<String> columns = new ArrayList<>();
        for (Ddl.IndexElement element : statement.elements()) {
            ColumnDef column = column(table, element);
            columns.add(column.name());
            keys.add(hnsw ? vectorKey(element, column) : key(element, column));
        }
        Map<String, String> options = hnsw ? hnswOptions(statement) : StorageOptions.btree(statement.options());
        String name = statement.name();
        if (name == null) {
            name = names.choose(table.schemaOid(), table.name(), RelationNames.joined(columns), "idx");
        } else if (context.catalog().relation(table.schemaOid(), name) != null) {
            if (!statement.ifNotExists()) {
                throw DdlErrors.error(SqlState.DUPLICATE_TABLE, "relation \"" + name + "\" already exists");
            }
            context.notice(SqlState.DUPLICATE_TABLE, "relation \"" + name + "\" already exists, skipping");
            return;
        }
        context.editor()
                .createIndex(
                        table.oid(),
                        new NewIndex(
                                name, method, statement.unique(), !statement.nullsNotDistinct(), keys, null, options));
    }

    private static String method(Ddl.CreateIndex statement) {
        String method = statement.accessMethod() == null ? IndexDef.BTREE : statement.accessMethod();
        if (method.equals(IndexDef.BTREE) || method.equals(IndexDef.HNSW)) {
            return method;
        }
        if (LATER.contains(method)) {
            throw DdlErrors.notSupported("access method \"" + method + "\"")
                    .withHint("Use btree, or hnsw for vectors.");
        }
        throw DdlErrors.error(SqlState.UNDEFINED_OBJECT, "access method \"" + method + "\" does not exist");
    }

    private static ColumnDef column(TableDef table, Ddl.IndexElement element) {
        if (element.column() == null) {
            throw DdlErrors.notSupported("an index on an expression");
        }
        ColumnDef column = table.column(element.column());
        if (column == null) {
            throw DdlErrors.error(SqlState.UNDEFINED_COLUMN, "column \"" + element.column() + "\" does not exist")
                    .withPosition(element.position());
        }
        return column;
    }

    private static IndexDef.Key key(Ddl.IndexElement element, ColumnDef column) {
        checkOrderable(column.type(), IndexDef.BTREE);
        String operatorClass =
                element.operatorClass() == null ? null : element.operatorClass().name();
        if (operatorClass != null && !isBtreeClass(operatorClass, column.type())) {
            throw noClass(operatorClass, IndexDef.BTREE);
        }
        boolean descending = element.direction() == SortItem.Direction.DESC;
        boolean nullsFirst =
                element.nulls() == SortItem.Nulls.DEFAULT ? descending : element.nulls() == SortItem.Nulls.FIRST;
        return new IndexDef.Key(column.attnum(), null, operatorClass, descending, nullsFirst);
    }

    /// Refuses a type that an index's operator class (null = the default) does not take.
    static void checkClass(String method, @Nullable String operatorClass, SqlType type, int typmod) {
        if (method.equals(IndexDef.HNSW)) {
            checkVector(operatorClass, type, typmod);
            return;
        }
        checkOrderable(type, method);
        if (operatorClass != null && !isBtreeClass(operatorClass, type)) {
            throw classRefuses(operatorClass, type);
        }
    }

    private static OmenException classRefuses(String operatorClass, SqlType type) {
        return DdlErrors.error(
                SqlState.DATATYPE_MISMATCH,
                "operator class \"" + operatorClass + "\" does not accept data type " + type.format(-1));
    }

    /// The type's own class; text's pattern class orders by bytes as our texts always are.
    private static boolean isBtreeClass(String name, SqlType type) {
        boolean text = type == Types.TEXT || type == Types.VARCHAR;
        return name.equals(type.name() + "_ops")
                || (text && (name.equals("text_ops") || name.equals("varchar_ops")))
                || (text && (name.equals("text_pattern_ops") || name.equals("varchar_pattern_ops")))
                || (type == Types.BPCHAR && name.equals("bpchar_pattern_ops"));
    }

    /// @throws omendb.engine.error.UserException 42704 if values of the type have no order
    static void checkOrderable(SqlType type, String method) {
        if (!type.isOrderable()) {
            throw noDefaultClass(type, method);
        }
    }

    private static OmenException noDefaultClass(SqlType type, String method) {
        return DdlErrors.error(
                        SqlState.UNDEFINED_OBJECT,
                        "data type " + type.format(-1) + " has no default operator class for access method \"" + method
                                + "\"")
                .withHint("You must specify an operator class for the index or define a default operator class for the"
                        + " data type.");
    }

    private static OmenException noClass(String name, String method) {
        return DdlErrors.error(
                SqlState.UNDEFINED_OBJECT,
                "operator class \"" + name + "\" does not exist for access method \"" + method + "\"");
    }

    private static Map<String, String> hnswOptions(Ddl.CreateIndex statement) {
        if (statement.unique()) {
            throw unsupportedByHnsw("unique indexes");
        }
        if (statement.elements().size() > 1) {
            throw unsupportedByHnsw("multicolumn indexes");
        }
        return StorageOptions.hnsw(statement.options());
    }

    private static OmenException unsupportedByHnsw(String what) {
        return DdlErrors.error(SqlState.FEATURE_NOT_SUPPORTED, "access method \"hnsw\" does not support " + what);
    }

    private static void checkVector(@Nullable String operatorClass, SqlType type, int dimensions) {
        if (type != Types.VECTOR) {
            throw classRefuses(String.valueOf(operatorClass), type);
        }
        if (dimensions < 1) {
            throw DdlErrors.error(SqlState.INVALID_PARAMETER_VALUE, "column does not have dimensions");
        }
        if (dimensions > MOST_HNSW_DIMENSIONS) {
            throw DdlErrors.error(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "column cannot have more than " + MOST_HNSW_DIMENSIONS + " dimensions for hnsw index");
        }
    }

    private static IndexDef.Key vectorKey(Ddl.IndexElement element, ColumnDef column) {
        if (element.operatorClass() == null) {
            throw noDefaultClass(column.type(), IndexDef.HNSW);
        }
        String operatorClass = element.operatorClass().name();
        if (!HNSW_CLASSES.contains(operatorClass)) {
            throw noClass(operatorClass, IndexDef.HNSW);
        }
        if (element.direction() != SortItem.Direction.DEFAULT) {
            throw unsupportedByHnsw("ASC/DESC options");
        }
        if (element.nulls() != SortItem.Nulls.DEFAULT) {
            throw unsupportedByHnsw("NULLS FIRST/LAST options");
        }
        checkVector(operatorClass, column.type(), column.typmod());
        return new IndexDef.Key(column.attnum(), null, operatorClass, false, false);
    }
}
