package omendb.sql.ddl;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.sql.ast.Ddl.Option;

/// `WITH (...)` of tables and indexes.
final class StorageOptions {
    /// PostgreSQL's table options that mean nothing to our storage: accepted, as dumps and tools write them.
    private static final Set<String> TABLE_OPTIONS = Set.of(
            "fillfactor",
            "parallel_workers",
            "toast_tuple_target",
            "user_catalog_table",
            "vacuum_index_cleanup",
            "vacuum_truncate",
            "oids");

    private static final Set<String> BTREE_OPTIONS = Set.of("fillfactor", "deduplicate_items");

    private StorageOptions() {}

    static void checkTable(List<Option> options) {
        for (Option option : options) {
            String name = option.name();
            if (!TABLE_OPTIONS.contains(name) && !name.startsWith("autovacuum_") && !name.startsWith("toast.")) {
                throw unrecognized(name);
            }
        }
    }

    static Map<String, String> btree(List<Option> options) {
        Map<String, String> result = new LinkedHashMap<>();
        for (Option option : options) {
            if (!BTREE_OPTIONS.contains(option.name())) {
                throw unrecognized(option.name());
            }
            result.put(option.name(), option.value() == null ? "true" : option.value());
        }
        return result;
    }

    /// Checks the options of ALTER INDEX SET against those the index has.
    static Map<String, String> ofIndex(String method, List<Option> options, Map<String, String> known) {
        if (!method.equals("hnsw")) {
            return btree(options);
        }
        Map<String, String> all = new LinkedHashMap<>(known);
        options.forEach(option -> all.remove(option.name()));
        List<Option> written = new java.util.ArrayList<>(options);
        all.forEach((name, value) -> written.add(new Option(name, value, 0)));
        return hnsw(written);
    }

    /// pgvector's options with its bounds and wording.
    static Map<String, String> hnsw(List<Option> options) {
        Map<String, String> result = new LinkedHashMap<>();
        for (Option option : options) {
            switch (option.name()) {
                case "m" -> put(result, option, 2, 100);
                case "ef_construction" -> put(result, option, 4, 1000);
                default -> throw unrecognized(option.name());
            }
        }
        int m = Integer.parseInt(result.getOrDefault("m", "16"));
        if (Integer.parseInt(result.getOrDefault("ef_construction", "64")) < 2 * m) {
            throw invalid("ef_construction must be greater than or equal to 2 * m");
        }
        return result;
    }

    private static void put(Map<String, String> result, Option option, int minimum, int maximum) {
        String text = option.value() == null ? "true" : option.value();
        int value;
        try {
            value = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw invalid("invalid value for integer option \"" + option.name() + "\": " + text);
        }
        if (value < minimum || value > maximum) {
            throw invalid("value " + text + " out of bounds for option \"" + option.name() + "\"")
                    .withDetail("Valid values are between \"" + minimum + "\" and \"" + maximum + "\".");
        }
        if (result.put(option.name(), Integer.toString(value)) != null) {
            throw invalid("parameter \"" + option.name() + "\" specified more than once");
        }
    }

    private static OmenException unrecognized(String name) {
        return invalid("unrecognized parameter \"" + name + "\"");
    }

    private static OmenException invalid(String message) {
        return DdlErrors.error(SqlState.INVALID_PARAMETER_VALUE, message);
    }
}
