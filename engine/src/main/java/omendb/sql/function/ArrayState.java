package omendb.sql.function;

import java.util.ArrayList;
import java.util.List;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.ArrayBuilder;
import omendb.engine.type.ArrayValue;
import omendb.engine.type.ColumnVector;
import omendb.engine.type.SqlType;
import omendb.engine.type.ValueArena;

/// array_agg: NULLs count; arrays become one dimension more and must be of one shape.
final class ArrayState extends GroupedState<ArrayState.Elements> {
    /// Collected elements; `inner` is the shape of aggregated arrays.
    static final class Elements {
        private final ArrayBuilder builder;
        private int rows;
        private List<Integer> innerLengths = List.of();
        private List<Integer> innerBounds = List.of();

        private Elements(ArrayBuilder builder) {
            this.builder = builder;
        }
    }

    private final SqlType argument;
    private final SqlType element;
    private final ValueArena arena = new ValueArena();
    private final ColumnVector cell;

    ArrayState(SqlType argument) {
        super(false);
        this.argument = argument;
        SqlType inner = argument.elementType();
        this.element = argument.isArray() && inner != null ? inner : argument;
        this.cell = ColumnVector.cell(argument, arena);
    }

    @Override
    Elements empty() {
        return new Elements(new ArrayBuilder(element));
    }

    @Override
    void add(Elements group, ColumnVector[] args, int row) {
        cell.copyValueFrom(args[0], row, 0);
        group.rows++;
        if (!argument.isArray()) {
            group.builder.add(cell, 0);
            return;
        }
        if (cell.isNull(0)) {
            throw new UserException(SqlState.NULL_VALUE_NOT_ALLOWED, "cannot accumulate null arrays");
        }
        ArrayValue array = ArrayValue.read(cell, 0);
        if (array.count() == 0) {
            throw new UserException(SqlState.ARRAY_ELEMENT_ERROR, "cannot accumulate empty arrays");
        }
        if (group.rows == 1) {
            group.innerLengths = array.lengths();
            group.innerBounds = array.lowerBounds();
        } else if (!group.innerLengths.equals(array.lengths())) {
            throw new UserException(
                    SqlState.ARRAY_ELEMENT_ERROR, "cannot accumulate arrays of different dimensionality");
        }
        group.builder.addAll(array);
    }

    @Override
    void write(Elements group, ColumnVector out, int row) {
        if (group.rows == 0) {
            out.setNull(row);
            return;
        }
        List<Integer> lengths = new ArrayList<>(List.of(group.rows));
        List<Integer> bounds = new ArrayList<>(List.of(1));
        lengths.addAll(group.innerLengths);
        bounds.addAll(group.innerBounds);
        group.builder.write(lengths, bounds, out, row);
    }

    @Override
    void combine(Elements group, Elements other) {
        try (ValueArena scratch = new ValueArena()) {
            ColumnVector whole = ColumnVector.cell(Aggregates.arrayOf(element), scratch);
            other.builder.write(whole, 0);
            cell.retype(whole.type());
            cell.copyValueFrom(whole, 0, 0);
            cell.retype(argument);
            group.builder.addAll(ArrayValue.read(cell, 0));
        }
        if (group.rows == 0) {
            group.innerLengths = other.innerLengths;
            group.innerBounds = other.innerBounds;
        }
        group.rows += other.rows;
    }

    @Override
    public void close() {
        arena.close();
    }
}
