package omendb.sql.exec;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ColumnVector;
import omendb.sql.ast.Window.BoundKind;
import omendb.sql.ast.Window.Exclusion;
import omendb.sql.ast.Window.Mode;
import org.jspecify.annotations.Nullable;

/// The frame of a window call: for each row of a partition the rows it looks at, as up to three ranges.
///
/// Threading: one execution.
final class WindowFrame implements AutoCloseable {
    /// One end.
    ///
    /// @param offset   evaluated once an execution; null = the kind has none
    /// @param negative of RANGE: whether the offset is below zero
    /// @param limit    of RANGE: column of the partition to compare keys with
    record Bound(
            BoundKind kind,
            @Nullable Program offset,
            @Nullable Program negative,
            int limit) implements AutoCloseable {
        @Override
        public void close() {
            if (offset != null) {
                offset.close();
            }
            if (negative != null) {
                negative.close();
            }
        }
    }

    /// The sort key of RANGE with offsets: a column of the partition, -1 = none.
    record RangeKey(int column, boolean descending, boolean nullsFirst) {}

    private final Mode mode;
    private final Bound startBound;
    private final Bound endBound;
    private final Exclusion exclusion;
    private final RangeKey key;
    private boolean checked;
    private long startOffset;
    private long endOffset;
    private int firstValue;
    private int valuesEnd;
    private int start;
    private int end;
    private int excludedFrom;
    private int excludedTo;
    private boolean keepsSelf;
    private int self;

    WindowFrame(Mode mode, Bound start, Bound end, Exclusion exclusion, RangeKey key) {
        this.mode = mode;
        this.startBound = start;
        this.endBound = end;
        this.exclusion = exclusion;
        this.key = key;
    }

    /// A new execution: evaluates the offsets.
    void restart() {
        startOffset = offset(startBound, "starting");
        endOffset = offset(endBound, "ending");
        checked = false;
    }

    /// Prepares for the rows of a partition, which is not empty.
    void enter(WindowPartition partition) {
        if (key.column() >= 0) {
            if (!checked) {
                checkNotNegative(startBound);
                checkNotNegative(endBound);
                checked = true;
            }
            findValues(partition);
        }
    }

    /// The offset as a number of rows or groups; RANGE has its limits in a column.
    private long offset(Bound bound, String end) {
        Program program = bound.offset();
        if (program == null) {
            return 0;
        }
        program.reset();
        ColumnVector value = program.evaluator(0).value(new ColumnVector[0], 1);
        if (value.isNull(0)) {
            throw new UserException(SqlState.NULL_VALUE_NOT_ALLOWED, "frame " + end + " offset must not be null");
        }
        if (mode == Mode.RANGE) {
            return 0;
        }
        long offset = value.getLong(0);
        if (offset < 0) {
            throw new UserException(
                    SqlState.INVALID_PRECEDING_OR_FOLLOWING_SIZE, "frame " + end + " offset must not be negative");
        }
        return offset;
    }

    private static void checkNotNegative(Bound bound) {
        Program program = bound.negative();
        if (program != null) {
            program.reset();
            ColumnVector negative = program.evaluator(0).value(new ColumnVector[0], 1);
            if (!negative.isNull(0) && negative.getBoolean(0)) {
                throw new UserException(
                        SqlState.INVALID_PRECEDING_OR_FOLLOWING_SIZE,
                        "invalid preceding or following size in window function");
            }
        }
    }

    /// NULL keys stand together at one end.
    private void findValues(WindowPartition partition) {
        int count = partition.count();
        firstValue = 0;
        valuesEnd = count;
        if (key.nullsFirst()) {
            while (firstValue < count && partition.isNull(key.column(), firstValue)) {
                firstValue++;
            }
        } else {
            while (valuesEnd > 0 && partition.isNull(key.column(), valuesEnd - 1)) {
                valuesEnd--;
            }
        }
    }

    /// Settles the frame of this row.
    void moveTo(WindowPartition partition, int row) {
        int count = partition.count();
        self = row;
        start = clamp(first(partition, row), count);
        end = Math.max(start, clamp(behindLast(partition, row), count));
        int group = partition.groupOf(row);
        boolean wholeGroup = exclusion == Exclusion.GROUP || exclusion == Exclusion.TIES;
        excludedFrom = exclusion == Exclusion.NO_OTHERS ? end : wholeGroup ? partition.groupStart(group) : row;
        excludedTo = exclusion == Exclusion.NO_OTHERS ? end : wholeGroup ? partition.groupEnd(group) : row + 1;
        excludedFrom = Math.clamp(excludedFrom, start, end);
        excludedTo = Math.clamp(excludedTo, excludedFrom, end);
        keepsSelf = exclusion == Exclusion.TIES && row >= excludedFrom && row < excludedTo;
    }

