package omendb.sql.setting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import omendb.engine.error.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Expected texts are answers of PostgreSQL 15 and pgvector 0.8.
class SettingsTest {
    private final Settings settings = new Settings("postgres", Map.of("application_name", "test"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "statement_timeout | 1500ms | 1500ms",
                "statement_timeout | 90s | 90s",
                "work_mem | 1.5MB | 1536kB",
                "work_mem | 4096 | 4MB",
                "extra_float_digits | 1.6 | 2",
                "datestyle | german | German, DMY",
                "timezone | utc | UTC",
                "enable_seqscan | f | off",
                "enable_seqscan | TRUE | on",
                "synchronous_commit | no | off",
                "hnsw.ef_search | 1000 | 1000"
            })
    void values_are_shown_as_postgresql_shows_them(String name, String value, String shown) {
        assertEquals(shown, settings.set(name, value, false));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "work_mem | abc | 22023 | invalid value for parameter \"work_mem\": \"abc\"",
                "work_mem | 1 | 22023 | 1 kB is outside the valid range for parameter \"work_mem\" (64 .. 2147483647)",
                "enable_seqscan | maybe | 22023 | parameter \"enable_seqscan\" requires a Boolean value",
                "synchronous_commit | x | 22023 | invalid value for parameter \"synchronous_commit\": \"x\"",
                "nope | 1 | 42704 | unrecognized configuration parameter \"nope\"",
                "extra_float_digits | 99 | 22023 | 99 is outside the valid range for parameter \"extra_float_digits\" (-15 .. 3)",
                "seq_page_cost | -1 | 22023 | -1 is outside the valid range for parameter \"seq_page_cost\" (0 .. 1.79769e+308)",
                "max_connections | 5 | 55P02 | parameter \"max_connections\" cannot be changed without restarting the server",
                "server_encoding | x | 55P02 | parameter \"server_encoding\" cannot be changed",
                "fsync | off | 55P02 | parameter \"fsync\" cannot be changed now",
                "timezone | nowhere | 22023 | invalid value for parameter \"TimeZone\": \"nowhere\"",
                "hnsw.ef_search | 1001 | 22023 | 1001 is outside the valid range for parameter \"hnsw.ef_search\" (1 .. 1000)",
                "hnsw.nope | 1 | 42602 | invalid configuration parameter name \"hnsw.nope\""
            })
    void wrong_values_are_refused_in_postgresqls_words(String name, String value, String state, String message) {
        UserException e = assertThrows(UserException.class, () -> settings.set(name, value, false));
        assertEquals(message, e.text());
        assertEquals(state, e.sqlState().code());
    }

    @Test
    void search_path_keeps_the_quotes_a_name_needs() {
        assertEquals("a, \"B c\", public", settings.set("search_path", List.of("a", "B c", "public"), false));
        assertEquals(List.of("a", "B c", "public"), settings.searchPath("postgres"));
        settings.reset("search_path", false);
        assertEquals(List.of("postgres", "public"), settings.searchPath("postgres"));
    }

    @Test
    void set_is_undone_by_rollback_and_set_local_ends_with_its_transaction() {
        settings.set("work_mem", "1MB", false);
        settings.begin();
        settings.set("work_mem", "2MB", false);
        settings.set("hnsw.ef_search", "99", true);
        assertEquals(99, settings.efSearch());
        Settings.Mark savepoint = settings.mark();
        settings.set("work_mem", "3MB", false);
        settings.rollbackTo(savepoint);
        assertEquals("2MB", settings.show("work_mem"));
        settings.rollback();
        assertEquals("1MB", settings.show("work_mem"));
        assertEquals(40, settings.efSearch());
        settings.begin();
        settings.set("work_mem", "2MB", false);
        settings.set("hnsw.ef_search", "99", true);
        settings.commit();
        assertEquals("2MB", settings.show("work_mem"));
        assertEquals(40, settings.efSearch());
    }

    @Test
    void reset_goes_back_to_the_start_of_the_session() {
        settings.set("application_name", "other", false);
        settings.reset("application_name", false);
        assertEquals("test", settings.show("application_name"));
        settings.set("my.own", "1", false);
        assertEquals("1", settings.show("my.own"));
        settings.resetAll();
        assertNull(settings.find("my.own"));
    }

    @Test
    void reported_settings_are_told_once_per_change() {
        List<String> told = new ArrayList<>();
        settings.set("TimeZone", "Europe/Berlin", false);
        settings.set("work_mem", "1MB", false);
        settings.report((name, value) -> told.add(name + "=" + value));
        settings.report((name, value) -> told.add(name + "=" + value));
        assertEquals(List.of("TimeZone=Europe/Berlin"), told);
    }
}
