package omendb.sql.exec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import omendb.engine.type.Batch;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.Types;
import omendb.engine.type.ValueArena;
import omendb.sql.function.AggregateDef;
import omendb.sql.function.AggregateState;
import omendb.sql.plan.Field;
import org.jspecify.annotations.Nullable;

/// GROUP BY by hashing, with all grouping sets in one pass.
final class AggregateOperator extends UnaryOperator {
    /// An aggregate call, compiled.
    ///
    /// @param program evaluators of the arguments, then of the ORDER BY keys, then (if `filtered`) of FILTER
    record Call(
            AggregateDef function,
            int arguments,
            boolean distinct,
            @Nullable RowOrder order,
            boolean filtered,
            Program program,
            SqlType type) {}

    /// GROUPING(...) as result column `index` (counted behind the groups); `groups` are its arguments.
    record GroupingBits(int index, List<Integer> groups) {}

    private final Program groups;
    private final List<Call> calls;
    private final List<GroupingBits> groupings;
    private final List<List<Integer>> groupingSets;
    private final List<GroupingSet> sets = new ArrayList<>();
    private final int[] groupOfRow = new int[Batch.CAPACITY];
    private final int[] resultColumns;
    private int currentSet;
    private int nextGroup;

    AggregateOperator(
            ExecutionContext context,
            Operator input,
            List<Field> fields,
            Program groups,
            List<Call> calls,
            List<GroupingBits> groupings,
            List<List<Integer>> groupingSets) {
        super(context, input, batchOf(fields));
        this.groups = groups;
        this.calls = calls;
        this.groupings = groupings;
        this.groupingSets = groupingSets;
        this.resultColumns = resultColumns(groups.size(), calls.size(), groupings);
    }

    /// Where the calls' results go: behind the groups, GROUPINGs between them.
    private static int[] resultColumns(int groupCount, int callCount, List<GroupingBits> groupings) {
        int[] columns = new int[callCount];
        int column = 0;
        for (int i = 0; i < callCount; i++) {
            int at = column;
            while (isGrouping(groupings, at)) {
                at++;
            }
            columns[i] = groupCount + at;
            column = at + 1;
        }
        return columns;
    }

    private static boolean isGrouping(List<GroupingBits> groupings, int index) {
        return groupings.stream().anyMatch(grouping -> grouping.index() == index);
    }

    /// The groups of one grouping set.
    private final class GroupingSet implements AutoCloseable {
        private final boolean[] member;
        private final @Nullable RowHashTable table;
        private final List<Accumulator> accumulators = new ArrayList<>();
        private final ValueArena arena = new ValueArena();
        private final ColumnVector[] absent;
        private int groupCount;

        GroupingSet(List<Integer> members) {
            this.member = new boolean[groups.size()];
            members.forEach(index -> member[index] = true);
            this.table = groups.size() == 0 ? null : new RowHashTable(groups.types(), groups.size());
            this.absent = new ColumnVector[groups.size()];
            for (int i = 0; i < absent.length; i++) {
                if (!member[i]) {
                    absent[i] = ColumnVector.allocate(groups.types().get(i), arena);
                    absent[i].fillNulls(Batch.CAPACITY);
                }
            }
            for (Call call : calls) {
                accumulators.add(new Accumulator(call, context()));
            }
            if (members.isEmpty()) {
                addEmptyGroup();
            }
        }

        /// The one group that is there even without rows.
        private void addEmptyGroup() {
            if (table != null) {
                table.findOrAdd(absent, 0);
            }
            groupCount = 1;
            accumulators.forEach(accumulator -> accumulator.ensureGroups(1));
        }

        void add(ColumnVector[] keys, ColumnVector[] input, int count) {
            if (table == null) {
                Arrays.fill(groupOfRow, 0, count, 0);
            } else {
                ColumnVector[] own = new ColumnVector[keys.length];
                for (int i = 0; i < own.length; i++) {
                    own[i] = member[i] ? keys[i] : absent[i];
                }
                for (int row = 0; row < count; row++) {
                    groupOfRow[row] = table.findOrAdd(own, row);
                }
                groupCount = table.count();
            }
            for (Accumulator accumulator : accumulators) {
                accumulator.ensureGroups(groupCount);
                accumulator.add(input, groupOfRow, count);
            }
        }

