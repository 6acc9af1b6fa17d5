package omendb.sql.explain;

import java.util.ArrayList;
import java.util.List;
import omendb.sql.plan.PhysicalPlan;
import org.jspecify.annotations.Nullable;

/// A node as EXPLAIN prints it.
final class ExplainNode {
    /// A line below the node's head: `Filter: (label = 3)`.
    record Property(String name, String value) {}

    final PhysicalPlan plan;

    /// `Index Scan`, `Limit`.
    final String type;

    /// What stands behind the type in text: ` using items_pkey on items`.
    final String suffix;

    /// What JSON has in its place: names and values.
    final List<Property> attributes = new ArrayList<>();

    final List<Property> properties = new ArrayList<>();
    final List<ExplainNode> children = new ArrayList<>();

    /// Condition whose dropped rows are worth a line, or null.
    @Nullable
    String filter;

    ExplainNode(PhysicalPlan plan, String type, String suffix) {
        this.plan = plan;
        this.type = type;
        this.suffix = suffix;
    }

    ExplainNode attribute(String name, String value) {
        attributes.add(new Property(name, value));
        return this;
    }

    ExplainNode property(String name, @Nullable String value) {
        if (value != null) {
            properties.add(new Property(name, value));
        }
        return this;
    }

    ExplainNode child(ExplainNode child) {
        children.add(child);
        return this;
    }
}
