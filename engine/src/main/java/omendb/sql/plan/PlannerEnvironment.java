package omendb.sql.plan;

import omendb.engine.catalog.Catalog;

/// What the planner asks about the data and the session.
public interface PlannerEnvironment {
    Catalog catalog();

    /// Rows of a table, about.
    double rows(int tableOid);

    /// Whether an index may be read by this transaction now (built, and old enough for its snapshot).
    boolean usable(int indexOid);

    /// `enable_seqscan` and its kin.
    boolean enabled(String setting);

    /// hnsw.ef_search.
    int efSearch();
}
