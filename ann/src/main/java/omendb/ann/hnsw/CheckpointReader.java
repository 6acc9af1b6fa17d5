package omendb.ann.hnsw;

import omendb.ann.HnswOptions;
import omendb.ann.Quantization;
import omendb.ann.VectorSource;
import omendb.ann.hnsw.HnswFileFormat.CodesParameter;
import omendb.ann.hnsw.HnswFileFormat.GraphParameter;
import omendb.ann.quantize.CodeLayout;
import omendb.ann.quantize.CodeSpace;
import omendb.ann.quantize.RabitqQuantizer;
import omendb.memory.CorruptFileException;
import omendb.memory.Epochs;
import omendb.memory.FileHeader;
import omendb.memory.FileStore;
import omendb.memory.NativeMemory;
import omendb.memory.SectionFile;
import omendb.memory.StoreFile;
import org.jspecify.annotations.Nullable;

/// Opens a generation of the index files by mapping it: nothing is read but headers and checksum tables, so the
/// time does
/// not grow with the data (a table is 1/8192 of its file).
public final class CheckpointReader {
    private final FileStore store;
    private final String directory;

    public CheckpointReader(FileStore store, String directory) {
        this.store = store;
        this.directory = directory;
    }

    /// Generations that have a graph file, highest first.
    public long[] generations() {
        return store.list(directory).stream()
                .filter(HnswFileFormat::isGraph)
                .mapToLong(name -> -SectionFile.generationOf(name).orElseThrow())
                .sorted()
                .map(negative -> -negative)
                .toArray();
    }

    /// Bytes of a generation's files.
    public long bytes(long generation) {
        String codes = HnswFileFormat.codesName(directory, generation);
        return store.size(HnswFileFormat.graphName(directory, generation))
                + (store.exists(codes) ? store.size(codes) : 0);
    }

    /// @throws omendb.memory.StorageException if the generation cannot be used
    public IndexMemory open(long generation, VectorSource source, Epochs epochs) {
        Graph graph = null;
        CodeTable codes = null;
        boolean complete = false;
        try (StoreFile file = store.open(HnswFileFormat.graphName(directory, generation))) {
            var header = new GraphHeader(file, generation);
            graph = header.mapGraph(file);
            if (header.get(GraphParameter.HAS_CODES) == 1) {
                codes = openCodes(generation, header);
            }
            var memory = new IndexMemory(header.options, source, graph, epochs);
            if (codes != null) {
                memory.setCodes(codes);
            }
            complete = true;
            return memory;
        } finally {
            if (!complete) {
                closeAll(graph, codes);
            }
        }
    }

    private static void closeAll(@Nullable Graph graph, @Nullable CodeTable codes) {
        if (graph != null) {
            graph.close();
        }
        if (codes != null) {
            codes.close();
        }
    }

    private CodeTable openCodes(long generation, GraphHeader graph) {
        try (StoreFile file = store.open(HnswFileFormat.codesName(directory, generation))) {
            FileHeader header =
                    FileHeader.read(file, HnswFileFormat.CODES_KIND, HnswFileFormat.VERSION, HnswFileFormat.VERSION);
            require(file, header.parameterCount() == CodesParameter.values().length, "wrong number of parameters");
            require(file, get(header, CodesParameter.GENERATION) == generation, "of another generation");
            long dimensions = get(header, CodesParameter.DIMENSIONS);
            long bits = get(header, CodesParameter.BITS);
            long centroids = get(header, CodesParameter.CENTROIDS);
            long slots = get(header, CodesParameter.SLOTS);
            require(file, dimensions == graph.options.dimensions(), "of " + dimensions + " dimensions");
            require(file, bits >= 1 && bits <= Quantization.MAX_BITS, "codes of " + bits + " bits");
            require(file, centroids >= 1 && centroids <= Quantization.MAX_CENTROIDS, centroids + " centroids");
            require(file, slots >= 0 && slots <= Integer.MAX_VALUE, "codes for " + slots + " slots");
            var layout = new CodeLayout((int) dimensions, (int) bits);
            long parameterBytes = RabitqQuantizer.parameterBytes(layout, (int) centroids);
            long parameterSection = SectionFile.sectionBytes(parameterBytes);
            long rowSection = SectionFile.sectionBytes(slots * layout.strideBytes());
            long tableOffset = get(header, CodesParameter.TABLE_OFFSET);
            require(
                    file,
                    tableOffset == FileHeader.BYTES + parameterSection + rowSection,
                    "checksum table at " + tableOffset);
            SectionFile.checkTable(file, tableOffset, get(header, CodesParameter.TABLE_CHECKSUM));
            return mapCodes(file, header, layout, (int) centroids, slots);
        }
    }

