package omendb.sql.setting;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import omendb.engine.txn.PreparedTransactions;
import omendb.sql.setting.SettingDef.Context;
import omendb.sql.setting.SettingDef.Kind;
import org.jspecify.annotations.Nullable;

/// All settings: PostgreSQL 15's as recorded, and those of the vector extension.
final class SettingDefs {
    private static final String RECORDED = "/omendb/sql/setting/postgresql-15.tsv";
    private static final Map<String, SettingDef> BY_NAME = load();

    private SettingDefs() {}

    /// The definition of a name in any case, or null.
    static @Nullable SettingDef find(String name) {
        return BY_NAME.get(name.toLowerCase(Locale.ROOT));
    }

    /// All of them in the order of their names.
    static Collection<SettingDef> all() {
        return Collections.unmodifiableCollection(BY_NAME.values());
    }

    private static Map<String, SettingDef> load() {
        Map<String, SettingDef> defs = new TreeMap<>();
        recorded(defs);
        for (SettingDef def : vectorSettings()) {
            put(defs, def);
        }
        // on by default, unlike PostgreSQL's
        put(
                defs,
                new SettingDef(
                        "max_prepared_transactions",
                        Integer.toString(PreparedTransactions.MOST),
                        "",
                        Kind.INTEGER,
                        0,
                        262_143,
                        List.of(),
                        Context.POSTMASTER,
                        ""));
        // what a session may only read
        put(defs, fixed("is_superuser", Kind.BOOL, "on"));
        put(defs, fixed("session_authorization", Kind.STRING, ""));
        put(defs, fixed("server_version", Kind.STRING, ServerVersion.NUMBER));
        put(defs, fixed("server_version_num", Kind.INTEGER, ServerVersion.NUMERIC));
        return defs;
    }

    private static void put(Map<String, SettingDef> defs, SettingDef def) {
        defs.put(def.name().toLowerCase(Locale.ROOT), def);
    }

    private static SettingDef fixed(String name, Kind kind, String value) {
        return new SettingDef(name, value, "", kind, 0, Integer.MAX_VALUE, List.of(), Context.INTERNAL, "");
    }

    /// pgvector 0.8's settings with its bounds and defaults. What differs is what `hnsw.iterative_scan` means while
    /// nobody
    /// has set it: a search goes on until it has the rows LIMIT asks for, see [Settings#iterativeScan].
    private static List<SettingDef> vectorSettings() {
        List<String> orders = List.of("off", "relaxed_order", "strict_order");
        return List.of(
                integer("hnsw.ef_search", 40, 1, 1000, "Size of the dynamic candidate list for search"),
                choice("hnsw.iterative_scan", "off", orders, "Whether a scan goes on when its candidates are used up"),
                integer("hnsw.max_scan_tuples", 20_000, 1, Integer.MAX_VALUE, "Rows an iterative scan may visit"),
                new SettingDef(
                        "hnsw.scan_mem_multiplier",
                        "1",
                        "",
                        Kind.REAL,
                        1,
                        1000,
                        List.of(),
                        Context.USER,
                        "Multiple of work_mem for iterative scans"),
                integer("ivfflat.probes", 1, 1, 32_768, "Number of lists to search"),
                choice(
                        "ivfflat.iterative_scan",
                        "off",
                        List.of("off", "relaxed_order"),
                        "Whether a scan goes on when its lists are used up"),
                integer("ivfflat.max_probes", 32_768, 1, 32_768, "Lists an iterative scan may search"));
    }

    private static SettingDef integer(String name, int byDefault, int minimum, int maximum, String description) {
        return new SettingDef(
                name,
                Integer.toString(byDefault),
                "",
                Kind.INTEGER,
                minimum,
                maximum,
                List.of(),
                Context.USER,
                description);
    }

    private static SettingDef choice(String name, String byDefault, List<String> choices, String description) {
        return new SettingDef(name, byDefault, "", Kind.ENUM, 0, 0, choices, Context.USER, description);
    }

    private static void recorded(Map<String, SettingDef> defs) {
        try (InputStream in = SettingDefs.class.getResourceAsStream(RECORDED)) {
            if (in == null) {
                throw new IllegalStateException("missing resource " + RECORDED);
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            reader.lines().filter(line -> !line.isEmpty()).forEach(line -> put(defs, parse(line)));
        } catch (IOException e) {
            throw new UncheckedIOException(RECORDED, e);
        }
    }

    private static SettingDef parse(String line) {
        List<String> cells = List.of(line.split("\t", -1));
        return new SettingDef(
                cells.get(0),
                cells.get(1),
                orElse(cells.get(2), ""),
                Kind.valueOf(cells.get(3).toUpperCase(Locale.ROOT)),
                Double.parseDouble(orElse(cells.get(4), "0")),
                Double.parseDouble(orElse(cells.get(5), "0")),
                cells.get(6).equals("-") ? List.of() : List.of(cells.get(6).split(",", -1)),
                switch (cells.get(7)) {
                    case "internal" -> Context.INTERNAL;
                    case "postmaster" -> Context.POSTMASTER;
                    case "sighup" -> Context.SIGHUP;
                    default -> Context.USER;
                },
                "");
    }

    private static String orElse(String cell, String other) {
        return cell.equals("-") ? other : cell;
    }
}
