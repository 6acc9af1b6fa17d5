package omendb.sql.plan;

import java.util.List;
import omendb.engine.catalog.Catalog;
import omendb.engine.catalog.IndexDef;

/// What the planner asks about the data and the session.
public interface PlannerEnvironment {
    Catalog catalog();

    /// Rows of a table, about.
    double rows(int tableOid);

    /// Whether an index may be read by this transaction now (built, and old enough for its snapshot).
    boolean usable(int indexOid);

    /// The expressions of an index over the fields of a scan (of those that have a column's number).
    IndexTerms terms(IndexDef index, List<Field> fields);

    /// Whether a condition of constants is true.
    boolean holds(Scalar condition);

    /// `enable_seqscan` and its kin.
    boolean enabled(String setting);

    /// hnsw.ef_search.
    int efSearch();
}
