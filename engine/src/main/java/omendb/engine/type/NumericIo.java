package omendb.engine.type;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// numeric; the binary form is PostgreSQL's: int16 digit count, weight, sign, display scale, then base-10000 digits.
final class NumericIo implements TypeIo {
    private static final int NEGATIVE = 0x4000;
    private static final int NAN = 0xc000;
    private static final int POSITIVE_INFINITY = 0xd000;
    private static final int NEGATIVE_INFINITY = 0xf000;
    private static final int BASE = 10_000;
    private static final int BASE_DIGITS = 4;

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        Numeric.parse(TextBytes.toString(address, length), typmod).write(out, row);
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        long address = in.address(row);
        int length = in.length(row);
        if (Numeric.isCompact(address, length) && Numeric.scale(address) == 0) {
            IntegerIo.printLong(Numeric.compactUnscaled(address, length), out);
        } else {
            out.writeAscii(Numeric.read(address, length).toString());
        }
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        if (length < 8) {
            throw new UserException(SqlState.PROTOCOL_VIOLATION, "insufficient data left in message");
        }
        int count = unsignedShort(address);
        int weight = (short) unsignedShort(address + 2);
        int sign = unsignedShort(address + 4);
        int scale = unsignedShort(address + 6);
        switch (sign) {
            case NAN -> Numeric.NAN.withTypmod(typmod).write(out, row);
            case POSITIVE_INFINITY ->
                Numeric.POSITIVE_INFINITY.withTypmod(typmod).write(out, row);
            case NEGATIVE_INFINITY ->
                Numeric.NEGATIVE_INFINITY.withTypmod(typmod).write(out, row);
            case 0, NEGATIVE -> {
                if (scale > Numeric.MAX_SCALE) {
                    throw TypeErrors.badBinary("invalid scale in external \"numeric\" value");
                }
                TypeErrors.checkLength(length, 8 + 2 * count);
                BigDecimal value = digits(address + 8, count, weight, scale);
                Numeric.of(sign == 0 ? value : value.negate())
                        .withTypmod(typmod)
                        .write(out, row);
            }
            default -> throw TypeErrors.badBinary("invalid sign in external \"numeric\" value");
        }
    }

    private static BigDecimal digits(long address, int count, int weight, int scale) {
        BigInteger unscaled = BigInteger.ZERO;
        long partial = 0;
        int pending = 0;
        for (int i = 0; i < count; i++) {
            int digit = unsignedShort(address + 2L * i);
            if (digit >= BASE) {
                throw TypeErrors.badBinary("invalid digit in external \"numeric\" value");
            }
            partial = partial * BASE + digit;
            if (++pending == 4) {
                unscaled = shift(unscaled, pending).add(BigInteger.valueOf(partial));
                partial = 0;
                pending = 0;
            }
        }
        unscaled = shift(unscaled, pending).add(BigInteger.valueOf(partial));
        int power = BASE_DIGITS * (weight - count + 1);
        return new BigDecimal(unscaled, -power).setScale(scale, RoundingMode.DOWN);
    }

    private static BigInteger shift(BigInteger value, int baseDigits) {
        return value.signum() == 0 ? value : value.multiply(BigInteger.TEN.pow(BASE_DIGITS * baseDigits));
    }

    private static int unsignedShort(long address) {
        return Short.reverseBytes(NativeMemory.getShort(address)) & 0xffff;
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        Numeric number = Numeric.read(in, row);
        if (!number.isFinite()) {
            int sign = number.isNaN() ? NAN : number.signum() > 0 ? POSITIVE_INFINITY : NEGATIVE_INFINITY;
            // PostgreSQL writes 32 as the scale of an infinity
            writeHeader(out, 0, 0, sign, number.isNaN() ? 0 : 32);
            return;
        }
        BigDecimal value = number.decimal();
        int scale = value.scale();
        int padding = (BASE_DIGITS - scale % BASE_DIGITS) % BASE_DIGITS;
        String digits = value.unscaledValue().abs().toString() + "0".repeat(padding);
        int lead = (BASE_DIGITS - digits.length() % BASE_DIGITS) % BASE_DIGITS;
        digits = "0".repeat(lead) + digits;
        int groups = digits.length() / BASE_DIGITS;
        int fractionGroups = (scale + padding) / BASE_DIGITS;
        int first = 0;
        while (first < groups && group(digits, first) == 0) {
            first++;
        }
        int last = groups;
        while (last > first && group(digits, last - 1) == 0) {
            last--;
        }
        int weight = first == last ? 0 : groups - fractionGroups - 1 - first;
        writeHeader(out, last - first, weight, value.signum() < 0 ? NEGATIVE : 0, scale);
        for (int i = first; i < last; i++) {
            out.writeShort(group(digits, i));
        }
    }

    private static int group(String digits, int index) {
        return Integer.parseInt(digits, index * BASE_DIGITS, (index + 1) * BASE_DIGITS, 10);
    }

    private static void writeHeader(BytesWriter out, int count, int weight, int sign, int scale) {
        out.writeShort(count);
        out.writeShort(weight);
        out.writeShort(sign);
        out.writeShort(scale);
    }
}
