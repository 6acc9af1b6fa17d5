package omendb.ann.kernel;

import static omendb.ann.kernel.Everything.MEMORY;
import static omendb.ann.kernel.Everything.ORDER;
import static omendb.ann.kernel.Everything.getHalf;
import static omendb.ann.kernel.Species.HALVES;
import static omendb.ann.kernel.Species.INTS;
import static omendb.ann.kernel.Species.LANES;
import static omendb.ann.kernel.Species.MASKED_TAIL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/// Distances of two float16 vectors of finite numbers, read as they lie and added up as float32.
///
/// The Vector API has no conversion from float16 yet. Exponent and fraction of a finite one, moved to their
/// places in a float32, are that number times 2^-112, subnormal ones too; so a multiplication by 2^112 makes
/// it whole, and the sign is put back. Additions come in the order of [FloatKernels]: a distance has the bits
/// that the same numbers have there.
public final class HalfKernels {
    private static final int MAGNITUDE = 0x7fff;
    private static final int SIGN = 0x8000;
    private static final int SHIFT = 13;
    private static final int SIGN_SHIFT = 16;
    private static final float REBIAS = 0x1p112f;
    private static final ShortVector NOTHING = ShortVector.zero(HALVES);

    private HalfKernels() {}

    /// Sum of squared differences.
    public static float l2Squared(long a, long b, int n) {
        int whole = n & -LANES;
        long tail = (long) whole << 1;
        VectorMask<Short> mask = HALVES.indexInRange(whole, n);
        IntVector uBits = (IntVector)
                (MASKED_TAIL ? ShortVector.fromMemorySegment(HALVES, MEMORY, a + tail, ORDER, mask) : NOTHING)
                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
        FloatVector u = uBits.and(MAGNITUDE)
                .lanewise(VectorOperators.LSHL, SHIFT)
                .reinterpretAsFloats()
                .mul(REBIAS)
                .reinterpretAsInts()
                .or(uBits.and(SIGN).lanewise(VectorOperators.LSHL, SIGN_SHIFT))
                .reinterpretAsFloats();
        IntVector vBits = (IntVector)
                (MASKED_TAIL ? ShortVector.fromMemorySegment(HALVES, MEMORY, b + tail, ORDER, mask) : NOTHING)
                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
        FloatVector v = vBits.and(MAGNITUDE)
                .lanewise(VectorOperators.LSHL, SHIFT)
                .reinterpretAsFloats()
                .mul(REBIAS)
                .reinterpretAsInts()
                .or(vBits.and(SIGN).lanewise(VectorOperators.LSHL, SIGN_SHIFT))
                .reinterpretAsFloats();
        FloatVector t = u.sub(v);
        FloatVector s = t.mul(t);
        int i = 0;
        for (; i < whole; i += LANES) {
            long o = (long) i << 1;
            IntVector xBits = (IntVector) ShortVector.fromMemorySegment(HALVES, MEMORY, a + o, ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
            FloatVector x = xBits.and(MAGNITUDE)
                    .lanewise(VectorOperators.LSHL, SHIFT)
                    .reinterpretAsFloats()
                    .mul(REBIAS)
                    .reinterpretAsInts()
                    .or(xBits.and(SIGN).lanewise(VectorOperators.LSHL, SIGN_SHIFT))
                    .reinterpretAsFloats();
            IntVector yBits = (IntVector) ShortVector.fromMemorySegment(HALVES, MEMORY, b + o, ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
            FloatVector y = yBits.and(MAGNITUDE)
                    .lanewise(VectorOperators.LSHL, SHIFT)
                    .reinterpretAsFloats()
                    .mul(REBIAS)
                    .reinterpretAsInts()
                    .or(yBits.and(SIGN).lanewise(VectorOperators.LSHL, SIGN_SHIFT))
                    .reinterpretAsFloats();
            FloatVector d = x.sub(y);
            s = d.fma(d, s);
        }
        s = LANES > 8 ? s.add(s.rearrange(Lanes.SWAP_8)) : s;
        s = LANES > 4 ? s.add(s.rearrange(Lanes.SWAP_4)) : s;
        s = s.add(s.rearrange(Lanes.SWAP_2));
        float sum = s.add(s.rearrange(Lanes.SWAP_1)).lane(0);
        if (!MASKED_TAIL) {
            for (; i < n; i++) {
                float p = getHalf(a + ((long) i << 1));
                float q = getHalf(b + ((long) i << 1));
                float d = p - q;
                sum = Math.fma(d, d, sum);
            }
        }
        return sum;
    }

    /// Inner product.
    public static float dot(long a, long b, int n) {
        int whole = n & -LANES;
        long tail = (long) whole << 1;
        VectorMask<Short> mask = HALVES.indexInRange(whole, n);
        IntVector uBits = (IntVector)
                (MASKED_TAIL ? ShortVector.fromMemorySegment(HALVES, MEMORY, a + tail, ORDER, mask) : NOTHING)
                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
        FloatVector u = uBits.and(MAGNITUDE)
                .lanewise(VectorOperators.LSHL, SHIFT)
                .reinterpretAsFloats()
                .mul(REBIAS)
                .reinterpretAsInts()
                .or(uBits.and(SIGN).lanewise(VectorOperators.LSHL, SIGN_SHIFT))
                .reinterpretAsFloats();
        IntVector vBits = (IntVector)
                (MASKED_TAIL ? ShortVector.fromMemorySegment(HALVES, MEMORY, b + tail, ORDER, mask) : NOTHING)
                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
        FloatVector v = vBits.and(MAGNITUDE)
                .lanewise(VectorOperators.LSHL, SHIFT)
                .reinterpretAsFloats()
                .mul(REBIAS)
                .reinterpretAsInts()
                .or(vBits.and(SIGN).lanewise(VectorOperators.LSHL, SIGN_SHIFT))
                .reinterpretAsFloats();
        FloatVector s = u.mul(v);
        int i = 0;
        for (; i < whole; i += LANES) {
            long o = (long) i << 1;
            IntVector xBits = (IntVector) ShortVector.fromMemorySegment(HALVES, MEMORY, a + o, ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
            FloatVector x = xBits.and(MAGNITUDE)
                    .lanewise(VectorOperators.LSHL, SHIFT)
                    .reinterpretAsFloats()
                    .mul(REBIAS)
                    .reinterpretAsInts()
                    .or(xBits.and(SIGN).lanewise(VectorOperators.LSHL, SIGN_SHIFT))
                    .reinterpretAsFloats();
            IntVector yBits = (IntVector) ShortVector.fromMemorySegment(HALVES, MEMORY, b + o, ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
            FloatVector y = yBits.and(MAGNITUDE)
                    .lanewise(VectorOperators.LSHL, SHIFT)
                    .reinterpretAsFloats()
                    .mul(REBIAS)
                    .reinterpretAsInts()
                    .or(yBits.and(SIGN).lanewise(VectorOperators.LSHL, SIGN_SHIFT))
                    .reinterpretAsFloats();
            s = x.fma(y, s);
        }
        s = LANES > 8 ? s.add(s.rearrange(Lanes.SWAP_8)) : s;
        s = LANES > 4 ? s.add(s.rearrange(Lanes.SWAP_4)) : s;
        s = s.add(s.rearrange(Lanes.SWAP_2));
        float sum = s.add(s.rearrange(Lanes.SWAP_1)).lane(0);
        if (!MASKED_TAIL) {
            for (; i < n; i++) {
                float p = getHalf(a + ((long) i << 1));
                float q = getHalf(b + ((long) i << 1));
                sum = Math.fma(p, q, sum);
            }
        }
        return sum;
    }

    /// Sum of absolute differences.
    public static float l1(long a, long b, int n) {
        int whole = n & -LANES;
        long tail = (long) whole << 1;
        VectorMask<Short> mask = HALVES.indexInRange(whole, n);
        IntVector uBits = (IntVector)
                (MASKED_TAIL ? ShortVector.fromMemorySegment(HALVES, MEMORY, a + tail, ORDER, mask) : NOTHING)
                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
        FloatVector u = uBits.and(MAGNITUDE)
                .lanewise(VectorOperators.LSHL, SHIFT)
                .reinterpretAsFloats()
                .mul(REBIAS)
                .reinterpretAsInts()
                .or(uBits.and(SIGN).lanewise(VectorOperators.LSHL, SIGN_SHIFT))
                .reinterpretAsFloats();
        IntVector vBits = (IntVector)
                (MASKED_TAIL ? ShortVector.fromMemorySegment(HALVES, MEMORY, b + tail, ORDER, mask) : NOTHING)
                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
        FloatVector v = vBits.and(MAGNITUDE)
                .lanewise(VectorOperators.LSHL, SHIFT)
                .reinterpretAsFloats()
                .mul(REBIAS)
                .reinterpretAsInts()
                .or(vBits.and(SIGN).lanewise(VectorOperators.LSHL, SIGN_SHIFT))
                .reinterpretAsFloats();
        FloatVector s = u.sub(v).abs();
        int i = 0;
        for (; i < whole; i += LANES) {
            long o = (long) i << 1;
            IntVector xBits = (IntVector) ShortVector.fromMemorySegment(HALVES, MEMORY, a + o, ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
            FloatVector x = xBits.and(MAGNITUDE)
                    .lanewise(VectorOperators.LSHL, SHIFT)
                    .reinterpretAsFloats()
                    .mul(REBIAS)
                    .reinterpretAsInts()
                    .or(xBits.and(SIGN).lanewise(VectorOperators.LSHL, SIGN_SHIFT))
                    .reinterpretAsFloats();
            IntVector yBits = (IntVector) ShortVector.fromMemorySegment(HALVES, MEMORY, b + o, ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
            FloatVector y = yBits.and(MAGNITUDE)
                    .lanewise(VectorOperators.LSHL, SHIFT)
                    .reinterpretAsFloats()
                    .mul(REBIAS)
                    .reinterpretAsInts()
                    .or(yBits.and(SIGN).lanewise(VectorOperators.LSHL, SIGN_SHIFT))
                    .reinterpretAsFloats();
            s = s.add(x.sub(y).abs());
        }
        s = LANES > 8 ? s.add(s.rearrange(Lanes.SWAP_8)) : s;
        s = LANES > 4 ? s.add(s.rearrange(Lanes.SWAP_4)) : s;
        s = s.add(s.rearrange(Lanes.SWAP_2));
        float sum = s.add(s.rearrange(Lanes.SWAP_1)).lane(0);
        if (!MASKED_TAIL) {
            for (; i < n; i++) {
                float p = getHalf(a + ((long) i << 1));
                float q = getHalf(b + ((long) i << 1));
                sum += Math.abs(p - q);
            }
        }
        return sum;
    }

    /// Sum of squares.
    public static float normSquared(long a, int n) {
        return dot(a, a, n);
    }

    /// One minus the cosine of the angle, within [0, 2]; NaN if a vector is zero.
    public static double cosineDistance(long a, long b, int n) {
        return FloatKernels.cosineDistance(dot(a, b, n), dot(a, a, n), dot(b, b, n));
    }

    /// Writes the numbers as float32.
    public static void widen(long a, long out, int n) {
        int whole = n & -LANES;
        int i = 0;
        for (; i < whole; i += LANES) {
            IntVector xBits = (IntVector) ShortVector.fromMemorySegment(HALVES, MEMORY, a + ((long) i << 1), ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
            FloatVector x = xBits.and(MAGNITUDE)
                    .lanewise(VectorOperators.LSHL, SHIFT)
                    .reinterpretAsFloats()
                    .mul(REBIAS)
                    .reinterpretAsInts()
                    .or(xBits.and(SIGN).lanewise(VectorOperators.LSHL, SIGN_SHIFT))
                    .reinterpretAsFloats();
            x.intoMemorySegment(MEMORY, out + ((long) i << 2), ORDER);
        }
        for (; i < n; i++) {
            Everything.putFloat(out + ((long) i << 2), getHalf(a + ((long) i << 1)));
        }
    }
}
