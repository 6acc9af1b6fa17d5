package omendb.ann.kernel;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import org.junit.jupiter.api.Test;

class KernelWarmUpTest {
    /// The warm-up checks its own sums, and kernels check no bounds: what one writes, no other may read as numbers.
    @Test
    void warm_up_runs_to_its_end_and_can_be_run_again() {
        assertDoesNotThrow(KernelWarmUp::run);
        assertDoesNotThrow(KernelWarmUp::run);
    }
}
