package omendb.sql.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import omendb.engine.type.TsQuery;
import omendb.engine.type.TsQueryParser;
import omendb.engine.type.TsVector;
import omendb.engine.type.TsVectorBuilder;

/// Makes lexemes with positions of documents, by one configuration. Words of more than 2,047 bytes are left out.
public final class TextAnalyzer {
    /// Most positions that to_tsvector keeps of a lexeme.
    private static final int MOST_POSITIONS = TsVector.MAX_POSITIONS - 1;

    private final TextSearchConfig config;
    private final List<Word> words = new ArrayList<>();
    private int position;

    /// A lexeme and where it stood, counted from 1.
    record Word(String lexeme, int position) {}

    public TextAnalyzer(TextSearchConfig config) {
        this.config = config;
    }

    /// Adds a document, behind those before.
    public TextAnalyzer add(String document) {
        TextParser parser = new TextParser(document);
        while (parser.next()) {
            Dictionary dictionary = config.dictionary(parser.type());
            List<String> lexemes =
                    dictionary == null || tooLong(parser.token()) ? null : dictionary.lexize(parser.token());
            if (lexemes != null) {
                position++;
                for (String lexeme : lexemes) {
                    words.add(new Word(lexeme, position));
                }
            }
        }
        return this;
    }

    /// Adds a document that no phrase reaches into from the one before: an element of a JSON document.
    public void addApart(String document) {
        int before = words.size();
        add(document);
        if (words.size() > before) {
            position++;
        }
    }

    static boolean tooLong(String token) {
        return token.length() > TsVector.MAX_LEXEME_BYTES / 3
                && token.getBytes(StandardCharsets.UTF_8).length >= TsVector.MAX_LEXEME_BYTES;
    }

    List<Word> words() {
        return words;
    }

    /// What was added, as a vector.
    public TsVectorBuilder vector() {
        TsVectorBuilder builder = new TsVectorBuilder(MOST_POSITIONS);
        for (Word word : words) {
            builder.add(word.lexeme, TsVector.limited(word.position));
        }
        return builder;
    }

    /// Operands of to_tsquery and its kin: several words become a phrase, or with plainto_tsquery all of them are asked
    /// for.
    public static TsQueryParser.Operands operands(TextSearchConfig config, boolean phrase) {
        return (text, weights, prefix) -> {
            List<Word> words = new TextAnalyzer(config).add(text).words;
            TsQuery query = null;
            int position = 0;
            for (Word word : words) {
                // stop words in between keep their places
                for (int at = position + 1; query != null && at < word.position; at++) {
                    query = join(query, new TsQuery.Stop(), phrase);
                }
                TsQuery operand = new TsQuery.Operand(word.lexeme, weights, prefix);
                query = query == null ? operand : join(query, operand, phrase);
                position = word.position;
            }
            return query == null ? new TsQuery.Stop() : query;
        };
    }

    private static TsQuery join(TsQuery left, TsQuery right, boolean phrase) {
        return phrase ? new TsQuery.Phrase(left, right, 1) : new TsQuery.And(left, right);
    }
}
