package omendb.sql.plan;

/// What the planner expects of a plan, in PostgreSQL's units (one sequential page read costs 1).
///
/// @param rows    rows it yields
/// @param startup cost before the first row
/// @param total   cost of all rows
/// @param width   bytes of a row
public record Estimate(double rows, double startup, double total, int width) {
    public static final Estimate ONE_ROW = new Estimate(1, 0, 0.01, 0);

    /// One more step over every row.
    public Estimate plus(double costPerRow) {
        return new Estimate(rows, startup, total + rows * costPerRow, width);
    }

    public Estimate withRows(double newRows) {
        return new Estimate(Math.max(1, newRows), startup, total, width);
    }
}
