package omendb.engine.table;

import java.util.StringJoiner;
import java.util.stream.Collectors;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.TypeContext;
import omendb.engine.type.ValueArena;

/// PostgreSQL's wording for rows that a constraint refuses.
final class ConstraintErrors {
    /// PostgreSQL cuts the values it shows in "Failing row contains" at 64 bytes.
    private static final int MAX_SHOWN = 64;

    private ConstraintErrors() {}

    static OmenException notNull(Catalog catalog, TableDef table, ColumnDef column, RowSource row) {
        String shown = table.liveColumns().stream()
                .map(each -> row.isNull(each.attnum()) ? "null" : cut(text(each, row)))
                .collect(Collectors.joining(", "));
        return new UserException(
                        SqlState.NOT_NULL_VIOLATION,
                        "null value in column \"" + column.name() + "\" of relation \"" + table.name()
                                + "\" violates not-null constraint")
                .withDetail("Failing row contains (" + shown + ").")
                .withTable(schemaName(catalog, table), table.name())
                .withColumn(column.name());
    }

    static OmenException duplicateKey(Catalog catalog, TableDef table, IndexKeys keys, IndexRow row) {
        return unique(
                        catalog,
                        table,
                        keys.index(),
                        "duplicate key value violates unique constraint \""
                                + keys.index().name() + "\"")
                .withDetail("Key " + keyText(table, keys, row) + " already exists.");
    }

    /// For the build of a unique index over existing rows.
    static OmenException cannotCreateUnique(Catalog catalog, TableDef table, IndexKeys keys, IndexRow row) {
        return unique(
                        catalog,
                        table,
                        keys.index(),
                        "could not create unique index \"" + keys.index().name() + "\"")
                .withDetail("Key " + keyText(table, keys, row) + " is duplicated.");
    }

    private static OmenException unique(Catalog catalog, TableDef table, IndexDef index, String message) {
        return new UserException(SqlState.UNIQUE_VIOLATION, message)
                .withTable(schemaName(catalog, table), table.name())
                .withConstraint(index.name());
    }

    /// A referencing row without the row it refers to.
    ///
    /// @param mixed MATCH FULL, and only some of its columns are NULL
    static OmenException noReferencedRow(Catalog catalog, ForeignKeyPath path, boolean mixed) {
        TableDef child = path.child().def();
        ConstraintDef.ForeignKey key = path.key();
        String detail = mixed
                ? "MATCH FULL does not allow mixing of null and nonnull key values."
                : "Key " + ForeignKeyPath.text(child, key.attnums(), path.childValues()) + " is not present in table \""
                        + path.parent().def().name() + "\".";
        return new UserException(
                        SqlState.FOREIGN_KEY_VIOLATION,
                        "insert or update on table \"" + child.name() + "\" violates foreign key constraint \""
                                + key.name() + "\"")
                .withDetail(detail)
                .withTable(schemaName(catalog, child), child.name())
                .withConstraint(key.name());
    }

    /// A key that is gone, and a row that refers to it.
    static OmenException stillReferenced(Catalog catalog, ForeignKeyPath path) {
        TableDef child = path.child().def();
        TableDef parent = path.parent().def();
        ConstraintDef.ForeignKey key = path.key();
        return new UserException(
                        SqlState.FOREIGN_KEY_VIOLATION,
                        "update or delete on table \"" + parent.name() + "\" violates foreign key constraint \""
                                + key.name() + "\" on table \"" + child.name() + "\"")
                .withDetail("Key " + ForeignKeyPath.text(parent, key.keyAttnums(), path.oldKey())
                        + " is still referenced from table \"" + child.name() + "\".")
                .withTable(schemaName(catalog, child), child.name())
                .withConstraint(key.name());
    }

    private static String keyText(TableDef table, IndexKeys keys, IndexRow row) {
        StringJoiner names = new StringJoiner(", ", "(", ")");
        StringJoiner values = new StringJoiner(", ", "(", ")");
        for (int i = 0; i < keys.columnCount(); i++) {
            IndexDef.Key key = keys.index().keys().get(i);
            names.add(
                    key.expressionSql() != null
                            ? key.expressionSql()
                            : table.column(key.attnum()).name());
            values.add(row.isNull(i) ? "null" : text(keys.type(i), row.lane(i), row.length(i)));
        }
        return names + "=" + values;
    }

    private static String text(ColumnDef column, RowSource row) {
        return text(column.type(), row.lane(column.attnum()), row.length(column.attnum()));
    }

    static String text(SqlType type, long lane, int length) {
        try (ValueArena arena = new ValueArena();
                ColumnVector value = ColumnVector.allocate(type, arena)) {
            if (type.kind() == SqlType.Kind.BYTES) {
                value.setReference(0, lane, length);
            } else {
                value.setLong(0, lane);
            }
            return type.io().toText(TypeContext.DEFAULT, value, 0);
        }
    }

    private static String cut(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
    }

    private static String schemaName(Catalog catalog, TableDef table) {
        SchemaDef schema = catalog.schema(table.schemaOid());
        return schema == null ? "" : schema.name();
    }
}
