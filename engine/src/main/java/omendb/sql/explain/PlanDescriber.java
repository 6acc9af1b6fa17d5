package omendb.sql.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.SchemaDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.type.TypeContext;
import omendb.sql.parse.Deparser;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan.JoinKind;
import omendb.sql.plan.LogicalPlan.SetKind;
import omendb.sql.plan.ModifySpec;
import omendb.sql.plan.PhysicalPlan;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;
import org.jspecify.annotations.Nullable;

/// Names plan nodes as PostgreSQL does. Projections are no nodes there and are passed over.
final class PlanDescriber {
    private static final String OUTPUT = "Output";

    private final ScalarText scalars;
    private final ScalarText outputs;
    private final @Nullable Catalog verboseWith;

    /// @param verboseWith names schemas in a verbose plan; null = not verbose
    PlanDescriber(TypeContext context, PhysicalPlan plan, @Nullable Catalog verboseWith) {
        ColumnNames names = new ColumnNames(plan);
        this.scalars = new ScalarText(context, names, names.severalRelations() || verboseWith != null);
        this.outputs = new ScalarText(context, names, names.severalRelations());
        this.verboseWith = verboseWith;
    }

    /// The plans a node reads.
    static List<PhysicalPlan> inputs(PhysicalPlan plan) {
        return switch (plan) {
            case PhysicalPlan.SeqScan _,
                    PhysicalPlan.IndexScan _,
                    PhysicalPlan.BitmapScan _,
                    PhysicalPlan.RowIdScan _,
                    PhysicalPlan.VectorScan _,
                    PhysicalPlan.VectorRangeScan _,
                    PhysicalPlan.VirtualScan _,
                    PhysicalPlan.Values _,
                    PhysicalPlan.FunctionScan _,
                    PhysicalPlan.CteScan _ -> List.of();
            case PhysicalPlan.Nearest nearest -> List.of(nearest.input());
            case PhysicalPlan.Project project -> List.of(project.input());
            case PhysicalPlan.ProjectSet project -> List.of(project.input());
            case PhysicalPlan.Filter filter -> List.of(filter.input());
            case PhysicalPlan.Aggregate aggregate -> List.of(aggregate.input());
            case PhysicalPlan.Window window -> List.of(window.input());
            case PhysicalPlan.Distinct distinct -> List.of(distinct.input());
            case PhysicalPlan.Sort sort -> List.of(sort.input());
            case PhysicalPlan.Limit limit -> List.of(limit.input());
            case PhysicalPlan.LockRows lock -> List.of(lock.input());
            case PhysicalPlan.HashJoin join -> List.of(join.left(), join.right());
            case PhysicalPlan.NestedLoop join -> List.of(join.left(), join.right());
            case PhysicalPlan.SetOperation operation -> List.of(operation.left(), operation.right());
            case PhysicalPlan.With with -> {
                List<PhysicalPlan> all = new ArrayList<>();
                for (PhysicalPlan.Cte cte : with.ctes()) {
                    all.add(cte.plan());
                    if (cte.recursive() != null) {
                        all.add(cte.recursive());
                    }
                }
                all.add(with.body());
                yield all;
            }
            case PhysicalPlan.Modify modify -> List.of(modify.source());
        };
    }

    ExplainNode describe(PhysicalPlan plan) {
        ExplainNode node = describeNode(plan);
        if (verboseWith != null && !plan.output().isEmpty()) {
            ScalarText text = switch (plan) {
                case PhysicalPlan.Project _, PhysicalPlan.Aggregate _, PhysicalPlan.Window _ ->
                    outputs.computing(plan.output());
                case PhysicalPlan.Filter(PhysicalPlan.Aggregate aggregate, var _, var _) ->
                    outputs.computing(aggregate.output());
                default -> outputs;
            };
            List<Scalar> columns = new ArrayList<>();
            plan.output().forEach(field -> columns.add(new Scalar.Column(field)));
            node.properties.removeIf(property -> property.name().equals(OUTPUT));
            node.properties.addFirst(new ExplainNode.Property(OUTPUT, text.list(columns)));
        }
        return node;
    }

