package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.LongRange;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import omendb.engine.DirectoryCheck;
import omendb.memory.CrashableFileStore;

/// Whatever was written, rolled back, vacuumed or cut off by a power failure: a gin index finds the rows that a scan of
/// the table finds, and a check finds every term and no more.
class InvertedIndexCrashPropertyTest {
    private static final String[] WORDS = {"cat", "dog", "cats", "rat", "bird", "catalog", "the"};
    private static final String[] CONDITIONS = {
        "tsv @@ 'cat'",
        "tsv @@ 'cat & dog'",
        "tsv @@ 'cat:* & !rat'",
        "tsv @@ 'cat <-> dog | bird'",
        "tsv @@ '!cat'",
        "tsv @@ 'rat' AND tags @> '{1}'",
        "tsv @@ 'bird' OR tags && '{2,3}'",
        "tsv @@ 'dog' OR n > 90",
        "tags @> '{1,2}'",
        "tags @> '{}'",
        "tags && '{4,5}'",
        "tags <@ '{1,2,3}'",
        "'{1,NULL}' <@ tags",
        "tags = '{1,2}'",
        "tags = '{NULL}'",
        "tags = '{}'",
        "j @> '{\"k\": 1}'",
        "j @> '{\"k\": {\"m\": [2]}}'",
        "j @> '{\"k\": \"x\"}' AND n < 50",
        "j @> '{}'",
        "j @> '[1]'",
        "j ? 'k'",
        "j ?| '{m,x}'",
        "j ?& '{k,l}'",
        "j @> '1'",
        "j @? '$.k'",
        "j @? '$.k.m[*] ? (@ == 2)'",
        "j @? '$ ? (@.k == 1 || @.k == \"x\")'",
        "j @? '$[*] ? (@ == \"k\")'",
        "j @@ '$.k == 1' AND n < 50",
        "j @@ '$.k == \"x\"' AND n < 40",
        "j @@ '!($.k == 1)'",
        "j @@ '$.**.m[*] > 2'",
        "j @@ 'exists($.l)'",
        "j @? '$.l ? (@ == null)'",
        "lower(body) IS NULL AND tsv @@ 'cat'"
    };

    /// A database on a disk that loses power.
    private static final class Machine {
        private final Random random;
        private final String hint;
        private CrashableFileStore disk = CrashableFileStore.create();
        private Database database;
        private SqlConnection session;
        private int next;

        Machine(long seed) {
            random = new Random(seed);
            hint = "seed " + seed;
            start();
            run("CREATE TABLE t (id int PRIMARY KEY, n int, body text, tags int[], j jsonb,"
                    + " tsv tsvector GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED)");
            for (int i = 0; i < 15; i++) {
                insert();
            }
            run("CREATE INDEX ON t USING gin (tsv)");
            run("CREATE INDEX ON t USING gin (tags, tsv)");
            run("CREATE INDEX ON t USING gin (j)");
            run("CREATE INDEX ON t USING gin (j jsonb_path_ops) WHERE n < 50");
        }

        private void start() {
            database = Database.open(disk, DatabaseOptions.forTests());
            session = new SqlConnection(database);
        }

        private String run(String sql) {
            String answer = session.run(sql);
            assertTrue(!answer.contains("ERROR "), hint + ": " + sql + " -> " + answer);
            return answer;
        }

        private String body() {
            if (random.nextInt(8) == 0) {
                return "NULL";
            }
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(5); i > 0; i--) {
                text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
            }
            return "'" + text + "'";
        }

        private String tags() {
            String[] all = {"NULL", "'{}'", "'{NULL}'", "'{1,2}'", "'{1,NULL}'", "'{2,3}'", "'{4}'", "'{5,1,2}'"};
            return all[random.nextInt(all.length)];
        }

        private String json() {
            String[] all = {
                "NULL",
                "'{}'",
                "'{\"k\": 1}'",
                "'{\"k\": 1.0, \"l\": null}'",
                "'{\"k\": {\"m\": [2, 3]}}'",
                "'{\"k\": \"x\"}'",
                "'[\"k\", 1, {\"x\": true}]'",
                "'\"k\"'",
                "'1'"
            };
            return all[random.nextInt(all.length)];
        }

        private void insert() {
            run("INSERT INTO t (id, n, body, tags, j) VALUES (" + next++ + ", " + random.nextInt(100) + ", " + body()
                    + ", " + tags() + ", " + json() + ")");
        }

        void step() {
            int id = random.nextInt(Math.max(next, 1));
            switch (random.nextInt(11)) {
                case 0 -> database.checkpoint();
                case 1 -> database.vacuum();
                case 2 -> run("DELETE FROM t WHERE id = " + id);
                case 3 -> run("UPDATE t SET body = " + body() + " WHERE id = " + id);
                case 4 ->
                    run("UPDATE t SET tags = " + tags() + ", j = " + json() + ", n = " + random.nextInt(100)
                            + " WHERE id = " + id);
                case 5 -> {
                    run("BEGIN");
                    insert();
                    run("SAVEPOINT s");
                    run("UPDATE t SET body = " + body() + ", tags = " + tags());
                    compare();
                    run("ROLLBACK TO s");
                    compare();
                    run(random.nextBoolean() ? "COMMIT" : "ROLLBACK");
                }
                case 6 -> run("REINDEX TABLE t");
                default -> insert();
            }
        }

        /// Loses power, at rest or in the middle of a statement.
        void crash() {
            if (random.nextBoolean()) {
                disk.cutAfter(random.nextInt(5));
                session.run("UPDATE t SET body = " + body() + ", tags = " + tags() + " WHERE n < 50");
            }
            CrashableFileStore survivor = disk.crash(random.nextLong());
            session.close();
            database.close();
            disk.close();
            disk = survivor;
            assertEquals(List.of(), DirectoryCheck.run(disk.copy()).problems(), hint);
            start();
        }

        /// Answers with the indexes and without.
        void compare() {
            run("SET enable_seqscan = off");
            String[] byIndex = new String[CONDITIONS.length];
            for (int i = 0; i < CONDITIONS.length; i++) {
                byIndex[i] = run("SELECT id FROM t WHERE " + CONDITIONS[i] + " ORDER BY id");
            }
            run("SET enable_seqscan = on");
            run("SET enable_bitmapscan = off");
            for (int i = 0; i < CONDITIONS.length; i++) {
                String scanned = run("SELECT id FROM t WHERE " + CONDITIONS[i] + " ORDER BY id");
                assertEquals(scanned, byIndex[i], hint + ": " + CONDITIONS[i]);
            }
            run("SET enable_bitmapscan = on");
        }

        void end() {
            session.close();
            database.close();
            assertEquals(List.of(), DirectoryCheck.run(disk.copy()).problems(), hint);
            disk.close();
        }
    }

    @Property(tries = 12, shrinking = ShrinkingMode.OFF)
    void an_inverted_index_answers_as_a_scan_does(@ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
        Machine machine = new Machine(seed);
        machine.compare();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 8; i++) {
                machine.step();
            }
            machine.compare();
            machine.crash();
            machine.compare();
        }
        machine.end();
    }
}
