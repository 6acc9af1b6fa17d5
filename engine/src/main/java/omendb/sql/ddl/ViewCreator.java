package omendb.sql.ddl;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import omendb.engine.catalog.ColumnDef;
import omendb.engine.catalog.RelationDef;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.catalog.ViewDef;
import omendb.engine.error.SqlState;
import omendb.engine.txn.TableLockMode;
import omendb.sql.ast.AstWalker;
import omendb.sql.ast.Ddl;
import omendb.sql.ast.QualifiedName;
import omendb.sql.ast.Query;
import omendb.sql.ast.TableRef;
import omendb.sql.parse.Deparser;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.Optimizer;

/// CREATE [OR REPLACE] VIEW, and new names of a view's columns.
final class ViewCreator {
    private final DdlContext context;
    private final RelationNames names;

    ViewCreator(DdlContext context) {
        this.context = context;
        this.names = new RelationNames(context);
    }

    void create(Ddl.CreateView create) {
        if (create.persistence() == Ddl.Persistence.UNLOGGED) {
            throw DdlErrors.error(SqlState.SYNTAX_ERROR, "views cannot be unlogged because they do not have storage");
        }
        if (create.recursive()) {
            throw DdlErrors.notSupported("CREATE RECURSIVE VIEW");
        }
        if (create.checkOption() != null) {
            throw DdlErrors.notSupported("WITH CHECK OPTION");
        }
        LogicalPlan plan = context.binder().bind(create.query());
        List<ViewDef.Reference> references = references(create.query(), Optimizer.optimize(plan));
        SchemaDef schema = schema(create, references);
        ViewDef view = new ViewDef(
                0,
                schema.oid(),
                create.name().name(),
                columns(create, plan.output()),
                Deparser.query(create.query()),
                context.searchPath(),
                references);
        RelationDef existing = context.catalog().relation(schema.oid(), view.name());
        if (existing == null) {
            context.editor().createView(view);
        } else if (!create.replace()) {
            throw DdlErrors.error(SqlState.DUPLICATE_TABLE, "relation \"" + view.name() + "\" already exists");
        } else if (existing instanceof ViewDef old) {
            replace(old, view);
        } else {
            throw DdlErrors.error(SqlState.WRONG_OBJECT_TYPE, "\"" + view.name() + "\" is not a view");
        }
    }

    /// A view of temporary relations is temporary itself.
    private SchemaDef schema(Ddl.CreateView create, List<ViewDef.Reference> references) {
        QualifiedName name = new QualifiedName(create.name().parts(), 0); // PostgreSQL has no position here
        boolean implied = create.persistence() == Ddl.Persistence.PERMANENT
                && references.stream()
                        .map(reference -> context.catalog().relation(reference.relationOid()))
                        .anyMatch(relation ->
                                relation != null && context.catalog().isTemporary(relation));
        if (implied) {
            context.notice(
                    SqlState.SUCCESSFUL_COMPLETION, "view \"" + create.name().name() + "\" will be a temporary view");
        }
        return names.creationSchema(name, implied ? Ddl.Persistence.TEMPORARY : create.persistence());
    }

