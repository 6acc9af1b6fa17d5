package omendb.engine.txn;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What [Serializability] knows of one serializable transaction; guarded by its mutex.
final class SerialTransaction {
    static final long NOT_COMMITTED = Long.MAX_VALUE;

    final boolean readOnly;

    /// Of its session, 0 = it has none.
    final int processId;

    final ReadLocks reads = new ReadLocks();

    /// 0 = not taken yet.
    long snapshot;

    /// Place in the order of commits.
    long order = NOT_COMMITTED;

    long commitTimestamp = NOT_COMMITTED;
    boolean active = true;
    boolean prepared;
    boolean writesNothing;
    boolean hasEdgesIn;

    /// Set when it is about to commit.
    @Nullable
    WrittenKeys writes;

    /// Writers of what it read and did not see, since their commit (or PREPARE).
    private final List<SerialTransaction> out = new ArrayList<>();

    private @Nullable SerialTransaction earliest;

    /// Whose ends show whether its snapshot is safe, while it waits for that.
    List<SerialTransaction> awaited = List.of();

    SerialTransaction(boolean readOnly, int processId) {
        this.readOnly = readOnly;
        this.processId = processId;
    }

    void addOut(SerialTransaction writer) {
        if (!out.contains(writer)) {
            out.add(writer);
        }
    }

    /// Assumes an edge out to one that committed before a restart, of which nothing is known any more.
    void assumeEarlierOut() {
        SerialTransaction unknown = new SerialTransaction(false, 0);
        unknown.order = 0;
        unknown.commitTimestamp = 0;
        earliest = unknown;
    }

    /// The first that committed of those it has an edge out to.
    @Nullable
    SerialTransaction earliestOut() {
        if (!out.isEmpty()) {
            List<SerialTransaction> undecided = new ArrayList<>();
            for (SerialTransaction writer : out) {
                if (writer.order == NOT_COMMITTED) {
                    undecided.add(writer);
                } else if (earliest == null || writer.order < earliest.order) {
                    earliest = writer;
                }
            }
            out.clear();
            out.addAll(undecided);
        }
        return earliest;
    }

    /// Whether `reader` runs at a snapshot without this one's writes.
    boolean isUnseenBy(SerialTransaction reader) {
        return commitTimestamp > reader.snapshot;
    }

    boolean isConcurrentWith(SerialTransaction other) {
        return isUnseenBy(other) && other.isUnseenBy(this);
    }

    /// Whether it may be T1 of a structure with this T3. Without writes it comes after T3 only if it saw
    /// it.
    boolean isEndangeredBy(SerialTransaction first) {
        boolean surelyReads = readOnly || (order != NOT_COMMITTED && writesNothing);
        return !surelyReads || first.commitTimestamp <= snapshot;
    }

    /// Whether it committed, with an edge out to a transaction that the snapshot sees.
    boolean endedUnsafeFor(long otherSnapshot) {
        SerialTransaction first = earliestOut();
        return order != NOT_COMMITTED && !writesNothing && first != null && first.commitTimestamp <= otherSnapshot;
    }

    /// Keeps whole relations instead of keys.
    void coarsen() {
        reads.coarsen();
        if (writes != null) {
            writes.coarsen();
        }
    }

    /// Lets go of all that others need no more.
    void forget() {
        reads.clear();
        writes = null;
        out.clear();
        earliest = null; // or one committed transaction would keep all before it in memory
    }
}
