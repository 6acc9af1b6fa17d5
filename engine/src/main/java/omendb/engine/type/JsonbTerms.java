package omendb.engine.type;

import java.nio.charset.StandardCharsets;
import java.util.NavigableSet;

/// Terms of jsonb_ops: a tag, then
///
///     'k'  a member's name, or a string that is an element of an array or the whole value
///     's'  a string that is a member's value
///     'n'  a number by its index key     't' 'f' '0'  true, false, null
///
/// Strings of more than 125 bytes by a hash, with the tag in upper case.
public final class JsonbTerms implements TermExtractor {
    private static final int MOST_BYTES = 125;

    @Override
    public boolean extract(long address, int length, NavigableSet<byte[]> terms) {
        add(address, length, true, terms);
        return false;
    }

    private static void add(long node, int length, boolean isElement, NavigableSet<byte[]> terms) {
        switch (JsonbValue.tag(node)) {
            case JsonbValue.ARRAY -> {
                for (int i = 0; i < JsonbValue.count(node); i++) {
                    add(JsonbValue.elementAddress(node, i), JsonbValue.elementLength(node, i), true, terms);
                }
            }
            case JsonbValue.OBJECT -> {
                for (int i = 0; i < JsonbValue.count(node); i++) {
                    terms.add(key(bytes(JsonbValue.keyAddress(node, i), JsonbValue.keyLength(node, i))));
                    add(JsonbValue.valueAddress(node, i), JsonbValue.valueLength(node, i), false, terms);
                }
            }
            case JsonbValue.STRING -> {
                byte[] text = bytes(node + 1, length - 1);
                terms.add(isElement ? key(text) : text('s', text));
            }
            default -> terms.add(scalar(node, length));
        }
    }

    private static byte[] bytes(long address, int length) {
        byte[] bytes = new byte[length];
        omendb.memory.NativeMemory.copy(address, bytes, 0, length);
        return bytes;
    }

    /// The term of a member's name.
    public static byte[] key(String name) {
        return key(name.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] key(byte[] name) {
        return text('k', name);
    }

    private static byte[] text(char tag, byte[] text) {
        try (NativeBytesWriter term = new NativeBytesWriter()) {
            if (text.length > MOST_BYTES) {
                term.writeBytes(text);
                long hash = Hash.bytes(term.address(), term.position());
                term.truncate(0);
                term.writeByte(Character.toUpperCase(tag));
                term.writeLong(hash);
            } else {
                term.writeByte(tag);
                term.writeBytes(text);
            }
            return term.toByteArray();
        }
    }

    /// The term of a scalar that is no string.
    private static byte[] scalar(long node, int length) {
        try (NativeBytesWriter term = new NativeBytesWriter()) {
            switch (JsonbValue.tag(node)) {
                case JsonbValue.NUMBER -> {
                    term.writeByte('n');
                    new NumericOrder().encodeKey(node + 1, length - 1, term);
                }
                case JsonbValue.TRUE -> term.writeByte('t');
                case JsonbValue.FALSE -> term.writeByte('f');
                default -> term.writeByte('0');
            }
            return term.toByteArray();
        }
    }

    /// The term of a scalar as a member's value has it; strings as elements of arrays have `key` of them besides.
    public static byte[] value(Json scalar) {
        return switch (scalar) {
            case Json.TextValue(var text) -> text('s', text.getBytes(StandardCharsets.UTF_8));
            default -> {
                try (NativeBytesWriter node = new NativeBytesWriter()) {
                    JsonbValue.encode(scalar, node);
                    yield scalar(node.address(), node.position());
                }
            }
        };
    }
}
