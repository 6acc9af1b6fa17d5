package omendb.sql.plan;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.TableDef;
import omendb.engine.txn.LockWaiting;
import omendb.engine.txn.RowLockMode;
import omendb.sql.pgcatalog.VirtualTable;
import org.jspecify.annotations.Nullable;

/// A relational expression over [Field]s.
public sealed interface LogicalPlan {
    /// Its columns, in order.
    List<Field> output();

    /// Rows of a stored table. `fields` are the wanted columns only; a row id is added by plans that
    /// modify.
    ///
    /// @param alias name in the query, for EXPLAIN
    /// @param rowId the hidden row id as a column of type int8, or null
    record Scan(
            TableDef table,
            String alias,
            List<Field> fields,
            @Nullable Field rowId) implements LogicalPlan {
        @Override
        public List<Field> output() {
            if (rowId == null) {
                return fields;
            }
            List<Field> all = new ArrayList<>(fields);
            all.add(rowId);
            return all;
        }
    }

    /// Rows of a system view.
    record VirtualScan(VirtualTable table, String alias, List<Field> output) implements LogicalPlan {}

    /// Literal rows. Without fields and with one empty row: the input of a SELECT without FROM.
    record Values(List<List<Scalar>> rows, List<Field> output) implements LogicalPlan {
        public static Values oneRow() {
            return new Values(List.of(List.of()), List.of());
        }
    }

    /// Set-returning functions in FROM, side by side (ROWS FROM); `ordinality` appends a bigint.
    ///
    /// @param widths result columns of each call
    record FunctionScan(List<Scalar> calls, List<Integer> widths, boolean ordinality, String alias, List<Field> output)
            implements LogicalPlan {}

    /// One output column of a projection.
    record Item(Field field, Scalar expression) {}

    record Project(LogicalPlan input, List<Item> items) implements LogicalPlan {
        @Override
        public List<Field> output() {
            return items.stream().map(Item::field).toList();
        }
    }

    /// A projection some items of which are [Scalar.SetCall]s, expanded in lockstep.
    record ProjectSet(LogicalPlan input, List<Item> items) implements LogicalPlan {
        @Override
        public List<Field> output() {
            return items.stream().map(Item::field).toList();
        }
    }

    record Filter(LogicalPlan input, Scalar condition) implements LogicalPlan {
        @Override
        public List<Field> output() {
            return input.output();
        }
    }

    /// Groups and aggregates; `groups` empty = one group, present even without rows.
    ///
    /// @param groupingSets indexes into `groups`, one list per set; a single list of all is the ordinary
    ///        GROUP BY
    record Aggregate(LogicalPlan input, List<Item> groups, List<Item> aggregates, List<List<Integer>> groupingSets)
            implements LogicalPlan {
        @Override
        public List<Field> output() {
            List<Field> all = new ArrayList<>();
            groups.forEach(item -> all.add(item.field()));
            aggregates.forEach(item -> all.add(item.field()));
            return all;
        }
    }

    /// Window functions over sorted input; its output is the input's columns and one of each call.
    ///
    /// @param partitionBy,orderBy columns of the input, the same for all calls
    /// @param calls       [Scalar.WindowCall]s
    record Window(LogicalPlan input, List<Scalar> partitionBy, List<SortKey> orderBy, List<Item> calls)
            implements LogicalPlan {
        @Override
        public List<Field> output() {
            List<Field> all = new ArrayList<>(input.output());
            calls.forEach(item -> all.add(item.field()));
            return all;
        }
    }

    /// DISTINCT over all columns (`on` null) or DISTINCT ON over sorted input.
    record Distinct(LogicalPlan input, @Nullable List<Scalar> on) implements LogicalPlan {
        @Override
        public List<Field> output() {
            return input.output();
        }
    }

    record Sort(LogicalPlan input, List<SortKey> keys) implements LogicalPlan {
        @Override
        public List<Field> output() {
            return input.output();
        }
    }

    /// @param count null = all
    record Limit(
            LogicalPlan input,
            @Nullable Scalar count,
            @Nullable Scalar offset) implements LogicalPlan {
        @Override
        public List<Field> output() {
            return input.output();
        }
    }

    /// Row locks of SELECT FOR UPDATE and its kin, taken on the rows that come out.
    ///
    /// @param locks one per locked table
    record LockRows(LogicalPlan input, List<RowLock> locks) implements LogicalPlan {
        @Override
        public List<Field> output() {
            return input.output();
        }
    }

    /// @param rowId   the input's field of the table's row id
    /// @param columns the table's columns in the plan below: those that the rows show are read again
    ///        after a wait
    /// @param waiting what to do about a locked row
    record RowLock(TableDef table, Field rowId, List<Field> columns, RowLockMode mode, LockWaiting waiting) {}

    enum JoinKind {
        INNER,
        LEFT,
        RIGHT,
        FULL,
        /// Rows of the left side that have a match; output is the left side's.
        SEMI,
        /// Rows of the left side that have none.
        ANTI
    }

    /// @param condition null = cross join
    /// @param lateral   the right side refers to columns of the left
    record Join(
            JoinKind kind,
            LogicalPlan left,
            LogicalPlan right,
            @Nullable Scalar condition,
            boolean lateral) implements LogicalPlan {
        @Override
        public List<Field> output() {
            if (kind == JoinKind.SEMI || kind == JoinKind.ANTI) {
                return left.output();
            }
            List<Field> all = new ArrayList<>(left.output());
            all.addAll(right.output());
            return all;
        }
    }

    enum SetKind {
        UNION,
        INTERSECT,
        EXCEPT
    }

    /// Both sides have the output's types, column by column.
    record SetOperation(SetKind kind, boolean all, LogicalPlan left, LogicalPlan right, List<Field> output)
            implements LogicalPlan {}

    /// A WITH query's body and the query that refers to it by [CteScan]; it runs once, at the first
    /// reference.
    record With(List<Cte> ctes, LogicalPlan body) implements LogicalPlan {
        @Override
        public List<Field> output() {
            return body.output();
        }
    }

    /// A WITH query.
    ///
    /// @param id        names it within the statement
    /// @param recursive the recursive term, which reads the last round's rows by a [CteScan]
    ///                  of the same id, or null
    /// @param distinct  UNION (not ALL) between the terms
    /// @param materialize as written, null = not
    record Cte(
            int id,
            String name,
            LogicalPlan plan,
            @Nullable LogicalPlan recursive,
            boolean distinct,
            @Nullable Boolean materialize) {}

    record CteScan(int cteId, String name, String alias, List<Field> output) implements LogicalPlan {}

    /// INSERT, UPDATE or DELETE; its output is RETURNING.
    record Modify(ModifySpec spec, List<Field> output) implements LogicalPlan {}
}