    private static CodeTable mapCodes(StoreFile file, FileHeader header, CodeLayout layout, int centroids, long slots) {
        CodeSpace space;
        try {
            space = CodeSpace.of((int) get(header, CodesParameter.SPACE));
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(file.path(), 0, "index file " + file.name() + ": " + e.getMessage(), e);
        }
        long parameterBytes = RabitqQuantizer.parameterBytes(layout, centroids);
        RabitqQuantizer quantizer;
        try (var parameters = new OffHeapArray(parameterBytes)) {
            file.read(NativeMemory.segment(parameters.address(), parameterBytes), FileHeader.BYTES);
            quantizer = RabitqQuantizer.of(
                    space, layout, centroids, get(header, CodesParameter.SEED), parameters.address());
        }
        var table = new CodeTable(quantizer, get(header, CodesParameter.TRAINED_ON), slots);
        boolean mapped = false;
        try {
            long offset = FileHeader.BYTES + SectionFile.sectionBytes(parameterBytes);
            table.rows.map(file, offset, SectionFile.sectionBytes(slots * layout.strideBytes()), slots);
            mapped = true;
            return table;
        } finally {
            if (!mapped) {
                table.close();
            }
        }
    }

    /// The header of the graph file, checked.
    private static final class GraphHeader {
        final HnswOptions options;
        private final FileHeader header;
        private final long slots;
        private final long upperLists;
        private final long level0Section;
        private final long upperSection;

        GraphHeader(StoreFile file, long generation) {
            header = FileHeader.read(file, HnswFileFormat.GRAPH_KIND, HnswFileFormat.VERSION, HnswFileFormat.VERSION);
            require(file, header.parameterCount() == GraphParameter.values().length, "wrong number of parameters");
            require(file, get(GraphParameter.GENERATION) == generation, "of another generation");
            options = options(file);
            slots = get(GraphParameter.SLOTS);
            upperLists = get(GraphParameter.UPPER_LISTS);
            long entry = get(GraphParameter.ENTRY);
            require(file, slots >= 0 && slots <= Integer.MAX_VALUE, slots + " slots");
            require(file, upperLists >= 0 && upperLists <= Integer.MAX_VALUE, upperLists + " upper lists");
            require(
                    file,
                    entry == -1 || (Graph.entrySlot(entry) >= 0 && Graph.entrySlot(entry) < slots),
                    "entry point " + entry);
            level0Section = SectionFile.sectionBytes(slots * Graph.level0Stride(options.m()));
            upperSection = SectionFile.sectionBytes(upperLists * Graph.upperStride(options.m()));
            long tableOffset = get(GraphParameter.TABLE_OFFSET);
            require(
                    file,
                    tableOffset == FileHeader.BYTES + level0Section + upperSection,
                    "checksum table at " + tableOffset);
            SectionFile.checkTable(file, tableOffset, get(GraphParameter.TABLE_CHECKSUM));
        }

        long get(GraphParameter parameter) {
            return header.parameter(parameter.index);
        }

        private HnswOptions options(StoreFile file) {
            try {
                long distance = get(GraphParameter.DISTANCE);
                return new HnswOptions(
                        FileIds.element(distance >> 8),
                        Math.toIntExact(get(GraphParameter.DIMENSIONS)),
                        FileIds.distance(distance & 0xff),
                        Math.toIntExact(get(GraphParameter.M)),
                        Math.toIntExact(get(GraphParameter.EF_CONSTRUCTION)),
                        new Quantization(
                                FileIds.quantization(get(GraphParameter.QUANTIZATION)),
                                Math.toIntExact(get(GraphParameter.BITS_ASKED)),
                                Math.toIntExact(get(GraphParameter.CENTROIDS_ASKED))),
                        get(GraphParameter.SEED));
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw new CorruptFileException(file.path(), 0, "index file " + file.name() + ": " + e.getMessage(), e);
            }
        }

        Graph mapGraph(StoreFile file) {
            var graph = new Graph(options.m(), options.seed(), slots);
            boolean mapped = false;
            try {
                graph.level0.map(file, FileHeader.BYTES, level0Section, slots);
                graph.upper.map(file, FileHeader.BYTES + level0Section, upperSection, upperLists);
                mapped = true;
            } finally {
                if (!mapped) {
                    graph.close();
                }
            }
            graph.slotCount.set(slots);
            graph.upperCount.set((int) upperLists);
            graph.entry.set(get(GraphParameter.ENTRY));
            graph.linkedCount.set(get(GraphParameter.LINKED));
            graph.deadCount.set(get(GraphParameter.DEAD));
            graph.indexedLimit.set(get(GraphParameter.INDEXED_LIMIT));
            return graph;
        }
    }

    private static long get(FileHeader header, CodesParameter parameter) {
        return header.parameter(parameter.index);
    }

    private static void require(StoreFile file, boolean condition, String found) {
        if (!condition) {
            throw new CorruptFileException(file.path(), 0, "index file " + file.name() + ": " + found, null);
        }
    }

    /// Compares all pages of a generation with their checksums, by positional reads.
    ///
    /// @throws CorruptFileException at the first page that differs
    public void verify(long generation) {
        verify(HnswFileFormat.graphName(directory, generation), HnswFileFormat.GRAPH_KIND);
        String codes = HnswFileFormat.codesName(directory, generation);
        if (store.exists(codes)) {
            verify(codes, HnswFileFormat.CODES_KIND);
        }
    }

    private void verify(String name, String kind) {
        try (StoreFile file = store.open(name)) {
            FileHeader header = FileHeader.read(file, kind, HnswFileFormat.VERSION, HnswFileFormat.VERSION);
            // both kinds keep their table at the same parameters
            SectionFile.verify(
                    file,
                    header.parameter(GraphParameter.TABLE_OFFSET.index),
                    header.parameter(GraphParameter.TABLE_CHECKSUM.index));
        }
    }
}
