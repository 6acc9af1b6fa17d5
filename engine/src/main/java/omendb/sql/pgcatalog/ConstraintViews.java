package omendb.sql.pgcatalog;

import java.util.List;
import java.util.stream.Collectors;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.ConstraintDef;
import omendb.engine.catalog.SequenceDef;
import omendb.engine.catalog.TableDef;

/// Constraints and what depends on what.
final class ConstraintViews {
    private static final int PG_CLASS = 1259;
    private static final int PG_CONSTRAINT = 2606;

    private ConstraintViews() {}

    static void register(SystemViews.Builder builder) {
        builder.add("pg_catalog.pg_constraint", ConstraintViews::constraints);
        builder.add("pg_catalog.pg_depend", ConstraintViews::dependencies);
    }

    private static void constraints(SystemState state, NamedRows rows) {
        for (TableDef table : state.catalog().tables()) {
            for (ConstraintDef constraint : table.constraints()) {
                NamedRows row = rows.row()
                        .set("oid", constraint.oid())
                        .set("conname", constraint.name())
                        .set("connamespace", table.schemaOid())
                        .set("condeferrable", constraint.timing().deferrable())
                        .set("condeferred", constraint.timing() == ConstraintDef.Timing.DEFERRED)
                        .set("convalidated", true)
                        .set("conrelid", table.oid())
                        .set("contypid", 0)
                        .set("conparentid", 0)
                        .set("confrelid", 0)
                        .set("confupdtype", " ")
                        .set("confdeltype", " ")
                        .set("confmatchtype", " ")
                        .set("conislocal", true)
                        .set("coninhcount", 0)
                        .set("conkey", array(constraint.attnums()));
                switch (constraint) {
                    case ConstraintDef.Key key ->
                        row.set("contype", key.primary() ? "p" : "u")
                                .set("conindid", key.indexOid())
                                .set("connoinherit", true);
                    case ConstraintDef.Check check ->
                        row.set("contype", "c")
                                .set("conindid", 0)
                                .set("connoinherit", check.noInherit())
                                .set("convalidated", check.validated())
                                .set("conbin", check.expressionSql());
                    case ConstraintDef.ForeignKey key -> foreignKey(row, key);
                }
            }
        }
    }

    private static void foreignKey(NamedRows row, ConstraintDef.ForeignKey key) {
        row.set("contype", "f")
                .set("conindid", key.indexOid())
                .set("connoinherit", true)
                .set("convalidated", key.validated())
                .set("confrelid", key.tableOid())
                .set("confupdtype", code(key.onUpdate()))
                .set("confdeltype", code(key.onDelete()))
                .set("confmatchtype", key.matchFull() ? "f" : "s")
                .set("confkey", array(key.keyAttnums()));
        if (!key.setAttnums().isEmpty()) {
            row.set("confdelsetcols", array(key.setAttnums()));
        }
    }

    /// pg_constraint's letter of an action.
    private static String code(ConstraintDef.Action action) {
        return switch (action) {
            case NO_ACTION -> "a";
            case RESTRICT -> "r";
            case CASCADE -> "c";
            case SET_NULL -> "n";
            case SET_DEFAULT -> "d";
        };
    }

    private static String array(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    private static void dependencies(SystemState state, NamedRows rows) {
        Catalog catalog = state.catalog();
        for (SequenceDef sequence : catalog.sequences()) {
            if (sequence.ownerTable() != 0) {
                TableDef table = catalog.table(sequence.ownerTable());
                boolean identity = table != null
                        && table.column(sequence.ownerAttnum()).identity()
                                != omendb.engine.catalog.ColumnDef.Identity.NONE;
                dependency(rows, PG_CLASS, sequence.oid(), PG_CLASS, sequence.ownerTable())
                        .set("refobjsubid", sequence.ownerAttnum())
                        .set("deptype", identity ? "i" : "a");
            }
        }
        for (TableDef table : catalog.tables()) {
            for (ConstraintDef constraint : table.constraints()) {
                if (constraint instanceof ConstraintDef.Key key) {
                    dependency(rows, PG_CLASS, key.indexOid(), PG_CONSTRAINT, key.oid())
                            .set("refobjsubid", 0)
                            .set("deptype", "i");
                }
                if (constraint instanceof ConstraintDef.ForeignKey key) {
                    dependency(rows, PG_CONSTRAINT, constraint.oid(), PG_CLASS, key.indexOid())
                            .set("refobjsubid", 0)
                            .set("deptype", "n");
                    for (int attnum : key.keyAttnums()) {
                        dependency(rows, PG_CONSTRAINT, constraint.oid(), PG_CLASS, key.tableOid())
                                .set("refobjsubid", attnum)
                                .set("deptype", "n");
                    }
                }
                dependency(rows, PG_CONSTRAINT, constraint.oid(), PG_CLASS, table.oid())
                        .set(
                                "refobjsubid",
                                constraint.attnums().isEmpty()
                                        ? 0
                                        : constraint.attnums().getFirst())
                        .set("deptype", "a");
            }
        }
    }

    private static NamedRows dependency(NamedRows rows, int catalog, int oid, int referencedCatalog, int referenced) {
        return rows.row()
                .set("classid", catalog)
                .set("objid", oid)
                .set("objsubid", 0)
                .set("refclassid", referencedCatalog)
                .set("refobjid", referenced);
    }
}