    private ExplainNode describeNode(PhysicalPlan plan) {
        return switch (plan) {
            case PhysicalPlan.Project project -> describe(project.input());
            case PhysicalPlan.SeqScan scan -> filtered(relation(scan, "Seq Scan", "", scan.read()), scan.read());
            case PhysicalPlan.IndexScan scan -> indexScan(scan);
            case PhysicalPlan.BitmapScan scan -> bitmapScan(scan);
            case PhysicalPlan.RowIdScan scan ->
                filtered(
                        relation(scan, "Tid Scan", "", scan.read()).property("TID Cond", tidCondition(scan)),
                        scan.read());
            case PhysicalPlan.VectorScan scan -> vectorScan(scan);
            case PhysicalPlan.VectorRangeScan scan -> vectorRange(scan);
            case PhysicalPlan.Nearest nearest -> node(nearest, "Limit").child(describe(nearest.input()));
            case PhysicalPlan.VirtualScan scan ->
                new ExplainNode(scan, "Seq Scan", on(scan.table().name(), scan.alias()))
                        .attribute("Relation Name", scan.table().name())
                        .attribute("Alias", scan.alias());
            case PhysicalPlan.Values values -> values(values);
            case PhysicalPlan.FunctionScan scan -> functionScan(scan);
            case PhysicalPlan.CteScan scan ->
                new ExplainNode(scan, "CTE Scan", on(scan.name(), scan.alias()))
                        .attribute("CTE Name", scan.name())
                        .attribute("Alias", scan.alias());
            case PhysicalPlan.ProjectSet set -> node(set, "ProjectSet").child(describe(set.input()));
            case PhysicalPlan.Filter filter -> filter(filter);
            case PhysicalPlan.Aggregate aggregate -> aggregate(aggregate);
            case PhysicalPlan.Window window -> node(window, "WindowAgg").child(describe(window.input()));
            case PhysicalPlan.Distinct distinct -> distinct(distinct);
            case PhysicalPlan.Sort sort -> sort(sort);
            case PhysicalPlan.Limit limit -> node(limit, "Limit").child(describe(limit.input()));
            case PhysicalPlan.LockRows lock -> node(lock, "LockRows").child(describe(lock.input()));
            case PhysicalPlan.HashJoin join -> hashJoin(join);
            case PhysicalPlan.NestedLoop join -> nestedLoop(join);
            case PhysicalPlan.SetOperation operation -> setOperation(operation);
            case PhysicalPlan.With with -> with(with);
            case PhysicalPlan.Modify modify -> modify(modify);
        };
    }

    private static ExplainNode node(PhysicalPlan plan, String type) {
        return new ExplainNode(plan, type, "");
    }

    private static String on(String name, String alias) {
        String quoted = Deparser.identifier(name);
        return " on " + quoted + (alias.equals(name) ? "" : " " + Deparser.identifier(alias));
    }

    private ExplainNode relation(PhysicalPlan plan, String type, String using, PhysicalPlan.TableRead read) {
        TableDef table = read.table();
        String on = on(table.name(), read.alias());
        SchemaDef schema = verboseWith == null ? null : verboseWith.schema(table.schemaOid());
        if (schema != null) {
            on = " on " + Deparser.identifier(schema.name()) + "." + on.substring(" on ".length());
        }
        return new ExplainNode(plan, type, using + on)
                .attribute("Relation Name", table.name())
                .attribute("Alias", read.alias());
    }

    private ExplainNode filtered(ExplainNode node, PhysicalPlan.TableRead read) {
        if (read.filter() != null) {
            node.filter = scalars.of(read.filter());
            node.property("Filter", node.filter);
        }
        return node;
    }

    private ExplainNode indexScan(PhysicalPlan.IndexScan scan) {
        String name = scan.index().name();
        ExplainNode node = relation(
                scan,
                "Index Scan",
                (scan.backward() ? " Backward" : "") + " using " + Deparser.identifier(name),
                scan.read());
        node.attribute("Scan Direction", scan.backward() ? "Backward" : "Forward");
        node.attribute("Index Name", name);
        if (!scan.conditions().isEmpty()) {
            node.property(
                    "Index Cond",
                    scan.conditions().size() == 1
                            ? scalars.of(scan.conditions().getFirst())
                            : scalars.of(new Scalar.And(scan.conditions())));
        }
        return filtered(node, scan.read());
    }

