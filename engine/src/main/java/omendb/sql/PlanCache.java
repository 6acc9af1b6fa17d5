package omendb.sql;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The prepared statements of a session by their text: a client that parses the same text again and again gets the
/// same one, with its compiled plan.
///
/// Two limits, least recently used first: [#STATEMENTS] statements, and [#BYTES] bytes off-heap that compiled plans
/// hold
/// between executions. A statement whose plan is freed stays, and is compiled again when it is next executed.
/// Threading: one session.
final class PlanCache implements AutoCloseable {
    static final int STATEMENTS = 64;

    /// Room for 64 plans of two tables with a handful of columns.
    static final long BYTES = 8L << 20;

    private static final int LONGEST_TEXT = 8192;

    private final Map<Key, PreparedStatement> statements = new LinkedHashMap<>(16, 0.75f, true);

    /// Statements whose plans wait, the one longest unused first, with the bytes of these plans.
    private final Map<PreparedStatement, Long> plans = new LinkedHashMap<>();

    private long heldBytes;

    /// A text with the parameter types its client fixed.
    private record Key(String text, List<Integer> parameterOids) {
        static Key of(String text, int[] parameterOids) {
            return new Key(text, Arrays.stream(parameterOids).boxed().toList());
        }
    }

    @Nullable
    PreparedStatement find(String text, int[] parameterOids) {
        return statements.get(Key.of(text, parameterOids));
    }

    /// Keeps a statement, unless its text is too long.
    void remember(String text, int[] parameterOids, PreparedStatement prepared) {
        if (text.length() > LONGEST_TEXT) {
            return;
        }
        prepared.keepFor(this);
        PreparedStatement former = statements.put(Key.of(text, parameterOids), prepared);
        if (former != null) {
            former.free();
        }
        if (statements.size() > STATEMENTS) {
            PreparedStatement eldest =
                    statements.remove(statements.keySet().iterator().next());
            if (eldest != null) {
                eldest.free();
            }
        }
    }

    /// Bytes that compiled plans hold now.
    long heldBytes() {
        return heldBytes;
    }

    /// A statement's plan waits for its next execution: others go until all are within the limit. It may exceed it
    /// alone.
    void put(PreparedStatement statement, long bytes) {
        plans.put(statement, bytes);
        heldBytes += bytes;
        while (heldBytes > BYTES && plans.size() > 1) {
            plans.keySet().iterator().next().freePlan();
        }
    }

    /// The plan is used, or was freed.
    void took(PreparedStatement statement) {
        Long bytes = plans.remove(statement);
        heldBytes -= bytes == null ? 0 : bytes;
    }

    @Override
    public void close() {
        statements.values().forEach(PreparedStatement::free);
        statements.clear();
    }
}
