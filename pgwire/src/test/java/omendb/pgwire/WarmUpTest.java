package omendb.pgwire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import omendb.pgwire.session.SqlBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A database is closed behind the warm-up's session, never under it: its memory is gone then.
@Timeout(120)
class WarmUpTest {
    @Test
    void closing_waits_for_the_session() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        CountDownLatch opened = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        SqlBackend.Opener opener = (options, listener) -> {
            opened.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            order.add("session ended");
            throw new IllegalStateException("enough");
        };
        WarmUp warmUp = new WarmUp(opener, "postgres");
        warmUp.inBackground();
        opened.await();
        Thread closer = Thread.ofPlatform().start(() -> {
            warmUp.close();
            order.add("closed");
        });
        while (closer.isAlive() && closer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        release.countDown();
        closer.join();
        assertEquals(List.of("session ended", "closed"), order);
    }

    @Test
    void after_a_close_no_session_is_opened() {
        List<String> order = new CopyOnWriteArrayList<>();
        WarmUp warmUp = new WarmUp(
                (options, listener) -> {
                    order.add("session opened");
                    throw new IllegalStateException("too late");
                },
                "postgres");
        warmUp.close();
        warmUp.run();
        assertEquals(List.of(), order);
    }
}
