package omendb.sql.setting;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.TextSearchNames;
import omendb.engine.type.TypeContext.DateOrder;
import omendb.engine.type.TypeContext.DateStyle;
import omendb.engine.type.TypeContext.IntervalStyle;
import org.jspecify.annotations.Nullable;

/// The settings of one session.
///
/// A value comes from, in this order: SET LOCAL of the running transaction, SET, the session's start
/// (startup message), the definition's default. A SET inside a transaction that rolls back is undone; a
/// savepoint's rollback undoes what came after it. So the whole state is a pair of immutable maps that
/// [#mark] hands out and [#rollbackTo] puts back.
///
/// Threading: one session.
public final class Settings {
    /// Settings that clients are told of by ParameterStatus, in the order PostgreSQL sends them at start.
    public static final List<String> REPORTED = List.of(
            "application_name",
            "client_encoding",
            "DateStyle",
            "default_transaction_read_only",
            "in_hot_standby",
            "integer_datetimes",
            "IntervalStyle",
            "is_superuser",
            "server_encoding",
            "server_version",
            "session_authorization",
            "standard_conforming_strings",
            "TimeZone");

    private static final List<String> RESERVED_PREFIXES = List.of("hnsw", "ivfflat");

    /// A state of all settings, to go back to. Keys are lower-case names, values canonical texts.
    public record Mark(Map<String, String> session, Map<String, String> local) {
        public Mark {
            session = Map.copyOf(session);
            local = Map.copyOf(local);
        }
    }

    private final Map<String, String> start = new HashMap<>();
    private final Map<String, String> reported = new HashMap<>();
    private Mark values = new Mark(Map.of(), Map.of());
    private @Nullable Mark transactionStart;
    private long version;
    private long reportedVersion;
    private Derived derived = Derived.of(this);

    /// What hot paths read, computed once per change.
    private record Derived(
            ZoneId timeZone,
            DateStyle dateStyle,
            DateOrder dateOrder,
            IntervalStyle intervalStyle,
            int extraFloatDigits,
            boolean byteaHex,
            int efSearch,
            boolean iterativeScan,
            long maxScanTuples,
            int probes,
            boolean iterativeLists,
            boolean synchronousCommit,
            int textSearchConfig) {
        static Derived of(Settings settings) {
            ZoneId zone = SettingValues.zone(settings.canonical("TimeZone"));
            String[] dates = settings.canonical("DateStyle").split(", ", 2);
            return new Derived(
                    zone == null ? ZoneOffset.UTC : zone,
                    DateStyle.valueOf(dates[0].toUpperCase(Locale.ROOT)),
                    DateOrder.valueOf(dates[1]),
                    switch (settings.canonical("IntervalStyle")) {
                        case "iso_8601" -> IntervalStyle.ISO_8601;
                        case "sql_standard" -> IntervalStyle.SQL_STANDARD;
                        case "postgres_verbose" -> IntervalStyle.POSTGRES_VERBOSE;
                        default -> IntervalStyle.POSTGRES;
                    },
                    settings.integer("extra_float_digits"),
                    settings.canonical("bytea_output").equals("hex"),
                    settings.integer("hnsw.ef_search"),
                    !"off".equals(settings.stored("hnsw.iterative_scan")),
                    settings.stored("hnsw.max_scan_tuples") == null
                            ? Long.MAX_VALUE
                            : settings.integer("hnsw.max_scan_tuples"),
                    settings.integer("ivfflat.probes"),
                    !"off".equals(settings.stored("ivfflat.iterative_scan")),
                    !settings.canonical("synchronous_commit").equals("off"),
                    TextSearchNames.configuration(settings.canonical("default_text_search_config")));
        }
    }

    /// A session's settings.
    ///
    /// @param user     what `session_authorization` shows
    /// @param atStart  run-time parameters of the startup message, checked as SET does
    public Settings(String user, Map<String, String> atStart) {
        start.put("session_authorization", user);
        atStart.forEach((name, value) -> {
            SettingDef def = changeable(name);
            start.put(key(name), def == null ? value : SettingValues.canonical(def, value, canonical(name)));
        });
        derived = Derived.of(this);
        for (String name : REPORTED) {
            reported.put(name, show(name));
        }
    }

    // ---- reading

    /// The value as SHOW prints it, or null if there is no such setting.
    public @Nullable String find(String name) {
        String key = key(name);
        SettingDef def = SettingDefs.find(key);
        if (def == null) {
            String custom = stored(key);
            return custom;
        }
        return SettingValues.show(def, canonical(name));
    }

