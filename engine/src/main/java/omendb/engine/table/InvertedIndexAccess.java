package omendb.engine.table;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import omendb.engine.catalog.IndexDef;
import omendb.engine.lsm.LsmTree;
import omendb.engine.txn.StorageFailures;
import omendb.engine.txn.Transaction;
import omendb.engine.type.NativeBytesWriter;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// Reads of an inverted index: row ids of the rows a statement sees that satisfy a [TermQuery].
///
/// Threading: any thread; a search belongs to its transaction's thread.
public final class InvertedIndexAccess {
    /// Up to so many candidates are looked up one by one in a further term's entries.
    private static final int MOST_PROBES = 1_024;

    private static final int STEP = 256;

    private final IndexKeys keys;
    private final TableActivity.IndexActivity activity;
    private final LsmTree tree;

    InvertedIndexAccess(IndexKeys keys, TableActivity.IndexActivity activity, LsmTree tree) {
        this.keys = keys;
        this.activity = activity;
        this.tree = tree;
    }

    public IndexDef def() {
        return keys.index();
    }

    /// Whether the statement's snapshot is young enough for this index ([IndexDef#validFrom]).
    public boolean usableBy(Transaction transaction) {
        return transaction.snapshot() >= def().validFrom();
    }

    /// Ascending row ids, each once.
    public long[] find(Transaction transaction, TermQuery query) {
        activity.scans.increment();
        try {
            RowIds found = new Search(transaction).find(query);
            return found.toArray();
        } catch (RuntimeException failed) {
            throw StorageFailures.translate(failed);
        }
    }

    /// A growing list of row ids.
    private static final class RowIds {
        private long[] ids = new long[16];
        private int count;

