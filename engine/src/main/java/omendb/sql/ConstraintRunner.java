package omendb.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.table.ConstraintEvents;
import omendb.engine.table.ReferentialActions;
import omendb.engine.table.Table;
import omendb.engine.txn.Transaction;
import omendb.engine.type.Batch;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Utility;
import omendb.sql.bind.Binder;
import omendb.sql.bind.ParameterTypes;
import omendb.sql.exec.ReferencingRows;
import omendb.sql.plan.Field;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// Fires the checks and actions of constraints: after each statement, before the commit, at SET CONSTRAINTS.
final class ConstraintRunner implements ReferentialActions, AutoCloseable {
    private final SessionParts parts;
    private final Map<Change, ReferencingRows> compiled = new HashMap<>();
    private long catalogVersion;

    /// How an action sets columns.
    private enum How {
        KEY,
        NULL,
        DEFAULT
    }

    /// @param key whose new key is taken over, null = none
    private record Change(int tableOid, How how, List<Integer> attnums, ConstraintDef.@Nullable ForeignKey key) {}

    ConstraintRunner(SessionParts parts) {
        this.parts = parts;
    }

    /// Fires what the statement has queued; its own reading must be over.
    void afterStatement(Transaction transaction) {
        ConstraintEvents events = transaction.participantIfAny(ConstraintEvents.class);
        if (events != null) {
            events.endStatement(this);
        }
    }

    /// Fires what is deferred.
    void beforeCommit(Transaction transaction) {
        ConstraintEvents events = transaction.participantIfAny(ConstraintEvents.class);
        if (events != null && events.hasDeferred()) {
            transaction.startStatement();
            events.checkDeferred(true, this);
            transaction.endStatement();
        }
    }

    /// SET CONSTRAINTS.
    void set(Utility.SetConstraints set) {
        if (!parts.transactions().inBlock()) {
            parts.listener()
                    .notice(
                            "WARNING",
                            SqlState.NO_ACTIVE_SQL_TRANSACTION,
                            "SET CONSTRAINTS can only be used in transaction blocks",
                            null,
                            null);
        }
        Transaction transaction = parts.transactions().startStatement();
        try {
            parts.evaluation();
            parts.environment().refresh();
            ConstraintEvents events = parts.database().constraintEvents(transaction);
            if (set.names().isEmpty()) {
                events.setAll(set.deferred());
            } else {
                List<ConstraintDef> constraints = new ArrayList<>();
                set.names().forEach(name -> constraints.addAll(find(name, set.deferred())));
                events.set(constraints, set.deferred());
            }
            if (!set.deferred()) {
                events.checkDeferred(false, this);
            }
        } finally {
            parts.transactions().endStatement();
        }
    }

    /// The deferrable constraints of a name, in the first schema that has any of that name.
    private List<ConstraintDef> find(QualifiedName name, boolean deferred) {
        Catalog catalog = parts.environment().catalog();
        String written = name.schema() == null ? null : parts.environment().resolve(name.schema());
        if (written != null && catalog.schema(written) == null) {
            throw new UserException(SqlState.INVALID_SCHEMA_NAME, "schema \"" + written + "\" does not exist");
        }
        for (String schemaName : written == null ? parts.environment().searchPath() : List.of(written)) {
            SchemaDef schema = catalog.schema(schemaName);
            List<ConstraintDef> found = schema == null ? List.of() : named(catalog, schema, name.name());
            if (found.isEmpty()) {
                continue;
            }
            if (deferred
                    && !found.stream()
                            .allMatch(constraint -> constraint.timing().deferrable())) {
                throw new UserException(
                        SqlState.WRONG_OBJECT_TYPE, "constraint \"" + name.name() + "\" is not deferrable");
            }
            return found.stream()
                    .filter(constraint -> constraint.timing().deferrable())
                    .toList();
        }
        throw new UserException(SqlState.UNDEFINED_OBJECT, "constraint \"" + name + "\" does not exist");
    }

    private static List<ConstraintDef> named(Catalog catalog, SchemaDef schema, String name) {
        List<ConstraintDef> found = new ArrayList<>();
        for (TableDef table : catalog.tables()) {
            ConstraintDef constraint = table.schemaOid() == schema.oid() ? table.constraint(name) : null;
            if (constraint != null) {
                found.add(constraint);
            }
        }
        return found;
    }

    // ---- actions ----

    @Override
    public void cascade(Table child, ConstraintDef.ForeignKey key, Batch newKey, List<Long> rowIds) {
        set(child, new Change(child.def().oid(), How.KEY, key.attnums(), key), newKey, rowIds);
    }

    @Override
    public void setNull(Table child, List<Integer> attnums, List<Long> rowIds) {
        set(child, new Change(child.def().oid(), How.NULL, attnums, null), null, rowIds);
    }

    @Override
    public void setDefault(Table child, List<Integer> attnums, List<Long> rowIds) {
        set(child, new Change(child.def().oid(), How.DEFAULT, attnums, null), null, rowIds);
    }

    private void set(Table child, Change change, @Nullable Batch newKey, List<Long> rowIds) {
        if (rowIds.isEmpty()) {
            return;
        }
        Catalog catalog = parts.environment().refresh();
        if (catalog.version() != catalogVersion) {
            close();
            catalogVersion = catalog.version();
        }
        ReferencingRows rows = compiled.get(change);
        if (rows == null) {
            rows = compile(catalog, child.def(), change);
            compiled.put(change, rows);
        }
        Transaction transaction =
                java.util.Objects.requireNonNull(parts.transactions().current());
        rows.set(parts.queries().statement(transaction, parts.evaluation(), List.of()), child, newKey, rowIds);
    }

    private ReferencingRows compile(Catalog catalog, TableDef table, Change change) {
        Binder binder = new Binder(parts.environment(), ParameterTypes.of(new int[0]));
        List<Field> newRow = binder.row(table);
        List<ColumnDef> columns = change.attnums().stream().map(table::column).toList();
        List<Field> input = change.key() == null ? List.of() : newKey(catalog, change.key(), binder);
        List<Scalar> values = switch (change.how()) {
            case KEY -> binder.assignments(input, columns);
            case NULL -> {
                List<Scalar> nulls = new ArrayList<>();
                columns.forEach(column -> nulls.add(Scalar.Constant.ofNull(column.type())));
                yield nulls;
            }
            case DEFAULT -> {
                List<Scalar> defaults = binder.defaults(table);
                yield change.attnums().stream()
                        .map(attnum -> defaults.get(attnum - 1))
                        .toList();
            }
        };
        SchemaDef schema = catalog.schema(table.schemaOid());
        return new ReferencingRows(
                new ReferencingRows.Target(
                        table,
                        schema == null ? "" : schema.name(),
                        input,
                        change.attnums(),
                        values,
                        newRow,
                        binder.checks(table, newRow)),
                catalog,
                parts.queries()::planSubquery);
    }

    /// The fields of the referenced columns, in the foreign key's order.
    private static List<Field> newKey(Catalog catalog, ConstraintDef.ForeignKey key, Binder binder) {
        TableDef parent = java.util.Objects.requireNonNull(catalog.table(key.tableOid()));
        List<Field> row = binder.row(parent);
        return key.keyAttnums().stream().map(attnum -> row.get(attnum - 1)).toList();
    }

    /// Frees what was compiled.
    @Override
    public void close() {
        compiled.values().forEach(ReferencingRows::close);
        compiled.clear();
    }
}
