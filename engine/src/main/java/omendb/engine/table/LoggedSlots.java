package omendb.engine.table;

import java.util.HashMap;
import java.util.Map;
import org.agrona.collections.Long2LongHashMap;
import org.jspecify.annotations.Nullable;

/// Vector slots that the log still holds, and their rows: replay will write them again, so that what their files hold
/// now does not matter. Grows with the log to be replayed, which checkpoints bound.
///
/// Threading: one thread.
public final class LoggedSlots {
    private static final long NONE = -1;

    private record Column(long storageId, int attnum) {}

    private final Map<Column, Long2LongHashMap> rows = new HashMap<>();
    private final Map<Column, Long> limits = new HashMap<>();

    /// Notes a slot of the log.
    public void add(long storageId, int attnum, long slot, long rowId) {
        Column column = new Column(storageId, attnum);
        rows.computeIfAbsent(column, _ -> new Long2LongHashMap(NONE)).put(slot, rowId);
        limits.merge(column, slot + 1, Math::max);
    }

    /// The log has no slot of a column from here on.
    public long limit(long storageId, int attnum) {
        return limits.getOrDefault(new Column(storageId, attnum), 0L);
    }

    /// Row of a slot, or null if the log does not hold it.
    @Nullable
    Long row(long storageId, int attnum, long slot) {
        Long2LongHashMap slots = rows.get(new Column(storageId, attnum));
        long row = slots == null ? NONE : slots.get(slot);
        return row == NONE ? null : Long.valueOf(row);
    }
}
