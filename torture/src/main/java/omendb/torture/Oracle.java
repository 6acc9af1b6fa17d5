package omendb.torture;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What one client was told. Everything is a fact: `kv:12` -> its version, `side:s3` -> there, `index:kv_payload` ->
/// there.
///
/// Promises: a change that was acknowledged durably is there; changes acknowledged without waiting for the log
/// (`synchronous_commit = off`) are there up to some point in their order; a change whose commit was not answered is
/// there whole or not at all; nothing else is there.
/// Threading: one client's thread, then the verifier.
final class Oracle {
    /// More commits without an answer than this are not tried in all combinations.
    private static final int MOST_DOUBTS = 6;

    private final Map<String, String> durable = new TreeMap<>();
    /// What is durable with all that is not synced.
    private final TreeMap<String, String> seen = new TreeMap<>();
    private final List<Map<String, @Nullable String>> unsynced = new ArrayList<>();
    private final List<Map<String, @Nullable String>> doubtful = new ArrayList<>();

    /// All that this client believes to see now.
    Map<String, String> seen() {
        return Collections.unmodifiableMap(seen);
    }

    /// A commit was acknowledged.
    ///
    /// @param synced after its log record, and so all before it, was durable; what wrote nothing has no record
    void acknowledged(Map<String, @Nullable String> change, boolean synced) {
        unsynced.add(new TreeMap<>(change));
        apply(change, seen);
        doubtful.forEach(doubt -> doubt.keySet().removeAll(change.keySet())); // overwritten, if it was there
        doubtful.removeIf(Map::isEmpty);
        if (synced && !change.isEmpty()) {
            everythingIsDurable();
        }
    }

    /// What was acknowledged so far was made durable, by a checkpoint for one.
    void everythingIsDurable() {
        applyAll(unsynced, durable);
        unsynced.clear();
    }

    /// A commit ended without an answer, or with an error.
    void unanswered(Map<String, @Nullable String> change) {
        if (!change.isEmpty()) {
            doubtful.add(new TreeMap<>(change));
        }
    }

    boolean hasTooManyDoubts() {
        return doubtful.size() >= MOST_DOUBTS;
    }

    /// Compares what is there with the promises and goes on from it.
    ///
    /// @param restarted the database was opened again: what was not synced may be gone
    void compare(Map<String, String> found, boolean restarted) {
        List<String> nearest = null;
        for (int kept = unsynced.size(); kept >= (restarted ? 0 : unsynced.size()); kept--) {
            for (int doubts = 0; doubts < 1 << doubtful.size(); doubts++) {
                List<String> differences = differences(candidate(kept, doubts), found);
                if (differences.isEmpty()) {
                    settle(found, restarted);
                    return;
                }
                nearest = nearest == null || differences.size() < nearest.size() ? differences : nearest;
            }
        }
        throw new Violation("what is there is nothing that may be there: " + nearest + " (" + durable.size()
                + " facts durable, " + unsynced.size() + " commits not synced, " + doubtful.size() + " in doubt)");
    }

    private Map<String, String> candidate(int kept, int doubts) {
        Map<String, String> candidate = new TreeMap<>(durable);
        applyAll(unsynced.subList(0, kept), candidate);
        for (int i = 0; i < doubtful.size(); i++) {
            if ((doubts & 1 << i) != 0) {
                apply(doubtful.get(i), candidate);
            }
        }
        return candidate;
    }

    /// After a restart what is there stays there. A live database may still lose it: a commit in doubt stays in doubt.
    private void settle(Map<String, String> found, boolean restarted) {
        if (restarted) {
            durable.clear();
            durable.putAll(found);
            seen.clear();
            seen.putAll(found);
            unsynced.clear();
            doubtful.clear();
        }
    }

    private static List<String> differences(Map<String, String> expected, Map<String, String> found) {
        List<String> differences = new ArrayList<>();
        expected.forEach((fact, value) -> {
            String other = found.get(fact);
            if (!value.equals(other) && differences.size() < 20) {
                differences.add(
                        other == null ? fact + "=" + value + " is lost" : fact + "=" + other + ", not " + value);
            }
        });
        found.forEach((fact, value) -> {
            if (!expected.containsKey(fact) && differences.size() < 20) {
                differences.add(fact + "=" + value + " should not be there");
            }
        });
        return differences;
    }

    private static void applyAll(List<Map<String, @Nullable String>> changes, Map<String, String> facts) {
        for (Map<String, @Nullable String> change : changes) {
            apply(change, facts);
        }
    }

    private static void apply(Map<String, @Nullable String> change, Map<String, String> facts) {
        change.forEach((fact, value) -> {
            if (value == null) {
                facts.remove(fact);
            } else {
                facts.put(fact, value);
            }
        });
    }
}
