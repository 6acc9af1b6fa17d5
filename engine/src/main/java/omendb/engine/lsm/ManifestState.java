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
    private final Map<Long, List<WaitingTable>> waiting = new TreeMap<>();
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

    /// Tables of spills that wait for the log to tell what became of their transactions, by spill.
    Map<Long, List<WaitingTable>> waiting() {
        return waiting;
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
                case ADD_TABLE, ADD_TABLE_WITH_RANGES, ADD_STAMPED_TABLE -> addTable(in, tag);
                case ADD_WAITING_TABLE -> {
                    long spill = in.number();
                    long relationId = in.number();
                    waiting.computeIfAbsent(spill, _ -> new ArrayList<>())
                            .add(new WaitingTable(relationId, in.table(ADD_TABLE)));
                }
                case END_SPILL -> in.check(waiting.remove(in.number()) != null, "ends a spill that is not there");
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

    private void addTable(Reader in, int tag) {
        @Nullable List<List<TableMeta>> levels = trees.get(in.number());
        int level = (int) in.number();
        TableMeta table = in.table(tag);
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

        TableMeta table(int tag) {
            boolean withRanges = tag == ADD_TABLE_WITH_RANGES;
            long number = number();
            long bytes = number();
            long entries = number();
            long tombstones = number();
            long minTs = number();
            long maxTs = number();
            MemorySegment smallest = key();
            MemorySegment largest = key();
            long rangeDeletes = withRanges ? number() : 0;
            boolean largestIsEnd = withRanges && number() == 1;
            return new TableMeta(
                    number,
                    bytes,
                    entries,
                    tombstones,
                    rangeDeletes,
                    minTs,
                    maxTs,
                    smallest,
                    largest,
                    largestIsEnd,
                    tag == ADD_STAMPED_TABLE);
        }

        void check(boolean holds, String problem) {
            if (!holds) {
                throw new CorruptFileException(path, position, "the version edit " + problem);
            }
        }
    }
}
