package omendb.engine.type;

import java.math.BigInteger;

/// interval by length; key: the 128-bit length big-endian with the sign bit flipped. timetz has its own below.
final class IntervalOrder implements ValueOrder {
    @Override
    public int compare(long a, int lengthA, long b, int lengthB) {
        return Interval.read(a).compareTo(Interval.read(b));
    }

    @Override
    public long hash(long a, int length) {
        return Hash.mix(Interval.read(a).length().longValue());
    }

    @Override
    public void encodeKey(long a, int length, BytesWriter out) {
        BigInteger micros = Interval.read(a).length();
        out.writeLong(micros.shiftRight(64).longValue() ^ Long.MIN_VALUE);
        out.writeLong(micros.longValue());
    }
}
