package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import omendb.engine.lsm.RangeFragment.Bound;

/// Range deletes as they come, in fragments at any moment: those of a list in a memtable, or of the tables that
/// a compaction merges.
///
/// From each bound up to the next one the same range deletes cover every key; the map holds their timestamps.
/// A new range delete adds its two bounds, which changes no answer, then its timestamp to all bounds in between,
/// one after the other: a reader meanwhile sees some of them, which is nothing to him, since the commit is not
/// published yet.
///
/// The keys are not copied and must outlive the map. What the heap holds is a node for each bound: range deletes
/// are few, and a memtable's go with it. Threading: any number of readers, one writer at a time.
final class RangeDeleteMap implements RangeDeletes {
    private static final long[] NO_TIMESTAMPS = {};

    private final ConcurrentSkipListMap<Bound, long[]> timestampsFrom = new ConcurrentSkipListMap<>();

    /// Adds a range delete; again, if it is there already, changes nothing.
    synchronized void add(Bound from, Bound to, long commitTs) {
        timestampsFrom.putIfAbsent(to, covering(to));
        timestampsFrom.putIfAbsent(from, covering(from));
        for (Map.Entry<Bound, long[]> entry :
                timestampsFrom.subMap(from, true, to, false).entrySet()) {
            timestampsFrom.put(entry.getKey(), with(entry.getValue(), commitTs));
        }
    }

    void add(RangeFragment fragment) {
        for (long commitTs : fragment.timestamps()) {
            add(fragment.from(), fragment.to(), commitTs);
        }
    }

    private long[] covering(Bound key) {
        Map.Entry<Bound, long[]> floor = timestampsFrom.floorEntry(key);
        return floor == null ? NO_TIMESTAMPS : floor.getValue();
    }

    private static long[] with(long[] descending, long commitTs) {
        int at = 0;
        while (at < descending.length && descending[at] > commitTs) {
            at++;
        }
        if (at < descending.length && descending[at] == commitTs) {
            return descending;
        }
        long[] more = Arrays.copyOf(descending, descending.length + 1);
        System.arraycopy(descending, at, more, at + 1, descending.length - at);
        more[at] = commitTs;
        return more;
    }

    @Override
    public long newest(long key, int keyLength, long prefix, long snapshotTs) {
        for (long commitTs : covering(new Bound(key, keyLength, prefix))) {
            if (commitTs <= snapshotTs) {
                return commitTs;
            }
        }
        return NONE;
    }

    /// What is still worth writing, in key order. Of the timestamps that the oldest snapshot sees, the newest
    /// does for all, and where nothing older lies below, none is needed: what they hide among the versions at
    /// hand is not written. Neighbours that agree become one.
    ///
    /// @param isBottom whether nothing older lies below a fragment
    List<RangeFragment> remaining(long oldestSnapshot, Predicate<RangeFragment> isBottom) {
        var fragments = new ArrayList<RangeFragment>();
        Bound from = null;
        long[] covering = NO_TIMESTAMPS;
        for (Map.Entry<Bound, long[]> entry : timestampsFrom.entrySet()) {
            if (from != null && covering.length > 0) {
                append(fragments, new RangeFragment(from, entry.getKey(), covering), oldestSnapshot, isBottom);
            }
            from = entry.getKey();
            covering = entry.getValue();
        }
        return fragments;
    }

    private static void append(
            List<RangeFragment> fragments,
            RangeFragment fragment,
            long oldestSnapshot,
            Predicate<RangeFragment> isBottom) {
        long[] timestamps = fragment.timestamps();
        int needed = 0;
        while (needed < timestamps.length && timestamps[needed] > oldestSnapshot) {
            needed++;
        }
        if (needed < timestamps.length && !isBottom.test(fragment)) {
            needed++;
        }
        if (needed == 0) {
            return;
        }
        long[] kept = Arrays.copyOf(timestamps, needed);
        if (!fragments.isEmpty()) {
            RangeFragment last = fragments.getLast();
            if (last.to().compareTo(fragment.from()) == 0 && Arrays.equals(last.timestamps(), kept)) {
                fragments.set(fragments.size() - 1, new RangeFragment(last.from(), fragment.to(), kept));
                return;
            }
        }
        fragments.add(new RangeFragment(fragment.from(), fragment.to(), kept));
    }
}
