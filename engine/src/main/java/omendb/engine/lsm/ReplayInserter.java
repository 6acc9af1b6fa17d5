package omendb.engine.lsm;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Puts the batches of a log into memtables while nobody reads these: entries are written and sorted at the side,
/// and the nodes over them built at once when their memtable is full, or by [#build]. Until then nobody finds
/// them.
///
/// A memtable with entries that no node leads to is held as a writer holds it ([Memtable#hold]): no flush can
/// begin without them.
///
/// Threading: one thread at a time, and no other writer beside it.
final class ReplayInserter implements BatchInserter.Target, AutoCloseable {
    private final Memtables memtables;
    private final Map<MemtableRun, EntrySorter> sorters = new LinkedHashMap<>(); // of the memtable that is held
    private @Nullable Memtable held;
    private @Nullable MemtableRun lastRun;
    private @Nullable EntrySorter lastSorter;

    ReplayInserter(Memtables memtables) {
        this.memtables = memtables;
    }

    /// As [Memtables#insert].
    boolean add(WriteBatch batch, long commitTs, long lsn, BatchInserter.TreeFinder finder) {
        boolean rotated = memtables.insert(new BatchInserter(batch, commitTs, finder, this), lsn);
        if (held != null && held != memtables.active()) {
            build(); // who waits for its flush need not wait for the next batch
        }
        return rotated;
    }

    @Override
    public void insert(
            MemtableRun run, long at, long key, int keyLength, long commitTs, long valueAddress, int valueLength) {
        EntrySorter sorter = run == lastRun && lastSorter != null ? lastSorter : sorterOf(run);
        MemtableEntry.write(run.base(), at, key, keyLength, commitTs, valueAddress, valueLength);
        sorter.add(Keys.prefix(key, keyLength), MemtableEntry.reference(run.base(), at));
    }

    private EntrySorter sorterOf(MemtableRun run) {
        if (held != run.memtable()) {
            build();
            held = run.memtable();
            held.hold();
        }
        lastRun = run;
        lastSorter = sorters.computeIfAbsent(run, each -> new EntrySorter(each.base()));
        return lastSorter;
    }

    /// Makes everything that was added part of its memtable.
    void build() {
        for (Map.Entry<MemtableRun, EntrySorter> each : sorters.entrySet()) {
            each.getKey().build(each.getValue());
        }
        if (held != null) {
            held.exit();
            held = null;
        }
        close();
    }

    /// Lets go of what was not built; no flush will take its memtable for complete.
    @Override
    public void close() {
        sorters.values().forEach(EntrySorter::close);
        sorters.clear();
        lastRun = null;
        lastSorter = null;
        if (held != null) {
            held.abandon();
            held.exit();
            held = null;
        }
    }
}
