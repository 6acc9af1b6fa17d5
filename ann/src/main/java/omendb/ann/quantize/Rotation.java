package omendb.ann.quantize;

import omendb.ann.kernel.RotationKernels;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.NativeMemory;

/// A random rotation of vectors in `n log n` steps: four rounds of random signs and a Walsh-Hadamard transform of
/// the
/// leading, then of the trailing power of two, with the halves mixed in between (FHT-Kac). Without it a bit of a
/// pixel-like vector says little (recall .44 where this has .70).
///
/// A function of the seed and the length alone, on every machine: index files keep the seed, not the signs.
/// Threading: immutable; [#apply] works in the caller's memory.
final class Rotation implements AutoCloseable {
    /// Lengths are multiples of this, so that planes of bits are whole longs.
    static final int LENGTH_MULTIPLE = 64;

    private static final int ROUNDS = 4;

    private final MemoryTag tag;
    private final int length;
    private final int transformed;
    private final boolean mixes;
    private final long factors;
    private boolean closed;

    /// @param length a multiple of [#LENGTH_MULTIPLE]
    Rotation(int length, long seed, MemoryTag tag) {
        if (length % LENGTH_MULTIPLE != 0) {
            throw new IllegalArgumentException("length must be a multiple of " + LENGTH_MULTIPLE + ": " + length);
        }
        this.tag = tag;
        this.length = length;
        this.transformed = Integer.highestOneBit(length);
        this.mixes = transformed != length;
        this.factors = MemoryAccount.allocate(tag, factorBytes());
        // a transform grows lengths by the root of its size, a mixing of halves by the root of two: the signs undo
        // that
        double partScale = 1 / Math.sqrt(transformed);
        long state = seed;
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < length; i++) {
                state += SplitMix.STEP;
                double factor = SplitMix.mix(state) < 0 ? -1 : 1;
                if (mixes && round > 0) {
                    factor *= Math.sqrt(0.5);
                }
                boolean isInPart = isLeading(round) ? i < transformed : i >= length - transformed;
                NativeMemory.putFloat(
                        factors + 4L * (round * length + i), (float) (isInPart ? factor * partScale : factor));
            }
        }
    }

    private static boolean isLeading(int round) {
        return (round & 1) == 0;
    }

    private long factorBytes() {
        return 4L * ROUNDS * length;
    }

    /// Length of the vectors that are rotated.
    int length() {
        return length;
    }

    /// Rotates `length` floats in place; lengths and distances stay as they were.
    void apply(long x) {
        long trailing = x + 4L * (length - transformed);
        for (int round = 0; round < ROUNDS; round++) {
            RotationKernels.multiply(x, factors + 4L * round * length, 1, length);
            RotationKernels.hadamard(isLeading(round) ? x : trailing, transformed);
            if (mixes) {
                RotationKernels.mixHalves(x, length);
            }
        }
        if (mixes) {
            RotationKernels.multiply(x, (float) Math.sqrt(0.5), length);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            MemoryAccount.free(tag, factors, factorBytes());
        }
    }
}
