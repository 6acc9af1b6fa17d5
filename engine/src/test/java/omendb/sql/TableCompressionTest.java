package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import omendb.memory.MemoryTag;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `WITH (compression = lz4)`: told by the catalog, kept over a restart, smaller on disk, the same to every statement,
/// and scanned in bounded memory.
class TableCompressionTest {
    private static final MemoryTag BLOCKS = MemoryTag.of("block-cache");
    private static final int ROWS = 30_000;

    @TempDir
    Path directory;

    private Database database;
    private SqlConnection connection;

    @BeforeEach
    void open() {
        database = Database.open(directory, DatabaseOptions.forTests());
        connection = new SqlConnection(database);
    }

    @AfterEach
    void close() {
        connection.close();
        database.close();
    }

    private void reopen() {
        close();
        open();
    }

    private void ok(String sql) {
        String answer = connection.run(sql);
        assertTrue(!answer.contains("ERROR"), () -> sql + " -> " + answer);
    }

    private List<String> options(String table) {
        return connection.rows("SELECT reloptions FROM pg_class WHERE relname = '" + table + "'");
    }

    private long bytes(String table) {
        return Long.parseLong(
                connection.rows("SELECT pg_relation_size('" + table + "')").getFirst());
    }

    private void fill(String table) {
        ok("INSERT INTO " + table
                + " SELECT n, n % 10, 'the payload of row ' || n || ', which says nothing new, again and"
                + " again and again', n * 0.5 FROM generate_series(1, " + ROWS + ") n");
        database.checkpoint();
    }

    @Test
    void the_parameter_is_checked_shown_changed_and_kept() {
        ok(
                "CREATE TABLE t (id int PRIMARY KEY, v text COMPRESSION lz4, w text COMPRESSION pglz, x int COMPRESSION default)"
                        + " WITH (fillfactor = 70, compression = LZ4)");
        assertEquals(List.of("{fillfactor=70,compression=lz4}"), options("t"));
        reopen();
        assertEquals(List.of("{fillfactor=70,compression=lz4}"), options("t"));
        ok("ALTER TABLE t RENAME TO u");
        ok("TRUNCATE u");
        ok("ALTER TABLE u SET (compression = none)");
        assertEquals(List.of("{fillfactor=70,compression=none}"), options("u"));
        ok("ALTER TABLE u RESET (compression, fillfactor)");
        assertEquals(List.of(""), options("u"));
        assertEquals(
                "ERROR 22023: invalid value for enum option \"compression\": zstd\n",
                connection.run("ALTER TABLE u SET (compression = zstd)"));
        assertEquals(
                "ERROR 22023: unrecognized parameter \"compresion\"\n",
                connection.run("CREATE TABLE w (a int) WITH (compresion = lz4)"));
        assertEquals(
                "ERROR 22023: parameter \"compression\" specified more than once\n",
                connection.run("CREATE TABLE w (a int) WITH (compression = lz4, compression = none)"));
        assertEquals(
                "ERROR 22023: invalid compression method \"zip\"\n",
                connection.run("CREATE TABLE w (a text COMPRESSION zip)"));
        assertEquals(
                "ERROR 0A000: column data type integer does not support compression\n",
                connection.run("ALTER TABLE u ALTER COLUMN id SET COMPRESSION lz4"));
        ok("ALTER TABLE u ALTER COLUMN v SET COMPRESSION lz4");
    }

    @Test
    void rows_take_less_room_and_every_statement_sees_the_same() {
        ok("CREATE TABLE plain (id int PRIMARY KEY, g int, payload text, n numeric)");
        ok("CREATE TABLE packed (id int PRIMARY KEY, g int, payload text, n numeric) WITH (compression = lz4)");
        fill("plain");
        fill("packed");
        assertTrue(bytes("packed") < bytes("plain") / 2, () -> bytes("packed") + " of " + bytes("plain"));
        reopen();
        for (String query : List.of(
                "SELECT md5(string_agg(payload || n, ',' ORDER BY id)) FROM %s",
                "SELECT payload, n FROM %s ORDER BY payload DESC LIMIT 20 OFFSET 1000",
                "SELECT g, count(*), min(payload), max(payload), sum(n) FROM %s GROUP BY g ORDER BY g",
                "SELECT a.payload, b.payload FROM %1$s a JOIN %1$s b ON a.id = b.id + 7 WHERE b.id > 29980 ORDER BY a.id",
                "SELECT payload FROM %s WHERE id BETWEEN 500 AND 2900 AND g = 3 ORDER BY id",
                "SELECT count(DISTINCT payload), count(DISTINCT n) FROM %s",
                "SELECT payload FROM (SELECT payload, row_number() OVER (PARTITION BY g ORDER BY payload) r FROM %s) q"
                        + " WHERE r = 17 ORDER BY 1",
                "SELECT payload FROM %1$s WHERE id IN (SELECT max(id) FROM %1$s GROUP BY g) ORDER BY id",
                "SELECT (SELECT payload FROM %1$s i WHERE i.id = o.g + 1) FROM %1$s o WHERE o.id < 2100 ORDER BY o.id",
                "UPDATE %s SET payload = payload || '!' WHERE g = 4 RETURNING payload",
                "SELECT md5(string_agg(payload || n, ',' ORDER BY id)) FROM %s")) {
            assertEquals(connection.run(query.formatted("plain")), connection.run(query.formatted("packed")), query);
        }
    }

    @Test
    void a_scan_holds_the_blocks_of_its_batch_and_not_the_table() {
        ok("CREATE TABLE packed (id int PRIMARY KEY, g int, payload text, n numeric) WITH (compression = lz4)");
        fill("packed");
        reopen();
        long[] most = new long[1];
        PreparedPlan plan = connection.session().prepare("SELECT payload FROM packed", new int[0]);
        try (Portal portal = connection.session().bind(plan, ParameterValues.none())) {
            connection.session().execute(portal, 0, _ -> most[0] = Math.max(most[0], BLOCKS.liveBytes()));
        }
        connection.session().sync();
        assertTrue(most[0] > 0, "blocks were decompressed");
        assertTrue(most[0] < 1 << 20, () -> most[0] + " bytes of blocks"); // of some four megabytes
    }

    @Test
    void a_table_filled_by_the_transaction_that_makes_it_is_compressed() {
        ok(
                "BEGIN; CREATE TABLE packed (id int PRIMARY KEY, g int, payload text, n numeric) WITH (compression = lz4);"
                        + " INSERT INTO packed SELECT n, n, repeat('all the same ', 20), n FROM generate_series(1, 5000) n; COMMIT");
        database.checkpoint();
        assertTrue(bytes("packed") < 5_000L * 260 / 2, () -> bytes("packed") + " bytes");
    }
}
