package omendb.sql.setting;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.Interval;
import omendb.engine.type.TextSearchNames;
import omendb.engine.type.TimeZones;
import org.jspecify.annotations.Nullable;

/// Reads and shows the text of settings, with PostgreSQL's units and messages.
final class SettingValues {
    /// A unit of memory or time in a base unit of its family (bytes, microseconds).
    private record Unit(String name, long factor) {}

    private static final List<Unit> MEMORY = List.of(
            new Unit("TB", 1L << 40),
            new Unit("GB", 1L << 30),
            new Unit("MB", 1L << 20),
            new Unit("kB", 1L << 10),
            new Unit("B", 1));
    private static final List<Unit> TIME = List.of(
            new Unit("d", 86_400_000_000L),
            new Unit("h", 3_600_000_000L),
            new Unit("min", 60_000_000L),
            new Unit("s", 1_000_000L),
            new Unit("ms", 1_000L),
            new Unit("us", 1));
    private static final String MEMORY_HINT =
            "Valid units for this parameter are \"B\", \"kB\", \"MB\", \"GB\", and \"TB\".";
    private static final String TIME_HINT =
            "Valid units for this parameter are \"us\", \"ms\", \"s\", \"min\", \"h\", and \"d\".";

    private SettingValues() {}

    /// The canonical text of a value: what is stored, and what typed readers parse.
    ///
    /// @throws UserException 22023 if it is not acceptable
    static String canonical(SettingDef def, String text, String current) {
        return switch (def.kind()) {
            case BOOL -> bool(def, text);
            case INTEGER -> number(def, text, true);
            case REAL -> number(def, text, false);
            case ENUM -> choice(def, text);
            case STRING -> string(def, text, current);
        };
    }

    private static String bool(SettingDef def, String text) {
        Boolean value = parseBoolean(text);
        if (value == null) {
            throw invalid("parameter \"" + def.name() + "\" requires a Boolean value");
        }
        return value ? "on" : "off";
    }

    /// PostgreSQL's boolean words and their unique prefixes, or null.
    private static @Nullable Boolean parseBoolean(String text) {
        String word = text.strip().toLowerCase(Locale.ROOT);
        if (word.isEmpty()) {
            return null;
        }
        if ("true".startsWith(word) || "yes".startsWith(word) || word.equals("on") || word.equals("1")) {
            return true;
        }
        if ("false".startsWith(word) || "no".startsWith(word) || word.equals("0")) {
            return false;
        }
        return (word.equals("of") || word.equals("off")) ? false : null;
    }

    private static String choice(SettingDef def, String text) {
        for (String value : def.choices()) {
            if (value.equalsIgnoreCase(text)) {
                return value;
            }
        }
        Boolean word = parseBoolean(text);
        String same = word == null ? "" : word ? "on" : "off";
        if (def.choices().contains(same)) {
            return same;
        }
        throw wrong(def, text).withHint("Available values: " + String.join(", ", def.choices()) + ".");
    }

    private static String number(SettingDef def, String text, boolean integer) {
        String body = text.strip();
        int end = numberLength(body);
        String unit = body.substring(end).strip();
        BigDecimal value;
        try {
            String digits = body.substring(0, end);
            boolean hexadecimal = digits.toLowerCase(Locale.ROOT).startsWith("0x");
            value = hexadecimal ? new BigDecimal(Long.decode(digits)) : new BigDecimal(digits);
        } catch (NumberFormatException e) {
            throw wrong(def, text);
        }
        if (!unit.isEmpty()) {
            value = convert(def, text, value, unit);
        }
        if (integer) {
            value = value.setScale(0, RoundingMode.HALF_EVEN);
        }
        if (value.doubleValue() < def.minimum() || value.doubleValue() > def.maximum()) {
            throw outside(def, value);
        }
        return integer
                ? value.toBigInteger().toString()
                : value.stripTrailingZeros().toPlainString();
    }

