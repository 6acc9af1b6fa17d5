package omendb.sql.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import omendb.sql.ast.Window.BoundKind;
import omendb.sql.ast.Window.Exclusion;
import omendb.sql.ast.Window.Mode;
import org.jspecify.annotations.Nullable;

/// The rows a window function sees: a partition, its order, and a frame that moves with the row.
public record WindowSpec(List<Scalar> partitionBy, List<SortKey> orderBy, Frame frame) {
    public WindowSpec {
        partitionBy = List.copyOf(partitionBy);
        orderBy = List.copyOf(orderBy);
    }

    /// @param rangeKey of RANGE with an offset: the sort key in the type its limits have; else null
    public record Frame(
            Mode mode,
            Bound start,
            Bound end,
            Exclusion exclusion,
            @Nullable Scalar rangeKey) {
        /// What holds where no frame is written.
        public static final Frame DEFAULT = new Frame(
                Mode.RANGE,
                Bound.of(BoundKind.UNBOUNDED_PRECEDING),
                Bound.of(BoundKind.CURRENT_ROW),
                Exclusion.NO_OTHERS,
                null);
    }

    /// One end of a frame.
    ///
    /// @param offset   the same for all rows; null if the kind has none
    /// @param limit    of RANGE: the current row's key moved by the offset, to compare other rows' keys with
    /// @param negative of RANGE: whether the offset is below zero
    public record Bound(
            BoundKind kind,
            @Nullable Scalar offset,
            @Nullable Scalar limit,
            @Nullable Scalar negative) {
        public static Bound of(BoundKind kind) {
            return new Bound(kind, null, null, null);
        }

        private Bound map(UnaryOperator<Scalar> change) {
            return new Bound(kind, apply(change, offset), apply(change, limit), apply(change, negative));
        }
    }

    /// Partition and order as the sort that brings the rows in place.
    public List<SortKey> sortKeys() {
        List<SortKey> keys = new ArrayList<>();
        partitionBy.forEach(scalar -> keys.add(new SortKey(scalar, false, false)));
        for (SortKey key : orderBy) {
            if (!partitionBy.contains(key.expression())) {
                keys.add(key);
            }
        }
        return keys;
    }

    /// Every expression in it.
    List<Scalar> scalars() {
        List<Scalar> all = new ArrayList<>(partitionBy);
        orderBy.forEach(key -> all.add(key.expression()));
        addPresent(all, frame.rangeKey());
        for (Bound bound : List.of(frame.start(), frame.end())) {
            addPresent(all, bound.offset());
            addPresent(all, bound.limit());
            addPresent(all, bound.negative());
        }
        return all;
    }

    private static void addPresent(List<Scalar> all, @Nullable Scalar scalar) {
        if (scalar != null) {
            all.add(scalar);
        }
    }

    WindowSpec map(UnaryOperator<Scalar> change) {
        return new WindowSpec(
                partitionBy.stream().map(change).toList(),
                orderBy.stream()
                        .map(key -> new SortKey(change.apply(key.expression()), key.descending(), key.nullsFirst()))
                        .toList(),
                new Frame(
                        frame.mode(),
                        frame.start().map(change),
                        frame.end().map(change),
                        frame.exclusion(),
                        apply(change, frame.rangeKey())));
    }

    private static @Nullable Scalar apply(UnaryOperator<Scalar> change, @Nullable Scalar scalar) {
        return scalar == null ? null : change.apply(scalar);
    }
}
