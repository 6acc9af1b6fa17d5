package omendb.sql.plan;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.catalog.IndexDef;
import omendb.engine.catalog.TableDef;
import omendb.sql.pgcatalog.VirtualTable;
import omendb.sql.plan.LogicalPlan.Item;
import omendb.sql.plan.LogicalPlan.JoinKind;
import omendb.sql.plan.LogicalPlan.RowLock;
import omendb.sql.plan.LogicalPlan.SetKind;
import org.jspecify.annotations.Nullable;

/// A plan with every access path and algorithm chosen: what runs, and what EXPLAIN prints.
public sealed interface PhysicalPlan {
    List<Field> output();

    Estimate estimate();

    /// What a scan of a stored table reads.
    ///
    /// @param rowId field of the hidden row id, or null
    /// @param filter condition on each row, or null
    record TableRead(
            TableDef table,
            String alias,
            List<Field> fields,
            @Nullable Field rowId,
            @Nullable Scalar filter) {
        public List<Field> output() {
            if (rowId == null) {
                return fields;
            }
            List<Field> all = new ArrayList<>(fields);
            all.add(rowId);
            return all;
        }
    }

    record SeqScan(TableRead read, Estimate estimate) implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return read.output();
        }
    }

    /// Bounds on the leading columns of a btree.
    ///
    /// @param equals one value per leading column
    /// @param any    an array: the column after those equals each of its elements in turn, or null
    /// @param lower  of the next column, or null
    /// @param upper  of the next column, or null
    record KeyBounds(
            List<Scalar> equals,
            @Nullable Scalar any,
            @Nullable Bound lower,
            @Nullable Bound upper) {}

    record Bound(Scalar value, boolean inclusive) {}

    /// @param conditions what the bounds stand for, for EXPLAIN
    record IndexScan(
            TableRead read,
            IndexDef index,
            KeyBounds bounds,
            List<Scalar> conditions,
            boolean backward,
            Estimate estimate)
            implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return read.output();
        }
    }

    /// Rows that an inverted index finds; all conditions are in the read's filter.
    ///
    /// @param conditions what the probe stands for, for EXPLAIN
    record BitmapScan(TableRead read, IndexDef index, InvertedProbe probe, List<Scalar> conditions, Estimate estimate)
            implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return read.output();
        }
    }

    /// The row of one row id.
    ///
    /// @param value     the row id; NULL or negative = no row
    /// @param condition what it stands for, for EXPLAIN
    record RowIdScan(TableRead read, Scalar value, Scalar condition, Estimate estimate) implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return read.output();
        }
    }

    /// Rows by growing distance from `query` out of an hnsw index; nearly in order (see [Nearest]).
    ///
    /// @param distance the expression the index orders by
    /// @param within   what a condition says of the distance, or null; the read's filter has the condition too
    record VectorScan(
            TableRead read,
            IndexDef index,
            Scalar query,
            Scalar distance,
            @Nullable Radius within,
            Estimate estimate) implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return read.output();
        }
    }

    /// All rows within a distance of `query`, out of an hnsw index.
    ///
    /// @param condition what the radius stands for; looked at again for each row, as the read's filter is
    record VectorRangeScan(
            TableRead read, IndexDef index, Scalar query, Radius radius, Scalar condition, Estimate estimate)
            implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return read.output();
        }
    }

    /// An upper bound of a distance: `factor * value + offset`, where the value is known before the scan
    /// starts.
    record Radius(Scalar value, double factor, double offset) {
        /// Wide enough for what rounding may do to the condition, which is looked at again.
        private static final double SLACK = 1e-6;

        /// The bound for a value.
        public double of(double known) {
            double bound = factor * known + offset;
            return bound + SLACK * (Math.abs(bound) + Math.abs(offset) + Double.MIN_NORMAL);
        }
    }

    /// ORDER BY distance LIMIT over a stream that a [VectorScan] feeds nearly in order: takes the first
    /// rows and sorts them.
    record Nearest(
            PhysicalPlan input,
            List<SortKey> keys,
            Scalar count,
            @Nullable Scalar offset,
            Estimate estimate) implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return input.output();
        }
    }

    record VirtualScan(VirtualTable table, String alias, List<Field> output, Estimate estimate)
            implements PhysicalPlan {}

    record Values(List<List<Scalar>> rows, List<Field> output, Estimate estimate) implements PhysicalPlan {}

    record FunctionScan(
            List<Scalar> calls,
            List<Integer> widths,
            boolean ordinality,
            String alias,
            List<Field> output,
            Estimate estimate)
            implements PhysicalPlan {}

    record CteScan(int cteId, String name, String alias, List<Field> output, Estimate estimate)
            implements PhysicalPlan {}

    record Project(PhysicalPlan input, List<Item> items, Estimate estimate) implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return items.stream().map(Item::field).toList();
        }
    }

    record ProjectSet(PhysicalPlan input, List<Item> items, Estimate estimate) implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return items.stream().map(Item::field).toList();
        }
    }

    record Filter(PhysicalPlan input, Scalar condition, Estimate estimate) implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return input.output();
        }
    }

    record Aggregate(
            PhysicalPlan input,
            List<Item> groups,
            List<Item> aggregates,
            List<List<Integer>> groupingSets,
            Estimate estimate)
            implements PhysicalPlan {
        @Override
        public List<Field> output() {
            List<Field> all = new ArrayList<>();
            groups.forEach(item -> all.add(item.field()));
            aggregates.forEach(item -> all.add(item.field()));
            return all;
        }
    }

    /// See [LogicalPlan.Window].
    record Window(
            PhysicalPlan input, List<Scalar> partitionBy, List<SortKey> orderBy, List<Item> calls, Estimate estimate)
            implements PhysicalPlan {
        @Override
        public List<Field> output() {
            List<Field> all = new ArrayList<>(input.output());
            calls.forEach(item -> all.add(item.field()));
            return all;
        }
    }

    /// @param on null: all columns, by hash; else the first row of each run of equal values in sorted
    ///        input
    record Distinct(PhysicalPlan input, @Nullable List<Scalar> on, Estimate estimate) implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return input.output();
        }
    }

    /// @param count with `offset`, how many rows are needed at most (top-N); null = all
    record Sort(
            PhysicalPlan input,
            List<SortKey> keys,
            @Nullable Scalar count,
            @Nullable Scalar offset,
            Estimate estimate) implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return input.output();
        }
    }

    record Limit(
            PhysicalPlan input,
            @Nullable Scalar count,
            @Nullable Scalar offset,
            Estimate estimate) implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return input.output();
        }
    }

    /// @param recheck what a row that someone changed meanwhile has to meet again, over the input's
    ///        fields
    record LockRows(
            PhysicalPlan input,
            List<RowLock> locks,
            @Nullable Scalar recheck,
            Estimate estimate) implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return input.output();
        }
    }

    /// Builds a hash table of the right side, probes with the left: the left side's order is kept (but
    /// for FULL and RIGHT).
    ///
    /// @param residual what the keys do not cover, or null
    record HashJoin(
            JoinKind kind,
            PhysicalPlan left,
            PhysicalPlan right,
            List<Scalar> leftKeys,
            List<Scalar> rightKeys,
            @Nullable Scalar residual,
            Estimate estimate)
            implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return joinOutput(kind, left, right);
        }
    }

    /// @param parameters fields of the left side that the right side refers to; empty = the right side is
    ///        run once
    record NestedLoop(
            JoinKind kind,
            PhysicalPlan left,
            PhysicalPlan right,
            @Nullable Scalar condition,
            List<Field> parameters,
            Estimate estimate)
            implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return joinOutput(kind, left, right);
        }
    }

    private static List<Field> joinOutput(JoinKind kind, PhysicalPlan left, PhysicalPlan right) {
        if (kind == JoinKind.SEMI || kind == JoinKind.ANTI) {
            return left.output();
        }
        List<Field> all = new ArrayList<>(left.output());
        all.addAll(right.output());
        return all;
    }

    record SetOperation(
            SetKind kind, boolean all, PhysicalPlan left, PhysicalPlan right, List<Field> output, Estimate estimate)
            implements PhysicalPlan {}

    record With(List<Cte> ctes, PhysicalPlan body, Estimate estimate) implements PhysicalPlan {
        @Override
        public List<Field> output() {
            return body.output();
        }
    }

    /// See [LogicalPlan.Cte].
    record Cte(
            int id,
            String name,
            PhysicalPlan plan,
            @Nullable PhysicalPlan recursive,
            boolean distinct) {}

    /// @param source  the spec's source, planned
    /// @param recheck the condition to evaluate again on a row that someone changed meanwhile, over the
    ///        spec's old row; or null
    record Modify(
            ModifySpec spec, PhysicalPlan source, @Nullable Scalar recheck, List<Field> output, Estimate estimate)
            implements PhysicalPlan {}
}
