package omendb.engine.type;

import java.math.BigDecimal;
import omendb.memory.NativeMemory;

/// numeric. Key:
///
///     0x00 -Infinity, 0x01 negative, 0x02 zero, 0x03 positive, 0x04 Infinity, 0x05 NaN
///     positive and negative: decimal exponent (4 bytes, sign flipped), digits in pairs (each + 1, no trailing zeros),
/// 0x00;
///     for negative numbers these bytes are inverted
final class NumericOrder implements ValueOrder {
    @Override
    public int compare(long a, int lengthA, long b, int lengthB) {
        if (Numeric.isCompact(a, lengthA) && Numeric.isCompact(b, lengthB) && Numeric.scale(a) == Numeric.scale(b)) {
            return Long.compare(Numeric.compactUnscaled(a, lengthA), Numeric.compactUnscaled(b, lengthB));
        }
        return Numeric.read(a, lengthA).compareTo(Numeric.read(b, lengthB));
    }

    @Override
    public long hash(long a, int length) {
        if (Numeric.isCompact(a, length)) {
            long unscaled = Numeric.compactUnscaled(a, length);
            int scale = Numeric.scale(a);
            while (scale > 0 && unscaled % 10 == 0) {
                unscaled /= 10;
                scale--;
            }
            return Hash.mix(unscaled * 31 + scale);
        }
        Numeric number = Numeric.read(a, length);
        if (!number.isFinite()) {
            return Hash.mix(number.hashCode());
        }
        BigDecimal stripped = number.decimal().stripTrailingZeros();
        if (stripped.scale() < 0) {
            stripped = stripped.setScale(0);
        }
        return stripped.unscaledValue().bitLength() < Long.SIZE
                ? Hash.mix(stripped.unscaledValue().longValue() * 31 + stripped.scale())
                : Hash.mix(stripped.hashCode());
    }

    @Override
    public void encodeKey(long a, int length, BytesWriter out) {
        Numeric number = Numeric.read(a, length);
        if (number.isNaN()) {
            out.writeByte(5);
        } else if (number.isInfinite()) {
            out.writeByte(number.signum() < 0 ? 0 : 4);
        } else if (number.signum() == 0) {
            out.writeByte(2);
        } else {
            out.writeByte(number.signum() < 0 ? 1 : 3);
            int start = out.position();
            encodeMagnitude(number.decimal().abs(), out);
            if (number.signum() < 0) {
                invert(out, start);
            }
        }
    }

    private static void encodeMagnitude(BigDecimal value, BytesWriter out) {
        String digits = value.stripTrailingZeros().unscaledValue().toString();
        out.writeInt((value.precision() - value.scale()) ^ Integer.MIN_VALUE);
        for (int i = 0; i < digits.length(); i += 2) {
            int pair = (digits.charAt(i) - '0') * 10 + (i + 1 < digits.length() ? digits.charAt(i + 1) - '0' : 0);
            out.writeByte(pair + 1);
        }
        out.writeByte(0);
    }

    private static void invert(BytesWriter out, int start) {
        for (long at = out.address() + start; at < out.address() + out.position(); at++) {
            NativeMemory.putByte(at, (byte) ~NativeMemory.getByte(at));
        }
    }
}
