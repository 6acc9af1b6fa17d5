package omendb.engine.txn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReplayBoundTest {
    private final AtomicInteger requests = new AtomicInteger();
    private final ReplayBound bound = new ReplayBound(100, requests::incrementAndGet);

    private Thread waiting(long lsn) {
        Thread thread = Thread.ofPlatform().start(() -> {
            int before = requests.get();
            while (requests.get() - before < 50) { // one wait is bounded: fifty of them would take most of a minute
                bound.await(lsn);
                if (requests.get() == before) {
                    return;
                }
                before = requests.get();
            }
        });
        while (thread.getState() != Thread.State.TIMED_WAITING && thread.isAlive()) {
            Thread.onSpinWait();
        }
        return thread;
    }

    @Test
    void nobody_waits_for_what_a_restart_replays_quickly() {
        bound.checkpointed(1_000);
        bound.await(1_100);
        assertEquals(0, requests.get());
    }

    @Test
    void a_commit_beyond_the_limit_asks_for_a_checkpoint_and_waits_for_it() throws InterruptedException {
        Thread thread = waiting(1_101);
        assertTrue(thread.isAlive());
        bound.checkpointed(1_000);
        bound.checkpointed(1_001);
        thread.join();
        assertTrue(requests.get() > 0);
    }

    @Test
    void nobody_waits_while_checkpoints_fail() throws InterruptedException {
        Thread thread = waiting(5_000);
        bound.checkpointFailed();
        thread.join();
        int asked = requests.get();
        bound.await(5_000);
        assertEquals(asked, requests.get());
        bound.checkpointed(1_000);
        Thread again = waiting(5_000);
        bound.checkpointed(4_950);
        again.join();
        assertTrue(requests.get() > asked);
    }
}