    private static int clamp(long row, int count) {
        return Math.clamp(row, 0, count);
    }

    private long first(WindowPartition partition, int row) {
        BoundKind kind = startBound.kind();
        return switch (kind) {
            case UNBOUNDED_PRECEDING -> 0;
            case UNBOUNDED_FOLLOWING -> partition.count();
            case CURRENT_ROW -> mode == Mode.ROWS ? row : partition.groupStart(partition.groupOf(row));
            case PRECEDING, FOLLOWING -> {
                long offset = kind == BoundKind.PRECEDING ? -startOffset : startOffset;
                yield switch (mode) {
                    case ROWS -> saturated(row, offset);
                    case GROUPS -> {
                        long group = saturated(partition.groupOf(row), offset);
                        yield group >= partition.groupCount()
                                ? partition.count()
                                : partition.groupStart((int) Math.max(group, 0));
                    }
                    case RANGE -> firstInRange(partition, row);
                };
            }
        };
    }

    private long behindLast(WindowPartition partition, int row) {
        BoundKind kind = endBound.kind();
        return switch (kind) {
            case UNBOUNDED_PRECEDING -> 0;
            case UNBOUNDED_FOLLOWING -> partition.count();
            case CURRENT_ROW -> mode == Mode.ROWS ? row + 1 : partition.groupEnd(partition.groupOf(row));
            case PRECEDING, FOLLOWING -> {
                long offset = kind == BoundKind.PRECEDING ? -endOffset : endOffset;
                yield switch (mode) {
                    case ROWS -> saturated(row + 1L, offset);
                    case GROUPS -> {
                        long group = saturated(partition.groupOf(row), offset);
                        yield group < 0 ? 0 : partition.groupEnd((int) Math.min(group, partition.groupCount() - 1));
                    }
                    case RANGE -> behindRange(partition, row);
                };
            }
        };
    }

    private static long saturated(long at, long offset) {
        long sum = at + offset;
        return offset > 0 && sum < at ? Long.MAX_VALUE : sum;
    }

    private long firstInRange(WindowPartition partition, int row) {
        if (partition.isNull(key.column(), row)) {
            return key.nullsFirst() ? 0 : valuesEnd;
        }
        return search(partition, row, startBound.limit(), 0);
    }

    private long behindRange(WindowPartition partition, int row) {
        if (partition.isNull(key.column(), row)) {
            return key.nullsFirst() ? firstValue : partition.count();
        }
        return search(partition, row, endBound.limit(), 1);
    }

    /// The first row whose key's order against the limit is at least `least`.
    private int search(WindowPartition partition, int row, int limit, int least) {
        int low = firstValue;
        int high = valuesEnd;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = partition.compare(key.column(), middle, limit, row);
            if (Integer.signum(key.descending() ? -order : order) >= least) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /// Whether nothing is cut out of the frame.
    boolean isWhole() {
        return exclusion == Exclusion.NO_OTHERS;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    /// Takes ranges `[from, to)`.
    interface RangeSink {
        void accept(int from, int to);
    }

    /// The frame's rows in order.
    void ranges(RangeSink sink) {
        if (start < excludedFrom) {
            sink.accept(start, excludedFrom);
        }
        if (keepsSelf) {
            sink.accept(self, self + 1);
        }
        if (excludedTo < end) {
            sink.accept(excludedTo, end);
        }
    }

    /// The frame's row number `index`, counted from 0, or -1.
    int nth(long index) {
        long left = index;
        int before = excludedFrom - start;
        if (left < before) {
            return start + (int) left;
        }
        left -= before;
        if (keepsSelf) {
            if (left == 0) {
                return self;
            }
            left--;
        }
        return left < end - excludedTo ? excludedTo + (int) left : -1;
    }

    /// The frame's last row, or -1.
    int last() {
        if (excludedTo < end) {
            return end - 1;
        }
        if (keepsSelf) {
            return self;
        }
        return start < excludedFrom ? excludedFrom - 1 : -1;
    }

    @Override
    public void close() {
        startBound.close();
        endBound.close();
    }
}
