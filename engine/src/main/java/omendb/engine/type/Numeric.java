package omendb.engine.type;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// An exact number with a display scale, or NaN, Infinity, -Infinity: PostgreSQL's numeric.
///
/// In memory (little-endian):
///
///     offset size meaning
///     0      2    bits 0..13 display scale; bits 14..15: 0 finite, 1 NaN, 2 Infinity, 3 -Infinity
///     2      n    finite only, the unscaled value (value * 10^scale) in two's complement: 1, 2, 4 or 8 bytes
///                 little-endian, the fewest that hold it; longer ones 9 or more bytes big-endian
///
/// One value has one form per scale; 1.0 and 1.00 differ in bytes and are equal. Order: -Infinity < finite < Infinity <
/// NaN.
/// Threading: immutable.
public final class Numeric implements Comparable<Numeric> {
    /// Most digits after the decimal point.
    public static final int MAX_SCALE = 16_383;

    /// Most digits before the decimal point.
    static final int MAX_INTEGER_DIGITS = 131_072;

    private static final int SCALE_MASK = 0x3fff;

    private enum Form {
        FINITE(0),
        NAN(1),
        POSITIVE_INFINITY(2),
        NEGATIVE_INFINITY(3);

        /// Bits 14..15 of the header.
        private final int code;

        Form(int code) {
            this.code = code;
        }
    }

    public static final Numeric NAN = new Numeric(Form.NAN, BigDecimal.ZERO);
    public static final Numeric POSITIVE_INFINITY = new Numeric(Form.POSITIVE_INFINITY, BigDecimal.ZERO);
    public static final Numeric NEGATIVE_INFINITY = new Numeric(Form.NEGATIVE_INFINITY, BigDecimal.ZERO);
    public static final Numeric ZERO = new Numeric(Form.FINITE, BigDecimal.ZERO);

    private final Form form;
    private final BigDecimal value;

    private Numeric(Form form, BigDecimal value) {
        this.form = form;
        this.value = value;
    }

    /// A finite number; scale below 0 becomes 0, digits beyond the format's limits are rounded off or refused.
    public static Numeric of(BigDecimal value) {
        BigDecimal scaled = value;
        if (value.scale() < 0) {
            requireIntegerDigits((long) value.precision() - value.scale());
            scaled = value.setScale(0);
        } else if (value.scale() > MAX_SCALE) {
            scaled = value.setScale(MAX_SCALE, RoundingMode.HALF_UP);
        }
        requireIntegerDigits((long) scaled.precision() - scaled.scale());
        return new Numeric(Form.FINITE, scaled);
    }

    public static Numeric of(long value) {
        return new Numeric(Form.FINITE, BigDecimal.valueOf(value));
    }

    private static void requireIntegerDigits(long digits) {
        if (digits > MAX_INTEGER_DIGITS) {
            throw overflow();
        }
    }

