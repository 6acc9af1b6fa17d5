package omendb.sql.exec;

import java.util.List;
import java.util.Map;
import omendb.engine.type.SqlType;
import omendb.sql.plan.Field;
import org.jspecify.annotations.Nullable;

/// WITH queries: each runs at most once, its rows are kept for all that refer to it.
final class WithOperators {
    private WithOperators() {}

    /// A WITH query in a compiled plan.
    static final class Source implements AutoCloseable {
        private final Operator plan;
        private final @Nullable Operator recursive;
        private final boolean distinct;
        private final boolean modifies;
        private final MaterializedRows rows;
        private final MaterializedRows working;
        private boolean complete;
        private boolean iterating;

        Source(Operator plan, @Nullable Operator recursive, boolean distinct, boolean modifies, List<SqlType> types) {
            this.plan = plan;
            this.recursive = recursive;
            this.distinct = distinct;
            this.modifies = modifies;
            this.rows = new MaterializedRows(types);
            this.working = new MaterializedRows(types);
        }

        void start() {
            complete = false;
            iterating = false;
            rows.clear();
        }

        boolean modifies() {
            return modifies;
        }

        /// What a scan reads: within the recursive term the last round's rows, else all.
        MaterializedRows read() {
            if (iterating) {
                return working;
            }
            if (!complete) {
                run();
            }
            return rows;
        }

        private void run() {
            if (recursive == null) {
                drain(plan, rows, null);
                complete = true;
                return;
            }
            iterate(recursive);
        }

        private static void drain(Operator operator, MaterializedRows into, @Nullable RowHashTable seen) {
            operator.open();
            while (operator.next()) {
                for (int row = 0; row < operator.out().rowCount(); row++) {
                    if (seen != null) {
                        int before = seen.count();
                        if (seen.findOrAdd(operator.columns(), row) != before) {
                            continue;
                        }
                    }
                    into.append(operator.columns(), row);
                }
            }
            operator.finish();
        }

        private void iterate(Operator step) {
            try (RowHashTable seen = distinct
                            ? new RowHashTable(rows.types(), rows.types().size())
                            : null;
                    MaterializedRows round = new MaterializedRows(rows.types())) {
                drain(plan, round, seen);
                iterating = true;
                while (round.count() > 0) {
                    move(round, rows);
                    working.clear();
                    move(round, working);
                    round.clear();
                    drain(step, round, seen);
                }
                complete = true;
            } finally {
                iterating = false;
                working.clear();
            }
        }

        private static void move(MaterializedRows from, MaterializedRows to) {
            omendb.engine.type.ColumnVector[] row =
                    new omendb.engine.type.ColumnVector[from.types().size()];
            for (int i = 0; i < from.count(); i++) {
                for (int column = 0; column < row.length; column++) {
                    row[column] = from.column(column, i);
                }
                to.append(row, MaterializedRows.rowIn(i));
            }
        }

        void finish() {
            plan.finish();
            if (recursive != null) {
                recursive.finish();
            }
            rows.clear();
            complete = false;
        }

        void setTimed(boolean on) {
            plan.setTimed(on);
            if (recursive != null) {
                recursive.setTimed(on);
            }
        }

        @Override
        public void close() {
            plan.close();
            if (recursive != null) {
                recursive.close();
            }
            rows.close();
            working.close();
        }
    }

    /// The statement below WITH. Queries that write run even if nobody reads them.
    static final class With extends UnaryOperator {
        private final List<Source> sources;

        With(ExecutionContext context, Operator body, List<Source> sources) {
            super(context, body, body.out());
            this.sources = sources;
        }

        @Override
        void start() {
            sources.forEach(Source::start);
            for (Source source : sources) {
                if (source.modifies()) {
                    source.read();
                }
            }
            context().forgetAffected(); // the tag counts the statement's own rows alone
            super.start();
        }

        @Override
        boolean advance() {
            return input().next();
        }

        @Override
        void setTimed(boolean on) {
            super.setTimed(on);
            sources.forEach(source -> source.setTimed(on));
        }

        @Override
        void finish() {
            super.finish();
            sources.forEach(Source::finish);
        }

        @Override
        public void close() {
            super.close();
            sources.forEach(Source::close);
        }
    }

    /// A reference to a WITH query.
    static final class Scan extends Operator {
        private final Map<Integer, Source> sources;
        private final int id;
        private @Nullable MaterializedRows rows;
        private int next;

        Scan(ExecutionContext context, Map<Integer, Source> sources, int id, List<Field> fields) {
            super(context, batchOf(fields));
            this.sources = sources;
            this.id = id;
        }

        @Override
        void start() {
            Source source = sources.get(id);
            if (source == null) {
                throw new IllegalStateException("a WITH query that is not there: " + id);
            }
            rows = source.read();
            next = 0;
        }

        @Override
        boolean advance() {
            if (rows == null) {
                return false;
            }
            next = ScanOperators.emit(rows, next, this);
            return out().rowCount() > 0;
        }

        @Override
        void finish() {
            rows = null;
        }
    }
}
