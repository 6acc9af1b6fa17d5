package omendb.memory;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// Proves that a test freed what it allocated: take one before, check it after.
public final class LiveMemory {
    private final Map<String, Long> before = MemoryAccount.snapshot();

    private LiveMemory() {}

    /// Notes the live off-heap bytes by tag.
    public static LiveMemory now() {
        return new LiveMemory();
    }

    /// @throws AssertionError naming the tags whose live bytes have changed
    public void assertUnchanged() {
        Map<String, Long> after = MemoryAccount.snapshot();
        var tags = new TreeSet<>(before.keySet());
        tags.addAll(after.keySet());
        var leaks = new TreeMap<String, Long>();
        for (String tag : tags) {
            long change = after.getOrDefault(tag, 0L) - before.getOrDefault(tag, 0L);
            if (change != 0) {
                leaks.put(tag, change);
            }
        }
        if (!leaks.isEmpty()) {
            throw new AssertionError("off-heap bytes not freed, by tag: " + leaks);
        }
    }
}
