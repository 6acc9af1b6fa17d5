package omendb.engine.alex;

import omendb.engine.alex.AlexFileFormat.Parameter;
import omendb.memory.CorruptFileException;
import omendb.memory.Epochs;
import omendb.memory.FileHeader;
import omendb.memory.FileStore;
import omendb.memory.NativeMemory;
import omendb.memory.SectionFile;
import omendb.memory.StoreFile;
import org.jspecify.annotations.Nullable;

/// Opens the newest checkpoint: maps the base, which reads nothing but its header and checksum table, and
/// puts the delta's pages over it, so that the time depends on the delta alone.
final class CheckpointReader {
    private final FileStore store;
    private final String directory;

    /// A checkpoint that was opened.
    ///
    /// @param last the newest batch; null if the base has no delta
    record Opened(
            NodeSpace space,
            long generation,
            long lsn,
            long baseBytes,
            @Nullable DeltaBatch last) {}

    CheckpointReader(FileStore store, String directory) {
        this.store = store;
        this.directory = directory;
    }

    /// Highest generation that has a base; 0 if there is none.
    long newestGeneration() {
        return store.list(directory).stream()
                .filter(AlexFileFormat::isBase)
                .mapToLong(name -> SectionFile.generationOf(name).orElseThrow())
                .max()
                .orElse(0);
    }

    Opened open(long reservedBytes, Epochs epochs) {
        long generation = newestGeneration();
        try (StoreFile file = store.open(AlexFileFormat.baseName(directory, generation))) {
            FileHeader header = header(file, generation);
            SectionFile.checkTable(file, get(header, Parameter.TABLE_OFFSET), get(header, Parameter.TABLE_CHECKSUM));
            long bytes = get(header, Parameter.PAGES) * PageStates.PAGE_BYTES;
            NodeSpace space = NodeSpace.map(file, FileHeader.BYTES, bytes, reservedBytes, epochs);
            boolean complete = false;
            try {
                DeltaBatch last = applyDelta(space, generation);
                complete = true;
                long lsn = last == null ? get(header, Parameter.LSN) : last.lsn();
                return new Opened(space, generation, lsn, bytes, last);
            } finally {
                if (!complete) {
                    space.close();
                }
            }
        }
    }

    private static FileHeader header(StoreFile file, long generation) {
        FileHeader header = FileHeader.read(file, AlexFileFormat.KIND, AlexFileFormat.VERSION, AlexFileFormat.VERSION);
        boolean whole = header.parameterCount() == Parameter.values().length
                && get(header, Parameter.GENERATION) == generation
                && get(header, Parameter.PAGES) > 0
                && get(header, Parameter.TABLE_OFFSET)
                        == FileHeader.BYTES + get(header, Parameter.PAGES) * PageStates.PAGE_BYTES;
        if (!whole) {
            throw new CorruptFileException(
                    file.path(), 0, "index file " + file.name() + ": parameters do not fit together");
        }
        return header;
    }

    private static long get(FileHeader header, Parameter parameter) {
        return header.parameter(parameter.index);
    }

    private @Nullable DeltaBatch applyDelta(NodeSpace space, long generation) {
        return walkDelta(generation, new PageSink(space));
    }

    /// Puts pages where they belong.
    private record PageSink(NodeSpace space) implements DeltaBatch.PageTarget {
        @Override
        public void accept(long page, long bytes) {
            long at = page << PageStates.PAGE_SHIFT;
            space.commitTo((int) ((at + PageStates.PAGE_BYTES) >>> NodeSpace.UNIT_SHIFT));
            NativeMemory.copy(bytes, space.base() + at, PageStates.PAGE_BYTES);
        }
    }

    /// Hands over the pages of all batches in order; returns the newest batch.
    private @Nullable DeltaBatch walkDelta(long generation, DeltaBatch.PageTarget target) {
        String name = AlexFileFormat.deltaName(directory, generation);
        if (!store.exists(name)) {
            return null;
        }
        try (StoreFile file = store.open(name)) {
            if (!isStarted(file, generation)) {
                return null;
            }
            DeltaBatch last = null;
            DeltaBatch batch = DeltaBatch.read(file, FileHeader.BYTES);
            while (batch != null && batch.follows(last, generation)) {
                DeltaBatch next = DeltaBatch.read(file, batch.end());
                if ((next == null || !next.follows(batch, generation)) && isTorn(file, batch)) {
                    return last;
                }
                batch.readPages(file, target);
                last = batch;
                batch = next;
            }
            return last;
        }
    }

    // a delta whose header never reached the disk has no batch that did
    private static boolean isStarted(StoreFile file, long generation) {
        if (DeltaBatch.read(file, FileHeader.BYTES) == null) {
            return false;
        }
        FileHeader header =
                FileHeader.read(file, AlexFileFormat.DELTA_KIND, AlexFileFormat.VERSION, AlexFileFormat.VERSION);
        return header.parameterCount() == 1 && header.parameter(0) == generation;
    }

    private static boolean isTorn(StoreFile file, DeltaBatch batch) {
        try {
            batch.readPages(file, (page, bytes) -> {});
            return false;
        } catch (CorruptFileException e) {
            return true;
        }
    }

    /// Compares everything that an open would use with its checksums, by positional reads.
    ///
    /// @throws CorruptFileException at the first page that differs
    void verify() {
        long generation = newestGeneration();
        try (StoreFile file = store.open(AlexFileFormat.baseName(directory, generation))) {
            FileHeader header = header(file, generation);
            SectionFile.verify(file, get(header, Parameter.TABLE_OFFSET), get(header, Parameter.TABLE_CHECKSUM));
        }
        walkDelta(generation, (page, bytes) -> {});
    }
}
