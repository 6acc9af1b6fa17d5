package omendb.engine.type;

import java.util.NavigableSet;
import org.jspecify.annotations.Nullable;

/// What an inverted index (gin) keeps of the values of one operator class: terms, which are bytes.
///
/// | operator class | terms |
/// | --- | --- |
/// | tsvector_ops | the lexemes |
/// | array_ops | the elements by their index key ([KeyEncoding]), long ones by a hash |
/// | jsonb_ops | [JsonbTerms] |
/// | jsonb_path_ops | [JsonbPathTerms] |
///
/// Threading: stateless.
public interface TermExtractor {
    /// Adds the terms of a value, each once; true if it has a NULL element besides.
    boolean extract(long address, int length, NavigableSet<byte[]> terms);

    /// The extractor of an operator class; null if values of the type have none there.
    ///
    /// @param operatorClass null = the default of the type
    static @Nullable TermExtractor of(@Nullable String operatorClass, SqlType type) {
        String name = operatorClass == null ? defaultClass(type) : operatorClass;
        if (name == null || !accepts(name, type)) {
            return null;
        }
        return switch (name) {
            case "tsvector_ops" -> new TsVectorTerms();
            case "array_ops" -> new ArrayTerms();
            case "jsonb_ops" -> new JsonbTerms();
            default -> new JsonbPathTerms();
        };
    }

    /// Name of the class that a type has without naming one, or null.
    static @Nullable String defaultClass(SqlType type) {
        if (type == Types.TSVECTOR) {
            return "tsvector_ops";
        }
        if (type == Types.JSONB) {
            return "jsonb_ops";
        }
        SqlType element = type.elementType();
        boolean list = element != null && element.isOrderable() && type.name().startsWith("_");
        return list ? "array_ops" : null;
    }

    /// Whether there is a class of this name.
    static boolean isClass(String name) {
        return switch (name) {
            case "tsvector_ops", "array_ops", "jsonb_ops", "jsonb_path_ops" -> true;
            default -> false;
        };
    }

    private static boolean accepts(String name, SqlType type) {
        return name.equals(defaultClass(type)) || (name.equals("jsonb_path_ops") && type == Types.JSONB);
    }

    /// Lexemes.
    final class TsVectorTerms implements TermExtractor {
        @Override
        public boolean extract(long address, int length, NavigableSet<byte[]> terms) {
            for (int i = 0; i < TsVector.count(address); i++) {
                byte[] lexeme = new byte[TsVector.lexemeLength(address, i)];
                omendb.memory.NativeMemory.copy(TsVector.lexemeAddress(address, i), lexeme, 0, lexeme.length);
                terms.add(lexeme);
            }
            return false;
        }
    }

    /// Elements.
    final class ArrayTerms implements TermExtractor {
        private static final int MOST_BYTES = 256;

        @Override
        public boolean extract(long address, int length, NavigableSet<byte[]> terms) {
            ArrayValue array = ArrayValue.read(address);
            boolean hasNull = false;
            for (int i = 0; i < array.count(); i++) {
                if (array.isNull(i)) {
                    hasNull = true;
                } else {
                    terms.add(term(array, i));
                }
            }
            return hasNull;
        }

        private static byte[] term(ArrayValue array, int index) {
            try (NativeBytesWriter key = new NativeBytesWriter()) {
                SqlType type = array.elementType();
                KeyEncoding.encodeLane(type, array.lane(index), array.elementLength(index), false, key);
                if (key.position() > MOST_BYTES) {
                    // a flag that no key begins with
                    long hash = Hash.bytes(key.address(), key.position());
                    key.truncate(0);
                    key.writeByte(0x7f);
                    key.writeLong(hash);
                }
                return key.toByteArray();
            }
        }
    }
}
