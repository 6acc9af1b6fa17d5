package omendb.engine.table;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What has been done to each table, by oid.
///
/// Threading: any thread.
public final class ActivityStatistics {
    private final Map<Integer, TableActivity> tables = new ConcurrentHashMap<>();

    /// A table's.
    public TableActivity table(int oid) {
        return tables.computeIfAbsent(oid, _ -> new TableActivity());
    }

    /// Begins anew.
    public void reset() {
        tables.values().forEach(TableActivity::reset);
    }

    /// Begins anew for a table.
    public void reset(int oid) {
        table(oid).reset();
    }
}