    static UserException overflow() {
        return new UserException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "value overflows numeric format");
    }

    /// float8 to numeric: 15 significant digits.
    public static Numeric ofDouble(double value) {
        return ofFloating(value, 15);
    }

    /// float4 to numeric: 6 significant digits.
    public static Numeric ofFloat(double value) {
        return ofFloating(value, 6);
    }

    private static Numeric ofFloating(double value, int digits) {
        if (Double.isNaN(value)) {
            return NAN;
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? POSITIVE_INFINITY : NEGATIVE_INFINITY;
        }
        return of(new BigDecimal(FloatText.format(value, digits)));
    }

    // ---- memory ----

    public static Numeric read(ColumnVector in, int row) {
        return read(in.address(row), in.length(row));
    }

    public static Numeric read(long address, int length) {
        int header = NativeMemory.getShort(address) & 0xffff;
        return switch (header >> 14) {
            case 1 -> NAN;
            case 2 -> POSITIVE_INFINITY;
            case 3 -> NEGATIVE_INFINITY;
            default -> new Numeric(Form.FINITE, readFinite(address + 2, length - 2, header & SCALE_MASK));
        };
    }

    private static BigDecimal readFinite(long address, int length, int scale) {
        if (length <= 8) {
            return BigDecimal.valueOf(readUnscaled(address, length), scale);
        }
        byte[] bytes = new byte[length];
        NativeMemory.copy(address, bytes, 0, length);
        return new BigDecimal(new BigInteger(bytes), scale);
    }

    private static long readUnscaled(long address, int length) {
        return switch (length) {
            case 1 -> NativeMemory.getByte(address);
            case 2 -> NativeMemory.getShort(address);
            case 4 -> NativeMemory.getInt(address);
            default -> NativeMemory.getLong(address);
        };
    }

    /// Whether the value is finite and its unscaled value fits a long: then [#compactUnscaled] and [#scale(long)] read
    /// it.
    public static boolean isCompact(long address, int length) {
        return length <= 10 && (NativeMemory.getShort(address) & 0xc000) == 0;
    }

    /// Unscaled value of a compact number.
    public static long compactUnscaled(long address, int length) {
        return readUnscaled(address + 2, length - 2);
    }

    /// Display scale of a finite number.
    public static int scale(long address) {
        return NativeMemory.getShort(address) & SCALE_MASK;
    }

    /// Stores a compact number.
    public static void write(long unscaled, int scale, ColumnVector out, int row) {
        long address = out.arena().allocate(10);
        NativeMemory.putShort(address, (short) scale);
        out.setReference(row, address, 2 + putUnscaled(address + 2, unscaled));
    }

    private static int putUnscaled(long address, long unscaled) {
        if (unscaled == (byte) unscaled) {
            NativeMemory.putByte(address, (byte) unscaled);
            return 1;
        }
        if (unscaled == (short) unscaled) {
            NativeMemory.putShort(address, (short) unscaled);
            return 2;
        }
        if (unscaled == (int) unscaled) {
            NativeMemory.putInt(address, (int) unscaled);
            return 4;
        }
        NativeMemory.putLong(address, unscaled);
        return 8;
    }

    public void write(ColumnVector out, int row) {
        if (form == Form.FINITE && value.unscaledValue().bitLength() < Long.SIZE) {
            write(value.unscaledValue().longValue(), value.scale(), out, row);
        } else {
            out.setBytes(row, toBytes());
        }
    }

    /// The canonical bytes.
    byte[] toBytes() {
        if (form != Form.FINITE) {
            return new byte[] {0, (byte) (form.code << 6)};
        }
        BigInteger unscaled = value.unscaledValue();
        byte[] digits = unscaled.bitLength() < Long.SIZE ? compactBytes(unscaled.longValue()) : unscaled.toByteArray();
        byte[] bytes = new byte[2 + digits.length];
        bytes[0] = (byte) value.scale();
        bytes[1] = (byte) (value.scale() >> 8);
        System.arraycopy(digits, 0, bytes, 2, digits.length);
        return bytes;
    }

    private static byte[] compactBytes(long unscaled) {
        int width =
                unscaled == (byte) unscaled ? 1 : unscaled == (short) unscaled ? 2 : unscaled == (int) unscaled ? 4 : 8;
        byte[] bytes = new byte[width];
        for (int i = 0; i < width; i++) {
            bytes[i] = (byte) (unscaled >> (8 * i));
        }
        return bytes;
    }

    // ---- text ----

    /// numeric input; `typmod` -1 = any.
    public static Numeric parse(String text, int typmod) {
        String number = text.strip();
        Numeric special = parseSpecial(number);
        if (special != null) {
            return special.withTypmod(typmod);
        }
        if (!FloatText.isNumber(number)) {
            throw TypeErrors.invalidSyntax("numeric", text);
        }
        int at = exponentIndex(number);
        BigDecimal digits = new BigDecimal(at < 0 ? number : number.substring(0, at));
        long exponent = at < 0 ? 0 : parseExponent(number.substring(at + 1));
        if (digits.signum() == 0) {
            long scale = Math.max(0, digits.scale() - exponent);
            return new Numeric(Form.FINITE, BigDecimal.ZERO.setScale((int) Math.min(scale, MAX_SCALE)))
                    .withTypmod(typmod);
        }
        requireIntegerDigits(digits.precision() - digits.scale() + exponent);
        if (digits.scale() - exponent > Integer.MAX_VALUE / 2) {
            throw overflow();
        }
        return of(digits.scaleByPowerOfTen((int) exponent)).withTypmod(typmod);
    }

    private static @Nullable Numeric parseSpecial(String number) {
        return switch (number.toLowerCase(Locale.ROOT)) {
            case "nan" -> NAN;
            case "infinity", "+infinity", "inf", "+inf" -> POSITIVE_INFINITY;
            case "-infinity", "-inf" -> NEGATIVE_INFINITY;
            default -> null;
        };
    }

    private static int exponentIndex(String number) {
        return Math.max(number.indexOf('e'), number.indexOf('E'));
    }

    private static long parseExponent(String digits) {
        try {
            long exponent = Long.parseLong(digits);
            if (Math.abs(exponent) < Integer.MAX_VALUE / 2) {
                return exponent;
            }
        } catch (NumberFormatException e) {
            // more digits than a long has: out of range all the same
        }
        throw overflow();
    }

    @Override
    public String toString() {
        return switch (form) {
            case FINITE -> value.toPlainString();
            case NAN -> "NaN";
            case POSITIVE_INFINITY -> "Infinity";
            case NEGATIVE_INFINITY -> "-Infinity";
        };
    }

    /// Rounds to `numeric(precision, scale)` and checks that it fits.
    public Numeric withTypmod(int typmod) {
        if (typmod < 4) {
            return this;
        }
        int precision = TypeNames.numericPrecision(typmod);
        int scale = TypeNames.numericScale(typmod);
        if (form == Form.NAN) {
            return this;
        }
        if (form != Form.FINITE) {
            throw new UserException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow")
                    .withDetail("A field with precision " + precision + ", scale " + scale
                            + " cannot hold an infinite value.");
        }
        BigDecimal rounded = value.setScale(scale, RoundingMode.HALF_UP);
        if (rounded.signum() != 0 && rounded.precision() - rounded.scale() > precision - scale) {
            int limit = precision - scale;
            throw new UserException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, "numeric field overflow")
                    .withDetail("A field with precision " + precision + ", scale " + scale
                            + " must round to an absolute value less than "
                            + (limit == 0 ? "1" : "10^" + limit) + ".");
        }
        return of(rounded);
    }

    // ---- access ----

    public boolean isNaN() {
        return form == Form.NAN;
    }

    public boolean isFinite() {
        return form == Form.FINITE;
    }

    public boolean isInfinite() {
        return form == Form.POSITIVE_INFINITY || form == Form.NEGATIVE_INFINITY;
    }

    /// The value of a finite number; its scale is the display scale.
    public BigDecimal decimal() {
        return value;
    }

    /// -1, 0, 1; NaN counts as 1.
    public int signum() {
        return switch (form) {
            case FINITE -> value.signum();
            case NEGATIVE_INFINITY -> -1;
            case NAN, POSITIVE_INFINITY -> 1;
        };
    }

    public double toDouble() {
        return switch (form) {
            case FINITE -> value.doubleValue();
            case NAN -> Double.NaN;
            case POSITIVE_INFINITY -> Double.POSITIVE_INFINITY;
            case NEGATIVE_INFINITY -> Double.NEGATIVE_INFINITY;
        };
    }

    /// Rounds half away from zero to an integer of `[least, greatest]`; `typeName` is for the messages.
    public long toLong(long least, long greatest, String typeName) {
        if (form != Form.FINITE) {
            throw new UserException(
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "cannot convert " + (isNaN() ? "NaN" : "infinity") + " to " + typeName);
        }
        BigDecimal rounded = value.setScale(0, RoundingMode.HALF_UP);
        if (rounded.unscaledValue().bitLength() < Long.SIZE) {
            long result = rounded.longValue();
            if (result >= least && result <= greatest) {
                return result;
            }
        }
        throw new UserException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, typeName + " out of range");
    }

    @Override
    public int compareTo(Numeric other) {
        if (form == Form.FINITE && other.form == Form.FINITE) {
            return value.compareTo(other.value);
        }
        return Integer.compare(rank(), other.rank());
    }

    private int rank() {
        return switch (form) {
            case NEGATIVE_INFINITY -> 0;
            case FINITE -> 1;
            case POSITIVE_INFINITY -> 2;
            case NAN -> 3;
        };
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Numeric number && compareTo(number) == 0;
    }

    @Override
    public int hashCode() {
        return form == Form.FINITE ? value.stripTrailingZeros().hashCode() : form.hashCode();
    }
}