    /// The value as SHOW prints it.
    ///
    /// @throws UserException 42704 if there is no such setting
    public String show(String name) {
        String value = find(name);
        if (value == null) {
            throw unknown(name);
        }
        return value;
    }

    /// Canonical spelling of a setting's name: SHOW's column header.
    public String spelling(String name) {
        SettingDef def = SettingDefs.find(name);
        return def == null ? name : def.name();
    }

    /// All settings as SHOW ALL prints them, by name.
    public Map<String, String> all() {
        Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (SettingDef def : SettingDefs.all()) {
            all.put(def.name(), SettingValues.show(def, canonical(def.name())));
        }
        values.session().forEach((name, value) -> all.putIfAbsent(name, value));
        values.local().forEach(all::putIfAbsent);
        return all;
    }

    /// One line on a setting, for SHOW ALL; empty if there is none.
    public String description(String name) {
        SettingDef def = SettingDefs.find(name);
        return def == null ? "" : def.description();
    }

    public int integer(String name) {
        return Integer.parseInt(canonical(name));
    }

    public boolean bool(String name) {
        return canonical(name).equals("on");
    }

    public double real(String name) {
        return Double.parseDouble(canonical(name));
    }

    /// The stored text: numbers in the setting's own unit, enums and booleans in their canonical word.
    public String canonical(String name) {
        String key = key(name);
        String value = stored(key);
        if (value != null) {
            return value;
        }
        SettingDef def = SettingDefs.find(key);
        if (def == null) {
            throw unknown(name);
        }
        return def.byDefault();
    }

    private @Nullable String stored(String key) {
        String value = values.local().get(key);
        if (value == null) {
            value = values.session().get(key);
        }
        return value == null ? start.get(key) : value;
    }

    public ZoneId timeZone() {
        return derived.timeZone();
    }

    /// Oid of the text search configuration that default_text_search_config names.
    public int textSearchConfig() {
        return derived.textSearchConfig();
    }

    public DateStyle dateStyle() {
        return derived.dateStyle();
    }

    public DateOrder dateOrder() {
        return derived.dateOrder();
    }

    public IntervalStyle intervalStyle() {
        return derived.intervalStyle();
    }

    public int extraFloatDigits() {
        return derived.extraFloatDigits();
    }

    public boolean byteaHex() {
        return derived.byteaHex();
    }

    public int efSearch() {
        return derived.efSearch();
    }

    /// Lists of an ivfflat index to search.
    public int probes() {
        return derived.probes();
    }

    /// As [#iterativeScan], of ivfflat.
    public boolean iterativeLists() {
        return derived.iterativeLists();
    }

    /// Nodes that a search which goes on may look at: as many as it takes, unless the client has set
    /// `hnsw.max_scan_tuples`.
    public long maxScanTuples() {
        return derived.maxScanTuples();
    }

    /// Whether a search goes on until LIMIT has its rows: always, unless the client has said `off` itself.
    public boolean iterativeScan() {
        return derived.iterativeScan();
    }

    /// Does COMMIT wait until the log is on disk?
    public boolean synchronousCommit() {
        return derived.synchronousCommit();
    }

    /// Schemas of search_path as written, `$user` replaced.
    public List<String> searchPath(String user) {
        List<String> path = new ArrayList<>();
        String text = canonical("search_path");
        for (int at = 0; at < text.length(); ) {
            StringBuilder name = new StringBuilder();
            at = element(text, at, name);
            if (!name.isEmpty()) {
                path.add(name.toString().equals("$user") ? user : name.toString());
            }
        }
        return path;
    }

