package omendb.pgwire.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionThreadsTest {
    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final EventLoop loop = loops.next();
    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final SessionThreads threads = SessionThreads.of(pool);

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        pool.shutdownNow();
    }

    /// A task of the loop that another thread waits for.
    private CountDownLatch taskOfLoop() {
        CountDownLatch ran = new CountDownLatch(1);
        loop.execute(ran::countDown);
        return ran;
    }

    @Test
    void the_jvm_line_opens_what_virtual_threads_on_loops_need() {
        assertTrue(threads.carrier(loop).isVirtual());
    }

    @Test
    void a_short_statement_runs_on_the_loop_and_a_long_one_leaves_it() throws Exception {
        SessionThreads.Carrier carrier = threads.carrier(loop);
        CompletableFuture<Boolean> onLoop = new CompletableFuture<>();
        CompletableFuture<Boolean> onPool = new CompletableFuture<>();
        CompletableFuture<Boolean> back = new CompletableFuture<>();
        carrier.start(() -> {
            onLoop.complete(taskOfLoop().getCount() == 1); // the loop is busy with us
            carrier.leaveLoop();
            CountDownLatch ran = taskOfLoop();
            onPool.complete(spinUntil(ran));
            carrier.returnToLoop();
            LockSupport.parkNanos(1_000_000);
            back.complete(taskOfLoop().getCount() == 1);
        });
        assertTrue(onLoop.get(10, TimeUnit.SECONDS));
        assertTrue(onPool.get(20, TimeUnit.SECONDS), "the loop was free while the session computed");
        assertTrue(back.get(10, TimeUnit.SECONDS));
    }

    @Test
    void a_session_is_alone_until_its_loop_carries_another() throws Exception {
        SessionThreads.Carrier first = threads.carrier(loop);
        CountDownLatch secondCame = new CountDownLatch(1);
        CountDownLatch secondMayEnd = new CountDownLatch(1);
        CompletableFuture<Boolean> before = new CompletableFuture<>();
        CompletableFuture<Boolean> beside = new CompletableFuture<>();
        first.start(() -> {
            before.complete(first.isAlone());
            awaitQuietly(secondCame);
            boolean alone = first.isAlone();
            secondMayEnd.countDown();
            beside.complete(alone);
        });
        assertTrue(before.get(10, TimeUnit.SECONDS));
        SessionThreads.Carrier second = threads.carrier(loop);
        second.start(() -> {
            secondCame.countDown();
            awaitQuietly(secondMayEnd);
        });
        assertFalse(beside.get(10, TimeUnit.SECONDS));
        CompletableFuture<Boolean> after = new CompletableFuture<>();
        loop.execute(() -> second.start(() -> after.complete(second.isAlone())));
        assertTrue(after.get(10, TimeUnit.SECONDS));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits without giving the thread up, for at most ten seconds.
    private static boolean spinUntil(CountDownLatch latch) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (latch.getCount() > 0 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        return latch.getCount() == 0;
    }

    @Test
    void a_session_that_waits_leaves_the_loop_to_others() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CompletableFuture<String> ends = new CompletableFuture<>();
        threads.carrier(loop).start(() -> {
            try {
                first.await();
                ends.complete("woken by the second");
            } catch (InterruptedException e) {
                ends.completeExceptionally(e);
            }
        });
        threads.carrier(loop).start(first::countDown);
        assertEquals("woken by the second", ends.get(10, TimeUnit.SECONDS));
    }

    @Test
    void a_session_outlives_its_loop() throws Exception {
        CountDownLatch waits = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        threads.carrier(loop).start(() -> {
            waits.countDown();
            try {
                goOn.await();
                ended.complete(true);
            } catch (InterruptedException e) {
                ended.completeExceptionally(e);
            }
        });
        assertTrue(waits.await(10, TimeUnit.SECONDS));
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        goOn.countDown();
        assertTrue(ended.get(10, TimeUnit.SECONDS));
    }

    @Test
    void without_virtual_threads_sessions_borrow_threads_of_the_pool() throws Exception {
        SessionThreads.Carrier carrier = SessionThreads.pooled(pool).carrier(loop);
        CompletableFuture<Boolean> ran = new CompletableFuture<>();
        carrier.start(() -> {
            carrier.leaveLoop();
            ran.complete(spinUntil(taskOfLoop()) && !Thread.currentThread().isVirtual());
        });
        assertTrue(ran.get(20, TimeUnit.SECONDS));
        assertFalse(carrier.isVirtual());
    }
}