    private static int numberLength(String text) {
        int at = 0;
        boolean hexadecimal = text.startsWith("0x") || text.startsWith("0X");
        if (hexadecimal) {
            at = 2;
        }
        while (at < text.length()) {
            char c = text.charAt(at);
            boolean exponent = !hexadecimal
                    && (c == 'e' || c == 'E')
                    && at > 0
                    && at + 1 < text.length()
                    && (Character.isDigit(text.charAt(at + 1)) || text.charAt(at + 1) == '-');
            boolean part = hexadecimal
                    ? Character.digit(c, 16) >= 0
                    : Character.isDigit(c)
                            || c == '.'
                            || ((c == '-' || c == '+') && (at == 0 || isExponentSign(text, at)));
            if (!part && !exponent) {
                break;
            }
            at++;
        }
        return at;
    }

    private static boolean isExponentSign(String text, int at) {
        return text.charAt(at - 1) == 'e' || text.charAt(at - 1) == 'E';
    }

    private static BigDecimal convert(SettingDef def, String text, BigDecimal value, String unit) {
        if (def.unit().isEmpty()) {
            throw wrong(def, text);
        }
        boolean memory = isMemory(def);
        for (Unit known : memory ? MEMORY : TIME) {
            if (known.name().equals(unit)) {
                return value.multiply(BigDecimal.valueOf(known.factor()))
                        .divide(BigDecimal.valueOf(baseFactor(def)), 6, RoundingMode.HALF_EVEN);
            }
        }
        throw wrong(def, text).withHint(memory ? MEMORY_HINT : TIME_HINT);
    }

    private static boolean isMemory(SettingDef def) {
        return def.unit().endsWith("B");
    }

    /// Bytes or microseconds in one of the setting's units.
    private static long baseFactor(SettingDef def) {
        String unit = def.unit();
        int digits = 0;
        while (digits < unit.length() && Character.isDigit(unit.charAt(digits))) {
            digits++;
        }
        long count = digits == 0 ? 1 : Long.parseLong(unit.substring(0, digits));
        String name = unit.substring(digits);
        for (Unit known : isMemory(def) ? MEMORY : TIME) {
            if (known.name().equals(name)) {
                return count * known.factor();
            }
        }
        throw new IllegalStateException("unknown unit " + unit);
    }

    private static OmenException outside(SettingDef def, BigDecimal value) {
        String unit = def.unit().isEmpty() ? "" : " " + def.unit();
        String shown = def.kind() == SettingDef.Kind.INTEGER
                ? value.toBigInteger().toString()
                : value.stripTrailingZeros().toPlainString();
        return invalid(shown + unit + " is outside the valid range for parameter \"" + def.name() + "\" ("
                + bound(def, def.minimum()) + " .. " + bound(def, def.maximum()) + ")");
    }

    private static String bound(SettingDef def, double bound) {
        if (def.kind() == SettingDef.Kind.INTEGER || (bound == Math.rint(bound) && Math.abs(bound) < 1e6)) {
            return Long.toString((long) bound);
        }
        // the largest double as printf %g writes it; recorded bounds carry six digits of it
        return bound > 1.797e308 ? "1.79769e+308" : Double.toString(bound);
    }

    private static String string(SettingDef def, String text, String current) {
        return switch (def.name()) {
            case "TimeZone" -> timeZone(def, text);
            case "DateStyle" -> dateStyle(def, text, current);
            case "client_encoding" -> encoding(def, text);
            case "default_text_search_config" -> textSearchConfig(def, text);
            default -> text;
        };
    }

    private static String textSearchConfig(SettingDef def, String text) {
        int oid = TextSearchNames.configuration(text);
        if (oid == 0) {
            throw wrong(def, text);
        }
        return "pg_catalog." + TextSearchNames.configurationName(oid);
    }

    private static String timeZone(SettingDef def, String text) {
        ZoneId zone = zone(text);
        if (zone == null) {
            throw wrong(def, text);
        }
        if (zone instanceof ZoneOffset offset) {
            return offset.getTotalSeconds() == 0 ? "UTC" : TimeZones.nameOfOffset(offset.getTotalSeconds());
        }
        return zone.getId();
    }

