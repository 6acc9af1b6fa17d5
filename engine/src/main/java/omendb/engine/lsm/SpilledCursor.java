package omendb.engine.lsm;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import omendb.memory.Epochs;
import omendb.memory.MemoryTag;
import org.jspecify.annotations.Nullable;

/// Iterates over what a transaction spilled of one relation: for each key the newest version up to a
/// sequence number,
/// tombstones included.
///
/// Holds a pin until [#close], so that addresses of values stay good; that of the key is good until the next
/// [#next]. Sees the runs that were there when it was opened. Threading: the transaction's thread.
public final class SpilledCursor implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("lsm-cursor");

    private final DeadSequences dead;
    private final long limit;
    private final boolean backward;
    private final CursorScratch scratch = new CursorScratch(TAG);
    private final KeyBound end;
    private final GrowableBuffer key = new GrowableBuffer(TAG, scratch);
    private final Epochs.Pin pin;
    private final RunMerge merge;
    private long prefix;
    private boolean hasKey;
    private boolean tombstone;
    private long valueAddress;
    private int valueLength;
    private boolean closed;

    /// @param runs newest first
    SpilledCursor(
            SpilledRun[] runs,
            DeadSequences dead,
            Epochs epochs,
            @Nullable MemorySegment from,
            @Nullable MemorySegment to,
            boolean backward,
            long limit) {
        this.dead = dead;
        this.limit = limit;
        this.backward = backward;
        this.end = new KeyBound(backward ? from : to, scratch);
        this.pin = epochs.pin();
        var cursors = new ArrayList<RunCursor>();
        for (SpilledRun run : runs) {
            cursors.add(new LevelCursor(run.tables(), 0, run.tables().length, scratch));
        }
        this.merge = new RunMerge(cursors, backward);
        boolean positioned = false;
        try (KeyBound start = new KeyBound(backward ? to : from, scratch)) {
            if (start.isSet()) {
                merge.startAt(start.address(), start.length(), start.prefix());
            } else {
                merge.start();
            }
            positioned = true;
        } finally {
            if (!positioned) {
                close();
            }
        }
    }

    /// Steps to the next key that has a version; false at the end.
    public boolean next() {
        return backward ? nextBackward() : nextForward();
    }

    private boolean nextForward() {
        RunCursor run;
        while ((run = merge.current()) != null && !(end.isSet() && compareToEnd(run) >= 0)) {
            if (isVisible(run) && !(hasKey && isSameKey(run))) {
                remember(run);
                take(run);
                merge.advance();
                return true;
            }
            merge.advance();
        }
        return false;
    }

    private boolean nextBackward() {
        RunCursor run;
        while ((run = merge.current()) != null && !(end.isSet() && compareToEnd(run) < 0)) {
            remember(run);
            boolean found = false;
            do { // the versions of the key, oldest first
                if (isVisible(run)) {
                    found = true;
                    take(run);
                }
                merge.advance();
                run = merge.current();
            } while (run != null && isSameKey(run));
            if (found) {
                return true;
            }
        }
        return false;
    }

    private boolean isVisible(RunCursor run) {
        return run.commitTs <= limit && !dead.contains(run.commitTs);
    }

    private void take(RunCursor run) {
        tombstone = run.tombstone;
        valueAddress = run.valueAddress;
        valueLength = run.valueLength;
    }

    private void remember(RunCursor run) {
        key.truncate(0);
        key.append(run.keyAddress, run.keyLength);
        prefix = run.prefix;
        hasKey = true;
    }

    private boolean isSameKey(RunCursor run) {
        return run.prefix == prefix
                && Keys.compareTails(run.keyAddress, run.keyLength, key.address(), (int) key.size()) == 0;
    }

    private int compareToEnd(RunCursor run) {
        return Keys.compare(run.keyAddress, run.keyLength, run.prefix, end.address(), end.length(), end.prefix());
    }

    public long keyAddress() {
        return key.address();
    }

    public int keyLength() {
        return (int) key.size();
    }

    public boolean isTombstone() {
        return tombstone;
    }

    public long valueAddress() {
        return valueAddress;
    }

    public int valueLength() {
        return valueLength;
    }

    /// Releases the pin and the buffers. Idempotent.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            merge.close();
            key.close();
            end.close();
            scratch.close();
            pin.close();
        }
    }
}
