package omendb.engine.lsm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
    @Test
    void bytes_are_charged_at_the_rate_and_a_burst_is_a_tenth_of_a_second() {
        var limiter = new RateLimiter(1_000_000);
        long before = System.nanoTime();
        long first = limiter.charge(100_000);
        assertTrue(first - before <= 1_000_000 + (System.nanoTime() - before), "a burst is free");
        long second = limiter.charge(500_000);
        assertEquals(500_000_000L, second - first, 1_000L);
    }

    @Test
    void nobody_waits_when_in_a_hurry() {
        var limiter = new RateLimiter(1);
        var asked = new AtomicInteger();
        limiter.acquire(1_000_000, () -> asked.incrementAndGet() > 0); // eleven days otherwise
        assertEquals(1, asked.get());
    }
}
