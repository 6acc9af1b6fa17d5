package omendb.engine.txn;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.collections.LongHashSet;
import org.jspecify.annotations.Nullable;

/// What a serializable transaction has read (SIREAD locks): rows, key ranges, whole relations.
///
/// Bounded: beyond [#MAX_ROWS] rows or [#MAX_RANGES] ranges of one relation the whole relation is locked.
final class ReadLocks {
    private static final int MAX_ROWS = 4_096;
    private static final int MAX_RANGES = 128;

    /// One read, of a tree of rows or of an index.
    sealed interface Read {
        long relationId();

        boolean meets(WrittenKeys writes);

        /// All of it.
        record Whole(long relationId) implements Read {
            @Override
            public boolean meets(WrittenKeys writes) {
                return writes.touches(relationId);
            }
        }

        /// A row.
        record Row(long relationId, long rowId) implements Read {
            @Override
            public boolean meets(WrittenKeys writes) {
                return writes.containsRow(relationId, rowId);
            }
        }

        /// Keys from `from` to before `to`; null = open.
        record Range(long relationId, KeyBounds bounds) implements Read {
            @Override
            public boolean meets(WrittenKeys writes) {
                return writes.meets(relationId, bounds);
            }
        }
    }

    /// Reads of one relation.
    private static final class Reads {
        private final LongHashSet rows = new LongHashSet();
        private final List<KeyBounds> ranges = new ArrayList<>();
        private boolean whole;

        void coarsen() {
            whole = true;
            rows.clear();
            rows.compact();
            ranges.clear();
        }
    }

    private final Map<Long, Reads> relations = new HashMap<>();

    /// False if it is covered already.
    boolean add(Read read) {
        Reads reads = relations.computeIfAbsent(read.relationId(), _ -> new Reads());
        if (reads.whole) {
            return false;
        }
        switch (read) {
            case Read.Whole _ -> reads.coarsen();
            case Read.Row row -> {
                if (!reads.rows.add(row.rowId())) {
                    return false;
                }
            }
            case Read.Range range -> {
                if (reads.ranges.contains(range.bounds())) {
                    return false;
                }
                reads.ranges.add(range.bounds());
            }
        }
        if (reads.rows.size() > MAX_ROWS || reads.ranges.size() > MAX_RANGES) {
            reads.coarsen();
        }
        return true;
    }

    boolean meets(@Nullable WrittenKeys writes) {
        if (writes == null) {
            return false;
        }
        for (Map.Entry<Long, Reads> entry : relations.entrySet()) {
            if (meets(entry.getKey(), entry.getValue(), writes)) {
                return true;
            }
        }
        return false;
    }

    private static boolean meets(long relationId, Reads reads, WrittenKeys writes) {
        if (!writes.touches(relationId)) {
            return false;
        }
        if (reads.whole || writes.isWhole(relationId)) {
            return true;
        }
        for (KeyBounds range : reads.ranges) {
            if (writes.meets(relationId, range)) {
                return true;
            }
        }
        LongHashSet.LongIterator rows = reads.rows.iterator();
        while (rows.hasNext()) {
            if (writes.containsRow(relationId, rows.nextValue())) {
                return true;
            }
        }
        return false;
    }

    /// Writes what was read: count of relations (4), then for each: id (8), whole (1), count of rows (4) and the rows
    /// (8 each), count of ranges (4) and the ranges ([KeyBounds#write]).
    void write(DataOutputStream out) throws IOException {
        out.writeInt(relations.size());
        for (Map.Entry<Long, Reads> entry : relations.entrySet()) {
            Reads reads = entry.getValue();
            out.writeLong(entry.getKey());
            out.writeBoolean(reads.whole);
            out.writeInt(reads.rows.size());
            LongHashSet.LongIterator rows = reads.rows.iterator();
            while (rows.hasNext()) {
                out.writeLong(rows.nextValue());
            }
            out.writeInt(reads.ranges.size());
            for (KeyBounds range : reads.ranges) {
                range.write(out);
            }
        }
    }

    /// Adds what [#write] wrote.
    void read(DataInputStream in) throws IOException {
        for (int relation = in.readInt(); relation > 0; relation--) {
            Reads reads = relations.computeIfAbsent(in.readLong(), _ -> new Reads());
            reads.whole = in.readBoolean();
            for (int row = in.readInt(); row > 0; row--) {
                reads.rows.add(in.readLong());
            }
            for (int range = in.readInt(); range > 0; range--) {
                reads.ranges.add(KeyBounds.read(in));
            }
        }
    }

    void coarsen() {
        relations.values().forEach(Reads::coarsen);
    }

    void clear() {
        relations.clear();
    }
}