    private ExplainNode bitmapScan(PhysicalPlan.BitmapScan scan) {
        String condition = scalars.of(Objects.requireNonNull(Scalars.conjunction(scan.conditions())));
        ExplainNode node = relation(scan, "Bitmap Heap Scan", "", scan.read()).property("Recheck Cond", condition);
        List<Scalar> rest = new ArrayList<>(Scalars.conjuncts(scan.read().filter()));
        rest.removeAll(scan.conditions());
        Scalar filter = Scalars.conjunction(rest);
        if (filter != null) {
            node.filter = scalars.of(filter);
            node.property("Filter", node.filter);
        }
        String name = scan.index().name();
        return node.child(new ExplainNode(scan, "Bitmap Index Scan", " on " + Deparser.identifier(name))
                .attribute("Index Name", name)
                .property("Index Cond", condition));
    }

    private String tidCondition(PhysicalPlan.RowIdScan scan) {
        return scan.value() instanceof Scalar.Call call && call.name().startsWith("CURRENT OF ")
                ? call.name()
                : scalars.of(scan.condition());
    }

    private ExplainNode vectorScan(PhysicalPlan.VectorScan scan) {
        String name = scan.index().name();
        ExplainNode node = relation(scan, "Index Scan", " using " + Deparser.identifier(name), scan.read())
                .attribute("Scan Direction", "Forward")
                .attribute("Index Name", name)
                .property("Order By", scalars.of(scan.distance()));
        return filtered(node, scan.read());
    }

    private ExplainNode vectorRange(PhysicalPlan.VectorRangeScan scan) {
        String name = scan.index().name();
        ExplainNode node = relation(scan, "Index Scan", " using " + Deparser.identifier(name), scan.read())
                .attribute("Scan Direction", "Forward")
                .attribute("Index Name", name)
                .property("Index Cond", scalars.of(scan.condition()));
        return filtered(node, scan.read());
    }

    private ExplainNode values(PhysicalPlan.Values values) {
        boolean oneRow = values.rows().size() == 1 && values.output().isEmpty();
        return oneRow ? node(values, "Result") : new ExplainNode(values, "Values Scan", " on \"*VALUES*\"");
    }

    private ExplainNode functionScan(PhysicalPlan.FunctionScan scan) {
        String name = scan.calls().getFirst() instanceof Scalar.SetCall call
                ? call.function().name()
                : scan.calls().getFirst() instanceof Scalar.Call call ? call.name() : scan.alias();
        return new ExplainNode(scan, "Function Scan", on(name, scan.alias()))
                .attribute("Function Name", name)
                .attribute("Alias", scan.alias());
    }

    /// A filter belongs to the node below it, as PostgreSQL has it.
    private ExplainNode filter(PhysicalPlan.Filter filter) {
        ExplainNode input = describe(filter.input());
        ExplainNode node = new ExplainNode(filter, input.type, input.suffix);
        node.attributes.addAll(input.attributes);
        node.properties.addAll(input.properties);
        node.children.addAll(input.children);
        ScalarText text = filter.input() instanceof PhysicalPlan.Aggregate aggregate
                ? scalars.computing(aggregate.output())
                : scalars;
        node.filter = text.of(filter.condition());
        return node.property("Filter", node.filter);
    }

    private ExplainNode aggregate(PhysicalPlan.Aggregate aggregate) {
        boolean plain = aggregate.groups().isEmpty();
        ExplainNode node = node(aggregate, plain ? "Aggregate" : "HashAggregate");
        if (!plain) {
            node.property(
                    "Group Key",
                    aggregate.groups().stream()
                            .map(item -> keyText(item.expression()))
                            .collect(Collectors.joining(", ")));
        }
        return node.child(describe(aggregate.input()));
    }

    private ExplainNode distinct(PhysicalPlan.Distinct distinct) {
        ExplainNode node = node(distinct, distinct.on() == null ? "HashAggregate" : "Unique");
        if (distinct.on() == null) {
            node.property(
                    "Group Key",
                    distinct.output().stream()
                            .map(field -> keyText(new Scalar.Column(field)))
                            .collect(Collectors.joining(", ")));
        }
        return node.child(describe(distinct.input()));
    }

