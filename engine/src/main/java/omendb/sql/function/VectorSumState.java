package omendb.sql.function;

import omendb.engine.type.ColumnVector;
import omendb.engine.type.VectorIo;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// sum and avg of vectors. avg adds in double, sum in float with an overflow check, as pgvector does.
final class VectorSumState extends GroupedState<VectorSumState.Sum> {
    /// Running sum of one group; null before the first vector.
    static final class Sum {
        private long count;
        private double @Nullable [] elements;
    }

    private final boolean average;

    VectorSumState(boolean average) {
        this.average = average;
    }

    @Override
    Sum empty() {
        return new Sum();
    }

    @Override
    void add(Sum group, ColumnVector[] args, int row) {
        int dimensions = VectorFunctions.dimensions(args[0], row);
        double[] elements = group.elements;
        if (elements == null) {
            elements = new double[dimensions];
            group.elements = elements;
        }
        // the accumulated one is named first
        VectorFunctions.checkSame(elements.length, dimensions);
        long address = args[0].address(row);
        for (int i = 0; i < dimensions; i++) {
            elements[i] = checked(elements[i] + NativeMemory.getFloat(address + 4L * i));
        }
        group.count++;
    }

    private double checked(double value) {
        double kept = average ? value : (float) value;
        if (Double.isInfinite(kept)) {
            throw Arithmetic.overflow();
        }
        return kept;
    }

    @Override
    void write(Sum group, ColumnVector out, int row) {
        double[] elements = group.elements;
        if (elements == null) {
            out.setNull(row);
            return;
        }
        long address = out.arena().allocate(4L * elements.length);
        for (int i = 0; i < elements.length; i++) {
            float value = (float) (average ? elements[i] / group.count : elements[i]);
            VectorIo.checkElement(value);
            NativeMemory.putFloat(address + 4L * i, value);
        }
        out.setReference(row, address, 4 * elements.length);
    }

    @Override
    void combine(Sum group, Sum other) {
        double[] theirs = other.elements;
        if (theirs == null) {
            return;
        }
        double[] ours = group.elements;
        if (ours == null) {
            group.elements = theirs.clone();
        } else {
            VectorFunctions.checkSame(ours.length, theirs.length);
            for (int i = 0; i < ours.length; i++) {
                ours[i] = checked(ours[i] + theirs[i]);
            }
        }
        group.count += other.count;
    }
}
