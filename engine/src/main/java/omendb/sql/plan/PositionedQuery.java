package omendb.sql.plan;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.TableDef;
import omendb.engine.type.Types;
import omendb.sql.plan.LogicalPlan.Item;
import org.jspecify.annotations.Nullable;

/// A cursor's query, with the row ids of the tables that its rows come from as further columns: what `WHERE
/// CURRENT OF` looks up. A query that locks rows has those of the locked tables, another one has that of its
/// table if it reads one alone and keeps its rows apart.
///
/// @param shown   columns that the client sees; the row ids come behind them
/// @param sources one per row id, in order
/// @param locks   whether the query locks rows
public record PositionedQuery(LogicalPlan plan, int shown, List<TableDef> sources, boolean locks) {
    /// Fields of a bound query are numbered from 0.
    private static final Field ROW_ID = new Field(-1, "ctid", Types.INT8, -1, 0, 0);

    public PositionedQuery {
        sources = List.copyOf(sources);
    }

    public static PositionedQuery of(LogicalPlan plan) {
        int shown = plan.output().size();
        LogicalPlan.LockRows locks = locks(plan);
        if (locks != null) {
            List<Field> rowIds =
                    locks.locks().stream().map(LogicalPlan.RowLock::rowId).toList();
            List<TableDef> tables =
                    locks.locks().stream().map(LogicalPlan.RowLock::table).toList();
            return new PositionedQuery(show(plan, rowIds), shown, tables, true);
        }
        LogicalPlan.Scan scan = onlyScan(plan);
        return scan == null
                ? new PositionedQuery(plan, shown, List.of(), false)
                : new PositionedQuery(show(plan, List.of(ROW_ID)), shown, List.of(scan.table()), false);
    }

    /// The node below, of one that hands each of its rows on at most once, or null.
    private static @Nullable LogicalPlan below(LogicalPlan plan) {
        return switch (plan) {
            case LogicalPlan.Project project -> project.input();
            case LogicalPlan.Filter filter -> filter.input();
            case LogicalPlan.Sort sort -> sort.input();
            case LogicalPlan.Limit limit -> limit.input();
            default -> null;
        };
    }

    private static LogicalPlan.@Nullable LockRows locks(LogicalPlan plan) {
        LogicalPlan at = plan;
        while (at != null && !(at instanceof LogicalPlan.LockRows)) {
            at = below(at);
        }
        return (LogicalPlan.LockRows) at;
    }

    private static LogicalPlan.@Nullable Scan onlyScan(LogicalPlan plan) {
        LogicalPlan at = plan;
        while (at != null && !(at instanceof LogicalPlan.Scan)) {
            at = below(at);
        }
        return (LogicalPlan.Scan) at;
    }

    private static LogicalPlan show(LogicalPlan plan, List<Field> rowIds) {
        return switch (plan) {
            case LogicalPlan.Scan scan -> new LogicalPlan.Scan(scan.table(), scan.alias(), scan.fields(), ROW_ID);
            case LogicalPlan.LockRows lock -> lock;
            case LogicalPlan.Project project -> {
                List<Item> items = new ArrayList<>(project.items());
                rowIds.forEach(rowId -> items.add(new Item(rowId, new Scalar.Column(rowId))));
                yield new LogicalPlan.Project(show(project.input(), rowIds), items);
            }
            default -> Plans.withChildren(plan, child -> show(child, rowIds));
        };
    }
}
