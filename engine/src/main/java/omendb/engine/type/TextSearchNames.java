package omendb.engine.type;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Oids and names of the text search objects, which are built in; PostgreSQL's numbers.
public final class TextSearchNames {
    /// Configurations.
    public static final int SIMPLE = 3748;

    public static final int ENGLISH = 13_164;

    /// Dictionaries.
    public static final int SIMPLE_DICTIONARY = 3765;

    public static final int ENGLISH_DICTIONARY = 13_163;

    /// The parser, and the templates that the dictionaries are made from.
    public static final int DEFAULT_PARSER = 3722;

    public static final int SIMPLE_TEMPLATE = 3727;
    public static final int SNOWBALL_TEMPLATE = 13_150;

    private static final Map<String, Integer> CONFIGURATIONS = Map.of("simple", SIMPLE, "english", ENGLISH);
    private static final Map<String, Integer> DICTIONARIES =
            Map.of("simple", SIMPLE_DICTIONARY, "english_stem", ENGLISH_DICTIONARY);

    private TextSearchNames() {}

    /// Oid of the configuration that `name` (perhaps with the schema pg_catalog) means; 0 = none.
    public static int configuration(String name) {
        return CONFIGURATIONS.getOrDefault(bare(name), 0);
    }

    public static @Nullable String configurationName(long oid) {
        return name(CONFIGURATIONS, oid);
    }

    static int dictionary(String name) {
        return DICTIONARIES.getOrDefault(bare(name), 0);
    }

    static @Nullable String dictionaryName(long oid) {
        return name(DICTIONARIES, oid);
    }

    private static @Nullable String name(Map<String, Integer> names, long oid) {
        for (Map.Entry<String, Integer> entry : names.entrySet()) {
            if (entry.getValue() == oid) {
                return entry.getKey();
            }
        }
        return null;
    }

    /// Folded as an identifier is, without pg_catalog.
    private static String bare(String name) {
        StringBuilder folded = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else {
                folded.append(quoted ? c : Character.toLowerCase(c));
            }
        }
        String bare = folded.toString();
        return bare.startsWith("pg_catalog.") ? bare.substring(11) : bare;
    }
}
