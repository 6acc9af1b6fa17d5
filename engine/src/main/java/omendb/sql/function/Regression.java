package omendb.sql.function;

import omendb.engine.type.ColumnVector;

/// Aggregates of pairs (Y, X): corr, covar_pop, covar_samp and the regr family, by Youngs and Cramer's updating.
final class Regression {
    private Regression() {}

    /// Result from the sums of a group with at least one pair; NaN is a value, null is NULL.
    @FunctionalInterface
    private interface Outcome {
        @org.jspecify.annotations.Nullable
        Double of(Sums sums);
    }

    /// Sums of one group.
    private static final class Sums {
        private double n;
        private double x;
        private double xx;
        private double y;
        private double yy;
        private double xy;
    }

    static void register(Registrar r) {
        add(r, "corr", s -> s.xx == 0 || s.yy == 0 ? null : s.xy / Math.sqrt(s.xx * s.yy));
        add(r, "covar_pop", s -> s.xy / s.n);
        add(r, "covar_samp", s -> s.n < 2 ? null : s.xy / (s.n - 1));
        add(r, "regr_avgx", s -> s.x / s.n);
        add(r, "regr_avgy", s -> s.y / s.n);
        add(r, "regr_sxx", s -> s.xx);
        add(r, "regr_syy", s -> s.yy);
        add(r, "regr_sxy", s -> s.xy);
        add(r, "regr_slope", s -> s.xx == 0 ? null : s.xy / s.xx);
        add(r, "regr_intercept", s -> s.xx == 0 ? null : (s.y - s.x * s.xy / s.xx) / s.n);
        add(r, "regr_r2", s -> s.xx == 0 ? null : s.yy == 0 ? (Double) 1.0 : (Double) (s.xy * s.xy / (s.xx * s.yy)));
        r.aggregate("regr_count(float8, float8) int8", (context, args, result) -> new State(s -> s.n, true));
    }

    private static void add(Registrar r, String name, Outcome outcome) {
        r.aggregate(name + "(float8, float8) float8", (context, args, result) -> new State(outcome, false));
    }

    private static final class State extends GroupedState<Sums> {
        private final Outcome outcome;
        private final boolean count;

        private State(Outcome outcome, boolean count) {
            this.outcome = outcome;
            this.count = count;
        }

        @Override
        Sums empty() {
            return new Sums();
        }

        @Override
        void add(Sums s, ColumnVector[] args, int row) {
            if (args[1].isNull(row)) {
                return;
            }
            double y = args[0].getDouble(row);
            double x = args[1].getDouble(row);
            s.n++;
            s.x += x;
            s.y += y;
            if (s.n > 1) {
                double dx = x * s.n - s.x;
                double dy = y * s.n - s.y;
                double scale = 1.0 / (s.n * (s.n - 1));
                s.xx += dx * dx * scale;
                s.yy += dy * dy * scale;
                s.xy += dx * dy * scale;
            }
        }

        @Override
        void write(Sums s, ColumnVector out, int row) {
            if (count) {
                out.setLong(row, (long) s.n);
                return;
            }
            Double value = s.n == 0 ? null : outcome.of(s);
            if (value == null) {
                out.setNull(row);
            } else {
                out.setDouble(row, value);
            }
        }

        @Override
        void combine(Sums a, Sums b) {
            if (a.n == 0 || b.n == 0) {
                if (b.n > 0) {
                    a.n = b.n;
                    a.x = b.x;
                    a.xx = b.xx;
                    a.y = b.y;
                    a.yy = b.yy;
                    a.xy = b.xy;
                }
                return;
            }
            double dx = a.x / a.n - b.x / b.n;
            double dy = a.y / a.n - b.y / b.n;
            double weight = a.n * b.n / (a.n + b.n);
            a.xx += b.xx + weight * dx * dx;
            a.yy += b.yy + weight * dy * dy;
            a.xy += b.xy + weight * dx * dy;
            a.x += b.x;
            a.y += b.y;
            a.n += b.n;
        }
    }
}
