package omendb.engine.type;

import java.util.Locale;
import omendb.memory.NativeMemory;

/// bool: `t`/`f` out; any unique prefix of true, false, yes, no, on, off, 1, 0 in.
final class BooleanIo implements TypeIo {
    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        String text = TextBytes.toString(address, length);
        int value = valueOf(text.strip().toLowerCase(Locale.ROOT));
        if (value < 0) {
            throw TypeErrors.invalidSyntax("boolean", text);
        }
        out.setLong(row, value);
    }

    /// 1, 0, or -1 = neither.
    static int valueOf(String word) {
        if (word.isEmpty()) {
            return -1;
        }
        if ("true".startsWith(word) || "yes".startsWith(word) || word.equals("on") || word.equals("1")) {
            return 1;
        }
        boolean isFalse = "false".startsWith(word)
                || "no".startsWith(word)
                || (word.length() > 1 && "off".startsWith(word))
                || word.equals("0");
        return isFalse ? 0 : -1;
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        out.writeByte(in.getBoolean(row) ? 't' : 'f');
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        TypeErrors.checkLength(length, 1);
        out.setBoolean(row, NativeMemory.getByte(address) != 0);
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        out.writeByte(in.getBoolean(row) ? 1 : 0);
    }
}
