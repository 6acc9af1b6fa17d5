package omendb.engine.table;

import java.util.List;

/// What rows an inverted index is asked for. The answer may hold rows too many, never too few: conditions are evaluated
/// on
/// each row again.
public sealed interface TermQuery {
    /// Rows with a term in key column `column`.
    final class Term implements TermQuery {
        private final byte[] key;

        private Term(byte[] key) {
            this.key = key;
        }

        byte[] key() {
            return key;
        }
    }

    /// Rows with a term that begins so.
    final class Prefix implements TermQuery {
        private final byte[] key;

        private Prefix(byte[] key) {
            this.key = key;
        }

        byte[] key() {
            return key;
        }
    }

    /// Rows that all parts have.
    record All(List<TermQuery> parts) implements TermQuery {}

    /// Rows that any part has.
    record Any(List<TermQuery> parts) implements TermQuery {}

    /// Rows whose value in this key column is not NULL: the index does not know better.
    record Everything(int column) implements TermQuery {}

    static TermQuery term(int column, byte[] term) {
        return new Term(InvertedKeys.key(column, term, true));
    }

    static TermQuery prefix(int column, byte[] term) {
        return new Prefix(InvertedKeys.key(column, term, false));
    }

    /// Values without terms.
    static TermQuery withoutTerms(int column) {
        return new Term(InvertedKeys.key(column, InvertedKeys.NO_TERMS));
    }

    /// Values with a NULL element.
    static TermQuery withNullElement(int column) {
        return new Term(InvertedKeys.key(column, InvertedKeys.NULL_ELEMENT));
    }

    /// No rows.
    static TermQuery nothing() {
        return new Any(List.of());
    }
}
