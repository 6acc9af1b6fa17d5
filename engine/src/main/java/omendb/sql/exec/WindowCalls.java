package omendb.sql.exec;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;
import omendb.sql.function.WindowDef.Kind;

/// Window functions proper; aggregates are [WindowAggregate]'s.
final class WindowCalls {
    private WindowCalls() {}

    /// A call over a window: asked for the rows of a partition in order, each once.
    interface Call extends AutoCloseable {
        /// A new execution.
        default void restart() {}

        /// A new partition; it is not empty.
        default void enter(WindowPartition partition) {}

        /// Writes the row's result into `out[at]`, values and all.
        void result(WindowPartition partition, int row, ColumnVector out, int at);

        /// The execution is over.
        default void finish() {}

        @Override
        default void close() {}
    }

    /// Numbers that follow from the row's place alone.
    record Rank(Kind kind) implements Call {
        @Override
        public void result(WindowPartition partition, int row, ColumnVector out, int at) {
            int group = partition.groupOf(row);
            int count = partition.count();
            switch (kind) {
                case ROW_NUMBER -> out.setLong(at, row + 1);
                case RANK -> out.setLong(at, partition.groupStart(group) + 1);
                case DENSE_RANK -> out.setLong(at, group + 1);
                case PERCENT_RANK ->
                    out.setDouble(at, count <= 1 ? 0 : partition.groupStart(group) / (double) (count - 1));
                case CUME_DIST -> out.setDouble(at, partition.groupEnd(group) / (double) count);
                default -> throw new IllegalStateException(kind.name());
            }
        }
    }

    /// `ntile(buckets)`: the first rows' buckets are larger by one where the rows do not divide evenly. The number
    /// of buckets is read once a partition, at the first row where it is not NULL.
    static final class Ntile implements Call {
        private final int argument;
        private long buckets;
        private int firstRow;

        Ntile(int argument) {
            this.argument = argument;
        }

        @Override
        public void enter(WindowPartition partition) {
            buckets = 0;
        }

        @Override
        public void result(WindowPartition partition, int row, ColumnVector out, int at) {
            if (buckets == 0) {
                if (partition.isNull(argument, row)) {
                    out.setNull(at);
                    return;
                }
                buckets = partition.getLong(argument, row);
                firstRow = row;
                if (buckets <= 0) {
                    throw new UserException(
                            SqlState.INVALID_ARGUMENT_FOR_NTILE, "argument of ntile must be greater than zero");
                }
            }
            long size = partition.count() / buckets;
            long larger = partition.count() % buckets;
            long index = (long) row - firstRow;
            long inLarger = larger * (size + 1);
            out.setLong(
                    at, 1 + (index < inLarger ? index / (size + 1) : larger + (index - inLarger) / Math.max(size, 1)));
        }
    }

    /// lag and lead: (value, offset = 1, otherwise = NULL).
    record Neighbour(Kind kind, int firstArgument, int arguments) implements Call {
        @Override
        public void result(WindowPartition partition, int row, ColumnVector out, int at) {
            long offset = 1;
            if (arguments > 1) {
                if (partition.isNull(firstArgument + 1, row)) {
                    out.setNull(at);
                    return;
                }
                offset = partition.getLong(firstArgument + 1, row);
            }
            long other = kind == Kind.LAG ? row - offset : row + offset;
            if (other >= 0 && other < partition.count()) {
                partition.copyValue(firstArgument, (int) other, out, at);
            } else if (arguments > 2) {
                partition.copyValue(firstArgument + 2, row, out, at);
            } else {
                out.setNull(at);
            }
        }
    }

    /// first_value, last_value, nth_value.
    record OfFrame(Kind kind, int firstArgument, WindowFrame frame) implements Call {
        @Override
        public void restart() {
            frame.restart();
        }

        @Override
        public void enter(WindowPartition partition) {
            frame.enter(partition);
        }

        @Override
        public void result(WindowPartition partition, int row, ColumnVector out, int at) {
            frame.moveTo(partition, row);
            int found = switch (kind) {
                case FIRST_VALUE -> frame.nth(0);
                case LAST_VALUE -> frame.last();
                default -> nth(partition, row);
            };
            if (found < 0) {
                out.setNull(at);
            } else {
                partition.copyValue(firstArgument, found, out, at);
            }
        }

        private int nth(WindowPartition partition, int row) {
            if (partition.isNull(firstArgument + 1, row)) {
                return -1;
            }
            long number = partition.getLong(firstArgument + 1, row);
            if (number <= 0) {
                throw new UserException(
                        SqlState.INVALID_ARGUMENT_FOR_NTH_VALUE, "argument of nth_value must be greater than zero");
            }
            return frame.nth(number - 1);
        }

        @Override
        public void close() {
            frame.close();
        }
    }
}
