package omendb.engine.alex;

/// Least-squares line from keys to slots; reused from fit to fit.
final class LinearModel {
    long base;
    double slope;
    double intercept;

    /// Mean distance of prediction and even position, in slots.
    double error;

    /// Fits `count` entries, evenly spread over `slots`.
    void fit(long entries, int count, int slots) {
        base = count == 0 ? 0 : Entries.key(entries, 0);
        slope = 0;
        intercept = 0;
        error = 0;
        if (count == 0) {
            return;
        }
        double scale = (double) slots / count;
        double span = Entries.toDouble(Entries.key(entries, count - 1L) - base);
        double meanSlot = (count - 1) / 2.0 * scale;
        if (span == 0) {
            intercept = meanSlot;
            error = slots / 4.0;
            return;
        }
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Entries.toDouble(Entries.key(entries, i) - base) / span;
        }
        double mean = sum / count;
        double squares = 0;
        double products = 0;
        for (int i = 0; i < count; i++) {
            double x = Entries.toDouble(Entries.key(entries, i) - base) / span - mean;
            squares += x * x;
            products += x * (i * scale - meanSlot);
        }
        double relative = squares > 0 ? Math.max(products / squares, 0) : 0;
        slope = relative / span;
        intercept = meanSlot - relative * mean;
        double off = 0;
        for (int i = 0; i < count; i++) {
            off += Math.abs(intercept + Entries.toDouble(Entries.key(entries, i) - base) * slope - i * scale);
        }
        error = off / count;
    }

    int predict(long key, int slots) {
        double position = intercept;
        if (key > base) {
            position += Entries.toDouble(key - base) * slope;
        }
        return Math.min(Math.max((int) position, 0), slots - 1);
    }
}