    /// Reads one name of a list, quoted or not; returns the offset behind its comma.
    private static int element(String text, int from, StringBuilder name) {
        int at = from;
        boolean quoted = false;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                if (quoted && at + 1 < text.length() && text.charAt(at + 1) == '"') {
                    name.append('"');
                    at++;
                } else {
                    quoted = !quoted;
                }
            } else if (c == ',' && !quoted) {
                return at + 1;
            } else if (quoted || !Character.isWhitespace(c)) {
                name.append(quoted ? c : Character.toLowerCase(c));
            }
        }
        return at;
    }

    // ---- writing

    /// SET or SET LOCAL.
    ///
    /// @param parts the values as written, several for list settings
    /// @return the new value as SHOW prints it
    /// @throws UserException 42704, 22023, 55P02, 42602
    public String set(String name, List<String> parts, boolean local) {
        SettingDef def = changeable(name);
        String canonical;
        if (def != null && SettingValues.isList(def)) {
            canonical = SettingValues.list(parts);
        } else {
            if (parts.size() > 1 && (def == null || def.kind() != SettingDef.Kind.STRING)) {
                throw new UserException(
                        SqlState.INVALID_PARAMETER_VALUE, "SET " + spelling(name) + " takes only one argument");
            }
            String text = String.join(", ", parts);
            canonical = def == null ? text : SettingValues.canonical(def, text, canonical(name));
        }
        store(key(name), canonical, local);
        return show(name);
    }

    /// set_config: like SET, but lists come as one text.
    public String set(String name, String text, boolean local) {
        SettingDef def = changeable(name);
        store(key(name), def == null ? text : SettingValues.canonical(def, text, canonical(name)), local);
        return show(name);
    }

    /// What SET would store, without storing it.
    public String check(String name, String value) {
        SettingDef def = changeable(name);
        return def == null ? value : SettingValues.canonical(def, value, canonical(name));
    }

    /// RESET name, SET name TO DEFAULT.
    public void reset(String name, boolean local) {
        SettingDef def = changeable(name);
        String key = key(name);
        if (local) {
            String initial = start.get(key);
            store(key, initial != null ? initial : def == null ? "" : def.byDefault(), true);
            return;
        }
        Map<String, String> session = new HashMap<>(values.session());
        Map<String, String> locals = new HashMap<>(values.local());
        session.remove(key);
        locals.remove(key);
        change(new Mark(session, locals));
    }

    /// RESET ALL.
    public void resetAll() {
        change(new Mark(Map.of(), values.local()));
    }

    private void store(String key, String value, boolean local) {
        Map<String, String> session = new HashMap<>(values.session());
        Map<String, String> locals = new HashMap<>(values.local());
        if (local) {
            locals.put(key, value);
        } else {
            session.put(key, value);
            locals.remove(key);
        }
        change(new Mark(session, locals));
    }

    /// Grows with every change: what was planned under an older version may read a setting's old value.
    public long version() {
        return version;
    }

    private void change(Mark next) {
        version++;
        values = next;
        derived = Derived.of(this);
    }

    // ---- transactions

    /// A transaction begins: what is set from here on can be undone.
    public void begin() {
        transactionStart = values;
    }

    /// The state now, for a savepoint.
    public Mark mark() {
        return values;
    }

    /// ROLLBACK TO a savepoint.
    public void rollbackTo(Mark mark) {
        change(mark);
    }

    /// The transaction committed: SET stays, SET LOCAL ends.
    public void commit() {
        transactionStart = null;
        if (!values.local().isEmpty()) {
            change(new Mark(values.session(), Map.of()));
        }
    }

    /// The transaction rolled back: both end.
    public void rollback() {
        Mark before = transactionStart == null ? values : transactionStart;
        transactionStart = null;
        if (!before.equals(values) || !before.local().isEmpty()) {
            change(new Mark(before.session(), Map.of()));
        }
    }

    /// Tells which reported settings have changed since the last call.
    public void report(BiConsumer<String, String> listener) {
        if (reportedVersion == version) {
            return;
        }
        reportedVersion = version;
        for (String name : REPORTED) {
            String now = show(name);
            if (!now.equals(reported.put(name, now))) {
                listener.accept(name, now);
            }
        }
    }

    /// The definition of a setting that a session may change; null for a custom one (`x.y`).
    private static @Nullable SettingDef changeable(String name) {
        SettingDef def = SettingDefs.find(name);
        if (def == null) {
            checkCustomName(name);
            return null;
        }
        switch (def.context()) {
            case INTERNAL -> throw fixed(def, "cannot be changed");
            case POSTMASTER -> throw fixed(def, "cannot be changed without restarting the server");
            case SIGHUP -> throw fixed(def, "cannot be changed now");
            case USER -> {}
        }
        return def;
    }

    private static OmenException fixed(SettingDef def, String why) {
        return new UserException(SqlState.CANT_CHANGE_RUNTIME_PARAM, "parameter \"" + def.name() + "\" " + why);
    }

    private static void checkCustomName(String name) {
        int dot = name.indexOf('.');
        if (dot < 0) {
            throw unknown(name);
        }
        String prefix = name.substring(0, dot).toLowerCase(Locale.ROOT);
        if (RESERVED_PREFIXES.contains(prefix)) {
            throw new UserException(SqlState.INVALID_NAME, "invalid configuration parameter name \"" + name + "\"")
                    .withDetail("\"" + prefix + "\" is a reserved prefix.");
        }
    }

    private static OmenException unknown(String name) {
        return new UserException(SqlState.UNDEFINED_OBJECT, "unrecognized configuration parameter \"" + name + "\"");
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
