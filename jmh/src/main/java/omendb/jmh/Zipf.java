package omendb.jmh;

import java.util.SplittableRandom;

/// Draws ranks by Zipf's law: rank k with a chance proportional to k to the power of -0.99.
///
/// Rejection-inversion (Hoermann, Derflinger: "Rejection-inversion to generate variates from monotone discrete
/// distributions", ACM TOMACS 6(3), 1996): the integral of the density is inverted, and what the steps of the
/// discrete density leave out of it is rejected, about one draw in a hundred. Needs no table.
///
/// Threading: one thread.
final class Zipf {
    private static final double EXPONENT = 0.99;
    private static final double REST = 1 - EXPONENT;

    private final int ranks;
    private final SplittableRandom random;
    private final double first;
    private final double last;
    private final double accepted; // distance from the inverse at which nothing is ever rejected

    Zipf(int ranks, long seed) {
        this.ranks = ranks;
        this.random = new SplittableRandom(seed);
        this.first = integral(1.5) - 1;
        this.last = integral(ranks + 0.5);
        this.accepted = 2 - inverse(integral(2.5) - density(2));
    }

    private static double density(double x) {
        return Math.pow(x, -EXPONENT);
    }

    private static double integral(double x) {
        return Math.pow(x, REST) / REST;
    }

    private static double inverse(double area) {
        return Math.pow(area * REST, 1 / REST);
    }

    /// A rank from 0, the most popular, to one less than their number.
    int next() {
        while (true) {
            double area = last + random.nextDouble() * (first - last);
            double x = inverse(area);
            int rank = Math.clamp(Math.round(x), 1, ranks);
            if (rank - x <= accepted || area >= integral(rank + 0.5) - density(rank)) {
                return rank - 1;
            }
        }
    }

    /// Chance that a draw is one of the first `count` ranks: what a cache would hit that always held these.
    static double chance(int count, int ranks) {
        double sum = 0;
        double part = 0;
        for (int rank = 1; rank <= ranks; rank++) {
            sum += density(rank);
            if (rank == count) {
                part = sum;
            }
        }
        return part / sum;
    }
}
