package omendb.engine.lsm;

import java.util.ArrayList;
import java.util.List;
import omendb.memory.FileStore;
import org.jspecify.annotations.Nullable;

/// Writes a sorted sequence of versions of one tree into one or several tables.
///
/// [#finish] opens them; until its caller has them named by the manifest, [#close] closes and removes them.
/// Threading: one thread.
final class TableBuilder implements AutoCloseable {
    private final FileStore files;
    private final LsmOptions options;
    private final VersionSet versions;
    private final long relationId;
    private final long baseTs;
    private final long splitBytes;
    private final List<TableMeta> metas = new ArrayList<>();
    private final List<Sstable> tables = new ArrayList<>();
    private @Nullable SstableWriter writer;
    private boolean kept;
    private boolean syncsOnce;

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

    /// See [SstableWriter#syncOnce].
    void syncOnce() {
        syncsOnce = true;
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
        SstableWriter current = writer;
        if (current != null && newKey && current.bytes() >= splitBytes) {
            finishTable(current);
            current = null;
        }
        if (current == null) {
            if (metas.isEmpty()) {
                files.createDirectories(SstableFormat.directory(relationId));
            }
            current =
                    new SstableWriter(files, options, relationId, versions.newNumber(), baseTs, versions.flushedLsn());
            if (syncsOnce) {
                current.syncOnce();
            }
            writer = current;
        }
        current.add(key, keyLength, commitTs, tombstone, valueAddress, valueLength);
    }

    /// The next key begins a new table.
    void endTable() {
        if (writer != null) {
            finishTable(writer);
        }
    }

    private void finishTable(SstableWriter current) {
        metas.add(current.finish());
        current.close();
        writer = null;
    }

    /// Completes the tables: synced, their directory too, and opened. May be none. They belong to this
    /// builder until [#keep].
    List<Sstable> finish() {
        endTable();
        if (!metas.isEmpty()) {
            files.syncDirectory(SstableFormat.directory(relationId));
        }
        for (TableMeta meta : metas) {
            tables.add(Sstable.open(files, relationId, meta));
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
        if (writer != null) {
            writer.close();
            writer = null;
        }
        if (!kept) {
            tables.forEach(Sstable::close);
            metas.forEach(meta -> versions.discard(relationId, meta));
            kept = true;
        }
    }
}
