package omendb.sql.function;

/// cbrt as the C library of most PostgreSQL servers computes it.
///
/// A server answers what its C library answers, and GNU's (before 2.41) gives `cbrt(27) = 3.0000000000000004`: a
/// polynomial of degree six that approximates the root of the significand in 0.5..1, one step of Halley's method, and
/// a factor for what the exponent leaves modulo three. Math.cbrt is nearer to the root, but another number.
final class CubeRoot {
    /// `a[0] + x (a[1] - x (a[2] - x (... - a[6] x)))`.
    private static final double[] APPROXIMATION = {
        0.35489576504391984,
        1.508191937815849,
        2.114994941673713,
        2.4469312256353444,
        1.8346927748361308,
        0.7849323449766392,
        0.14526389938548637
    };

    private static final double ROOT_OF_TWO = 1.2599210498948732;
    private static final double ROOT_OF_FOUR = 1.5874010519681996;
    private static final double[] FACTORS = {1 / ROOT_OF_FOUR, 1 / ROOT_OF_TWO, 1, ROOT_OF_TWO, ROOT_OF_FOUR};

    private CubeRoot() {}

    static double of(double x) {
        if (x == 0 || !Double.isFinite(x)) {
            return x;
        }
        double magnitude = Math.abs(x);
        // a subnormal has no exponent of its own
        int shift = magnitude < Double.MIN_NORMAL ? 54 : 0;
        double normal = Math.scalb(magnitude, shift);
        int exponent = Math.getExponent(normal) + 1;
        double significand = Math.scalb(normal, -exponent);
        exponent -= shift;
        double sum = APPROXIMATION[APPROXIMATION.length - 1];
        for (int i = APPROXIMATION.length - 2; i > 0; i--) {
            sum = APPROXIMATION[i] - sum * significand;
        }
        double guess = APPROXIMATION[0] + sum * significand;
        double cube = guess * guess * guess;
        double root = guess * (cube + 2 * significand) / (2 * cube + significand) * FACTORS[2 + exponent % 3];
        return Math.copySign(Math.scalb(root, exponent / 3), x);
    }
}
