package omendb.engine.lsm;

import omendb.memory.MemoryTag;
import org.jspecify.annotations.Nullable;

/// Decides which versions of a merged sequence (keys ascending, newest version first) are still worth
/// writing.
///
/// A version goes when a newer one of the same key, or a newer range delete that covers it, is visible to the
/// oldest snapshot, since nobody can see past that; when it is a second copy of the version before; and, as a tombstone
/// visible to the oldest snapshot, when nothing older lies below. Threading: one thread.
final class VersionFilter implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("compaction");

    private final long oldestSnapshot;
    private final @Nullable RangeDeletes ranges;
    private final GrowableBuffer lastKey = new GrowableBuffer(TAG);
    private boolean hasLast;
    private boolean sameKey;
    private long lastPrefix;
    private long lastTs;

    /// @param ranges range deletes of the runs that are merged
    VersionFilter(long oldestSnapshot, @Nullable RangeDeletes ranges) {
        this.oldestSnapshot = oldestSnapshot;
        this.ranges = ranges;
    }

    /// Takes note of the next version; true if it lives on, unless it is a tombstone that
    /// [#isObsoleteTombstone].
    boolean accept(RunCursor run) {
        sameKey = hasLast
                && run.prefix == lastPrefix
                && Keys.compareTails(run.keyAddress, run.keyLength, lastKey.address(), (int) lastKey.size()) == 0;
        boolean live = !sameKey || (run.commitTs != lastTs && lastTs > oldestSnapshot);
        if (!sameKey) {
            lastKey.truncate(0);
            lastKey.append(run.keyAddress, run.keyLength);
            lastPrefix = run.prefix;
            hasLast = true;
        }
        lastTs = run.commitTs;
        return live && (ranges == null || !ranges.hides(run, oldestSnapshot));
    }

    /// Whether the version accepted last begins a new key.
    boolean isNewKey() {
        return !sameKey;
    }

    /// Whether the version is a tombstone that is only needed to hide older versions below.
    boolean isObsoleteTombstone(RunCursor run) {
        return run.tombstone && run.commitTs <= oldestSnapshot;
    }

    @Override
    public void close() {
        lastKey.close();
    }
}
