package omendb.sql.plan;

/// One key of an order.
public record SortKey(Scalar expression, boolean descending, boolean nullsFirst) {}
