package omendb.engine.type;

import java.util.NavigableSet;

/// Terms of jsonb_path_ops: for each scalar a hash of it and of the names of the members that lead to it (eight bytes);
/// arrays on the way do not count.
public final class JsonbPathTerms implements TermExtractor {
    /// The hash of no way.
    public static final long ROOT = 0;

    @Override
    public boolean extract(long address, int length, NavigableSet<byte[]> terms) {
        add(address, length, ROOT, terms);
        return false;
    }

    private static void add(long node, int length, long path, NavigableSet<byte[]> terms) {
        switch (JsonbValue.tag(node)) {
            case JsonbValue.ARRAY -> {
                for (int i = 0; i < JsonbValue.count(node); i++) {
                    add(JsonbValue.elementAddress(node, i), JsonbValue.elementLength(node, i), path, terms);
                }
            }
            case JsonbValue.OBJECT -> {
                for (int i = 0; i < JsonbValue.count(node); i++) {
                    long name = Hash.bytes(JsonbValue.keyAddress(node, i), JsonbValue.keyLength(node, i));
                    add(
                            JsonbValue.valueAddress(node, i),
                            JsonbValue.valueLength(node, i),
                            Hash.combine(path, name),
                            terms);
                }
            }
            default -> terms.add(term(path, node, length));
        }
    }

    private static byte[] term(long path, long node, int length) {
        try (NativeBytesWriter term = new NativeBytesWriter()) {
            if (JsonbValue.tag(node) == JsonbValue.NUMBER) {
                new NumericOrder().encodeKey(node + 1, length - 1, term); // equal whatever the scale
            } else {
                term.writeBytes(node, length);
            }
            long hash =
                    Hash.combine(path, Hash.combine(JsonbValue.tag(node), Hash.bytes(term.address(), term.position())));
            term.truncate(0);
            term.writeLong(hash);
            return term.toByteArray();
        }
    }

    /// The way one member further.
    public static long step(long path, String name) {
        try (NativeBytesWriter bytes = new NativeBytesWriter()) {
            bytes.writeUtf8(name);
            return Hash.combine(path, Hash.bytes(bytes.address(), bytes.position()));
        }
    }

    /// The term of a scalar at the end of a way.
    public static byte[] term(long path, Json scalar) {
        try (NativeBytesWriter node = new NativeBytesWriter()) {
            JsonbValue.encode(scalar, node);
            return term(path, node.address(), node.position());
        }
    }
}
