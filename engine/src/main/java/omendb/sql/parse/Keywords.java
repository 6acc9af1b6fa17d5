package omendb.sql.parse;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// PostgreSQL 15's keywords: what a word may stand for (as pg_get_keywords tells it).
///
/// The server claims to be a 15, so words that became keywords later (`json_object`, `system_user`, ...) stay
/// names; the grammar knows them where it
/// needs them.
public final class Keywords {
    /// Where a keyword may be used as a name.
    public enum Category {
        /// Anywhere.
        UNRESERVED,
        /// As a column or table, not as a function or type.
        COL_NAME,
        /// As a function or type, not as a column or table.
        TYPE_FUNC_NAME,
        /// Only as a column label after AS.
        RESERVED
    }

    private static final String UNRESERVED = """
            abort absolute access action add admin after aggregate also alter always asensitive assertion
            assignment at atomic attach attribute backward before begin breadth by cache call called cascade
            cascaded catalog chain characteristics checkpoint class close cluster columns comment comments
            commit committed compression configuration conflict connection constraints content continue
            conversion copy cost csv cube current cursor cycle data database day deallocate declare defaults
            deferred definer delete delimiter delimiters depends depth detach dictionary disable discard
            document domain double drop each enable encoding encrypted enum escape event exclude excluding
            exclusive execute explain expression extension external family filter finalize first following force
            forward function functions generated global granted groups handler header hold hour identity if
            immediate immutable implicit import include including increment index indexes inherit inherits
            inline input insensitive insert instead invoker isolation key label language large last leakproof
            level listen load local location lock locked logged mapping match matched materialized maxvalue
            merge method minute minvalue mode month move name names new next nfc nfd nfkc nfkd no normalized
            nothing notify nowait nulls object of off oids old operator option options ordinality others over
            overriding owned owner parallel parameter parser partial partition passing password plans policy
            preceding prepare prepared preserve prior privileges procedural procedure procedures program
            publication quote range read reassign recheck recursive ref referencing refresh reindex relative
            release rename repeatable replace replica reset restart restrict return returns revoke role rollback
            rollup routine routines rows rule savepoint schema schemas scroll search second security sequence
            sequences serializable server session set sets share show simple skip snapshot sql stable standalone
            start statement statistics stdin stdout storage stored strict strip subscription support sysid
            system tables tablespace temp template temporary text ties transaction transform trigger truncate
            trusted type types uescape unbounded uncommitted unencrypted unknown unlisten unlogged until update
            vacuum valid validate validator value varying version view views volatile whitespace within without
            work wrapper write xml year yes zone
            """;

    private static final String COL_NAME = """
            between bigint bit boolean char character coalesce dec decimal exists extract float greatest
            grouping inout int integer interval least national nchar none normalize nullif numeric out overlay
            position precision real row setof smallint substring time timestamp treat trim values varchar
            xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot
            xmlserialize xmltable
            """;

    private static final String TYPE_FUNC_NAME = """
            authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull
            join left like natural notnull outer overlaps right similar tablesample verbose
            """;

    private static final String RESERVED = """
            all analyse analyze and any array as asc asymmetric both case cast check collate column constraint
            create current_catalog current_date current_role current_time current_timestamp current_user default
            deferrable desc distinct do else end except false fetch for foreign from grant group having in
            initially intersect into lateral leading limit localtime localtimestamp not null offset on only or
            order placing primary references returning select session_user some symmetric table then to trailing
            true union unique user using variadic when where window with
            """;

    /// Keywords that are column labels only after AS.
    private static final String AS_LABEL = """
            array as char character create day except fetch filter for from grant group having hour intersect
            into isnull limit minute month notnull offset on order over overlaps precision returning second to
            union varying where window with within without year
            """;

    private static final Map<String, Category> CATEGORIES = new HashMap<>();
    private static final Set<String> NEEDS_AS = new HashSet<>();

    static {
        add(UNRESERVED, Category.UNRESERVED);
        add(COL_NAME, Category.COL_NAME);
        add(TYPE_FUNC_NAME, Category.TYPE_FUNC_NAME);
        add(RESERVED, Category.RESERVED);
        NEEDS_AS.addAll(words(AS_LABEL));
    }

    private Keywords() {}

    /// Category of a word in lower case; null if it is not a keyword.
    public static @Nullable Category category(String word) {
        return CATEGORIES.get(word);
    }

    /// Whether `SELECT x word` is right without AS.
    public static boolean isBareLabel(String word) {
        return !NEEDS_AS.contains(word);
    }

    /// Whether an identifier of this text must be quoted although its characters are harmless: PostgreSQL's
    /// quote_identifier quotes all keywords but the
    /// unreserved ones.
    public static boolean needsQuotes(String word) {
        Category category = CATEGORIES.get(word);
        return category != null && category != Category.UNRESERVED;
    }

    /// All keywords with their category.
    public static Map<String, Category> all() {
        return Map.copyOf(CATEGORIES);
    }

    private static void add(String block, Category category) {
        for (String word : words(block)) {
            CATEGORIES.put(word, category);
        }
    }

    private static Set<String> words(String block) {
        Set<String> words = new HashSet<>();
        int start = 0;
        for (int i = 0; i <= block.length(); i++) {
            if (i == block.length() || Character.isWhitespace(block.charAt(i))) {
                if (i > start) {
                    words.add(block.substring(start, i));
                }
                start = i + 1;
            }
        }
        return words;
    }
}
