package omendb.engine.lsm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import omendb.engine.lsm.RangeFragment.Bound;
import omendb.memory.FileStore;
import omendb.memory.MemoryTag;
import org.jspecify.annotations.Nullable;

/// Writes a sorted sequence of versions of one tree into one or several tables.
///
/// [#finish] opens them; until its caller has them named by the manifest, [#close] closes and removes them.
/// Threading: one thread; with [#writeInBackground] two of its own write and sync.
final class TableBuilder implements AutoCloseable {
    private static final MemoryTag TAG = MemoryTag.of("sstable-writer");

    private final FileStore files;
    private final LsmOptions options;
    private final VersionSet versions;
    private final long relationId;
    private final long baseTs;
    private final long splitBytes;
    private final List<TableMeta> metas = new ArrayList<>();
    private final List<Sstable> tables = new ArrayList<>();
    private final GrowableBuffer cutKey = new GrowableBuffer(TAG);
    private final ArrayDeque<RangeFragment> ranges = new ArrayDeque<>(); // still to be written
    private @Nullable SstableWriter writer;
    private boolean kept;
    private boolean begun;
    private @Nullable TablePipeline pipeline;

    /// @param baseTs no version is older
    /// @param splitBytes a new table is begun at a new key when the current one has this size
    TableBuilder(
            FileStore files, LsmOptions options, VersionSet versions, long relationId, long baseTs, long splitBytes) {
        this.files = files;
        this.options = options;
        this.versions = versions;
        this.relationId = relationId;
        this.baseTs = baseTs;
        this.splitBytes = splitBytes;
    }

    /// Blocks are written and tables synced by threads of this builder while the next ones are built; [#finish]
    /// waits for them.
    void writeInBackground() {
        pipeline = new TablePipeline(TAG);
    }

    /// Range deletes to be written where they belong among the entries, cut where tables end. Before the first
    /// entry.
    ///
    /// @param fragments in key order; their keys stay where they are until [#finish]
    void addRanges(List<RangeFragment> fragments) {
        ranges.addAll(fragments);
    }

    void add(RunCursor run, boolean newKey) {
        add(run.keyAddress, run.keyLength, run.commitTs, run.tombstone, run.valueAddress, run.valueLength, newKey);
    }

    void add(
            long key,
            int keyLength,
            long commitTs,
            boolean tombstone,
            long valueAddress,
            int valueLength,
            boolean newKey) {
        if (newKey && !ranges.isEmpty()) {
            addRangesUpTo(Bound.of(key, keyLength));
        }
        SstableWriter current = writer;
        if (current != null && newKey && current.contentBytes() >= splitBytes) {
            if (!ranges.isEmpty()) {
                cutRangeAt(current, key, keyLength);
            }
            finishTable(current);
        }
        writer().add(key, keyLength, commitTs, tombstone, valueAddress, valueLength);
    }

    private SstableWriter writer() {
        SstableWriter current = writer;
        if (current == null) {
            if (!begun) {
                files.createDirectories(SstableFormat.directory(relationId));
                begun = true;
            }
            current =
                    new SstableWriter(files, options, relationId, versions.newNumber(), baseTs, versions.flushedLsn());
            if (pipeline != null) {
                current.writeThrough(pipeline);
            }
            writer = current;
        }
        return current;
    }

    /// Writes the range deletes that end at or before a key; null = all.
    private void addRangesUpTo(@Nullable Bound key) {
        RangeFragment next = ranges.peekFirst();
        while (next != null && (key == null || next.to().compareTo(key) <= 0)) {
            SstableWriter current = writer;
            if (current != null && current.contentBytes() >= splitBytes && current.endsBefore(next.from())) {
                finishTable(current);
            }
            writer().add(next);
            ranges.removeFirst();
            next = ranges.peekFirst();
        }
    }

    /// Splits the range delete that reaches over a key, with which the next table begins.
    private void cutRangeAt(SstableWriter current, long key, int keyLength) {
        RangeFragment next = ranges.getFirst();
        Bound at = Bound.of(key, keyLength);
        if (next.from().compareTo(at) < 0) {
            current.add(next.endingAt(at)); // may begin at the key of the last cut: copied before that goes
            cutKey.truncate(0);
            cutKey.append(key, keyLength);
            ranges.removeFirst();
            ranges.addFirst(next.startingAt(Bound.of(cutKey.address(), keyLength)));
        }
    }

    /// The next key begins a new table.
    void endTable() {
        if (writer != null) {
            finishTable(writer);
        }
    }

    /// As [#endTable]; what lies before `next`, range deletes included, is written before, and none of them
    /// reaches over its beginning.
    void endTableBefore(Sstable next) {
        addRangesUpTo(next.smallest());
        endTable();
    }

    private void finishTable(SstableWriter current) {
        current.endBlocks();
        if (pipeline != null) {
            pipeline.finish(current, metas);
        } else {
            TableMeta meta = current.complete();
            current.seal();
            current.close();
            metas.add(meta);
        }
        writer = null;
    }

    /// Completes the tables: synced, their directory too, and opened. May be none. They belong to this
    /// builder until [#keep].
    List<Sstable> finish() {
        addRangesUpTo(null);
        endTable();
        if (pipeline != null) {
            pipeline.await();
        }
        if (!metas.isEmpty()) {
            files.syncDirectory(SstableFormat.directory(relationId));
        }
        for (TableMeta meta : metas) {
            tables.add(versions.openTable(relationId, meta));
        }
        return tables;
    }

    long bytes() {
        return metas.stream().mapToLong(TableMeta::bytes).sum();
    }

    long maxCommitTs() {
        return metas.stream().mapToLong(TableMeta::maxCommitTs).max().orElse(0);
    }

    /// The tables are part of the tree now.
    void keep() {
        kept = true;
    }

    @Override
    public void close() {
        if (pipeline != null) {
            pipeline.drain(); // its last call has ended
        }
        cutKey.close();
        if (writer != null) {
            writer.close();
            writer = null;
        }
        if (pipeline != null) {
            pipeline.close();
        }
        if (!kept) {
            tables.forEach(Sstable::close);
            metas.forEach(meta -> versions.discard(relationId, meta));
            kept = true;
        }
    }
}
