package omendb.engine.lsm;

import static omendb.engine.lsm.ManifestFormat.*;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import omendb.memory.CorruptFileException;
import omendb.memory.NativeMemory;
import org.jspecify.annotations.Nullable;

/// What the edits of a manifest add up to: used at open, to see what is there.
final class ManifestState {
    private final String path;
    private final Map<Long, List<List<TableMeta>>> trees = new TreeMap<>();
    private long flushedLsn;
    private long nextNumber = 1;
    private long maxCommitTs;
    private LsmStats.Written written = LsmStats.Written.NOTHING;

    /// @param path file that errors name
    ManifestState(String path) {
        this.path = path;
    }

    /// Tables by relation and level; level 0 newest first.
    Map<Long, List<List<TableMeta>>> trees() {
        return trees;
    }

    long flushedLsn() {
        return flushedLsn;
    }

    long nextNumber() {
        return nextNumber;
    }

    long maxCommitTs() {
        return maxCommitTs;
    }

    LsmStats.Written written() {
        return written;
    }

    /// Applies the changes of one edit.
    ///
    /// @param position of the record, for errors
    /// @throws CorruptFileException if it does not fit the state: the record was whole, so what wrote it
    ///     was wrong
    void apply(long address, long bytes, long position) {
        var in = new Reader(address, address + bytes, position);
        while (in.hasMore()) {
            int tag = (int) in.number();
            switch (tag) {
                case CREATE_TREE -> createTree(in);
                case DROP_TREE -> in.check(trees.remove(in.number()) != null, "drops a tree that is not there");
                case ADD_TABLE -> addTable(in, false);
                case ADD_TABLE_WITH_RANGES -> addTable(in, true);
                case REMOVE_TABLE -> removeTable(in);
                case FLUSHED_LSN -> flushedLsn = in.number();
                case NEXT_NUMBER -> nextNumber = in.number();
                case MAX_COMMIT_TS -> maxCommitTs = in.number();
                case WRITTEN -> written = new LsmStats.Written(in.number(), in.number(), in.number());
                default -> in.check(false, "has a change of unknown kind " + tag);
            }
        }
    }

    private void createTree(Reader in) {
        var levels = new ArrayList<List<TableMeta>>();
        for (int i = 0; i < Levels.COUNT; i++) {
            levels.add(new ArrayList<>());
        }
        in.check(trees.put(in.number(), levels) == null, "creates a tree twice");
    }

    private void addTable(Reader in, boolean withRanges) {
        @Nullable List<List<TableMeta>> levels = trees.get(in.number());
        int level = (int) in.number();
        long number = in.number();
        long bytes = in.number();
        long entries = in.number();
        long tombstones = in.number();
        long minTs = in.number();
        long maxTs = in.number();
        MemorySegment smallest = in.key();
        MemorySegment largest = in.key();
        long rangeDeletes = withRanges ? in.number() : 0;
        boolean largestIsEnd = withRanges && in.number() == 1;
        var table = new TableMeta(
                number, bytes, entries, tombstones, rangeDeletes, minTs, maxTs, smallest, largest, largestIsEnd);
        if (levels == null || level < 0 || level >= Levels.COUNT) {
            in.check(false, "adds table %d to a tree that is not there or level %d".formatted(table.number(), level));
            return;
        }
        levels.get(level).addFirst(table);
    }

    private void removeTable(Reader in) {
        @Nullable List<List<TableMeta>> levels = trees.get(in.number());
        long number = in.number();
        boolean removed = false;
        if (levels != null) {
            for (List<TableMeta> level : levels) {
                removed |= level.removeIf(table -> table.number() == number);
            }
        }
        in.check(removed, "removes table " + number + ", which is not there");
    }

    private final class Reader {
        private long p;
        private final long end;
        private final long position;

        Reader(long start, long end, long position) {
            this.p = start;
            this.end = end;
            this.position = position;
        }

        boolean hasMore() {
            return p < end;
        }

        long number() {
            int size = Varint.checkedSize(p, end);
            check(size > 0, "ends within a number");
            long value = Varint.get(p);
            p += size;
            return value;
        }

        MemorySegment key() {
            long length = number();
            check(length >= 0 && length <= Math.min(Keys.MAX_BYTES, end - p), "ends within a key");
            var key = MemorySegment.ofArray(new byte[(int) length]);
            NativeMemory.copy(p, key);
            p += length;
            return key.asReadOnly();
        }

        void check(boolean holds, String problem) {
            if (!holds) {
                throw new CorruptFileException(path, position, "the version edit " + problem);
            }
        }
    }
}
