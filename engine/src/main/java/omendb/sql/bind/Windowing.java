package omendb.sql.bind;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import omendb.sql.plan.Field;
import omendb.sql.plan.LogicalPlan;
import omendb.sql.plan.LogicalPlan.Item;
import omendb.sql.plan.Scalar;
import omendb.sql.plan.Scalars;
import omendb.sql.plan.SortKey;
import omendb.sql.plan.WindowSpec;

/// The window functions of one SELECT: collects their calls, rewrites expressions to refer to the results, and
/// plans one node for each partitioning and order.
final class Windowing {
    private final BindState state;
    private final Map<Scalar.WindowCall, Field> calls = new LinkedHashMap<>();

    Windowing(BindState state) {
        this.state = state;
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    /// The expression over the rows that [#plan] makes.
    Scalar rewrite(Scalar scalar) {
        return Scalars.replace(scalar, part -> {
            if (part instanceof Scalar.WindowCall call) {
                return new Scalar.Column(calls.computeIfAbsent(
                        call, key -> state.field(key.function().name(), key.type(), -1)));
            }
            if (part instanceof Scalar.Subquery(var kind, var plan, var test, var type)) {
                // the plan's own window functions are planned already
                return new Scalar.Subquery(kind, plan, test == null ? null : rewrite(test), type);
            }
            return part;
        });
    }

    /// Calls that share partitions and order.
    private record Shared(List<Scalar> partitionBy, List<SortKey> orderBy, List<Item> items) {
        List<SortKey> sortKeys() {
            return new WindowSpec(partitionBy, orderBy, WindowSpec.Frame.DEFAULT).sortKeys();
        }
    }

    LogicalPlan plan(LogicalPlan input) {
        Map<Scalar, Field> computed = new LinkedHashMap<>();
        List<Shared> nodes = new ArrayList<>();
        calls.forEach((call, field) -> add(call, field, input, computed, nodes));
        LogicalPlan plan = withComputed(input, computed);
        List<SortKey> sorted = List.of();
        for (Shared node : inSharingOrder(nodes)) {
            List<SortKey> keys = node.sortKeys();
            if (!startsWith(sorted, keys)) {
                plan = new LogicalPlan.Sort(plan, keys);
                sorted = keys;
            }
            plan = new LogicalPlan.Window(plan, node.partitionBy(), node.orderBy(), node.items());
        }
        return plan;
    }

    private void add(
            Scalar.WindowCall call, Field field, LogicalPlan input, Map<Scalar, Field> computed, List<Shared> nodes) {
        WindowSpec window = call.window();
        List<Scalar> partition = new ArrayList<>();
        for (Scalar key : window.partitionBy()) {
            if (!Scalars.isStable(key)) {
                partition.add(column(key, input, computed));
            }
        }
        List<SortKey> order = new ArrayList<>();
        for (SortKey key : window.orderBy()) {
            if (!Scalars.isStable(key.expression())) {
                order.add(new SortKey(column(key.expression(), input, computed), key.descending(), key.nullsFirst()));
            }
        }
        Item item = new Item(
                field,
                new Scalar.WindowCall(
                        call.function(),
                        call.args(),
                        call.filter(),
                        new WindowSpec(partition, order, window.frame()),
                        call.type()));
        for (Shared node : nodes) {
            if (node.partitionBy().equals(partition) && node.orderBy().equals(order)) {
                node.items().add(item);
                return;
            }
        }
        nodes.add(new Shared(partition, order, new ArrayList<>(List.of(item))));
    }

    /// A key as a column that is computed once, before the sort.
    private Scalar column(Scalar key, LogicalPlan input, Map<Scalar, Field> computed) {
        if (key instanceof Scalar.Column(Field field) && input.output().contains(field)) {
            return key;
        }
        return new Scalar.Column(computed.computeIfAbsent(key, each -> state.fieldFor("", each)));
    }

    private static LogicalPlan withComputed(LogicalPlan input, Map<Scalar, Field> computed) {
        if (computed.isEmpty()) {
            return input;
        }
        List<Item> items = new ArrayList<>();
        input.output().forEach(field -> items.add(new Item(field, new Scalar.Column(field))));
        computed.forEach((key, field) -> items.add(new Item(field, key)));
        return new LogicalPlan.Project(input, items);
    }

    /// Orders nodes so that one whose sort keys begin another's comes after it and needs no sort of its own.
    private static List<Shared> inSharingOrder(List<Shared> nodes) {
        List<Shared> left = new ArrayList<>(nodes);
        List<Shared> ordered = new ArrayList<>();
        Comparator<Shared> longest =
                Comparator.comparingInt((Shared node) -> node.sortKeys().size()).reversed();
        while (!left.isEmpty()) {
            List<SortKey> first = left.getFirst().sortKeys();
            Shared leader = left.stream()
                    .filter(node -> startsWith(node.sortKeys(), first))
                    .min(longest)
                    .orElseThrow();
            List<SortKey> keys = leader.sortKeys();
            List<Shared> run = left.stream()
                    .filter(node -> startsWith(keys, node.sortKeys()))
                    .sorted(longest)
                    .toList();
            ordered.addAll(run);
            left.removeAll(run);
        }
        return ordered;
    }

    private static boolean startsWith(List<SortKey> keys, List<SortKey> prefix) {
        return keys.size() >= prefix.size() && keys.subList(0, prefix.size()).equals(prefix);
    }
}
