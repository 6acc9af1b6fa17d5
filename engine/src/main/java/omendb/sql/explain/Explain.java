package omendb.sql.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import omendb.engine.catalog.Catalog;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.TypeContext;
import omendb.sql.ast.Ddl.Option;
import omendb.sql.exec.Execution.Actual;
import omendb.sql.plan.Estimate;
import omendb.sql.plan.PhysicalPlan;
import org.jspecify.annotations.Nullable;

/// The rows that EXPLAIN returns.
public final class Explain {
    /// The options of EXPLAIN.
    ///
    /// @param analyze run the statement and show what happened
    public record Options(
            boolean analyze, boolean verbose, boolean costs, boolean timing, boolean summary, boolean json) {
        /// Checks the options as PostgreSQL does; some that change nothing here are accepted.
        public static Options of(List<Option> options) {
            boolean analyze = false;
            boolean verbose = false;
            boolean costs = true;
            boolean json = false;
            @Nullable Boolean timing = null;
            @Nullable Boolean summary = null;
            for (Option option : options) {
                switch (option.name()) {
                    case "analyze" -> analyze = flag(option);
                    case "costs" -> costs = flag(option);
                    case "timing" -> timing = flag(option);
                    case "summary" -> summary = flag(option);
                    case "verbose" -> verbose = flag(option);
                    case "buffers", "settings", "wal" -> flag(option);
                    case "format" -> json = isJson(option);
                    default -> throw error(option, "unrecognized EXPLAIN option \"" + option.name() + "\"");
                }
            }
            if (timing != null && timing && !analyze) {
                throw new UserException(SqlState.INVALID_PARAMETER_VALUE, "EXPLAIN option TIMING requires ANALYZE");
            }
            return new Options(
                    analyze,
                    verbose,
                    costs,
                    timing == null ? analyze : timing,
                    summary == null ? analyze : summary,
                    json);
        }

        private static boolean flag(Option option) {
            String value = option.value() == null ? "true" : option.value().toLowerCase(Locale.ROOT);
            return switch (value) {
                case "true", "on", "1" -> true;
                case "false", "off", "0" -> false;
                default -> throw error(option, option.name() + " requires a Boolean value");
            };
        }

        private static boolean isJson(Option option) {
            String value = option.value() == null ? "" : option.value().toLowerCase(Locale.ROOT);
            return switch (value) {
                case "text" -> false;
                case "json" -> true;
                case "xml", "yaml" ->
                    throw new UserException(
                            SqlState.FEATURE_NOT_SUPPORTED, "EXPLAIN format " + value + " is not supported yet");
                default ->
                    throw new UserException(
                                    SqlState.INVALID_PARAMETER_VALUE,
                                    "unrecognized value for EXPLAIN option \"format\": \"" + option.value() + "\"")
                            .withPosition(option.position());
            };
        }

        private static OmenException error(Option option, String message) {
            return new UserException(SqlState.SYNTAX_ERROR, message).withPosition(option.position());
        }
    }

    private final Options options;
    private final Function<PhysicalPlan, @Nullable Actual> actuals;
    private final ExplainNode root;
    private final double planningMillis;
    private final double executionMillis;

    /// @param actuals         what a node did; asked only with ANALYZE
    /// @param planningMillis  time of planning
    /// @param executionMillis time of running, with ANALYZE
    public Explain(
            PhysicalPlan plan,
            Options options,
            TypeContext context,
            Catalog catalog,
            Function<PhysicalPlan, @Nullable Actual> actuals,
            double planningMillis,
            double executionMillis) {
        this.options = options;
        this.actuals = actuals;
        this.root = new PlanDescriber(context, plan, options.verbose() ? catalog : null).describe(plan);
        this.planningMillis = planningMillis;
        this.executionMillis = executionMillis;
    }

    /// The lines of column "QUERY PLAN"; JSON is one value.
    public List<String> rows() {
        if (options.json()) {
            return List.of(json());
        }
        List<String> lines = new ArrayList<>();
        text(root, 0, lines);
        if (options.summary()) {
            lines.add(String.format(Locale.ROOT, "Planning Time: %.3f ms", planningMillis));
        }
        if (options.analyze() && options.summary()) {
            lines.add(String.format(Locale.ROOT, "Execution Time: %.3f ms", executionMillis));
        }
        return lines;
    }

