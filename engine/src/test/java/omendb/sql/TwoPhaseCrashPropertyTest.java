package omendb.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.LongRange;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import omendb.engine.DirectoryCheck;
import omendb.memory.CrashableFileStore;

/// Power cuts before, in the middle of and after PREPARE TRANSACTION, COMMIT PREPARED and ROLLBACK PREPARED, with
/// checkpoints and vacuums in between: each is done or not done, never half, and locks hold all the time.
class TwoPhaseCrashPropertyTest {
    private static final int IDS = 40;
    private static final int BULK = 60; // rows whose vectors are not logged

    /// A database on a disk that loses power, and what must be in it.
    private static final class Machine {
        private final Random random;
        private final String hint;
        private final boolean indexed;
        private CrashableFileStore disk = CrashableFileStore.create();
        private Database database;
        private SqlConnection session;
        private final Map<Integer, Integer> rows = new TreeMap<>();
        private final Map<String, Branch> prepared = new TreeMap<>();
        private int next = 1000;

        /// What a prepared transaction will do; it has locks on these rows.
        private record Branch(Map<Integer, Integer> puts, List<Integer> deletes, String table) {}

        Machine(long seed) {
            random = new Random(seed);
            hint = "seed " + seed;
            indexed = random.nextBoolean();
            start();
            run("CREATE TABLE t (id int PRIMARY KEY, v int, e vector(4))");
            if (indexed) {
                run("CREATE INDEX ON t USING hnsw (e vector_l2_ops)");
            }
            for (int id = 0; id < IDS; id++) {
                run("INSERT INTO t VALUES " + row(id, id));
                rows.put(id, id);
            }
        }

        private static String row(int id, int v) {
            return "(" + id + ", " + v + ", '[" + id + "," + v + ",0,1]')";
        }

        private void start() {
            database = Database.open(disk, DatabaseOptions.forTests().withBulkBytes(600));
            session = new SqlConnection(database);
        }

        private void run(String sql) {
            String answer = session.run(sql);
            assertTrue(!answer.contains("ERROR "), hint + ": " + sql + " -> " + answer);
        }

        void step() {
            switch (random.nextInt(9)) {
                case 0 -> database.checkpoint();
                case 1 -> database.vacuum();
                case 2 -> database.indexTails();
                case 3 -> write();
                case 4, 5, 6 -> prepare();
                default -> endAny();
            }
        }

        /// A row that no prepared transaction holds, or -1.
        private int freeRow() {
            List<Integer> free = rows.keySet().stream()
                    .filter(id -> prepared.values().stream()
                            .noneMatch(branch -> branch.puts.containsKey(id) || branch.deletes.contains(id)))
                    .toList();
            return free.isEmpty() ? -1 : free.get(random.nextInt(free.size()));
        }

        private void write() {
            int id = freeRow();
            if (id >= 0) {
                int v = next++;
                run("UPDATE t SET v = " + v + ", e = '[" + id + "," + v + ",0,1]' WHERE id = " + id);
                rows.put(id, v);
            }
        }

        /// Fills a transaction and prepares it.
        private void prepare() {
            Branch branch = new Branch(new TreeMap<>(), new ArrayList<>(), "made" + next);
            String gid = "gid " + next++;
            run("BEGIN");
            int inserts = random.nextInt(4) == 0 ? BULK : random.nextInt(4);
            for (int i = 0; i < inserts; i++) {
                int id = next++;
                run("INSERT INTO t VALUES " + row(id, id));
                branch.puts.put(id, id);
            }
            int changed = freeRow();
            if (changed >= 0) {
                int v = next++;
                run("UPDATE t SET v = " + v + ", e = '[" + changed + "," + v + ",0,1]' WHERE id = " + changed);
                branch.puts.put(changed, v);
            }
            int removed = freeRow();
            if (removed >= 0 && removed != changed) {
                run("DELETE FROM t WHERE id = " + removed);
                branch.deletes.add(removed);
            }
            if (random.nextInt(3) == 0) {
                run("CREATE TABLE " + branch.table + " (id int PRIMARY KEY, e vector(4))");
                run("INSERT INTO " + branch.table + " VALUES (1, '[1,2,3,4]')");
            }
            run("PREPARE TRANSACTION '" + gid + "'");
            prepared.put(gid, branch);
        }

