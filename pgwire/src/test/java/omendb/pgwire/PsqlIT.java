package omendb.pgwire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// psql against the whole server.
@Timeout(120)
class PsqlIT {
    @TempDir
    static Path data;

    private static EmbeddedServer server;

    private record Outcome(int exitCode, String output) {}

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(ServerUnderTest.isInstalled("psql", "PsqlIT"));
        server = EmbeddedServer.start(data.resolve("main"));
        Outcome made = psql(
                "CREATE EXTENSION IF NOT EXISTS vector",
                "CREATE TABLE items (id bigint PRIMARY KEY, name varchar(30) NOT NULL, price numeric(10,2) DEFAULT 0, e vector(3))",
                "CREATE INDEX items_e ON items USING hnsw (e vector_l2_ops) WITH (m = 8, ef_construction = 32)");
        assertEquals(0, made.exitCode, made.output);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static Outcome psql(String... commands) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(
                "psql",
                "-X",
                "-h",
                "127.0.0.1",
                "-p",
                String.valueOf(server.port()),
                "-U",
                "postgres",
                "-d",
                "postgres",
                "-v",
                "ON_ERROR_STOP=1"));
        for (String command : commands) {
            line.addAll(List.of("-c", command));
        }
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "psql hangs");
        return new Outcome(process.exitValue(), output);
    }

    private static void shows(String command, String... expected) throws IOException, InterruptedException {
        Outcome outcome = psql(command);
        assertEquals(0, outcome.exitCode, outcome.output);
        for (String text : expected) {
            assertTrue(outcome.output.contains(text), command + " shows no '" + text + "':\n" + outcome.output);
        }
    }

    @Test
    void describes_a_table_with_its_columns_and_indexes() throws Exception {
        shows(
                "\\d items",
                "Table \"public.items\"",
                "bigint",
                "character varying(30)",
                "numeric(10,2)",
                "vector(3)",
                "not null",
                "\"items_pkey\" PRIMARY KEY, btree (id)",
                "\"items_e\" hnsw (e vector_l2_ops) WITH (m='8', ef_construction='32')");
    }

    @Test
    void describes_foreign_keys_at_both_ends() throws Exception {
        psql("create table owner_of (id int primary key, k text unique deferrable)");
        psql("create table thing (o int references owner_of on delete cascade deferrable initially deferred)");
        String key = "FOREIGN KEY (o) REFERENCES owner_of(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED";
        shows("\\d thing", "Foreign-key constraints:", "\"thing_o_fkey\" " + key);
        shows(
                "\\d owner_of",
                "\"owner_of_k_key\" UNIQUE CONSTRAINT, btree (k) DEFERRABLE",
                "Referenced by:",
                "TABLE \"thing\" CONSTRAINT \"thing_o_fkey\" " + key);
    }

    @Test
    void lists_tables_databases_and_the_connection() throws Exception {
        shows("\\dt", "public | items | table | postgres");
        shows("\\l", "postgres");
        shows("\\conninfo", "You are connected to database \"postgres\" as user \"postgres\"");
    }

    @Test
    void lists_aggregates_with_their_types() throws Exception {
        shows("\\df avg", "avg  | vector", "| vector", "| agg");
    }

    @Test
    void runs_several_statements_of_one_string() throws Exception {
        shows("select 1 as one; select 'a' || 'b' as two", "two", "ab");
    }

    @Test
    void points_at_the_place_of_an_error() throws Exception {
        Outcome outcome = psql("select nope from items");
        assertEquals(1, outcome.exitCode);
        assertTrue(outcome.output.contains("ERROR:  column \"nope\" does not exist"), outcome.output);
        assertTrue(outcome.output.contains("LINE 1: select nope from items\n               ^"), outcome.output);
    }

    @Test
    void copies_from_a_string_of_its_own() throws Exception {
        shows("\\copy (select 1, 'a,b') to stdout with (format csv)", "1,\"a,b\"");
    }
}
