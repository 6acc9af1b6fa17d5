package omendb.sql.pgcatalog;

import java.util.Map;
import java.util.TreeMap;
import omendb.engine.type.TextSearchNames;
import omendb.sql.text.Dictionary;
import omendb.sql.text.TextSearchConfig;
import omendb.sql.text.TokenType;

/// What full-text search is configured with: built in, as is.
final class TextSearchViews {
    private static final Map<Integer, String> CONFIGURATIONS =
            new TreeMap<>(Map.of(TextSearchNames.SIMPLE, "simple", TextSearchNames.ENGLISH, "english"));

    private TextSearchViews() {}

    static void register(SystemViews.Builder builder) {
        builder.add("pg_catalog.pg_ts_config", (_, rows) -> configurations(rows));
        builder.add("pg_catalog.pg_ts_config_map", (_, rows) -> mappings(rows));
        builder.add("pg_catalog.pg_ts_dict", (_, rows) -> dictionaries(rows));
        builder.add("pg_catalog.pg_ts_parser", (_, rows) -> parsers(rows));
        builder.add("pg_catalog.pg_ts_template", (_, rows) -> templates(rows));
    }

    private static void configurations(NamedRows rows) {
        CONFIGURATIONS.forEach((oid, name) -> rows.row()
                .set("oid", oid)
                .set("cfgname", name)
                .set("cfgnamespace", 11)
                .set("cfgowner", 10)
                .set("cfgparser", TextSearchNames.DEFAULT_PARSER));
    }

    private static void mappings(NamedRows rows) {
        for (int oid : CONFIGURATIONS.keySet()) {
            for (TokenType type : TokenType.values()) {
                Dictionary dictionary = TextSearchConfig.byOid(oid).dictionary(type);
                if (dictionary != null) {
                    rows.row()
                            .set("mapcfg", oid)
                            .set("maptokentype", type.id())
                            .set("mapseqno", 1)
                            .set("mapdict", dictionary.oid());
                }
            }
        }
    }

    private static void dictionaries(NamedRows rows) {
        rows.row()
                .set("oid", TextSearchNames.SIMPLE_DICTIONARY)
                .set("dictname", "simple")
                .set("dictnamespace", 11)
                .set("dictowner", 10)
                .set("dicttemplate", TextSearchNames.SIMPLE_TEMPLATE);
        rows.row()
                .set("oid", TextSearchNames.ENGLISH_DICTIONARY)
                .set("dictname", "english_stem")
                .set("dictnamespace", 11)
                .set("dictowner", 10)
                .set("dicttemplate", TextSearchNames.SNOWBALL_TEMPLATE)
                .set("dictinitoption", "language = 'english', stopwords = 'english'");
    }

    private static void parsers(NamedRows rows) {
        rows.row()
                .set("oid", TextSearchNames.DEFAULT_PARSER)
                .set("prsname", "default")
                .set("prsnamespace", 11)
                .set("prsstart", 0)
                .set("prstoken", 0)
                .set("prsend", 0)
                .set("prsheadline", 0)
                .set("prslextype", 0);
    }

    private static void templates(NamedRows rows) {
        template(rows, TextSearchNames.SIMPLE_TEMPLATE, "simple");
        template(rows, TextSearchNames.SNOWBALL_TEMPLATE, "snowball");
    }

    private static void template(NamedRows rows, int oid, String name) {
        rows.row()
                .set("oid", oid)
                .set("tmplname", name)
                .set("tmplnamespace", 11)
                .set("tmplinit", 0)
                .set("tmpllexize", 0);
    }
}
