package omendb.engine.txn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class LockStripePropertyTest {
    /// Few different low bits, so that runs of the table collide, wrap around and are deleted from the middle.
    private static long name(int number) {
        return (long) (number + 1) << 20 | number % 3 + 61;
    }

    @Property(tries = 500)
    void behaves_like_a_hash_map(@ForAll @Size(max = 600) List<@IntRange(min = 0, max = 200) Integer> touched) {
        Map<Long, Long> model = new HashMap<>();
        try (LockStripe stripe = new LockStripe()) {
            long owner = 1;
            for (int number : touched) {
                long name = name(number);
                if (model.remove(name) != null) {
                    stripe.remove(name);
                } else {
                    model.put(name, owner);
                    stripe.put(name, owner++);
                }
            }
            assertEquals(model.size(), stripe.count());
            for (int number = 0; number <= 200; number++) {
                assertEquals(model.getOrDefault(name(number), 0L), stripe.owner(name(number)));
            }
        }
    }
}
