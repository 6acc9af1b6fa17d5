package omendb.sql.text;

import java.util.EnumMap;
import java.util.Map;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import omendb.engine.type.TextSearchNames;
import org.jspecify.annotations.Nullable;

/// Which dictionary a kind of token goes to.
public final class TextSearchConfig {
    private static final Dictionary SIMPLE_DICTIONARY = new Dictionary.Simple();
    private static final Dictionary ENGLISH_DICTIONARY = new Dictionary.English();
    private static final TextSearchConfig SIMPLE = new TextSearchConfig(SIMPLE_DICTIONARY);
    private static final TextSearchConfig ENGLISH = new TextSearchConfig(ENGLISH_DICTIONARY);

    private final Map<TokenType, Dictionary> dictionaries = new EnumMap<>(TokenType.class);

    /// @param words for words of letters; everything else that is indexed goes to the simple dictionary
    private TextSearchConfig(Dictionary words) {
        for (TokenType type : TokenType.values()) {
            switch (type) {
                case ASCIIWORD, WORD, HWORD_PART, HWORD_ASCIIPART, ASCIIHWORD, HWORD -> dictionaries.put(type, words);
                case BLANK, TAG, PROTOCOL, ENTITY -> {}
                default -> dictionaries.put(type, SIMPLE_DICTIONARY);
            }
        }
    }

    /// @throws UserException 42704 if there is no such configuration
    public static TextSearchConfig byOid(long oid) {
        if (oid == TextSearchNames.SIMPLE) {
            return SIMPLE;
        }
        if (oid == TextSearchNames.ENGLISH) {
            return ENGLISH;
        }
        throw new UserException(SqlState.INTERNAL_ERROR, "cache lookup failed for text search configuration " + oid);
    }

    /// @throws UserException 42704 if there is no such dictionary
    public static Dictionary dictionary(long oid) {
        if (oid == TextSearchNames.SIMPLE_DICTIONARY) {
            return SIMPLE_DICTIONARY;
        }
        if (oid == TextSearchNames.ENGLISH_DICTIONARY) {
            return ENGLISH_DICTIONARY;
        }
        throw new UserException(SqlState.INTERNAL_ERROR, "cache lookup failed for text search dictionary " + oid);
    }

    /// The dictionary of a kind of token, null if such tokens are not indexed.
    public @Nullable Dictionary dictionary(TokenType type) {
        return dictionaries.get(type);
    }
}
