package omendb.engine.type;

import omendb.memory.NativeMemory;

/// float4 and float8.
final class FloatIo implements TypeIo {
    private final boolean single;

    private FloatIo(boolean single) {
        this.single = single;
    }

    static FloatIo float4() {
        return new FloatIo(true);
    }

    static FloatIo float8() {
        return new FloatIo(false);
    }

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        String text = TextBytes.toString(address, length);
        out.setDouble(row, single ? FloatText.parseFloat(text) : FloatText.parseDouble(text));
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        double value = in.getDouble(row);
        int extraDigits = context.extraFloatDigits();
        if (extraDigits > 0) {
            out.writeAscii(single ? FloatText.format((float) value) : FloatText.format(value));
        } else {
            out.writeAscii(FloatText.format(value, Math.max(1, (single ? 6 : 15) + extraDigits)));
        }
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        if (single) {
            TypeErrors.checkLength(length, 4);
            out.setDouble(row, Float.intBitsToFloat(Integer.reverseBytes(NativeMemory.getInt(address))));
        } else {
            TypeErrors.checkLength(length, 8);
            out.setDouble(row, Double.longBitsToDouble(Long.reverseBytes(NativeMemory.getLong(address))));
        }
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        if (single) {
            out.writeInt(Float.floatToRawIntBits((float) in.getDouble(row)));
        } else {
            out.writeLong(Double.doubleToRawLongBits(in.getDouble(row)));
        }
    }
}
