package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// VACUUM, ANALYZE and the counts of pg_stat views.
@Timeout(60)
class VacuumTest {
    @TempDir
    Path directory;

    private Database database;
    private SqlConnection a;
    private SqlConnection b;

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
        a = new SqlConnection(database);
        b = new SqlConnection(database);
        a.run("CREATE TABLE t (id int PRIMARY KEY, n int, m int); CREATE INDEX ON t (m)");
        a.run("INSERT INTO t SELECT g, 0, g FROM generate_series(1, 1000) g");
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
        database.close();
    }

    private String counts() {
        return a.rows("SELECT n_live_tup, n_dead_tup FROM pg_stat_user_tables WHERE relname = 't'")
                .getFirst();
    }

    @Test
    void dead_versions_are_counted_until_no_snapshot_needs_them_and_vacuum_takes_them() {
        assertEquals("1000|0", counts());
        b.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
        a.run("UPDATE t SET n = 1");
        a.run("DELETE FROM t WHERE id <= 100");
        assertEquals("900|1100", counts());
        a.run("VACUUM t");
        assertEquals("900|1100", counts(), "the reader sees every old version, and the vacuum none of the newer two");
        assertEquals(List.of("1000|0"), b.rows("SELECT count(*), sum(n) FROM t"));
        b.run("COMMIT");
        assertEquals("VACUUM\n", a.run("VACUUM t"));
        assertEquals("900|0", counts());
        assertEquals(List.of("900|900"), a.rows("SELECT count(*), sum(n) FROM t"));
        assertEquals(List.of("t|900"), a.rows("SELECT relname, reltuples FROM pg_class WHERE relname = 't'"));
    }

    @Test
    void what_is_rolled_back_leaves_nothing_dead() {
        a.run("BEGIN; UPDATE t SET n = 1; DELETE FROM t WHERE id < 500; ROLLBACK");
        assertEquals("1000|0", counts());
    }

    @Test
    void verbose_tells_what_was_done() {
        a.run("UPDATE t SET n = 1");
        a.notices();
        assertEquals("VACUUM\n", a.run("VACUUM (VERBOSE, ANALYZE) t"));
        String notices = String.join("\n", a.notices());
        assertTrue(notices.contains("INFO: vacuuming \"postgres.public.t\""), notices);
        assertTrue(notices.contains("tuples: 1000 removed, 1000 remain, 0 are dead but not yet removable"), notices);
        assertTrue(notices.contains("INFO: analyzing \"public.t\""), notices);
        assertTrue(notices.contains("containing 1000 live rows and 0 dead rows"), notices);
        assertEquals("ANALYZE\n", a.run("ANALYZE VERBOSE t (n, m)"));
        assertEquals(2, a.notices().size());
    }

    @Test
    void options_are_those_of_postgresql() {
        for (String command : List.of(
                "VACUUM",
                "VACUUM FULL t",
                "VACUUM FREEZE VERBOSE ANALYZE t",
                "VACUUM (FULL, FREEZE false, DISABLE_PAGE_SKIPPING off, SKIP_LOCKED) t",
                "VACUUM (INDEX_CLEANUP auto, PROCESS_TOAST, TRUNCATE off, PARALLEL 2) t",
                "VACUUM (ANALYZE) t (id, n)",
                "VACUUM pg_catalog.pg_class")) {
            assertEquals("VACUUM\n", a.run(command), command);
        }
        for (String command : List.of("ANALYZE", "ANALYZE (VERBOSE off, SKIP_LOCKED) t", "ANALYZE pg_class")) {
            assertEquals("ANALYZE\n", a.run(command), command);
        }
        assertTrue(a.run("VACUUM (WRONG) t").startsWith("ERROR 42601: unrecognized VACUUM option \"wrong\""));
        assertTrue(a.run("ANALYZE (FULL) t").startsWith("ERROR 42601: unrecognized ANALYZE option \"full\""));
        assertTrue(a.run("VACUUM (FULL, PARALLEL 2) t").startsWith("ERROR 0A000"));
        assertTrue(a.run("VACUUM t (n)").startsWith("ERROR 0A000: ANALYZE option must be specified"));
        assertTrue(a.run("ANALYZE t (nope)").startsWith("ERROR 42703"));
        assertTrue(a.run("VACUUM nope").startsWith("ERROR 42P01"));
    }

    @Test
    void vacuum_waits_for_nobody_who_reads_or_writes_and_passes_over_what_is_locked() {
        b.run("BEGIN; UPDATE t SET n = 2 WHERE id = 1");
        a.run("SET lock_timeout = '50ms'");
        assertEquals("VACUUM\n", a.run("VACUUM t"));
        assertTrue(a.run("VACUUM FULL t").startsWith("ERROR 55P03"));
        a.notices();
        assertEquals("VACUUM\n", a.run("VACUUM (FULL, SKIP_LOCKED) t"));
        assertEquals(List.of("WARNING: skipping vacuum of \"t\" --- lock not available"), a.notices());
        b.run("COMMIT");
    }

    @Test
    void statistics_count_what_was_done() {
        a.run("SELECT pg_stat_reset()");
        a.run("SELECT count(*) FROM t");
        a.run("SELECT * FROM t WHERE id = 5");
        a.run("INSERT INTO t VALUES (2000, 1, 1); UPDATE t SET n = 9 WHERE id < 11; UPDATE t SET m = 0 WHERE id = 1;"
                + " DELETE FROM t WHERE id = 2000");
        String tables =
                "SELECT seq_scan >= 1, seq_tup_read >= 1000, idx_scan >= 1, n_tup_ins, n_tup_upd, n_tup_hot_upd,"
                        + " n_tup_del, n_mod_since_analyze, n_ins_since_vacuum, vacuum_count, last_vacuum IS NULL, analyze_count"
                        + " FROM pg_stat_all_tables WHERE relname = 't'";
        assertEquals(List.of("t|t|t|1|11|10|1|13|1|0|t|0"), a.rows(tables));
        a.run("VACUUM ANALYZE t");
        assertEquals(List.of("t|t|t|1|11|10|1|0|0|1|f|1"), a.rows(tables));
        assertEquals(
                List.of("t_m_idx|0", "t_pkey|1"),
                a.rows("SELECT indexrelname, least(idx_scan, 1) FROM pg_stat_user_indexes ORDER BY 1"));
        assertEquals(
                List.of("t|t|t|1|11|1"),
                a.rows("SELECT xact_commit > 5, xact_rollback >= 0, numbackends >= 0, tup_inserted, tup_updated,"
                        + " tup_deleted FROM pg_stat_database"));
        assertEquals(List.of(""), a.rows("SELECT pg_stat_force_next_flush()"));
    }

    @Test
    void the_catalog_can_be_read_while_a_table_is_locked() {
        b.run("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
        a.run("SET lock_timeout = '50ms'");
        assertEquals(
                List.of("1000"),
                a.rows("SELECT n_live_tup FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid"));
        b.run("COMMIT");
    }
}
