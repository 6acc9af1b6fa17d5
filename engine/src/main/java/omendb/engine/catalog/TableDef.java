package omendb.engine.catalog;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A table.
///
/// @param storageId names the row tree and the vector directories; differs from the oid after TRUNCATE, never reused
/// @param columns   in attnum order, without gaps: dropped ones too
/// @param options   storage parameters as written and other settings kept for the catalogs (`replica identity`)
public record TableDef(
        int oid,
        int schemaOid,
        String name,
        long storageId,
        List<ColumnDef> columns,
        List<ConstraintDef> constraints,
        Map<String, String> options)
        implements RelationDef {
    /// Option: pg_class.relreplident, for `i` followed by the index's oid; absent = default.
    public static final String REPLICA_IDENTITY = "replica identity";

    /// Option: oid of the index that CLUSTER ON names.
    public static final String CLUSTERED_ON = "clustered on";

    /// Storage parameter: how blocks of the table's rows are compressed.
    public static final String COMPRESSION = "compression";

    /// A value of [#COMPRESSION].
    public static final String LZ4 = "lz4";

    /// Option: the table was created UNLOGGED, or made so.
    public static final String UNLOGGED = "unlogged";

    public TableDef {
        columns = List.copyOf(columns);
        constraints = List.copyOf(constraints);
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    public TableDef(
            int oid,
            int schemaOid,
            String name,
            long storageId,
            List<ColumnDef> columns,
            List<ConstraintDef> constraints) {
        this(oid, schemaOid, name, storageId, columns, constraints, Map.of());
    }

    /// The columns that have not been dropped.
    public List<ColumnDef> liveColumns() {
        return columns.stream().filter(column -> !column.dropped()).toList();
    }

    /// Whether new blocks of the table's rows are to be compressed.
    public boolean isCompressed() {
        return LZ4.equals(options.get(COMPRESSION));
    }

    /// The column of that name, or null.
    public @Nullable ColumnDef column(String columnName) {
        for (ColumnDef column : columns) {
            if (!column.dropped() && column.name().equals(columnName)) {
                return column;
            }
        }
        return null;
    }

    /// The column of that number.
    public ColumnDef column(int attnum) {
        return columns.get(attnum - 1);
    }

    /// The constraint of that name, or null.
    public @Nullable ConstraintDef constraint(String constraintName) {
        for (ConstraintDef constraint : constraints) {
            if (constraint.name().equals(constraintName)) {
                return constraint;
            }
        }
        return null;
    }

    /// The primary key, or null.
    public ConstraintDef.@Nullable Key primaryKey() {
        for (ConstraintDef constraint : constraints) {
            if (constraint instanceof ConstraintDef.Key key && key.primary()) {
                return key;
            }
        }
        return null;
    }

    public boolean isUnlogged() {
        return options.containsKey(UNLOGGED);
    }

    /// UNLOGGED, or LOGGED again.
    public TableDef withUnlogged(boolean on) {
        Map<String, String> changed = new LinkedHashMap<>(options);
        if (on) {
            changed.put(UNLOGGED, "");
        } else {
            changed.remove(UNLOGGED);
        }
        return withOptions(changed);
    }

    public TableDef withColumns(List<ColumnDef> changed) {
        return new TableDef(oid, schemaOid, name, storageId, changed, constraints, options);
    }

    public TableDef withConstraints(List<ConstraintDef> changed) {
        return new TableDef(oid, schemaOid, name, storageId, columns, changed, options);
    }

    public TableDef withSchema(int newSchemaOid) {
        return new TableDef(oid, newSchemaOid, name, storageId, columns, constraints, options);
    }

    public TableDef withOptions(Map<String, String> changed) {
        return new TableDef(oid, schemaOid, name, storageId, columns, constraints, changed);
    }

    public TableDef withName(String newName) {
        return new TableDef(oid, schemaOid, newName, storageId, columns, constraints, options);
    }

    public TableDef withStorage(long newStorageId) {
        return new TableDef(oid, schemaOid, name, newStorageId, columns, constraints, options);
    }

    public TableDef withColumn(ColumnDef changed) {
        List<ColumnDef> list = new ArrayList<>(columns);
        list.set(changed.attnum() - 1, changed);
        return new TableDef(oid, schemaOid, name, storageId, list, constraints, options);
    }

    public TableDef withConstraint(ConstraintDef added) {
        List<ConstraintDef> list = new ArrayList<>(constraints);
        list.add(added);
        return new TableDef(oid, schemaOid, name, storageId, columns, list, options);
    }

    /// The table with a constraint in place of the one with its oid.
    public TableDef withChangedConstraint(ConstraintDef changed) {
        List<ConstraintDef> list = new ArrayList<>(constraints);
        list.replaceAll(constraint -> constraint.oid() == changed.oid() ? changed : constraint);
        return new TableDef(oid, schemaOid, name, storageId, columns, list, options);
    }

    /// Its foreign keys.
    public List<ConstraintDef.ForeignKey> foreignKeys() {
        return constraints.stream()
                .filter(ConstraintDef.ForeignKey.class::isInstance)
                .map(ConstraintDef.ForeignKey.class::cast)
                .toList();
    }

    public TableDef withoutConstraint(int constraintOid) {
        List<ConstraintDef> list = new ArrayList<>(constraints);
        list.removeIf(constraint -> constraint.oid() == constraintOid);
        return new TableDef(oid, schemaOid, name, storageId, columns, list, options);
    }
}