    private static List<ViewDef.Column> columns(Ddl.CreateView create, List<Field> output) {
        if (create.columns().size() > output.size()) {
            throw DdlErrors.error(SqlState.SYNTAX_ERROR, "CREATE VIEW specifies more column names than columns");
        }
        List<ViewDef.Column> columns = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < output.size(); i++) {
            Field field = output.get(i);
            String name = i < create.columns().size() ? create.columns().get(i) : field.name();
            if (!seen.add(name)) {
                throw DdlErrors.error(SqlState.DUPLICATE_COLUMN, "column \"" + name + "\" specified more than once");
            }
            columns.add(new ViewDef.Column(name, field.type(), field.typmod()));
        }
        return columns;
    }

    /// The relations that the query names.
    private List<ViewDef.Reference> references(Query query, LogicalPlan plan) {
        Map<Integer, Set<Integer>> read = new LinkedHashMap<>();
        AstWalker.forEach(plan, LogicalPlan.Scan.class, scan -> {
            Set<Integer> attnums = read.computeIfAbsent(scan.table().oid(), _ -> new HashSet<>());
            scan.fields().forEach(field -> attnums.add(field.columnNumber()));
        });
        List<ViewDef.Reference> references = new ArrayList<>();
        AstWalker.forEach(query, TableRef.Table.class, table -> {
            QualifiedName name = table.name();
            RelationDef relation = names.find(name);
            if (relation != null
                    && references.stream()
                            .noneMatch(known -> known.name().equals(name.name())
                                    && Objects.equals(known.schema(), name.schema()))) {
                List<ViewDef.ReferredColumn> columns = referred(relation, read);
                references.add(new ViewDef.Reference(name.schema(), name.name(), relation.oid(), columns));
            }
        });
        return references;
    }

    private static List<ViewDef.ReferredColumn> referred(RelationDef relation, Map<Integer, Set<Integer>> read) {
        List<ViewDef.ReferredColumn> columns = new ArrayList<>();
        if (relation instanceof TableDef table) {
            for (ColumnDef column : table.liveColumns()) {
                boolean used = read.getOrDefault(table.oid(), Set.of()).contains(column.attnum());
                columns.add(new ViewDef.ReferredColumn(column.attnum(), column.name(), used));
            }
        } else if (relation instanceof ViewDef view) {
            for (int i = 0; i < view.columns().size(); i++) {
                columns.add(
                        new ViewDef.ReferredColumn(i + 1, view.columns().get(i).name(), true));
            }
        }
        return columns;
    }

    /// The new query must give the columns there are, and may add some.
    private void replace(ViewDef old, ViewDef next) {
        context.transaction().lockTable(old.oid(), TableLockMode.ACCESS_EXCLUSIVE);
        if (next.columns().size() < old.columns().size()) {
            throw DdlErrors.error(SqlState.INVALID_TABLE_DEFINITION, "cannot drop columns from view");
        }
        for (int i = 0; i < old.columns().size(); i++) {
            ViewDef.Column before = old.columns().get(i);
            ViewDef.Column after = next.columns().get(i);
            if (!before.name().equals(after.name())) {
                throw DdlErrors.error(
                                SqlState.INVALID_TABLE_DEFINITION,
                                "cannot change name of view column \"" + before.name() + "\" to \"" + after.name()
                                        + "\"")
                        .withHint("Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.");
            }
            if (before.type() != after.type() || before.typmod() != after.typmod()) {
                throw DdlErrors.error(
                        SqlState.INVALID_TABLE_DEFINITION,
                        "cannot change data type of view column \"" + before.name() + "\" from "
                                + before.type().format(before.typmod()) + " to "
                                + after.type().format(after.typmod()));
            }
        }
        if (next.references().stream().anyMatch(reference -> reference.relationOid() == old.oid())) {
            throw DdlErrors.error(
                    SqlState.INVALID_OBJECT_DEFINITION,
                    "infinite recursion detected in rules for relation \"" + old.name() + "\"");
        }
        context.editor()
                .changeView(new ViewDef(
                        old.oid(),
                        old.schemaOid(),
                        old.name(),
                        next.columns(),
                        next.querySql(),
                        next.searchPath(),
                        next.references()));
    }

    void renameColumn(ViewDef view, String from, String to) {
        List<ViewDef.Column> columns = new ArrayList<>();
        boolean found = false;
        for (ViewDef.Column column : view.columns()) {
            if (column.name().equals(to)) {
                throw DdlErrors.error(
                        SqlState.DUPLICATE_COLUMN,
                        "column \"" + to + "\" of relation \"" + view.name() + "\" already exists");
            }
            boolean renamed = column.name().equals(from);
            found |= renamed;
            columns.add(renamed ? new ViewDef.Column(to, column.type(), column.typmod()) : column);
        }
        if (!found) {
            throw DdlErrors.error(SqlState.UNDEFINED_COLUMN, "column \"" + from + "\" does not exist");
        }
        context.editor().changeView(view.withColumns(columns));
    }
}
