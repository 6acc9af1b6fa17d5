package omendb.engine.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import omendb.engine.catalog.IndexDef;
import omendb.engine.type.BytesWriter;
import omendb.engine.type.TermExtractor;

/// Keys of an inverted index (gin), one for each term of a row:
///
///     1   number of the key column, from 0
///     1   kind: 0 the value is NULL, 1 it has no terms, 2 it has a NULL element, 3 a term
///     n   kind 3: the term, 0x00 escaped as 0x00 0xFF, terminated by 0x00 0x01
///     8   row id, big-endian
///
/// The value is empty. Every row of the index has at least one entry for each column, so that the entries of one column
/// are all rows.
final class InvertedKeys {
    static final int NULL_VALUE = 0;
    static final int NO_TERMS = 1;
    static final int NULL_ELEMENT = 2;
    static final int TERM = 3;

    private final IndexKeys keys;
    private final List<TermExtractor> extractors = new ArrayList<>();

    InvertedKeys(IndexKeys keys) {
        this.keys = keys;
        for (int i = 0; i < keys.columnCount(); i++) {
            IndexDef.Key key = keys.index().keys().get(i);
            TermExtractor extractor = TermExtractor.of(key.operatorClass(), keys.type(i));
            if (extractor == null) {
                throw new IllegalStateException("no terms: " + keys.index().name());
            }
            extractors.add(extractor);
        }
    }

    /// The keys of a row that belongs to the index, without its row id, each once and in order.
    NavigableSet<byte[]> of(IndexRow row) {
        NavigableSet<byte[]> all = new TreeSet<>(Arrays::compareUnsigned);
        for (int column = 0; column < keys.columnCount(); column++) {
            if (row.isNull(column)) {
                all.add(key(column, NULL_VALUE));
                continue;
            }
            NavigableSet<byte[]> terms = new TreeSet<>(Arrays::compareUnsigned);
            boolean hasNull = extractors.get(column).extract(row.lane(column), row.length(column), terms);
            if (hasNull) {
                all.add(key(column, NULL_ELEMENT));
            }
            if (terms.isEmpty() && !hasNull) {
                all.add(key(column, NO_TERMS));
            }
            for (byte[] term : terms) {
                all.add(key(column, term, true));
            }
        }
        return all;
    }

    static byte[] key(int column, int kind) {
        return new byte[] {(byte) column, (byte) kind};
    }

    /// @param whole false = the beginning of the keys of all terms that begin so
    static byte[] key(int column, byte[] term, boolean whole) {
        int zeros = 0;
        for (byte b : term) {
            zeros += b == 0 ? 1 : 0;
        }
        byte[] key = new byte[2 + term.length + zeros + (whole ? 2 : 0)];
        key[0] = (byte) column;
        key[1] = TERM;
        int at = 2;
        for (byte b : term) {
            key[at++] = b;
            if (b == 0) {
                key[at++] = (byte) 0xff;
            }
        }
        if (whole) {
            key[at + 1] = 1;
        }
        return key;
    }

    static void write(byte[] key, long rowId, BytesWriter out) {
        out.truncate(0);
        out.writeBytes(key);
        out.writeLong(rowId);
    }
}
