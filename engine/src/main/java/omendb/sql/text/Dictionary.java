package omendb.sql.text;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes lexemes of words. Oids and names are PostgreSQL's.
public sealed interface Dictionary {
    /// Longest word that is stemmed, in UTF-16 units.
    int MAX_STEMMED = 1_000;

    /// Oid of the text search dictionary.
    int oid();

    /// Lexemes of a token: none for a stop word, null for a word it does not know.
    @Nullable
    List<String> lexize(String token);

    /// The lower-cased word itself.
    record Simple() implements Dictionary {
        @Override
        public int oid() {
            return omendb.engine.type.TextSearchNames.SIMPLE_DICTIONARY;
        }

        @Override
        public List<String> lexize(String token) {
            String word = lowerCase(token);
            return word.isEmpty() ? List.of() : List.of(word);
        }
    }

    /// English stems, without stop words.
    record English() implements Dictionary {
        private static final Set<String> STOP_WORDS = StopWords.english();

        @Override
        public int oid() {
            return omendb.engine.type.TextSearchNames.ENGLISH_DICTIONARY;
        }

        @Override
        public List<String> lexize(String token) {
            String word = lowerCase(token);
            if (word.length() > MAX_STEMMED) {
                return List.of(word);
            }
            return word.isEmpty() || STOP_WORDS.contains(word) ? List.of() : List.of(EnglishStemmer.stem(word));
        }
    }

    /// Character by character, as towlower does.
    static String lowerCase(String text) {
        StringBuilder lower = new StringBuilder(text.length());
        text.codePoints().map(Character::toLowerCase).forEach(lower::appendCodePoint);
        return lower.toString();
    }
}
