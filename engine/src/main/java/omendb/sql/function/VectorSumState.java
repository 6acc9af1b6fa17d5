package omendb.sql.function;

import omendb.engine.type.ColumnVector;
import omendb.engine.type.VectorRules;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// sum and avg of vectors. avg adds in double, sum in the type's own precision with an overflow check, as pgvector
/// does.
final class VectorSumState extends GroupedState<VectorSumState.Sum> {
    /// Running sum of one group; null before the first vector.
    static final class Sum {
        private long count;
        private double @Nullable [] elements;
    }

    /// How the elements of a vector type lie in memory.
    enum Elements {
        FLOATS(4) {
            @Override
            float read(long address) {
                return NativeMemory.getFloat(address);
            }

            @Override
            void write(long address, float value) {
                NativeMemory.putFloat(address, value);
            }

            @Override
            float round(double value) {
                return (float) value;
            }
        },
        HALVES(2) {
            @Override
            float read(long address) {
                return Float.float16ToFloat(NativeMemory.getShort(address));
            }

            @Override
            void write(long address, float value) {
                NativeMemory.putShort(address, HalfvecFunctions.half(value));
            }

            @Override
            float round(double value) {
                return Float.float16ToFloat(Float.floatToFloat16((float) value));
            }
        };

        private final int width;

        Elements(int width) {
            this.width = width;
        }

        private VectorRules rules() {
            return this == FLOATS ? VectorRules.VECTOR : VectorRules.HALFVEC;
        }

        abstract float read(long address);

        abstract void write(long address, float value);

        /// To the precision of the type.
        abstract float round(double value);
    }

    private final Elements type;
    private final boolean average;

    VectorSumState(Elements type, boolean average) {
        this.type = type;
        this.average = average;
    }

    /// The accumulated one is named first.
    private void checkSame(int accumulated, int dimensions) {
        if (average) {
            type.rules().checkExpectedDimensions(accumulated, dimensions);
        } else {
            type.rules().checkSameDimensions(accumulated, dimensions);
        }
    }

    @Override
    Sum empty() {
        return new Sum();
    }

    @Override
    void add(Sum group, ColumnVector[] args, int row) {
        int dimensions = args[0].length(row) / type.width;
        double[] elements = group.elements;
        if (elements == null) {
            elements = new double[dimensions];
            group.elements = elements;
        }
        checkSame(elements.length, dimensions);
        long address = args[0].address(row);
        for (int i = 0; i < dimensions; i++) {
            elements[i] = checked(elements[i] + type.read(address + (long) type.width * i));
        }
        group.count++;
    }

    private double checked(double value) {
        double kept = average ? value : type.round(value);
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
        int bytes = type.width * elements.length;
        long address = out.arena().allocate(bytes);
        for (int i = 0; i < elements.length; i++) {
            float value = (float) (average ? elements[i] / group.count : elements[i]);
            type.rules().checkElement(value);
            type.write(address + (long) type.width * i, value);
        }
        out.setReference(row, address, bytes);
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
            checkSame(ours.length, theirs.length);
            for (int i = 0; i < ours.length; i++) {
                ours[i] = checked(ours[i] + theirs[i]);
            }
        }
        group.count += other.count;
    }
}
