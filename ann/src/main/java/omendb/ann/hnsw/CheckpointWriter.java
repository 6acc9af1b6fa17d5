package omendb.ann.hnsw;

import omendb.ann.HnswOptions;
import omendb.ann.hnsw.HnswFileFormat.CodesParameter;
import omendb.ann.hnsw.HnswFileFormat.GraphParameter;
import omendb.ann.quantize.RabitqQuantizer;
import omendb.memory.FileHeader;
import omendb.memory.FileStore;
import omendb.memory.SectionFile;
import omendb.memory.SectionWriter;
import omendb.memory.StorageException;
import omendb.memory.StoreFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes a generation of the index files; the order that makes it safe is at [HnswFileFormat].
///
/// Insertions wait while memory is copied to the files (some hundred megabytes a second, into the page cache), not
/// while
/// the disk is synced. Searches and tombstones do not wait.
public final class CheckpointWriter {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointWriter.class);

    private final IndexMemory memory;
    private final FileStore store;
    private final String directory;

    public CheckpointWriter(IndexMemory memory, FileStore store, String directory) {
        this.memory = memory;
        this.store = store;
        this.directory = directory;
    }

    /// Writes generation `generation`, which is higher than all there are, and deletes the others.
    ///
    /// @return bytes of its files
    public long write(long generation) {
        store.createDirectories(directory);
        String graphName = HnswFileFormat.graphName(directory, generation);
        String codesName = HnswFileFormat.codesName(directory, generation);
        String graphTemporary = graphName + HnswFileFormat.TEMPORARY_SUFFIX;
        String codesTemporary = codesName + HnswFileFormat.TEMPORARY_SUFFIX;
        deleteAllBut(generation, true);
        boolean complete = false;
        long bytes;
        try (StoreFile graphFile = store.create(graphTemporary);
                StoreFile codesFile = memory.wantsCodes() ? store.create(codesTemporary) : null) {
            boolean hasCodes = copy(generation, graphFile, codesFile);
            bytes = graphFile.size();
            if (codesFile != null && hasCodes) {
                bytes += codesFile.size();
                codesFile.sync();
                store.rename(codesTemporary, codesName);
                store.syncDirectory(directory);
            }
            graphFile.sync();
            store.rename(graphTemporary, graphName);
            store.syncDirectory(directory);
            complete = true;
        } finally {
            if (!complete) {
                deleteQuietly(graphTemporary);
                deleteQuietly(codesTemporary);
            }
        }
        deleteAllBut(generation, false);
        return bytes;
    }

    /// Copies memory to the files while nobody links; true if there were codes.
    private boolean copy(long generation, StoreFile graphFile, @Nullable StoreFile codesFile) {
        long stamp = memory.writing.writeLock();
        try {
            CodeTable codes = memory.codes();
            boolean hasCodes = codes != null && codesFile != null;
            writeGraph(generation, graphFile, hasCodes);
            if (codes != null && codesFile != null) {
                writeCodes(generation, codesFile, codes, memory.graph.slotCount.get());
            }
            return hasCodes;
        } finally {
            memory.writing.unlockWrite(stamp);
        }
    }

    private void writeGraph(long generation, StoreFile file, boolean hasCodes) {
        Graph graph = memory.graph;
        HnswOptions options = memory.options;
        long slots = graph.slotCount.get();
        long upperLists = graph.upperCount.get();
        long level0Bytes = slots * Graph.level0Stride(graph.m);
        long upperBytes = upperLists * Graph.upperStride(graph.m);
        long[] parameters = new long[GraphParameter.values().length];
        // before the copy: a tombstone set meanwhile may be in the lists and not in the counts, never the other way
        parameters[GraphParameter.LINKED.index] = graph.linkedCount.get();
        parameters[GraphParameter.DEAD.index] = graph.deadCount.get();
        parameters[GraphParameter.INDEXED_LIMIT.index] = Math.min(slots, graph.indexedLimit.get());
        long sections = SectionFile.sectionBytes(level0Bytes) + SectionFile.sectionBytes(upperBytes);
        try (var writer = new SectionWriter(file, sections)) {
            writer.section(graph.level0.address(), level0Bytes);
            writer.section(graph.upper.address(), upperBytes);
            parameters[GraphParameter.TABLE_OFFSET.index] = writer.tableOffset();
            parameters[GraphParameter.TABLE_CHECKSUM.index] = writer.finish();
        }
        parameters[GraphParameter.GENERATION.index] = generation;
        parameters[GraphParameter.DIMENSIONS.index] = options.dimensions();
        parameters[GraphParameter.DISTANCE.index] = FileIds.of(options.distance()) | FileIds.of(options.element()) << 8;
        parameters[GraphParameter.M.index] = options.m();
        parameters[GraphParameter.EF_CONSTRUCTION.index] = options.efConstruction();
        parameters[GraphParameter.QUANTIZATION.index] =
                FileIds.of(options.quantization().kind());
        parameters[GraphParameter.BITS_ASKED.index] = options.quantization().bits();
        parameters[GraphParameter.CENTROIDS_ASKED.index] =
                options.quantization().centroids();
        parameters[GraphParameter.SEED.index] = options.seed();
        parameters[GraphParameter.SLOTS.index] = slots;
        parameters[GraphParameter.UPPER_LISTS.index] = upperLists;
        parameters[GraphParameter.ENTRY.index] = graph.entry.get();
        parameters[GraphParameter.HAS_CODES.index] = hasCodes ? 1L : 0L;
        writeHeader(file, HnswFileFormat.GRAPH_KIND, parameters);
    }

    private static void writeCodes(long generation, StoreFile file, CodeTable codes, long slotCount) {
        var quantizer = codes.quantizer;
        var layout = quantizer.layout();
        // dead slots at the end may have no row
        long slots = Math.min(slotCount, codes.rows.capacity());
        long parameterBytes = RabitqQuantizer.parameterBytes(layout, quantizer.centroidCount());
        long rowBytes = slots * layout.strideBytes();
        long[] parameters = new long[CodesParameter.values().length];
        long sections = SectionFile.sectionBytes(parameterBytes) + SectionFile.sectionBytes(rowBytes);
        try (var writer = new SectionWriter(file, sections)) {
            writer.section(quantizer.parameterAddress(), parameterBytes);
            writer.section(codes.address(), rowBytes);
            parameters[CodesParameter.TABLE_OFFSET.index] = writer.tableOffset();
            parameters[CodesParameter.TABLE_CHECKSUM.index] = writer.finish();
        }
        parameters[CodesParameter.GENERATION.index] = generation;
        parameters[CodesParameter.DIMENSIONS.index] = layout.dimensions();
        parameters[CodesParameter.BITS.index] = layout.bits();
        parameters[CodesParameter.CENTROIDS.index] = quantizer.centroidCount();
        parameters[CodesParameter.SPACE.index] = quantizer.space().id();
        parameters[CodesParameter.SEED.index] = quantizer.seed();
        parameters[CodesParameter.SLOTS.index] = slots;
        parameters[CodesParameter.TRAINED_ON.index] = codes.trainedOn;
        writeHeader(file, HnswFileFormat.CODES_KIND, parameters);
    }

    private static void writeHeader(StoreFile file, String kind, long[] values) {
        FileHeader.of(kind, HnswFileFormat.VERSION, 0, 0, values).write(file);
    }

    /// Deletes files of other generations, or only leftover temporary ones.
    private void deleteAllBut(long generation, boolean temporaryOnly) {
        for (String name : store.list(directory)) {
            var found = SectionFile.generationOf(name);
            boolean temporary = name.endsWith(HnswFileFormat.TEMPORARY_SUFFIX);
            if (found.isPresent() && (temporary || (!temporaryOnly && found.getAsLong() != generation))) {
                deleteQuietly(directory + "/" + name);
            }
        }
    }

    // a leftover costs space, not truth: the next checkpoint tries again
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
