package omendb.sql.ddl;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import omendb.ann.Quantization;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.type.SqlType;
import omendb.sql.ast.Ddl.Option;
import org.jspecify.annotations.Nullable;

/// `WITH (...)` of tables and indexes.
final class StorageOptions {
    private static final Set<String> COMPRESSIONS = Set.of(TableDef.LZ4, "none");

    /// Our own, and PostgreSQL's that mean nothing to our storage: accepted, as dumps and tools write them.
    private static final Set<String> TABLE_OPTIONS = Set.of(
            TableDef.COMPRESSION,
            "fillfactor",
            "parallel_workers",
            "toast_tuple_target",
            "user_catalog_table",
            "vacuum_index_cleanup",
            "vacuum_truncate",
            "oids");

    private static final Set<String> COLUMN_COMPRESSIONS = Set.of("pglz", "lz4");

    private static final Set<String> QUANTIZATIONS = Set.of("auto", "none", "rabitq");
    /// PostgreSQL's, of no effect here: entries are always written at once, and brin has no ranges of pages.
    private static final Set<String> BRIN_OPTIONS = Set.of("pages_per_range", "autosummarize");

    private static final Set<String> GIN_OPTIONS = Set.of("fastupdate", "gin_pending_list_limit");

    private static final Set<String> BTREE_OPTIONS = Set.of("fillfactor", "deduplicate_items");

    private StorageOptions() {}

    /// Storage parameters of a table after SET, or when it is created.
    ///
    /// @param known those it has
    static Map<String, String> table(List<Option> options, Map<String, String> known) {
        Map<String, String> result = new LinkedHashMap<>(known);
        Set<String> written = new HashSet<>();
        for (Option option : options) {
            String name = option.name();
            String value = option.value() == null ? "true" : option.value();
            if (!TABLE_OPTIONS.contains(name) && !name.startsWith("autovacuum_") && !name.startsWith("toast.")) {
                throw unrecognized(name);
            }
            if (!written.add(name)) {
                throw invalid("parameter \"" + name + "\" specified more than once");
            }
            if (name.equals(TableDef.COMPRESSION) && !COMPRESSIONS.contains(value.toLowerCase(Locale.ROOT))) {
                throw invalid("invalid value for enum option \"compression\": " + value)
                        .withDetail("Valid values are \"lz4\" and \"none\".");
            }
            if (!name.startsWith("toast.")) { // those would be the TOAST table's
                result.remove(name);
                result.put(name, name.equals(TableDef.COMPRESSION) ? value.toLowerCase(Locale.ROOT) : value);
            }
        }
        return result;
    }

    /// Storage parameters of a table after RESET.
    static Map<String, String> without(List<Option> options, Map<String, String> known) {
        Map<String, String> result = new LinkedHashMap<>(known);
        options.forEach(option -> result.remove(option.name()));
        return result;
    }

    /// `COMPRESSION method` of a column, which compresses single values in PostgreSQL: checked, and of no effect here.
    static void checkColumn(@Nullable String method, SqlType type) {
        if (method == null || method.equals("default")) {
            return;
        }
        if (type.typlen() != -1) {
            throw DdlErrors.error(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "column data type " + type.format(-1) + " does not support compression");
        }
        if (!COLUMN_COMPRESSIONS.contains(method)) {
            throw invalid("invalid compression method \"" + method + "\"");
        }
    }

    static Map<String, String> btree(List<Option> options) {
        return known(options, BTREE_OPTIONS);
    }

    private static Map<String, String> known(List<Option> options, Set<String> names) {
        Map<String, String> result = new LinkedHashMap<>();
        for (Option option : options) {
            if (!names.contains(option.name())) {
                throw unrecognized(option.name());
            }
            result.put(option.name(), option.value() == null ? "true" : option.value());
        }
        return result;
    }

    /// Checks the options of ALTER INDEX SET against those the index has.
    static Map<String, String> ofIndex(String method, List<Option> options, Map<String, String> known) {
        if (!IndexDef.isVector(method)) {
            return switch (method) {
                case IndexDef.GIN -> known(options, GIN_OPTIONS);
                case IndexDef.BRIN -> known(options, BRIN_OPTIONS);
                default -> known(options, BTREE_OPTIONS);
            };
        }
        Map<String, String> all = new LinkedHashMap<>(known);
        options.forEach(option -> all.remove(option.name()));
        List<Option> written = new java.util.ArrayList<>(options);
        all.forEach((name, value) -> written.add(new Option(name, value, 0)));
        return method.equals(IndexDef.IVFFLAT) ? ivfflat(written) : hnsw(written);
    }

    /// pgvector's options of ivfflat.
    private static Map<String, String> ivfflat(List<Option> options) {
        Map<String, String> result = new LinkedHashMap<>();
        for (Option option : options) {
            if (!option.name().equals("lists")) {
                throw unrecognized(option.name());
            }
            put(result, option, 1, 32_768);
        }
        return result;
    }

    /// pgvector's options with its bounds and wording, and how the vectors are coded.
    private static Map<String, String> hnsw(List<Option> options) {
        Map<String, String> result = new LinkedHashMap<>();
        for (Option option : options) {
            switch (option.name()) {
                case "m" -> put(result, option, 2, 100);
                case "ef_construction" -> put(result, option, 4, 1000);
                case "bits" -> put(result, option, 1, Quantization.MAX_BITS);
                case "centroids" -> put(result, option, 1, Quantization.MAX_CENTROIDS);
                case "quantization" -> {
                    String value =
                            option.value() == null ? "true" : option.value().toLowerCase(Locale.ROOT);
                    if (!QUANTIZATIONS.contains(value)) {
                        throw invalid("invalid value for enum option \"quantization\": " + value)
                                .withDetail("Valid values are \"auto\", \"none\" and \"rabitq\".");
                    }
                    if (result.put("quantization", value) != null) {
                        throw invalid("parameter \"quantization\" specified more than once");
                    }
                }
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
