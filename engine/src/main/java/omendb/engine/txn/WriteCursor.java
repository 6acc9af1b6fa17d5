package omendb.engine.txn;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import omendb.engine.lsm.SpilledCursor;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Walks a key range of a transaction's own writes, those in memory and those spilled, tombstones included.
///
/// Keys added while it walks may or may not come; versions above its limit never do. The set may spill meanwhile:
/// the row at hand stays good until the next [#next].
/// Threading: the transaction's thread.
public final class WriteCursor implements AutoCloseable {
    private final WriteSet set;
    private final long relationId;
    private final @Nullable MemorySegment from;
    private final @Nullable MemorySegment to;
    private final boolean backward;
    private final long limit;
    private @Nullable WriteNodeCursor memory;
    private @Nullable SpilledCursor spilled;
    private boolean hasMemory;
    private boolean hasSpilled;
    private boolean stepMemory = true;
    private boolean stepSpilled = true;
    private boolean atMemory;
    private boolean started;
    private boolean finished;
    private boolean moved;

    WriteCursor(
            WriteSet set,
            long relationId,
            @Nullable MemorySegment from,
            @Nullable MemorySegment to,
            boolean backward,
            long limit) {
        this.set = set;
        this.relationId = relationId;
        this.from = copy(from);
        this.to = copy(to);
        this.backward = backward;
        this.limit = limit;
        this.memory = set.memoryCursor(relationId, from, to, backward, limit);
        this.spilled = set.spilledCursor(relationId, from, to, backward, limit);
    }

    private static @Nullable MemorySegment copy(@Nullable MemorySegment key) {
        return key == null ? null : MemorySegment.ofArray(key.toArray(ValueLayout.JAVA_BYTE));
    }

    /// Whether it refers to what the set has in memory.
    boolean readsMemory() {
        return memory != null;
    }

    /// What was in memory is in a run now: where to go on is looked for at the next step.
    void noteSpill() {
        moved = true;
    }

    /// Advances to the next key that has a version within the limit; false at the end.
    public boolean next() {
        if (finished) {
            return false;
        }
        if (moved) {
            reopen();
        }
        started = true;
        step();
        if (!hasMemory && !hasSpilled) {
            finished = true;
            return false;
        }
        int order = compare();
        atMemory = order <= 0; // the same key: memory has the newer version
        stepMemory = order <= 0;
        stepSpilled = order >= 0;
        return true;
    }

    private void step() {
        if (stepMemory) {
            hasMemory = memory != null && memory.next();
        }
        if (stepSpilled) {
            hasSpilled = spilled != null && spilled.next();
        }
        stepMemory = false;
        stepSpilled = false;
    }

    /// Goes on behind the key given last, in the runs there are now.
    private void reopen() {
        moved = false;
        MemorySegment first = from;
        MemorySegment end = to;
        if (started) {
            byte[] key = new byte[backward ? keyLength() : keyLength() + 1]; // forward: the next key there can be
            NativeMemory.copy(keyAddress(), key, 0, keyLength());
            if (backward) {
                end = MemorySegment.ofArray(key);
            } else {
                first = MemorySegment.ofArray(key);
            }
        }
        SpilledCursor before = spilled;
        spilled = set.spilledCursor(relationId, first, end, backward, limit);
        memory = null;
        hasMemory = false;
        hasSpilled = false;
        stepMemory = true;
        stepSpilled = true;
        if (before != null) {
            before.close();
        }
    }

    /// Below 0: memory comes first; 0: same key; above 0: what was spilled.
    private int compare() {
        if (!hasMemory) {
            return 1;
        }
        if (!hasSpilled) {
            return -1;
        }
        int order = NativeMemory.compare(
                memory().keyAddress(),
                memory().keyLength(),
                spilled().keyAddress(),
                spilled().keyLength());
        return backward ? -order : order;
    }

    private WriteNodeCursor memory() {
        WriteNodeCursor cursor = memory;
        if (cursor == null) {
            throw new IllegalStateException("no row in memory");
        }
        return cursor;
    }

    private SpilledCursor spilled() {
        SpilledCursor cursor = spilled;
        if (cursor == null) {
            throw new IllegalStateException("no spilled row");
        }
        return cursor;
    }

    public long keyAddress() {
        return atMemory ? memory().keyAddress() : spilled().keyAddress();
    }

    public int keyLength() {
        return atMemory ? memory().keyLength() : spilled().keyLength();
    }

    public boolean isTombstone() {
        return atMemory ? memory().isTombstone() : spilled().isTombstone();
    }

    public long valueAddress() {
        return atMemory ? memory().valueAddress() : spilled().valueAddress();
    }

    public int valueLength() {
        return atMemory ? memory().valueLength() : spilled().valueLength();
    }

    @Override
    public void close() {
        set.closed(this);
        if (spilled != null) {
            spilled.close();
            spilled = null;
        }
        hasSpilled = false;
        finished = true;
    }
}
