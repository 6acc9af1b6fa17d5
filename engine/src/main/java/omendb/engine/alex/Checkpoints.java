package omendb.engine.alex;

import omendb.engine.alex.AlexFileFormat.Parameter;
import omendb.memory.FileHeader;
import omendb.memory.FileStore;
import omendb.memory.MemoryAccount;
import omendb.memory.MemoryTag;
import omendb.memory.SectionFile;
import omendb.memory.SectionWriter;
import omendb.memory.StorageException;
import omendb.memory.StoreFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes the checkpoints of an index: what changed goes to the delta, and everything to a new generation
/// once the delta would pass a quarter of the base. The order that makes it safe is at [AlexFileFormat].
///
/// Threading: one checkpoint at a time (the index sees to it).
final class Checkpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final MemoryTag TAG = MemoryTag.of("alex delta");

    /// A delta may always grow to this, however small the base is.
    private static final long LEAST_DELTA_BYTES = 256 << 10;

    private static final int BASE_PARTS = 4;

    private final FileStore store;
    private final String directory;
    private long generation;
    private boolean hasBase;
    private long baseBytes;
    private @Nullable DeltaBatch last;
    private volatile long lsn;

    /// For an index that has no checkpoint yet; older files are deleted by its first one.
    Checkpoints(FileStore store, String directory) {
        this.store = store;
        this.directory = directory;
        this.generation = new CheckpointReader(store, directory).newestGeneration();
        this.lsn = -1;
    }

    /// For an index that was opened.
    Checkpoints(FileStore store, String directory, CheckpointReader.Opened opened) {
        this.store = store;
        this.directory = directory;
        this.generation = opened.generation();
        this.hasBase = true;
        this.baseBytes = opened.baseBytes();
        this.last = opened.last();
        this.lsn = opened.lsn();
    }

    /// LSN of the newest checkpoint; -1 if there is none.
    long lsn() {
        return lsn;
    }

    private long deltaEnd() {
        return last == null ? FileHeader.BYTES : last.end();
    }

    /// Whether the next checkpoint, of so many changed pages, is a new generation.
    boolean wantsGeneration(long dirtyPages) {
        long delta = deltaEnd() + AlexFileFormat.batchBytes(dirtyPages);
        return !hasBase || delta > Math.max(baseBytes / BASE_PARTS, LEAST_DELTA_BYTES);
    }

    /// Writes a snapshot of all pages.
    void writeGeneration(Snapshot snapshot, long newLsn) {
        store.createDirectories(directory);
        long next = generation + 1;
        String name = AlexFileFormat.baseName(directory, next);
        String temporary = name + AlexFileFormat.TEMPORARY_SUFFIX;
        deleteQuietly(temporary);
        long bytes = snapshot.rangePages() * PageStates.PAGE_BYTES;
        generation = next; // whatever happens: a file of this name may come to light after a crash
        boolean complete = false;
        try (StoreFile file = store.create(temporary)) {
            long[] parameters = new long[Parameter.values().length];
            try (var writer = new SectionWriter(file, bytes)) {
                copyPages(snapshot, writer);
                parameters[Parameter.TABLE_OFFSET.index] = writer.tableOffset();
                parameters[Parameter.TABLE_CHECKSUM.index] = writer.finish();
            }
            parameters[Parameter.GENERATION.index] = next;
            parameters[Parameter.PAGES.index] = snapshot.rangePages();
            parameters[Parameter.LSN.index] = newLsn;
            FileHeader.of(AlexFileFormat.KIND, AlexFileFormat.VERSION, 0, newLsn, parameters)
                    .write(file);
            file.sync();
            store.rename(temporary, name);
            store.syncDirectory(directory);
            complete = true;
        } finally {
            if (!complete) {
                hasBase = false;
                deleteQuietly(temporary);
            }
        }
        hasBase = true;
        baseBytes = bytes;
        last = null;
        lsn = newLsn;
        deleteOthers();
    }

    private static void copyPages(Snapshot snapshot, SectionWriter writer) {
        long page = MemoryAccount.allocate(TAG, PageStates.PAGE_BYTES);
        try {
            for (int i = 0; i < snapshot.rangePages(); i++) {
                snapshot.copy(i, page);
                writer.section(page, PageStates.PAGE_BYTES);
            }
        } finally {
            MemoryAccount.free(TAG, page, PageStates.PAGE_BYTES);
        }
    }

    /// Appends a snapshot of the changed pages to the delta.
    void writeDelta(Snapshot snapshot, long newLsn) {
        String name = AlexFileFormat.deltaName(directory, generation);
        boolean started = last != null;
        if (!started) {
            deleteQuietly(name); // of a first batch that was never finished
        }
        try (StoreFile file = started ? store.open(name) : store.create(name)) {
            if (!started) {
                FileHeader.of(AlexFileFormat.DELTA_KIND, AlexFileFormat.VERSION, 0, newLsn, generation)
                        .write(file);
            }
            long number = last == null ? 1 : last.number() + 1;
            DeltaBatch batch = DeltaBatch.write(file, deltaEnd(), generation, number, newLsn, snapshot);
            file.sync();
            if (!started) {
                store.syncDirectory(directory);
            }
            last = batch;
            lsn = newLsn;
        }
    }

    /// Bytes of the files of the newest checkpoint.
    long bytes() {
        return hasBase ? baseBytes + (last == null ? 0 : last.end()) : 0;
    }

    private void deleteOthers() {
        for (String name : store.list(directory)) {
            var found = SectionFile.generationOf(name);
            if (found.isPresent() && found.getAsLong() != generation) {
                deleteQuietly(directory + "/" + name);
            }
        }
    }

    // a leftover costs space, not truth: the next generation tries again
    private void deleteQuietly(String name) {
        try {
            if (store.exists(name)) {
                store.delete(name);
            }
        } catch (StorageException e) {
            LOG.warn("{} stays behind: {}", name, e.getMessage());
        }
    }
}
