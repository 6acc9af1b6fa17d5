package omendb.sql.bind;

/// Where an expression stands: what may occur in it and how errors call the place.
enum Clause {
    SELECT("SELECT", true, true),
    WHERE("WHERE", false, false),
    GROUP_BY("GROUP BY", false, true),
    HAVING("HAVING", true, false),
    ORDER_BY("ORDER BY", true, true),
    DISTINCT_ON("DISTINCT ON", true, true),
    JOIN("JOIN conditions", false, false),
    FROM_FUNCTION("functions in FROM", false, true),
    VALUES("VALUES", false, false),
    LIMIT("LIMIT", false, false),
    OFFSET("OFFSET", false, false),
    FILTER("FILTER", false, false),
    WINDOW_ARGUMENT("window function calls", true, true),
    WINDOW_PARTITION("window PARTITION BY", true, true),
    WINDOW_ORDER("window ORDER BY", true, true),
    WINDOW_ROWS("window ROWS", false, false),
    WINDOW_RANGE("window RANGE", false, false),
    WINDOW_GROUPS("window GROUPS", false, false),
    AGGREGATE_ARGUMENT("aggregate arguments", false, false),
    UPDATE("UPDATE", false, false),
    RETURNING("RETURNING", false, false),
    DEFAULT("DEFAULT expressions", false, false),
    CHECK("check constraints", false, false),
    GENERATED("column generation expressions", false, false),
    TRANSFORM("transform expressions", false, false),
    INDEX("index expressions", false, false),
    INDEX_PREDICATE("index predicates", false, false),
    COPY_WHERE("COPY FROM WHERE conditions", false, false),
    EXECUTE("EXECUTE parameters", false, false);

    private final String text;
    private final boolean aggregates;
    private final boolean sets;

    Clause(String text, boolean aggregates, boolean sets) {
        this.text = text;
        this.aggregates = aggregates;
        this.sets = sets;
    }

    String text() {
        return text;
    }

    boolean allowsAggregates() {
        return aggregates;
    }

    boolean allowsWindows() {
        return this == SELECT || this == ORDER_BY || this == DISTINCT_ON;
    }

    /// Part of a window's definition.
    boolean definesWindow() {
        return switch (this) {
            case WINDOW_PARTITION, WINDOW_ORDER, WINDOW_ROWS, WINDOW_RANGE, WINDOW_GROUPS -> true;
            default -> false;
        };
    }

    boolean allowsSets() {
        return sets;
    }
}