    /// A key that the node below computes stands bare.
    private String keyText(Scalar key) {
        return key instanceof Scalar.Column(Field field)
                ? scalars.computing(List.of(field)).of(key)
                : scalars.of(key);
    }

    /// A sort that keeps the first rows only is PostgreSQL's Limit over Sort.
    private ExplainNode sort(PhysicalPlan.Sort sort) {
        ExplainNode node = node(sort, "Sort")
                .property("Sort Key", scalars.keys(sort.keys()))
                .child(describe(sort.input()));
        return sort.count() == null && sort.offset() == null
                ? node
                : node(sort, "Limit").child(node);
    }

    private ExplainNode hashJoin(PhysicalPlan.HashJoin join) {
        StringBuilder conditions = new StringBuilder();
        for (int i = 0; i < join.leftKeys().size(); i++) {
            conditions
                    .append(i == 0 ? "(" : " AND (")
                    .append(scalars.of(join.leftKeys().get(i)))
                    .append(" = ")
                    .append(scalars.of(join.rightKeys().get(i)))
                    .append(')');
        }
        String condition = join.leftKeys().size() > 1 ? "(" + conditions + ")" : conditions.toString();
        ExplainNode hash = node(join.right(), "Hash").child(describe(join.right()));
        return new ExplainNode(join, "Hash" + kind(join.kind()) + " Join", "")
                .attribute("Join Type", name(join.kind()))
                .property("Hash Cond", condition)
                .property("Join Filter", orNull(join.residual()))
                .child(describe(join.left()))
                .child(hash);
    }

    private ExplainNode nestedLoop(PhysicalPlan.NestedLoop join) {
        String kind = kind(join.kind());
        return new ExplainNode(join, "Nested Loop" + (kind.isEmpty() ? "" : kind + " Join"), "")
                .attribute("Join Type", name(join.kind()))
                .property("Join Filter", orNull(join.condition()))
                .child(describe(join.left()))
                .child(describe(join.right()));
    }

    private @Nullable String orNull(@Nullable Scalar scalar) {
        return scalar == null ? null : scalars.of(scalar);
    }

    private static String kind(JoinKind kind) {
        return kind == JoinKind.INNER ? "" : " " + name(kind);
    }

    private static String name(JoinKind kind) {
        return switch (kind) {
            case INNER -> "Inner";
            case LEFT -> "Left";
            case RIGHT -> "Right";
            case FULL -> "Full";
            case SEMI -> "Semi";
            case ANTI -> "Anti";
        };
    }

    private ExplainNode setOperation(PhysicalPlan.SetOperation operation) {
        if (operation.kind() == SetKind.UNION) {
            ExplainNode append =
                    node(operation, "Append").child(describe(operation.left())).child(describe(operation.right()));
            return operation.all() ? append : node(operation, "HashAggregate").child(append);
        }
        String name = operation.kind() == SetKind.INTERSECT ? " Intersect" : " Except";
        return new ExplainNode(operation, "HashSetOp" + name + (operation.all() ? " All" : ""), "")
                .child(describe(operation.left()))
                .child(describe(operation.right()));
    }

    private ExplainNode with(PhysicalPlan.With with) {
        ExplainNode body = describe(with.body());
        for (PhysicalPlan.Cte cte : with.ctes()) {
            ExplainNode plan = new ExplainNode(cte.plan(), "CTE " + cte.name(), "").child(describe(cte.plan()));
            body.children.addFirst(plan);
        }
        return body;
    }

    private ExplainNode modify(PhysicalPlan.Modify modify) {
        String verb = switch (modify.spec()) {
            case ModifySpec.Insert _ -> "Insert";
            case ModifySpec.Update _ -> "Update";
            case ModifySpec.Delete _ -> "Delete";
        };
        String table = modify.spec().table().name();
        return new ExplainNode(modify, verb, on(table, table))
                .attribute("Relation Name", table)
                .child(describe(modify.source()));
    }
}
