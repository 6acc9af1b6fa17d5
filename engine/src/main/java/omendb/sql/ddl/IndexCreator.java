package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import omendb.ann.ElementType;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SchemaEditor.NewIndex;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.VectorClasses;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.table.IndexSlots;
import omendb.engine.type.SqlType;
import omendb.engine.type.TermExtractor;
import omendb.engine.type.Types;
import omendb.sql.ast.AstWalker;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.Expr;
import omendb.sql.ast.Query;
import omendb.sql.ast.SortItem;
import omendb.sql.bind.Binder;
import omendb.sql.pgcatalog.IndexNames;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;
import org.jspecify.annotations.Nullable;

/// CREATE INDEX.
final class IndexCreator {
    private static final int MOST_KEYS = 32;
    private static final Set<String> METHODS =
            Set.of(IndexDef.BTREE, IndexDef.HASH, IndexDef.HNSW, IndexDef.IVFFLAT, IndexDef.GIN, IndexDef.BRIN);

    /// PostgreSQL's and pgvector's methods that do not exist here yet.
    private static final Set<String> LATER = Set.of("gist", "spgist", "alex");

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
        checkForm(statement, method);
        List<IndexDef.Key> keys = new ArrayList<>();
        List<String> columns = new ArrayList<>();
        for (Ddl.IndexElement element : statement.elements()) {
            IndexDef.Key key = key(table, element, method);
            keys.add(key);
            columns.add(numbered(
                    element.expr() == null || key.attnum() > 0
                            ? table.column(key.attnum()).name()
                            : IndexNames.of(element.expr()),
                    columns));
        }
        List<Integer> included = included(table, statement.including());
        statement.including().forEach(name -> columns.add(numbered(name, columns)));
        Map<String, String> options = StorageOptions.ofIndex(method, statement.options(), Map.of());
        String predicate = statement.where() == null ? null : predicate(table, statement.where());
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
                                name,
                                method,
                                statement.unique(),
                                !statement.nullsNotDistinct(),
                                keys,
                                predicate,
                                options,
                                included));
    }

    private static String numbered(String name, List<String> before) {
        String unique = name;
        for (int number = 1; before.contains(unique); number++) {
            unique = name + number;
        }
        return unique;
    }

    /// What an access method cannot do.
    private static void checkForm(Ddl.CreateIndex statement, String method) {
        boolean btree = method.equals(IndexDef.BTREE);
        if (!btree && statement.unique()) {
            throw unsupported(method, "unique indexes");
        }
        if (!btree && !statement.including().isEmpty()) {
            throw unsupported(method, "included columns");
        }
        boolean several = btree || method.equals(IndexDef.GIN) || method.equals(IndexDef.BRIN);
        if (!several && statement.elements().size() > 1) {
            throw unsupported(method, "multicolumn indexes");
        }
        if (statement.elements().size() + statement.including().size() > MOST_KEYS) {
            throw DdlErrors.error(
                    SqlState.TOO_MANY_COLUMNS, "cannot use more than " + MOST_KEYS + " columns in an index");
        }
    }

    private static List<Integer> included(TableDef table, List<String> names) {
        List<Integer> attnums = new ArrayList<>();
        for (String name : names) {
            ColumnDef column = table.column(name);
            if (column == null) {
                throw DdlErrors.error(SqlState.UNDEFINED_COLUMN, "column \"" + name + "\" does not exist");
            }
            attnums.add(column.attnum());
        }
        return attnums;
    }

    private static String method(Ddl.CreateIndex statement) {
        String method = statement.accessMethod() == null ? IndexDef.BTREE : statement.accessMethod();
        if (METHODS.contains(method)) {
            return method;
        }
        if (LATER.contains(method)) {
            throw DdlErrors.notSupported("access method \"" + method + "\"")
                    .withHint("Use btree, gin for documents and arrays, or hnsw for vectors.");
        }
        throw DdlErrors.error(SqlState.UNDEFINED_OBJECT, "access method \"" + method + "\" does not exist");
    }

    private IndexDef.Key key(TableDef table, Ddl.IndexElement element, String method) {
        boolean btree = method.equals(IndexDef.BTREE);
        if (!btree && element.direction() != SortItem.Direction.DEFAULT) {
            throw unsupported(method, "ASC/DESC options");
        }
        if (!btree && element.nulls() != SortItem.Nulls.DEFAULT) {
            throw unsupported(method, "NULLS FIRST/LAST options");
        }
        String operatorClass =
                element.operatorClass() == null ? null : element.operatorClass().name();
        boolean descending = element.direction() == SortItem.Direction.DESC;
        boolean nullsFirst =
                element.nulls() == SortItem.Nulls.DEFAULT ? descending : element.nulls() == SortItem.Nulls.FIRST;
        String name = element.expr() instanceof Expr.ColumnRef reference ? reference.name() : element.column();
        if (name != null) {
            ColumnDef column = table.column(name);
            if (column == null) {
                throw DdlErrors.error(SqlState.UNDEFINED_COLUMN, "column \"" + name + "\" does not exist");
            }
            String chosen = operatorClass == null ? VectorClasses.byDefault(method, column.type()) : operatorClass;
            checkWritten(method, chosen, column.type(), column.typmod());
            String kept = isDefaultOfGin(method, chosen, column.type()) ? null : chosen;
            return new IndexDef.Key(column.attnum(), null, kept, descending, nullsFirst);
        }
        Expr expr = Objects.requireNonNull(element.expr());
        Scalar bound = bound(table, expr, Binder.RowExpression.INDEX_KEY, "index expression");
        String chosen = operatorClass == null ? VectorClasses.byDefault(method, bound.type()) : operatorClass;
        checkWritten(method, chosen, bound.type(), bound.typmod());
        return new IndexDef.Key(
                0,
                StoredSql.text(context.binder(), table, expr, bound, Binder.RowExpression.INDEX_KEY),
                isDefaultOfGin(method, chosen, bound.type()) ? null : chosen,
                descending,
                nullsFirst,
                bound.type(),
                bound.typmod());
    }

    private String predicate(TableDef table, Expr where) {
        Scalar bound = bound(table, where, Binder.RowExpression.INDEX_PREDICATE, "index predicate");
        return StoredSql.text(context.binder(), table, where, bound, Binder.RowExpression.INDEX_PREDICATE);
    }

    private Scalar bound(TableDef table, Expr expr, Binder.RowExpression what, String place) {
        AstWalker.forEach(expr, Query.class, query -> {
            throw DdlErrors.error(SqlState.FEATURE_NOT_SUPPORTED, "cannot use subquery in " + place);
        });
        Binder binder = context.binder();
        Scalar bound = binder.overRow(table, expr, binder.row(table), what);
        if (!Scalars.isImmutable(bound)) {
            throw DdlErrors.error(
                    SqlState.INVALID_OBJECT_DEFINITION, "functions in " + place + " must be marked IMMUTABLE");
        }
        return bound;
    }

    private static boolean isDefaultOfGin(String method, @Nullable String operatorClass, SqlType type) {
        return method.equals(IndexDef.GIN)
                && operatorClass != null
                && operatorClass.equals(TermExtractor.defaultClass(type));
    }

    private static void checkWritten(String method, @Nullable String operatorClass, SqlType type, int typmod) {
        if (IndexDef.isVector(method)) {
            if (operatorClass == null) {
                throw noDefaultClass(type, method);
            }
            if (VectorClasses.find(method, operatorClass) == null) {
                throw noClass(operatorClass, method);
            }
        } else if (method.equals(IndexDef.GIN)) {
            if (operatorClass != null && !TermExtractor.isClass(operatorClass)) {
                throw noClass(operatorClass, method);
            }
        } else if (operatorClass != null && !isBtreeClass(operatorClass, type)) {
            throw isAnyClass(operatorClass) ? classRefuses(operatorClass, type) : noClass(operatorClass, method);
        }
        checkClass(method, operatorClass, type, typmod);
    }

    private static boolean isAnyClass(String name) {
        int end = name.lastIndexOf("_ops");
        return end > 0 && Types.parse(name.substring(0, end).replace("_pattern", "")) != null;
    }

    /// Refuses a type that an index's operator class (null = the default) does not take.
    static void checkClass(String method, @Nullable String operatorClass, SqlType type, int typmod) {
        if (IndexDef.isVector(method)) {
            checkVector(method, operatorClass, type, typmod);
            return;
        }
        if (method.equals(IndexDef.GIN)) {
            if (TermExtractor.of(operatorClass, type) == null) {
                throw operatorClass == null ? noDefaultClass(type, method) : classRefuses(operatorClass, type);
            }
            return;
        }
        checkOrderable(type, method);
        if (method.equals(IndexDef.BRIN) && !hasRanges(type)) {
            throw noDefaultClass(type, method);
        }
        if (operatorClass != null && !isBtreeClass(operatorClass, type)) {
            throw classRefuses(operatorClass, type);
        }
    }

    /// Whether PostgreSQL summarises ranges of the type's values (brin).
    private static boolean hasRanges(SqlType type) {
        return !type.isArray()
                && type != Types.BOOL
                && type != Types.JSONB
                && type != Types.TSVECTOR
                && type != Types.TSQUERY
                && type.schema().equals("pg_catalog");
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

    private static OmenException unsupported(String method, String what) {
        return DdlErrors.error(
                SqlState.FEATURE_NOT_SUPPORTED, "access method \"" + method + "\" does not support " + what);
    }

    private static void checkVector(String method, @Nullable String operatorClass, SqlType type, int dimensions) {
        VectorClasses.VectorClass known = operatorClass == null ? null : VectorClasses.find(operatorClass);
        ElementType element = IndexSlots.element(type);
        if (known == null || known.type() != type || element == null) {
            throw classRefuses(String.valueOf(operatorClass), type);
        }
        if (dimensions < 1) {
            throw DdlErrors.error(SqlState.INVALID_PARAMETER_VALUE, "column does not have dimensions");
        }
        if (dimensions > element.mostDimensions()) {
            throw DdlErrors.error(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "column cannot have more than " + element.mostDimensions() + " dimensions for " + method
                            + " index");
        }
    }
}
