package omendb.ann.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// How wide the vectors of all kernels are: the machine's preferred width, or what
/// `-Domendb.vector.bits=128|256|512`
/// asks for (tests force the narrower ones).
/// The constants are static and final because only then does the compiler unroll and keep vectors in registers.
public final class Species {
    /// System property that forces a width.
    public static final String BITS_PROPERTY = "omendb.vector.bits";

    static final int BITS = chooseBits();
    static final VectorShape SHAPE = VectorShape.forBitSize(BITS);
    static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);

    /// As many 16-bit lanes as [#FLOATS] has of 32.
    static final VectorSpecies<Short> HALVES = VectorSpecies.of(short.class, VectorShape.forBitSize(BITS / 2));

    static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, SHAPE);

    /// Lanes of 32 bits.
    static final int LANES = BITS / Integer.SIZE;

    /// Bytes of a vector.
    static final int BYTES = BITS / Byte.SIZE;

    /// Masked loads are instructions from 256 bits on (AVX2, AVX-512); on NEON they are emulated, and a scalar tail
    /// is
    /// faster.
    static final boolean MASKED_TAIL = BITS > 128;

    static final FloatVector ZERO = FloatVector.zero(FLOATS);

    private Species() {}

    /// For the log: width, lanes and whether it was forced.
    public static String describe() {
        String origin = Integer.getInteger(BITS_PROPERTY) == null ? "preferred by this CPU" : "forced";
        return BITS + "-bit SIMD (" + LANES + " float lanes, " + origin + ")";
    }

    private static int chooseBits() {
        Integer forced = Integer.getInteger(BITS_PROPERTY);
        int bits = forced != null ? forced : Math.min(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 512);
        return switch (bits) {
            case 128, 256, 512 -> bits;
            // a 64-bit shape would make every kernel loop over two lanes
            default ->
                throw new IllegalStateException(BITS_PROPERTY + " must be 128, 256 or 512: " + bits + " (int lanes "
                        + IntVector.SPECIES_PREFERRED.length() + ", long lanes " + LongVector.SPECIES_PREFERRED.length()
                        + ")");
        };
    }
}
