package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Below level 0 the tables of a level never overlap: a look-up asks one of them, so that an overlap would
/// hide rows.
class LevelOrderTest {
    private static final long REL = 16384;

    @TempDir
    Path directory;

    private final AtomicReference<Runnable> whileCompacting = new AtomicReference<>();
    private LsmFixture lsm;
    private long ts;

    /// Runs what `whileCompacting` holds, once, when a compaction has chosen its tables and begins to read.
    private long oldestSnapshot() {
        Runnable action = whileCompacting.getAndSet(null);
        if (action != null) {
            action.run();
        }
        return Long.MAX_VALUE;
    }

    private void open() {
        lsm = LsmFixture.open(
                directory,
                LsmFixture.SMALL.withLevels(4, 128 << 10, 4, 32 << 10).withOldestSnapshot(this::oldestSnapshot));
        lsm.store().createTree(REL);
    }

    @AfterEach
    void no_off_heap_memory_is_left() {
        lsm.close();
        LsmFixture.assertNoLiveMemory();
    }

    private void run(String... keys) {
        try (SortedRun run = lsm.store().startRun(REL, ++ts)) {
            for (String key : keys) {
                lsm.put(run, key, "run " + key);
            }
            run.finish();
        }
    }

    /// A table of its own on level 0.
    private void flushed(String... keys) {
        for (String key : keys) {
            lsm.put(REL, key, "put " + key, ++ts);
        }
        lsm.store().flush(ts);
    }

    private int tables(int level) {
        return lsm.store().tree(REL).state().levels().level(level).length;
    }

    private void assertWhole(List<String> rows) {
        assertEquals(rows, lsm.scan(REL, null, null, ts, false));
        for (String row : rows) {
            String key = row.substring(0, 1);
            assertEquals(row.substring(2), lsm.get(REL, key, ts), key);
        }
        var problems = new ArrayList<String>();
        lsm.store().verify((path, position, problem) -> problems.add(path + ": " + problem));
        assertEquals(List.of(), problems);
        lsm.reopen();
        assertEquals(rows, lsm.scan(REL, null, null, ts, false));
    }

    @Test
    void tables_of_level_0_with_a_gap_do_not_swallow_the_table_of_level_1_in_it() {
        open();
        run("b");
        run("m");
        assertEquals(2, tables(1));
        flushed("a", "c");
        flushed("x", "z");
        assertEquals(2, tables(0));

        lsm.store().compactPending();

        assertEquals(0, tables(0));
        assertWhole(List.of("a=put a", "b=run b", "c=put c", "m=run m", "x=put x", "z=put z"));
    }

    @Test
    void run_that_comes_in_while_level_0_is_compacted_stays_out_of_its_range() {
        open();
        run("b");
        flushed("a", "c");
        flushed("x", "z");
        whileCompacting.set(() -> run("m"));

        lsm.store().compactPending();

        assertTrue(whileCompacting.get() == null, "the run came in");
        assertNotNull(lsm.get(REL, "m", ts));
        assertWhole(List.of("a=put a", "b=run b", "c=put c", "m=run m", "x=put x", "z=put z"));
    }

    @Test
    void run_that_comes_in_while_all_is_compacted_stays_out_of_its_range() {
        open();
        run("b");
        run("x");
        whileCompacting.set(() -> run("m"));

        lsm.store().compact(REL);

        assertTrue(whileCompacting.get() == null, "the run came in");
        assertWhole(List.of("b=run b", "m=run m", "x=run x"));
    }
}