        private void add(long id) {
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, 2 * count);
            }
            ids[count++] = id;
        }

        private long[] toArray() {
            return Arrays.copyOf(ids, count);
        }

        /// Sorts them and drops what is there twice.
        private RowIds settled() {
            Arrays.sort(ids, 0, count);
            int kept = 0;
            for (int i = 0; i < count; i++) {
                if (i == 0 || ids[i] != ids[i - 1]) {
                    ids[kept++] = ids[i];
                }
            }
            count = kept;
            return this;
        }

        /// Those that are in both; both are sorted.
        private RowIds and(RowIds other) {
            RowIds both = new RowIds();
            int i = 0;
            int j = 0;
            while (i < count && j < other.count) {
                if (ids[i] == other.ids[j]) {
                    both.add(ids[i]);
                    i++;
                    j++;
                } else if (ids[i] < other.ids[j]) {
                    i++;
                } else {
                    j++;
                }
            }
            return both;
        }
    }

    /// One search.
    private final class Search {
        private final Transaction transaction;

        private Search(Transaction transaction) {
            this.transaction = transaction;
        }

        private RowIds find(TermQuery query) {
            return switch (query) {
                case TermQuery.Term term -> range(term.key(), successor(term.key()));
                case TermQuery.Prefix prefix ->
                    range(prefix.key(), successor(prefix.key())).settled();
                case TermQuery.Everything(var column) ->
                    range(InvertedKeys.key(column, InvertedKeys.NO_TERMS), new byte[] {(byte) (column + 1)})
                            .settled();
                case TermQuery.Any(var parts) -> any(parts);
                case TermQuery.All(var parts) -> all(parts);
            };
        }

        private RowIds any(List<TermQuery> parts) {
            RowIds together = new RowIds();
            for (TermQuery part : parts) {
                RowIds found = find(part);
                for (int i = 0; i < found.count; i++) {
                    together.add(found.ids[i]);
                }
            }
            return parts.size() == 1 ? together : together.settled();
        }

        private RowIds all(List<TermQuery> parts) {
            List<TermQuery.Term> terms = new ArrayList<>();
            List<TermQuery> others = new ArrayList<>();
            for (TermQuery part : parts) {
                if (part instanceof TermQuery.Term term) {
                    terms.add(term);
                } else if (!(part instanceof TermQuery.Everything)) {
                    others.add(part);
                }
            }
            if (terms.isEmpty() && others.isEmpty()) {
                return find(parts.getFirst());
            }
            RowIds found = terms.isEmpty() ? find(others.removeFirst()) : allTerms(terms);
            for (TermQuery other : others) {
                if (found.count > 0) {
                    found = found.and(find(other));
                }
            }
            return found;
        }

        /// Walks all lists side by side until the shortest ends, then looks its rows up in the others.
        private RowIds allTerms(List<TermQuery.Term> terms) {
            if (terms.size() == 1) {
                return find(terms.getFirst());
            }
            List<Entries> cursors = new ArrayList<>();
            RowIds shortest = null;
            int at = -1;
            try {
                List<RowIds> read = new ArrayList<>();
                for (TermQuery.Term term : terms) {
                    cursors.add(open(term.key(), successor(term.key())));
                    read.add(new RowIds());
                }
                while (shortest == null) {
                    for (int i = 0; i < terms.size() && shortest == null; i++) {
                        if (!step(cursors.get(i), read.get(i))) {
                            shortest = read.get(i);
                            at = i;
                        }
                    }
                    transaction.checkCancelled();
                }
            } finally {
                cursors.forEach(Entries::close);
            }
            for (int i = 0; i < terms.size() && shortest.count > 0; i++) {
                if (i != at) {
                    TermQuery.Term term = terms.get(i);
                    shortest = shortest.count <= MOST_PROBES ? probed(shortest, term) : shortest.and(find(term));
                }
            }
            return shortest;
        }

        /// Reads on a little; false at the end.
        private boolean step(Entries entries, RowIds into) {
            for (int i = 0; i < STEP; i++) {
                if (!entries.cursor.nextAlone()) {
                    return false;
                }
                into.add(entries.rowId());
            }
            return true;
        }

        private RowIds probed(RowIds candidates, TermQuery.Term term) {
            RowIds found = new RowIds();
            RowLookup lookup = new RowLookup(transaction, tree);
            try (NativeBytesWriter key = new NativeBytesWriter()) {
                for (int i = 0; i < candidates.count; i++) {
                    InvertedKeys.write(term.key(), candidates.ids[i], key);
                    if (lookup.find(key.address(), key.position())) {
                        found.add(candidates.ids[i]);
                    }
                }
            }
            return found;
        }

        private RowIds range(byte[] from, byte @Nullable [] to) {
            RowIds found = new RowIds();
            try (Entries entries = open(from, to)) {
                while (step(entries, found)) {
                    transaction.checkCancelled();
                }
            }
            activity.entries.add(found.count);
            return found;
        }

        private Entries open(byte[] from, byte @Nullable [] to) {
            return new Entries(transaction, tree, from, to);
        }
    }

    /// A range of entries; holds the memory of its bounds.
    private static final class Entries implements AutoCloseable {
        private final NativeBytesWriter from = new NativeBytesWriter(64);
        private final NativeBytesWriter to = new NativeBytesWriter(64);
        private final MergedCursor cursor;

        private Entries(Transaction transaction, LsmTree tree, byte[] from, byte @Nullable [] to) {
            this.from.writeBytes(from);
            MemorySegment first = segment(this.from);
            MemorySegment end = null;
            if (to != null) {
                this.to.writeBytes(to);
                end = segment(this.to);
            }
            transaction.readsRange(tree.relationId(), first, end);
            this.cursor = MergedCursor.of(transaction, tree, first, end, false);
        }

        private static MemorySegment segment(NativeBytesWriter bytes) {
            return NativeMemory.segment(bytes.address(), bytes.position());
        }

        private long rowId() {
            return RowKey.read(cursor.keyAddress() + cursor.keyLength() - RowKey.BYTES);
        }

        @Override
        public void close() {
            cursor.close();
            from.close();
            to.close();
        }
    }

    /// The smallest key after all that begin so; null = there is none.
    private static byte @Nullable [] successor(byte[] key) {
        for (int length = key.length; length > 0; length--) {
            if (key[length - 1] != (byte) 0xff) {
                byte[] next = Arrays.copyOf(key, length);
                next[length - 1]++;
                return next;
            }
        }
        return null;
    }

    /// Entries, estimated.
    public long estimatedEntries() {
        return tree.approximateEntries();
    }
}