    /// The zone of a setting's text: a name, hours east of UTC as a number, or `interval '...'` east of UTC.
    static @Nullable ZoneId zone(String text) {
        try {
            if (text.regionMatches(true, 0, "interval", 0, 8)) {
                return intervalZone(text.substring(8).strip());
            }
            double hours = Double.parseDouble(text);
            return Math.abs(hours) > 15 ? null : ZoneOffset.ofTotalSeconds((int) Math.round(hours * 3600));
        } catch (NumberFormatException e) {
            return TimeZones.parse(text);
        }
    }

    private static @Nullable ZoneId intervalZone(String quoted) {
        if (quoted.length() < 2 || !quoted.startsWith("'") || !quoted.endsWith("'")) {
            return null;
        }
        Interval interval = Interval.parse(quoted.substring(1, quoted.length() - 1));
        if (interval.months() != 0 || interval.days() != 0) {
            String unit = interval.months() != 0 ? "months" : "days";
            throw invalid("invalid value for parameter \"TimeZone\": \"INTERVAL '" + interval.text() + "'\"")
                    .withDetail("Cannot specify " + unit + " in time zone interval.");
        }
        long seconds = interval.micros() / 1_000_000;
        return Math.abs(seconds) > ZoneOffset.MAX.getTotalSeconds() ? null : ZoneOffset.ofTotalSeconds((int) seconds);
    }

    private static String dateStyle(SettingDef def, String text, String current) {
        String[] parts = current.split(", ", 2);
        String style = parts[0];
        String order = parts.length > 1 ? parts[1] : "MDY";
        for (String word : text.split("[ ,]+", -1)) {
            switch (word.toLowerCase(Locale.ROOT)) {
                case "" -> {}
                case "iso" -> style = "ISO";
                case "sql" -> style = "SQL";
                case "postgres", "postgresql" -> style = "Postgres";
                case "german" -> {
                    style = "German";
                    order = "DMY";
                }
                case "ymd" -> order = "YMD";
                case "dmy", "euro", "european", "noneuro" -> order = "DMY";
                case "mdy", "us", "noneuropean" -> order = "MDY";
                case "default" -> {
                    style = "ISO";
                    order = "MDY";
                }
                default -> throw wrong(def, text).withDetail("Unrecognized key word: \"" + word + "\".");
            }
        }
        return style + ", " + order;
    }

    private static String encoding(SettingDef def, String text) {
        String name = text.strip().replace("-", "").replace("_", "").toUpperCase(Locale.ROOT);
        return switch (name) {
            case "UTF8", "UNICODE" -> "UTF8";
            default -> throw wrong(def, text);
        };
    }

    /// What SHOW prints: numbers in the largest unit that divides them.
    static String show(SettingDef def, String canonical) {
        if (def.kind() != SettingDef.Kind.INTEGER || def.unit().isEmpty()) {
            return canonical;
        }
        long value = Long.parseLong(canonical);
        if (value <= 0) {
            return canonical;
        }
        boolean memory = isMemory(def);
        long base = value * baseFactor(def);
        for (Unit unit : memory ? MEMORY : TIME) {
            if (base % unit.factor() == 0) {
                return base / unit.factor() + unit.name();
            }
        }
        return canonical;
    }

    /// Elements of a list such as search_path, joined as SHOW prints them: quoted where they must be.
    static String list(List<String> elements) {
        List<String> shown = new ArrayList<>();
        for (String element : elements) {
            shown.add(omendb.sql.parse.Deparser.identifier(element));
        }
        return String.join(", ", shown);
    }

    /// Settings whose value is a list of names.
    static boolean isList(SettingDef def) {
        return LISTS.containsKey(def.name());
    }

    private static final Map<String, Boolean> LISTS =
            Map.of("search_path", true, "temp_tablespaces", true, "shared_preload_libraries", true);

    private static OmenException wrong(SettingDef def, String text) {
        return invalid("invalid value for parameter \"" + def.name() + "\": \"" + text + "\"");
    }

    private static OmenException invalid(String message) {
        return new UserException(SqlState.INVALID_PARAMETER_VALUE, message);
    }
}