        void finishInput() {
            accumulators.forEach(Accumulator::finishInput);
        }

        void emit(int group, int row) {
            for (int i = 0; i < absent.length; i++) {
                if (table != null) {
                    columns()[i].copyFrom(table.rows().column(i, group), MaterializedRows.rowIn(group), row);
                }
            }
            for (GroupingBits grouping : groupings) {
                columns()[absent.length + grouping.index()].setLong(row, bits(grouping));
            }
            for (int i = 0; i < accumulators.size(); i++) {
                accumulators.get(i).result(group, columns()[resultColumns[i]], row);
            }
        }

        private long bits(GroupingBits grouping) {
            long bits = 0;
            for (int index : grouping.groups()) {
                bits = 2 * bits + (member[index] ? 0 : 1);
            }
            return bits;
        }

        @Override
        public void close() {
            if (table != null) {
                table.close();
            }
            accumulators.forEach(Accumulator::close);
            for (ColumnVector vector : absent) {
                if (vector != null) {
                    vector.close();
                }
            }
            arena.close();
        }
    }

    @Override
    void start() {
        finishSets();
        groupingSets.forEach(members -> sets.add(new GroupingSet(members)));
        currentSet = 0;
        nextGroup = 0;
        super.start();
        while (input().next()) {
            int count = input().out().rowCount();
            groups.reset();
            ColumnVector[] keys = groups.values(input().columns(), count);
            calls.forEach(call -> call.program().reset());
            for (GroupingSet set : sets) {
                set.add(keys, input().columns(), count);
            }
        }
        sets.forEach(GroupingSet::finishInput);
    }

    @Override
    boolean advance() {
        out().reset();
        int row = 0;
        while (row < Batch.CAPACITY && currentSet < sets.size()) {
            GroupingSet set = sets.get(currentSet);
            if (nextGroup == set.groupCount) {
                currentSet++;
                nextGroup = 0;
            } else {
                set.emit(nextGroup++, row++);
            }
        }
        out().setRowCount(row);
        return row > 0;
    }

    private void finishSets() {
        sets.forEach(GroupingSet::close);
        sets.clear();
    }

    @Override
    void finish() {
        super.finish();
        finishSets();
    }

    @Override
    public void close() {
        super.close();
        groups.close();
        calls.forEach(call -> call.program().close());
    }

    /// One aggregate call over all groups of a grouping set: FILTER, DISTINCT and ORDER BY around the
    /// aggregate's own
    /// state.
    private static final class Accumulator implements AutoCloseable {
        private final Call call;
        private final AggregateState state;
        private final @Nullable RowHashTable seen;
        private final @Nullable MaterializedRows ordered;
        private final ValueArena arena = new ValueArena();
        private final ColumnVector groupColumn = ColumnVector.allocate(Types.INT8, arena);
        private final int[] kept = new int[Batch.CAPACITY];
        private final int[] keptGroups = new int[Batch.CAPACITY];
        private final List<ColumnVector> gathered = new ArrayList<>();

        Accumulator(Call call, ExecutionContext context) {
            this.call = call;
            List<SqlType> types = call.program().types();
            List<SqlType> arguments = types.subList(0, call.arguments());
            this.state = call.function().factory().create(context.evaluation(), arguments, call.type());
            List<SqlType> keyed = new ArrayList<>(List.of(Types.INT8));
            keyed.addAll(arguments);
            this.seen = call.distinct() ? new RowHashTable(keyed, keyed.size()) : null;
            this.ordered = call.order() == null ? null : new MaterializedRows(orderedTypes(types, call));
        }

        /// Keys, arguments, group.
        private static List<SqlType> orderedTypes(List<SqlType> types, Call call) {
            int keys = call.order() == null ? 0 : call.order().keyCount();
            List<SqlType> all = new ArrayList<>(types.subList(call.arguments(), call.arguments() + keys));
            all.addAll(types.subList(0, call.arguments()));
            all.add(Types.INT8);
            return all;
        }

