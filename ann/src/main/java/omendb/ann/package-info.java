/// Nearest-neighbour search over off-heap vectors: exact scan, quantized HNSW, index files.
///
/// Front door: [HnswIndex] (build, insert, search, checkpoint), [HnswSearch] (a resumable stream of neighbours),
/// [ExactSearch], [DistanceKernels] (the same
/// distances the SQL operators return), [Distance], [VectorSource] (where the float vectors lie).
/// Inside: `kernel` (the only package that imports `jdk.incubator.vector`), `quantize` (RaBitQ codes), `hnsw`
/// (graph,
/// builder, files; layout in
/// `HnswFileFormat`).
/// Currency: a vector is named by its *slot*, a dense number from 0 to 2^31 - 1; a distance is lower when nearer
/// and is
/// what pgvector's operator returns.
/// Knows `omendb.memory`. Does not know tables, transactions, the WAL or SQL: visibility is the caller's, rows are
/// what
/// the caller makes of slots.
@NullMarked
package omendb.ann;

import org.jspecify.annotations.NullMarked;
