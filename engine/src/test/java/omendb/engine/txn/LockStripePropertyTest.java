package omendb.engine.txn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class LockStripePropertyTest {
    private static final int OWNERS = 4;

    /// Few different low bits, so that runs of the table collide, wrap around and are deleted from the
    /// middle.
    private static long name(int number) {
        return (long) (number + 1) << 20 | number % 3 + 61;
    }

    private static long owner(int choice) {
        return 1 + choice / 16 % OWNERS;
    }

    @Property(tries = 500)
    void behaves_like_a_map_from_name_and_owner_to_modes(
            @ForAll @Size(max = 600) List<@IntRange(min = 0, max = 200) Integer> names,
            @ForAll @Size(min = 1, max = 100) List<@IntRange(min = 0, max = 63) Integer> choices) {
        Map<Long, Map<Long, Integer>> model = new HashMap<>();
        try (LockStripe stripe = new LockStripe()) {
            for (int i = 0; i < names.size(); i++) {
                int choice = choices.get(i % choices.size());
                long name = name(names.get(i));
                Map<Long, Integer> holders = model.computeIfAbsent(name, _ -> new HashMap<>());
                if (choice % 16 == 0) {
                    holders.remove(owner(choice));
                } else {
                    holders.put(owner(choice), choice % 16);
                }
                stripe.set(name, owner(choice), choice % 16);
            }
            assertEquals(model.values().stream().mapToInt(Map::size).sum(), stripe.count());
            for (int number = 0; number <= 200; number++) {
                Map<Long, Integer> holders = model.getOrDefault(name(number), Map.of());
                for (long owner = 1; owner <= OWNERS; owner++) {
                    assertEquals(holders.getOrDefault(owner, 0), stripe.modes(name(number), owner));
                }
                assertConflicts(stripe, name(number), holders);
            }
        }
    }

    private static void assertConflicts(LockStripe stripe, long name, Map<Long, Integer> holders) {
        for (RowLockMode mode : RowLockMode.values()) {
            Set<Long> expected = new HashSet<>();
            holders.forEach((owner, modes) -> {
                if (owner != 1 && mode.conflictsWith(modes)) {
                    expected.add(owner);
                }
            });
            Set<Long> found = new HashSet<>();
            assertEquals(expected.size(), stripe.conflicting(name, mode, 1, found::add));
            assertEquals(expected, found);
        }
    }
}