        void ensureGroups(int count) {
            state.ensureGroups(count);
        }

        void add(ColumnVector[] input, int[] groups, int count) {
            ColumnVector[] values = call.program().values(input, count);
            if (!call.filtered() && seen == null && ordered == null) {
                ColumnVector[] args =
                        values.length == call.arguments() ? values : Arrays.copyOf(values, call.arguments());
                state.update(args, groups, count);
                return;
            }
            int keep = select(values, groups, count);
            if (ordered != null) {
                keepOrdered(values, groups, keep);
            } else {
                state.update(gather(values, keep), keptGroups, keep);
            }
        }

        /// Rows that FILTER and DISTINCT let through.
        private int select(ColumnVector[] values, int[] groups, int count) {
            ColumnVector filter = call.filtered() ? values[values.length - 1] : null;
            ColumnVector[] keyed = new ColumnVector[call.arguments() + 1];
            keyed[0] = groupColumn;
            System.arraycopy(values, 0, keyed, 1, call.arguments());
            int keep = 0;
            for (int row = 0; row < count; row++) {
                if (filter != null && (filter.isNull(row) || !filter.getBoolean(row))) {
                    continue;
                }
                if (seen != null) {
                    groupColumn.setLong(row, groups[row]);
                    int before = seen.count();
                    if (seen.findOrAdd(keyed, row) != before) {
                        continue;
                    }
                }
                kept[keep] = row;
                keptGroups[keep++] = groups[row];
            }
            return keep;
        }

        private ColumnVector[] gather(ColumnVector[] values, int count) {
            ColumnVector[] args = new ColumnVector[call.arguments()];
            for (int i = 0; i < args.length; i++) {
                if (gathered.size() == i) {
                    gathered.add(ColumnVector.allocate(values[i].type(), arena));
                }
                gathered.get(i).gather(values[i], kept, count);
                args[i] = gathered.get(i);
            }
            return args;
        }

        private void keepOrdered(ColumnVector[] values, int[] groups, int count) {
            MaterializedRows rows = ordered;
            RowOrder order = call.order();
            if (rows == null || order == null) {
                return;
            }
            int keys = order.keyCount();
            ColumnVector[] row = new ColumnVector[keys + call.arguments() + 1];
            System.arraycopy(values, call.arguments(), row, 0, keys);
            System.arraycopy(values, 0, row, keys, call.arguments());
            row[row.length - 1] = groupColumn;
            for (int i = 0; i < count; i++) {
                groupColumn.setLong(kept[i], groups[kept[i]]);
                rows.append(row, kept[i]);
            }
        }

        /// Feeds what waited for its order.
        void finishInput() {
            MaterializedRows rows = ordered;
            RowOrder order = call.order();
            if (rows == null || order == null) {
                return;
            }
            int keys = order.keyCount();
            int[] sorted = order.sort(rows, 0);
            ColumnVector[] args = new ColumnVector[call.arguments()];
            for (int i = 0; i < args.length; i++) {
                args[i] = ColumnVector.allocate(rows.types().get(keys + i), arena);
            }
            for (int from = 0; from < sorted.length; from += Batch.CAPACITY) {
                int count = Math.min(Batch.CAPACITY, sorted.length - from);
                for (int i = 0; i < count; i++) {
                    int row = sorted[from + i];
                    int at = MaterializedRows.rowIn(row);
                    for (int arg = 0; arg < args.length; arg++) {
                        args[arg].copyFrom(rows.column(keys + arg, row), at, i);
                    }
                    keptGroups[i] = (int) rows.column(keys + args.length, row).getLong(at);
                }
                state.update(args, keptGroups, count);
            }
            for (ColumnVector arg : args) {
                arg.close();
            }
        }

        void result(int group, ColumnVector out, int row) {
            state.result(group, out, row);
        }

        @Override
        public void close() {
            state.close();
            if (seen != null) {
                seen.close();
            }
            if (ordered != null) {
                ordered.close();
            }
            groupColumn.close();
            gathered.forEach(ColumnVector::close);
            arena.close();
        }
    }
}
