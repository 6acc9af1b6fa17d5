package omendb.engine.lsm;

import java.lang.foreign.MemorySegment;
import omendb.memory.Epochs;
import omendb.memory.MemoryTag;
import org.jspecify.annotations.Nullable;

/// Iterates the newest versions of a key range at a snapshot, tombstones skipped.
///
/// Holds an `Epochs` pin of its own from [LsmTree#scan] to [#close], so that addresses of values stay good
/// until then (blocks that it decompressed in compressed tables are kept for that, until [#releasePassed], [#renew] or
/// [#close]); the address of a key is good until the next [#next]. Threading: one thread at a time.
public final class LsmCursor implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("lsm-cursor");

    /// So many versions of a key are stepped over one by one, before a search finds the next key.
    private static final int FEW_VERSIONS = 16;

    private final LsmTree tree;
    private final Epochs epochs;
    private final long snapshotTs;
    private final boolean backward;
    private final CursorScratch scratch;
    private final KeyBound start;
    private final KeyBound end;
    private Epochs.Pin pin;
    private RunMerge merge;

    /// Null if there are none, so that a scan pays for one comparison an entry.
    private @Nullable RangeDeletes ranges;

    /// Key of the entry given out: forward, older versions of it are stepped over; backward, the runs have
    /// moved on.
    private final GrowableBuffer lastKey;

    private long lastPrefix;
    private boolean hasLast;

    private @Nullable RunCursor given;
    private long valueAddress;
    private int valueLength;
    private long commitTs;
    private boolean finished;
    private boolean closed;

    /// @throws IllegalStateException if the tree was dropped
    LsmCursor(
            LsmTree tree,
            Epochs epochs,
            @Nullable MemorySegment from,
            @Nullable MemorySegment to,
            long snapshotTs,
            boolean backward) {
        this.tree = tree;
        this.epochs = epochs;
        this.snapshotTs = snapshotTs;
        this.backward = backward;
        this.scratch = new CursorScratch(TAG);
        this.start = new KeyBound(backward ? to : from, scratch);
        this.end = new KeyBound(backward ? from : to, scratch);
        this.lastKey = new GrowableBuffer(TAG, scratch);
        this.pin = epochs.pin(); // before the state is read
        this.merge = RunMerge.OF_NOTHING;
        try {
            position(tree.state());
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void position(TreeState state) {
        KeyBound from = backward ? end : start;
        KeyBound to = backward ? start : end;
        merge = new RunMerge(state.cursors(from, to, scratch), backward);
        ranges = state.rangeDeletes(from, to);
        if (hasLast) {
            merge.startAt(lastKey.address(), (int) lastKey.size(), lastPrefix);
        } else if (start.isSet()) {
            merge.startAt(start.address(), start.length(), start.prefix());
        } else {
            merge.start();
        }
    }

    /// Lets go of the memory and files that the cursor holds and goes on, from the same place and at the
    /// same snapshot, in what the tree consists of now. For scans that pause: a pin keeps every memtable
    /// and table that is replaced meanwhile. Key and value of the current entry are no longer good. The
    /// snapshot must still be held (see `oldestSnapshot` in [LsmOptions]).
    public void renew() {
        if (finished) {
            return;
        }
        RunCursor run = given;
        if (run != null) {
            remember(run);
            given = null;
        }
        Epochs.Pin renewed = epochs.pin();
        TreeState state = tree.stateOrNull();
        if (state == null) { // dropped: what the old pin holds is all there is
            renewed.close();
            if (run != null) {
                merge.advance();
            }
            return;
        }
        merge.close();
        pin.close();
        pin = renewed;
        position(state);
    }

    /// Addresses of the values given out so far, that of the current entry included, are no longer used: lets go of the
    /// memory that compressed tables took for them. For scans that hand out rows batch by batch.
    public void releasePassed() {
        merge.releasePassed();
    }

    /// Steps to the next key in the direction of the scan (the first one at the first call); false at the
    /// end.
    ///
    /// @throws omendb.memory.CorruptFileException if a block on the way is damaged
    public boolean next() {
        finished = finished || !(backward ? nextBackward() : nextForward());
        return !finished;
    }

    private boolean nextForward() {
        RunCursor run = given;
        given = null;
        if (run != null) {
            stepOver(run);
        }
        int passed = 0;
        while ((run = merge.current()) != null && !isAfterBound(run)) {
            if (hasLast && isLastKey(run)) {
                if (++passed < FEW_VERSIONS) {
                    merge.advance();
                } else {
                    merge.skipVersions(lastKey.address(), (int) lastKey.size(), lastPrefix);
                }
            } else if (run.commitTs > snapshotTs) {
                merge.advance();
            } else if (run.tombstone || isHidden(run)) {
                passed = 0;
                stepOver(run);
            } else {
                valueAddress = run.valueAddress;
                valueLength = run.valueLength;
                commitTs = run.commitTs;
                given = run;
                return true;
            }
        }
        return false;
    }

    private boolean isHidden(RunCursor run) {
        RangeDeletes deletes = ranges;
        return deletes != null && deletes.hides(run, snapshotTs);
    }

    /// Leaves the newest version of a key and remembers the key.
    private void stepOver(RunCursor run) {
        remember(run);
        merge.advance();
    }

    private boolean nextBackward() {
        RunCursor run;
        while ((run = merge.current()) != null && !isBeforeBound(run)) {
            remember(run);
            boolean found = false;
            do { // the versions of the key, oldest first: the last one that is visible counts
                if (run.commitTs <= snapshotTs) {
                    found = !run.tombstone && !isHidden(run);
                    valueAddress = run.valueAddress;
                    valueLength = run.valueLength;
                    commitTs = run.commitTs;
                }
                merge.advance();
                run = merge.current();
            } while (run != null && isLastKey(run));
            if (found) {
                return true;
            }
        }
        return false;
    }

    private void remember(RunCursor run) {
        lastKey.truncate(0);
        Keys.copy(run.keyAddress, lastKey.reserve(run.keyLength), run.keyLength);
        lastKey.advance(run.keyLength);
        lastPrefix = run.prefix;
        hasLast = true;
    }

    private boolean isLastKey(RunCursor run) {
        return run.prefix == lastPrefix
                && Keys.compareTails(run.keyAddress, run.keyLength, lastKey.address(), (int) lastKey.size()) == 0;
    }

    private boolean isAfterBound(RunCursor run) {
        return end.isSet() && compareToEnd(run) >= 0;
    }

    private boolean isBeforeBound(RunCursor run) {
        return end.isSet() && compareToEnd(run) < 0;
    }

    private int compareToEnd(RunCursor run) {
        return Keys.compare(run.keyAddress, run.keyLength, run.prefix, end.address(), end.length(), end.prefix());
    }

    public long keyAddress() {
        RunCursor run = given;
        return run == null ? lastKey.address() : run.keyAddress;
    }

    public int keyLength() {
        RunCursor run = given;
        return run == null ? (int) lastKey.size() : run.keyLength;
    }

    public long valueAddress() {
        return valueAddress;
    }

    public int valueLength() {
        return valueLength;
    }

    public long commitTs() {
        return commitTs;
    }

    /// Releases the pin and the buffers. Idempotent.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            merge.close();
            start.close();
            end.close();
            lastKey.close();
            scratch.close();
            pin.close();
        }
    }
}