        private void endAny() {
            List<String> all = List.copyOf(prepared.keySet());
            if (!all.isEmpty()) {
                end(all.get(random.nextInt(all.size())));
            }
        }

        private void end(String gid) {
            boolean commit = random.nextBoolean();
            run((commit ? "COMMIT" : "ROLLBACK") + " PREPARED '" + gid + "'");
            ended(gid, commit);
        }

        private void ended(String gid, boolean commit) {
            Branch branch = prepared.remove(gid);
            if (commit) {
                rows.putAll(branch.puts);
                rows.keySet().removeAll(branch.deletes);
            }
        }

        /// Loses power, at rest or at some change of the disk during one of the three commands.
        void cut() {
            String gid = "";
            int what = random.nextInt(4);
            boolean commit = what == 2;
            if (what == 1) {
                gid = preparedUnderCut();
            } else if (what >= 2 && !prepared.isEmpty()) {
                gid = prepared.keySet().iterator().next();
                disk.cutAfter(random.nextInt(6));
                session.run((commit ? "COMMIT" : "ROLLBACK") + " PREPARED '" + gid + "'");
            }
            CrashableFileStore survivor = disk.crash(random.nextLong());
            session.close();
            database.close();
            disk.close();
            disk = survivor;
            assertEquals(List.of(), DirectoryCheck.run(disk.copy()).problems(), hint);
            start();
            if (!gid.isEmpty() && !gids().contains(gid)) {
                // gone: it never came to be prepared, or it ended as it was told to
                ended(gid, commit);
            }
            check();
        }

        private String preparedUnderCut() {
            int changes = random.nextInt(6);
            String gid = "gid " + next;
            run("BEGIN");
            int id = next++;
            run("INSERT INTO t VALUES " + row(id, id));
            disk.cutAfter(changes);
            String answer = session.run("PREPARE TRANSACTION '" + gid + "'");
            Branch branch = new Branch(new TreeMap<>(Map.of(id, id)), List.of(), "none");
            prepared.put(gid, branch);
            if (answer.equals("PREPARE TRANSACTION\n")) {
                return ""; // it was told that it is prepared, so it is
            }
            return gid;
        }

        private List<String> gids() {
            return session.rows("SELECT gid FROM pg_prepared_xacts ORDER BY gid");
        }

        private void check() {
            assertEquals(
                    List.copyOf(prepared.keySet()), gids().stream().sorted().toList(), hint);
            Map<Integer, Integer> found = new TreeMap<>();
            for (String line : session.rows("SELECT id, v FROM t WHERE e = ARRAY[id, v, 0, 1]::vector")) {
                List<String> cells = List.of(line.split("\\|"));
                found.put(Integer.valueOf(cells.get(0)), Integer.valueOf(cells.get(1)));
            }
            assertEquals(rows, found, hint);
            prepared.forEach((gid, branch) -> {
                for (int id : branch.deletes) {
                    String answer = session.run("SELECT 1 FROM t WHERE id = " + id + " FOR UPDATE NOWAIT");
                    assertTrue(answer.startsWith("ERROR 55P03"), hint + ", " + gid + ": " + answer);
                }
            });
            if (indexed) {
                assertEquals(
                        rows.size(),
                        session
                                .rows("SET hnsw.iterative_scan = strict_order;"
                                        + " SELECT id FROM t ORDER BY e <-> '[1,1,0,1]' LIMIT 100000")
                                .stream()
                                .filter(line -> !line.equals("SET"))
                                .count(),
                        hint);
            }
        }

        void close() {
            for (String gid : List.copyOf(prepared.keySet())) {
                end(gid);
            }
            check();
            assertEquals(0, database.lockCount(), hint);
            session.close();
            database.close();
            assertEquals(List.of(), DirectoryCheck.run(disk.copy()).problems(), hint);
            disk.close();
        }
    }

    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void after_any_power_cut_a_transaction_is_prepared_or_ended_and_never_half(
            @ForAll @LongRange(min = 0, max = Long.MAX_VALUE) long seed) {
        Machine machine = new Machine(seed);
        for (int cut = 0; cut < 3; cut++) {
            int steps = machine.random.nextInt(10);
            for (int step = 0; step < steps; step++) {
                machine.step();
            }
            machine.cut();
        }
        machine.close();
    }
}
