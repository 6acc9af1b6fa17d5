package omendb.jmh.storage;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The result: a line for each thing measured, a figure for each store, and what the line must reach.
///
/// Threading: one thread.
final class Figures {
    /// How a line is judged against its target.
    enum Sense {
        /// ours / the best peer's
        MORE_IS_BETTER,
        /// the best peer's / ours
        LESS_IS_BETTER,
        /// the limit that the target names / ours, whatever the peers do
        AT_MOST
    }

    /// @param rival the only peer that counts; null: the best of all
    /// @param limit for [Sense#AT_MOST]
    /// @param target least ratio
    record Line(
            String name,
            String unit,
            Sense sense,
            @Nullable String rival,
            double limit,
            double target,
            Map<String, Double> figures) {
        double ratio() {
            double ours = figures.getOrDefault(StorageBench.OURS, Double.NaN);
            if (sense == Sense.AT_MOST) {
                return limit / ours;
            }
            double best = Double.NaN;
            for (Map.Entry<String, Double> figure : figures.entrySet()) {
                boolean counts = rival == null
                        ? !figure.getKey().equals(StorageBench.OURS)
                        : figure.getKey().equals(rival);
                boolean better = sense == Sense.MORE_IS_BETTER ? figure.getValue() > best : figure.getValue() < best;
                if (counts && (Double.isNaN(best) || better)) {
                    best = figure.getValue();
                }
            }
            return sense == Sense.MORE_IS_BETTER ? ours / best : best / ours;
        }

        boolean isMet() {
            return ratio() >= target;
        }
    }

    private final List<Line> lines = new ArrayList<>();
    private final Map<String, Double> notes = new LinkedHashMap<>();

    Line add(String name, String unit, Sense sense, @Nullable String rival, double target) {
        return add(new Line(name, unit, sense, rival, 0, target, new LinkedHashMap<>()));
    }

    Line atMost(String name, String unit, double limit) {
        return add(new Line(name, unit, Sense.AT_MOST, null, limit, 1, new LinkedHashMap<>()));
    }

    private Line add(Line line) {
        lines.add(line);
        return line;
    }

    /// A figure without a target.
    void note(String name, double figure) {
        notes.put(name, figure);
    }

    String toTable(List<String> stores) {
        var text = new StringBuilder("%-38s".formatted(""));
        stores.forEach(store -> text.append("%12s".formatted(store)));
        text.append("   ratio  target\n");
        for (Line line : lines) {
            text.append("%-38s".formatted(line.name() + ", " + line.unit()));
            for (String store : stores) {
                Double figure = line.figures().get(store);
                text.append("%12s".formatted(figure == null ? "" : brief(figure)));
            }
            text.append("%8.2f%8.2f%s%n".formatted(line.ratio(), line.target(), line.isMet() ? "" : "  missed"));
        }
        notes.forEach((name, figure) -> text.append("%s: %s%n".formatted(name, brief(figure))));
        return text.toString();
    }

    private static String brief(double figure) {
        return String.format(Locale.ROOT, figure >= 1000 ? "%.0f" : figure >= 10 ? "%.1f" : "%.3f", figure);
    }

    String toJson() {
        return "{\"targets\": {%s}, \"ratio_to_best_peer\": {%s}, \"ours\": {%s}, \"peers\": {%s}, \"notes\": {%s}}"
                .formatted(
                        join(line -> json(line.target())),
                        join(line -> json(line.ratio())),
                        join(line -> json(line.figures().getOrDefault(StorageBench.OURS, Double.NaN))),
                        join(line -> line.figures().entrySet().stream()
                                .filter(figure -> !figure.getKey().equals(StorageBench.OURS))
                                .map(figure -> "\"" + figure.getKey() + "\": " + json(figure.getValue()))
                                .collect(Collectors.joining(", ", "{", "}"))),
                        notes.entrySet().stream()
                                .map(note -> "\"" + note.getKey() + "\": " + json(note.getValue()))
                                .collect(Collectors.joining(", ")));
    }

    private interface Part {
        String of(Line line);
    }

    private String join(Part part) {
        return lines.stream()
                .map(line -> "\"" + line.name() + "\": " + part.of(line))
                .collect(Collectors.joining(", "));
    }

    private static String json(double figure) {
        return Double.isFinite(figure) ? String.format(Locale.ROOT, "%.4f", figure) : "null";
    }
}
