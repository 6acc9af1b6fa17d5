package omendb.sql.plan;

import java.util.ArrayList;
import java.util.List;

/// What an inverted index is asked: conditions on its keys, put together.
public sealed interface InvertedProbe {
    /// @param key   number of the index's key, from 0
    /// @param value known before the scan starts; NULL = no rows
    record Test(int key, InvertedStrategy strategy, Scalar value) implements InvertedProbe {}

    record All(List<InvertedProbe> parts) implements InvertedProbe {}

    record Any(List<InvertedProbe> parts) implements InvertedProbe {}

    /// The tests from left to right.
    default List<Test> tests() {
        return switch (this) {
            case Test test -> List.of(test);
            case All(var parts) -> tests(parts);
            case Any(var parts) -> tests(parts);
        };
    }

    private static List<Test> tests(List<InvertedProbe> parts) {
        List<Test> all = new ArrayList<>();
        parts.forEach(part -> all.addAll(part.tests()));
        return all;
    }

    /// Which share of the rows it lets through.
    default double selectivity() {
        return switch (this) {
            case Test test -> test.strategy().selectivity();
            case All(var parts) -> {
                double share = 1;
                for (InvertedProbe part : parts) {
                    share *= part.selectivity();
                }
                yield share;
            }
            case Any(var parts) -> {
                double share = 0;
                for (InvertedProbe part : parts) {
                    share += part.selectivity();
                }
                yield Math.min(share, 1);
            }
        };
    }
}
