package omendb.engine.alex;

/// The two lines of a compact node and what is left over: found by one pass over its entries.
///
/// A line is `first + i * step + (i * fraction >>> 32)` in arithmetic modulo 2^64, so that decoding is
/// exact whatever the values are; a residual is the distance from the line minus the least such distance.
final class Packing {
    long firstKey;
    long keyStep;
    long keyFraction;
    long leastKeyResidual;
    int keyBits;

    long firstPayload;
    long payloadStep;
    long payloadFraction;
    long leastPayloadResidual;
    int payloadBits;

    /// Positions by which the line is off at most, about.
    double error;

    static int bits(long range) {
        return Long.SIZE - Long.numberOfLeadingZeros(range);
    }

    static long fraction(long remainder, long divisor) {
        return (remainder << 32) / divisor;
    }

    /// Measures `count` entries, at least one, fewer than 2^31.
    void measure(long entries, int count) {
        firstKey = Entries.key(entries, 0);
        firstPayload = Entries.payload(entries, 0);
        keyStep = 0;
        keyFraction = 0;
        payloadStep = 0;
        payloadFraction = 0;
        if (count > 1) {
            long divisor = count - 1L;
            long keySpan = Entries.key(entries, divisor) - firstKey; // unsigned
            keyStep = Long.divideUnsigned(keySpan, divisor);
            keyFraction = fraction(keySpan - keyStep * divisor, divisor);
            long payloadSpan = Entries.payload(entries, divisor) - firstPayload;
            long step = Math.floorDiv(payloadSpan, divisor);
            if (step == (int) step) {
                payloadStep = step;
                payloadFraction = fraction(payloadSpan - step * divisor, divisor);
            }
        }
        residuals(entries, count);
    }

    private void residuals(long entries, int count) {
        long leastKey = Long.MAX_VALUE;
        long mostKey = Long.MIN_VALUE;
        long leastSloped = Long.MAX_VALUE;
        long mostSloped = Long.MIN_VALUE;
        long leastFlat = Long.MAX_VALUE;
        long mostFlat = Long.MIN_VALUE;
        long keyLine = firstKey;
        long keyRest = 0;
        long payloadLine = firstPayload;
        long payloadRest = 0;
        for (int i = 0; i < count; i++) {
            long key = Entries.key(entries, i) - keyLine - (keyRest >>> 32);
            leastKey = Math.min(leastKey, key);
            mostKey = Math.max(mostKey, key);
            long payload = Entries.payload(entries, i);
            long sloped = payload - payloadLine - (payloadRest >>> 32);
            leastSloped = Math.min(leastSloped, sloped);
            mostSloped = Math.max(mostSloped, sloped);
            leastFlat = Math.min(leastFlat, payload - firstPayload);
            mostFlat = Math.max(mostFlat, payload - firstPayload);
            keyLine += keyStep;
            keyRest += keyFraction;
            payloadLine += payloadStep;
            payloadRest += payloadFraction;
        }
        leastKeyResidual = leastKey;
        keyBits = bits(mostKey - leastKey);
        double perPosition = keyStep + keyFraction * 0x1p-32;
        error = perPosition > 0 ? Math.min(count, Entries.toDouble(mostKey - leastKey) / perPosition) : count;
        int flatBits = bits(mostFlat - leastFlat);
        leastPayloadResidual = leastSloped;
        payloadBits = bits(mostSloped - leastSloped);
        if (flatBits <= payloadBits) {
            payloadStep = 0;
            payloadFraction = 0;
            leastPayloadResidual = leastFlat;
            payloadBits = flatBits;
        }
    }

    long bytes(int count) {
        return ((long) count * (keyBits + payloadBits) + 7) / 8;
    }
}
