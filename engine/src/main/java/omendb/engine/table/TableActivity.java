package omendb.engine.table;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// What has been done to a table since the start or the last `pg_stat_reset`, as pg_stat_all_tables counts it.
///
/// Threading: any thread; sums are exact when nothing runs.
public final class TableActivity {
    final LongAdder sequentialScans = new LongAdder();
    final LongAdder sequentialRows = new LongAdder();
    final LongAdder indexRows = new LongAdder();
    private final LongAdder inserted = new LongAdder();
    private final LongAdder updated = new LongAdder();
    private final LongAdder updatedInPlace = new LongAdder();
    private final LongAdder deleted = new LongAdder();
    private final LongAdder changedSinceAnalyze = new LongAdder();
    private final LongAdder insertedSinceVacuum = new LongAdder();
    private final Map<Integer, IndexActivity> indexes = new ConcurrentHashMap<>();
    private final Upkeep vacuum = new Upkeep();
    private final Upkeep autovacuum = new Upkeep();
    private final Upkeep analyze = new Upkeep();
    private final Upkeep autoanalyze = new Upkeep();

    /// Scans of an index and entries they read.
    static final class IndexActivity {
        final LongAdder scans = new LongAdder();
        final LongAdder entries = new LongAdder();
    }

    /// How often something was done, and when last; microseconds since 2000-01-01 UTC, 0 = never.
    private static final class Upkeep {
        private long count;
        private long last;
    }

    /// Kinds of upkeep.
    public enum Kind {
        VACUUM,
        AUTOVACUUM,
        ANALYZE,
        AUTOANALYZE
    }

    /// Sums of the moment.
    ///
    /// @param updatedInPlace updates that changed no index (HOT in PostgreSQL)
    public record Counts(
            long sequentialScans,
            long sequentialRows,
            long indexScans,
            long indexRows,
            long inserted,
            long updated,
            long updatedInPlace,
            long deleted,
            long changedSinceAnalyze,
            long insertedSinceVacuum) {}

    /// @param scans   begun
    /// @param entries read
    public record IndexCounts(long scans, long entries) {}

    /// @param last microseconds since 2000-01-01 UTC, 0 = never
    public record UpkeepCounts(long count, long last) {}

    void inserted() {
        inserted.increment();
        changedSinceAnalyze.increment();
        insertedSinceVacuum.increment();
    }

    void updated(boolean inPlace) {
        updated.increment();
        changedSinceAnalyze.increment();
        if (inPlace) {
            updatedInPlace.increment();
        }
    }

    void deleted() {
        deleted.increment();
        changedSinceAnalyze.increment();
    }

    IndexActivity index(int oid) {
        return indexes.computeIfAbsent(oid, _ -> new IndexActivity());
    }

    public Counts counts() {
        return new Counts(
                sequentialScans.sum(),
                sequentialRows.sum(),
                indexes.values().stream().mapToLong(index -> index.scans.sum()).sum(),
                indexRows.sum(),
                inserted.sum(),
                updated.sum(),
                updatedInPlace.sum(),
                deleted.sum(),
                changedSinceAnalyze.sum(),
                insertedSinceVacuum.sum());
    }

    /// Of an index of this table.
    public IndexCounts indexCounts(int oid) {
        IndexActivity index = index(oid);
        return new IndexCounts(index.scans.sum(), index.entries.sum());
    }

    public synchronized UpkeepCounts upkeep(Kind kind) {
        Upkeep upkeep = of(kind);
        return new UpkeepCounts(upkeep.count, upkeep.last);
    }

    /// Notes that something was done at a moment.
    public synchronized void done(Kind kind, long moment) {
        Upkeep upkeep = of(kind);
        upkeep.count++;
        upkeep.last = moment;
        switch (kind) {
            case VACUUM, AUTOVACUUM -> insertedSinceVacuum.reset();
            case ANALYZE, AUTOANALYZE -> changedSinceAnalyze.reset();
        }
    }

    synchronized void reset() {
        List.of(
                        sequentialScans,
                        sequentialRows,
                        indexRows,
                        inserted,
                        updated,
                        updatedInPlace,
                        deleted,
                        changedSinceAnalyze,
                        insertedSinceVacuum)
                .forEach(LongAdder::reset);
        indexes.values().forEach(index -> {
            index.scans.reset();
            index.entries.reset();
        });
        for (Kind kind : Kind.values()) {
            of(kind).count = 0;
            of(kind).last = 0;
        }
    }

    private Upkeep of(Kind kind) {
        return switch (kind) {
            case VACUUM -> vacuum;
            case AUTOVACUUM -> autovacuum;
            case ANALYZE -> analyze;
            case AUTOANALYZE -> autoanalyze;
        };
    }
}
