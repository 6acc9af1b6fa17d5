package omendb.engine.table;

import omendb.ann.HnswStats;
import org.jspecify.annotations.Nullable;

/// A vector index at one moment.
///
/// @param graph       null while the index is built again
/// @param unreachable live nodes that no walk gets to
/// @param tail        vectors not yet linked, which searches compare exactly
public record VectorIndexFigures(@Nullable HnswStats graph, long unreachable, long tail) {}