    private void text(ExplainNode node, int depth, List<String> lines) {
        String indent = depth == 0 ? "" : " ".repeat(2 + (depth - 1) * 6) + "->  ";
        lines.add(indent + node.type + node.suffix + costs(node) + actual(node));
        String below = " ".repeat(depth == 0 ? 2 : depth * 6 + 2);
        for (ExplainNode.Property property : node.properties) {
            lines.add(below + property.name() + ": " + property.value());
        }
        long removed = removed(node);
        if (removed > 0) {
            lines.add(below + "Rows Removed by Filter: " + removed);
        }
        details(node).forEach((name, value) -> lines.add(below + name + ": " + value));
        for (ExplainNode child : node.children) {
            text(child, depth + 1, lines);
        }
    }

    private String costs(ExplainNode node) {
        if (!options.costs()) {
            return "";
        }
        Estimate estimate = node.plan.estimate();
        return String.format(
                Locale.ROOT,
                "  (cost=%.2f..%.2f rows=%d width=%d)",
                estimate.startup(),
                estimate.total(),
                Math.round(estimate.rows()),
                estimate.width());
    }

    private String actual(ExplainNode node) {
        Actual actual = options.analyze() ? actuals.apply(node.plan) : null;
        if (actual == null) {
            return "";
        }
        if (actual.loops() == 0) {
            return " (never executed)";
        }
        String time = options.timing()
                ? String.format(Locale.ROOT, "time=%.3f..%.3f ", 0.0, actual.millis() / actual.loops())
                : "";
        return " (actual " + time + "rows=" + Math.round((double) actual.rows() / actual.loops()) + " loops="
                + actual.loops() + ")";
    }

    private long removed(ExplainNode node) {
        Actual actual = options.analyze() && node.filter != null ? actuals.apply(node.plan) : null;
        return actual == null ? 0 : actual.removed();
    }

    private Map<String, String> details(ExplainNode node) {
        Actual actual = options.analyze() ? actuals.apply(node.plan) : null;
        return actual == null ? Map.of() : actual.details();
    }

    private String json() {
        StringBuilder out = new StringBuilder("[\n  {\n    \"Plan\": ");
        json(root, 4, out);
        if (options.summary()) {
            out.append(String.format(Locale.ROOT, ",\n    \"Planning Time\": %.3f", planningMillis));
        }
        if (options.analyze() && options.summary()) {
            out.append(String.format(Locale.ROOT, ",\n    \"Execution Time\": %.3f", executionMillis));
        }
        return out.append("\n  }\n]").toString();
    }

    private void json(ExplainNode node, int indent, StringBuilder out) {
        String pad = " ".repeat(indent + 2);
        out.append("{\n").append(pad).append("\"Node Type\": ").append(quoted(node.type));
        for (ExplainNode.Property attribute : node.attributes) {
            member(pad, attribute.name(), quoted(attribute.value()), out);
        }
        if (options.costs()) {
            Estimate estimate = node.plan.estimate();
            member(pad, "Startup Cost", String.format(Locale.ROOT, "%.2f", estimate.startup()), out);
            member(pad, "Total Cost", String.format(Locale.ROOT, "%.2f", estimate.total()), out);
            member(pad, "Plan Rows", Long.toString(Math.round(estimate.rows())), out);
            member(pad, "Plan Width", Integer.toString(estimate.width()), out);
        }
        Actual actual = options.analyze() ? actuals.apply(node.plan) : null;
        if (actual != null) {
            long loops = Math.max(1, actual.loops());
            if (options.timing()) {
                member(pad, "Actual Startup Time", "0.000", out);
                member(pad, "Actual Total Time", String.format(Locale.ROOT, "%.3f", actual.millis() / loops), out);
            }
            member(pad, "Actual Rows", Long.toString(Math.round((double) actual.rows() / loops)), out);
            member(pad, "Actual Loops", Long.toString(actual.loops()), out);
        }
        for (ExplainNode.Property property : node.properties) {
            member(pad, property.name(), quoted(property.value()), out);
        }
        long removed = removed(node);
        if (removed > 0) {
            member(pad, "Rows Removed by Filter", Long.toString(removed), out);
        }
        details(node).forEach((name, value) -> member(pad, name, quoted(value), out));
        if (!node.children.isEmpty()) {
            out.append(",\n").append(pad).append("\"Plans\": [");
            for (int i = 0; i < node.children.size(); i++) {
                out.append(i == 0 ? "\n" : ",\n").append(pad).append("  ");
                json(node.children.get(i), indent + 4, out);
            }
            out.append('\n').append(pad).append(']');
        }
        out.append('\n').append(" ".repeat(indent)).append('}');
    }

    private static void member(String pad, String name, String value, StringBuilder out) {
        out.append(",\n").append(pad).append(quoted(name)).append(": ").append(value);
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> out.append(c < ' ' ? String.format(Locale.ROOT, "\\u%04x", (int) c) : String.valueOf(c));
            }
        }
        return out.append('"').toString();
    }
}
