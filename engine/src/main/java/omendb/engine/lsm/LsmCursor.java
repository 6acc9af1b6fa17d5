package omendb.engine.lsm;

import java.util.List;
import omendb.memory.Epochs;
import omendb.memory.MemoryTag;
import org.jspecify.annotations.Nullable;

/// Iterates the newest versions of a key range at a snapshot, tombstones skipped.
///
/// Holds an `Epochs` pin of its own from [LsmTree#scan] to [#close], so that addresses of values stay good
/// until then; the address of a key is good until the next [#next]. Threading: one thread at a time.
public final class LsmCursor implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("lsm-cursor");

    private final Epochs.Pin pin;
    private final RunMerge merge;
    private final long snapshotTs;
    private final boolean backward;

    /// The bound at which the scan ends; its start bound was used to position the runs.
    private final GrowableBuffer bound = new GrowableBuffer(TAG);

    private final boolean bounded;
    private long boundPrefix;

    /// Key of the entry given out: forward, older versions of it are stepped over; backward, the runs have
    /// moved on.
    private final GrowableBuffer lastKey = new GrowableBuffer(TAG);

    private long lastPrefix;
    private boolean hasLast;

    private @Nullable RunCursor given;
    private long valueAddress;
    private int valueLength;
    private long commitTs;
    private boolean closed;

    /// Takes over `pin`; the runs must not be positioned yet.
    LsmCursor(Epochs.Pin pin, List<RunCursor> runs, long snapshotTs, boolean backward, KeyBound from, KeyBound to) {
        this.pin = pin;
        this.merge = new RunMerge(runs, backward);
        this.snapshotTs = snapshotTs;
        this.backward = backward;
        KeyBound start = backward ? to : from;
        KeyBound end = backward ? from : to;
        this.bounded = end.isSet();
        try {
            if (bounded) {
                bound.append(end.address(), end.length());
                boundPrefix = end.prefix();
            }
            if (start.isSet()) {
                merge.startAt(start.address(), start.length(), start.prefix());
            } else {
                merge.start();
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /// Steps to the next key in the direction of the scan (the first one at the first call); false at the
    /// end.
    ///
    /// @throws omendb.memory.CorruptFileException if a block on the way is damaged
    public boolean next() {
        return backward ? nextBackward() : nextForward();
    }

    private boolean nextForward() {
        RunCursor run = given;
        given = null;
        if (run != null) {
            stepOver(run);
        }
        while ((run = merge.current()) != null && !isAfterBound(run)) {
            if (run.commitTs > snapshotTs || (hasLast && isLastKey(run))) {
                merge.advance();
            } else if (run.tombstone) {
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
                    found = !run.tombstone;
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
        hasLast = false;
        return false;
    }

    private void remember(RunCursor run) {
        lastKey.truncate(0);
        lastKey.append(run.keyAddress, run.keyLength);
        lastPrefix = run.prefix;
        hasLast = true;
    }

    private boolean isLastKey(RunCursor run) {
        return run.prefix == lastPrefix
                && Keys.compareTails(run.keyAddress, run.keyLength, lastKey.address(), (int) lastKey.size()) == 0;
    }

    private boolean isAfterBound(RunCursor run) {
        return bounded && compareToBound(run) >= 0;
    }

    private boolean isBeforeBound(RunCursor run) {
        return bounded && compareToBound(run) < 0;
    }

    private int compareToBound(RunCursor run) {
        return Keys.compare(
                run.keyAddress, run.keyLength, run.prefix, bound.address(), (int) bound.size(), boundPrefix);
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
            bound.close();
            lastKey.close();
            pin.close();
        }
    }
}
