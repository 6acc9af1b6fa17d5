package omendb.sql.explain;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import omendb.sql.parse.Deparser;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan.Item;
import omendb.sql.plan.PhysicalPlan;
import omendb.sql.plan.Scalar;
import org.jspecify.annotations.Nullable;

/// What the columns of a plan's nodes stand for: a relation's column by its name, qualified where the query has
/// several relations, a computed one by its expression.
final class ColumnNames {
    private final Map<Field, Scalar> computed = new HashMap<>();
    private final Map<Field, String> relations = new HashMap<>();
    private final Set<PhysicalPlan> scans = new HashSet<>();

    /// Names without a plan: every column by its own.
    ColumnNames() {}

    ColumnNames(PhysicalPlan plan) {
        collect(plan);
    }

    private void collect(PhysicalPlan plan) {
        switch (plan) {
            case PhysicalPlan.SeqScan scan -> relation(scan, scan.read().alias());
            case PhysicalPlan.IndexScan scan -> relation(scan, scan.read().alias());
            case PhysicalPlan.BitmapScan scan -> relation(scan, scan.read().alias());
            case PhysicalPlan.RowIdScan scan -> relation(scan, scan.read().alias());
            case PhysicalPlan.VectorScan scan -> relation(scan, scan.read().alias());
            case PhysicalPlan.VectorRangeScan scan -> relation(scan, scan.read().alias());
            case PhysicalPlan.VirtualScan scan -> relation(scan, scan.alias());
            case PhysicalPlan.FunctionScan scan -> relation(scan, scan.alias());
            case PhysicalPlan.CteScan scan -> relation(scan, scan.alias());
            case PhysicalPlan.Values values -> {
                if (!values.output().isEmpty()) {
                    relation(values, "*VALUES*");
                }
            }
            case PhysicalPlan.Project project -> define(project.items());
            case PhysicalPlan.ProjectSet project -> define(project.items());
            case PhysicalPlan.Window window -> define(window.calls());
            case PhysicalPlan.Aggregate aggregate -> {
                define(aggregate.groups());
                define(aggregate.aggregates());
            }
            default -> {}
        }
        PlanDescriber.inputs(plan).forEach(this::collect);
    }

    private void relation(PhysicalPlan scan, String alias) {
        scans.add(scan);
        scan.output().forEach(field -> relations.put(field, alias));
    }

    private void define(List<Item> items) {
        for (Item item : items) {
            boolean same = item.expression() instanceof Scalar.Column(Field field) && field.equals(item.field());
            if (!same) {
                computed.put(item.field(), item.expression());
            }
        }
    }

    boolean severalRelations() {
        return scans.size() > 1;
    }

    /// The expression a column was computed by, null if it is a relation's.
    @Nullable
    Scalar definition(Field field) {
        Scalar found = computed.get(field);
        while (found instanceof Scalar.Column(Field source) && computed.containsKey(source)) {
            found = computed.get(source);
        }
        return found;
    }

    String name(Field field, boolean qualified) {
        String name = Deparser.identifier(field.name());
        String relation = qualified ? relations.get(field) : null;
        return relation == null
                ? name
                : (relation.startsWith("*") ? '"' + relation + '"' : Deparser.identifier(relation)) + "." + name;
    }
}
