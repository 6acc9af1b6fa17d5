package omendb.torture;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A short run of the harness; `./omendb torture` is the long one.
class ShortTortureTest {
    private static final long SIMULATION_NANOS = 15_000_000_000L;
    private static final int KILLS = 4;

    @Test
    void simulated_disks_that_fail_lose_nothing() {
        long seed = System.nanoTime() & 0xffff_ffffL;
        long end = System.nanoTime() + SIMULATION_NANOS;
        Totals totals = new Totals();
        for (long round = 0; System.nanoTime() < end; round++) {
            long current = round;
            totals.add(assertDoesNotThrow(
                    () -> SimulatorChild.run(seed, current, false),
                    "repeat: omendb torture --seed " + seed + " --round " + round));
        }
        assertTrue(Long.parseLong(totals.line().split(" ")[4]) > 0, "seed " + seed + ": " + totals);
    }

    @Test
    void a_killed_server_loses_nothing(@TempDir Path directory) throws Exception {
        long seed = System.nanoTime() & 0xffff_ffffL;
        Totals totals = new Totals();
        try (KillRounds rounds = new KillRounds(seed, directory, totals)) {
            for (int kill = 0; kill < KILLS; kill++) {
                int current = kill;
                assertDoesNotThrow(rounds::round, "seed " + seed + ", kill " + current);
            }
        }
        assertTrue(totals.line().startsWith(KILLS + " "), totals.toString());
    }

    @Test
    void the_oracle_knows_what_may_be_there() {
        Oracle oracle = new Oracle();
        oracle.acknowledged(java.util.Map.of("a", "1"), true);
        oracle.acknowledged(java.util.Map.of("b", "1"), false);
        oracle.acknowledged(java.util.Map.of("c", "1"), false);
        oracle.unanswered(java.util.Map.of("d", "1", "e", "1"));
        assertViolated(oracle, java.util.Map.of());
        assertViolated(oracle, java.util.Map.of("a", "1", "c", "1"));
        assertViolated(oracle, java.util.Map.of("a", "1", "d", "1"));
        assertViolated(oracle, java.util.Map.of("a", "2"));
        assertViolated(oracle, java.util.Map.of("a", "1", "f", "1"));
        assertDoesNotThrow(() -> oracle.compare(java.util.Map.of("a", "1", "b", "1", "d", "1", "e", "1"), true));
        assertViolated(oracle, java.util.Map.of("a", "1", "b", "1"));
    }

    private static void assertViolated(Oracle oracle, java.util.Map<String, String> found) {
        org.junit.jupiter.api.Assertions.assertThrows(Violation.class, () -> oracle.compare(found, true));
    }
}
