package omendb.engine.type;

import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.memory.NativeMemory;

/// The string types: text, varchar(n), bpchar(n), name and those that only look like text (cstring, unknown, ...).
final class TextIo implements TypeIo {
    private enum Rule {
        PLAIN,
        VARCHAR,
        BPCHAR,
        NAME
    }

    private static final int NAME_BYTES = 63;

    private final Rule rule;

    private TextIo(Rule rule) {
        this.rule = rule;
    }

    static TextIo plain() {
        return new TextIo(Rule.PLAIN);
    }

    static TextIo varchar() {
        return new TextIo(Rule.VARCHAR);
    }

    static TextIo bpchar() {
        return new TextIo(Rule.BPCHAR);
    }

    static TextIo name() {
        return new TextIo(Rule.NAME);
    }

    @Override
    public void parse(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        TextBytes.validate(address, length);
        switch (rule) {
            case PLAIN -> copy(address, length, out, row);
            case VARCHAR -> coerceVarchar(address, length, typmod, false, out, row);
            case BPCHAR -> coerceBpchar(address, length, typmod, false, out, row);
            case NAME -> copy(address, truncated(address, length, NAME_BYTES), out, row);
        }
    }

    private static void copy(long address, int length, ColumnVector out, int row) {
        out.setReference(row, out.arena().copy(address, length), length);
    }

    /// Longest prefix of whole characters within `limit` bytes.
    static int truncated(long address, int length, int limit) {
        if (length <= limit) {
            return length;
        }
        int end = limit;
        while (end > 0 && (NativeMemory.getByte(address + end) & 0xc0) == 0x80) {
            end--;
        }
        return end;
    }

    /// Length coercion of varchar: an explicit cast cuts, anything else may lose trailing blanks only. `typmod` < 4:
    /// none.
    static void coerceVarchar(long address, int length, int typmod, boolean explicit, ColumnVector out, int row) {
        int limit = typmod - 4;
        if (typmod < 4 || length <= limit || TextBytes.characterCount(address, length) <= limit) {
            copy(address, length, out, row);
            return;
        }
        int cut = TextBytes.byteOffset(address, length, limit);
        if (!explicit) {
            requireBlanks(address, cut, length, "character varying(" + limit + ")");
        }
        copy(address, cut, out, row);
    }

    /// Length coercion of bpchar: pads with blanks or cuts.
    static void coerceBpchar(long address, int length, int typmod, boolean explicit, ColumnVector out, int row) {
        if (typmod < 4) {
            copy(address, length, out, row);
            return;
        }
        int limit = typmod - 4;
        int characters = TextBytes.characterCount(address, length);
        if (characters > limit) {
            int cut = TextBytes.byteOffset(address, length, limit);
            if (!explicit) {
                requireBlanks(address, cut, length, "character(" + limit + ")");
            }
            copy(address, cut, out, row);
            return;
        }
        int padding = limit - characters;
        long padded = out.arena().allocate((long) length + padding);
        NativeMemory.copy(address, padded, length);
        NativeMemory.fill(padded + length, padding, (byte) ' ');
        out.setReference(row, padded, length + padding);
    }

    private static void requireBlanks(long address, int from, int length, String typeName) {
        for (int i = from; i < length; i++) {
            if (NativeMemory.getByte(address + i) != ' ') {
                throw new UserException(SqlState.STRING_DATA_RIGHT_TRUNCATION, "value too long for type " + typeName);
            }
        }
    }

    /// Length without trailing blanks (what bpchar compares and casts to text).
    static int withoutTrailingBlanks(long address, int length) {
        int end = length;
        while (end > 0 && NativeMemory.getByte(address + end - 1) == ' ') {
            end--;
        }
        return end;
    }

    @Override
    public void print(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        out.writeBytes(in.address(row), in.length(row));
    }

    @Override
    public void receive(TypeContext context, long address, int length, int typmod, ColumnVector out, int row) {
        parse(context, address, length, typmod, out, row);
    }

    @Override
    public void send(TypeContext context, ColumnVector in, int row, BytesWriter out) {
        out.writeBytes(in.address(row), in.length(row));
    }
}
