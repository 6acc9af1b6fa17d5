package omendb.ann.kernel;

import static omendb.ann.kernel.Everything.MEMORY;
import static omendb.ann.kernel.Everything.ORDER;
import static omendb.ann.kernel.Everything.getLong;
import static omendb.ann.kernel.Everything.putLong;
import static omendb.ann.kernel.Species.FLOATS;
import static omendb.ann.kernel.Species.INTS;
import static omendb.ann.kernel.Species.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// Turns rotated float vectors into bit planes. Lengths are multiples of 64, so that planes are whole longs and no
/// kernel has a tail.
public final class CodeKernels {
    private CodeKernels() {}

    private static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(FLOATS, MEMORY, address, ORDER);
    }

    /// Smallest and largest of `n` floats, to `out[0]` and `out[1]`.
    public static void range(long x, int n, float[] out) {
        FloatVector low = load(x);
        FloatVector high = low;
        for (int i = LANES; i < n; i += LANES) {
            FloatVector v = load(x + ((long) i << 2));
            low = low.min(v);
            high = high.max(v);
        }
        out[0] = low.reduceLanes(VectorOperators.MIN);
        out[1] = high.reduceLanes(VectorOperators.MAX);
    }

    /// Quantizes `v[i] = round((x[i] - low) * scale)` to `planes` bits and writes them as bit planes, `planeStride`
    /// bytes apart.
    ///
    /// @return the sum of all `v`
    public static long quantizeToPlanes(long x, int n, float low, float scale, int planes, long out, int planeStride) {
        int most = (1 << planes) - 1;
        IntVector sum = IntVector.zero(INTS);
        for (int i = 0; i < n; i += 64) {
            for (int b = 0; b < planes; b++) {
                putLong(out + (long) b * planeStride + (i >> 3), 0);
            }
            for (int part = 0; part < 64; part += LANES) {
                IntVector v = ((IntVector) load(x + ((long) (i + part) << 2))
                                .sub(low)
                                .mul(scale)
                                .add(0.5f)
                                .convertShape(VectorOperators.F2I, INTS, 0))
                        .max(0)
                        .min(most);
                sum = sum.add(v);
                for (int b = 0; b < planes; b++) {
                    long bits = v.lanewise(VectorOperators.AND, 1 << b)
                            .compare(VectorOperators.NE, 0)
                            .toLong();
                    long address = out + (long) b * planeStride + (i >> 3);
                    putLong(address, getLong(address) | bits << part);
                }
            }
        }
        return sum.reduceLanesToLong(VectorOperators.ADD);
    }

    /// One bit a dimension: writes the signs of `r` (1 = positive) as one plane, with `sum(|r|)` to `sums[0]` and
    /// `sum(sign(r) * c)` to `sums[1]`.
    ///
    /// @return number of ones
    public static int signs(long r, long c, int n, long out, float[] sums) {
        FloatVector absolute = FloatVector.zero(FLOATS);
        FloatVector signed = absolute;
        int ones = 0;
        for (int i = 0; i < n; i += 64) {
            long word = 0;
            for (int part = 0; part < 64; part += LANES) {
                long o = (long) (i + part) << 2;
                FloatVector x = load(r + o);
                FloatVector y = load(c + o);
                absolute = absolute.add(x.abs());
                var positive = x.compare(VectorOperators.GT, 0f);
                signed = signed.add(y.neg().blend(y, positive));
                word |= positive.toLong() << part;
            }
            putLong(out + (i >> 3), word);
            ones += Long.bitCount(word);
        }
        sums[0] = Lanes.sum(absolute);
        sums[1] = Lanes.sum(signed);
        return ones;
    }

    /// How well `r` fits the grid of `2^bits` values at scale `t`: `<g, r> / |g|`, where `g[i]` is the grid value
    /// nearest to `t * r[i]`, an odd multiple of one half.
    public static float gridFit(long r, int n, float t, int bits) {
        float most = (1 << bits) - 1;
        float half = most / 2;
        FloatVector product = FloatVector.zero(FLOATS);
        FloatVector norm = product;
        for (int i = 0; i < n; i += LANES) {
            FloatVector x = load(r + ((long) i << 2));
            FloatVector g = grid(x, t, most, half);
            product = g.fma(x, product);
            norm = g.fma(g, norm);
        }
        return (float) (Lanes.sum(product) / Math.sqrt(Lanes.sum(norm)));
    }

    /// Codes of `bits` planes at scale `t`, planes `n / 8` bytes apart; `<g, r>` to `sums[0]`, `<g, c>` to
    /// `sums[1]`
    /// with `g` as in [#gridFit].
    ///
    /// @return the sum of the codes
    public static long gridCodes(long r, long c, int n, float t, int bits, long out, float[] sums) {
        float most = (1 << bits) - 1;
        float half = most / 2;
        int planeBytes = n >> 3;
        FloatVector product = FloatVector.zero(FLOATS);
        FloatVector shift = product;
        long sum = 0;
        for (int i = 0; i < n; i += 64) {
            for (int b = 0; b < bits; b++) {
                putLong(out + (long) b * planeBytes + (i >> 3), 0);
            }
            for (int part = 0; part < 64; part += LANES) {
                long o = (long) (i + part) << 2;
                FloatVector x = load(r + o);
                FloatVector g = grid(x, t, most, half);
                product = g.fma(x, product);
                shift = g.fma(load(c + o), shift);
                IntVector u = (IntVector) g.add(half + 0.25f).convertShape(VectorOperators.F2I, INTS, 0);
                sum += u.reduceLanes(VectorOperators.ADD);
                for (int b = 0; b < bits; b++) {
                    long word = u.lanewise(VectorOperators.AND, 1 << b)
                            .compare(VectorOperators.NE, 0)
                            .toLong();
                    long address = out + (long) b * planeBytes + (i >> 3);
                    putLong(address, getLong(address) | word << part);
                }
            }
        }
        sums[0] = Lanes.sum(product);
        sums[1] = Lanes.sum(shift);
        return sum;
    }

    // the grid cell of t * x: truncation of a non-negative value is its floor
    private static FloatVector grid(FloatVector x, float t, float most, float half) {
        FloatVector shifted = x.mul(t).add(half + 0.5f).max(0f);
        FloatVector cell = (FloatVector)
                shifted.convertShape(VectorOperators.F2I, INTS, 0).convertShape(VectorOperators.I2F, FLOATS, 0);
        return cell.min(most).sub(half);
    }
}
