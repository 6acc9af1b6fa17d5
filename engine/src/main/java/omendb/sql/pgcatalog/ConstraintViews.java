package omendb.sql.pgcatalog;

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
                        .set("condeferrable", false)
                        .set("condeferred", false)
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
                        .set("conkey", array(constraint));
                switch (constraint) {
                    case ConstraintDef.Key key ->
                        row.set("contype", key.primary() ? "p" : "u")
                                .set("conindid", key.indexOid())
                                .set("connoinherit", true);
                    case ConstraintDef.Check check ->
                        row.set("contype", "c")
                                .set("conindid", 0)
                                .set("connoinherit", false)
                                .set("conbin", check.expressionSql());
                }
            }
        }
    }

    private static String array(ConstraintDef constraint) {
        return constraint.attnums().stream().map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
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
