/// Rows, vector columns and indexes of tables as transactions see them.
///
/// Front door: [Table] (from `Database.table`): insert, update, delete, scans and fetches into batches,
/// [IndexAccess] for
/// btrees, [VectorIndexAccess] for nearest neighbours. A row is keyed by a hidden 64-bit row id and read in place
/// ([RowFormat]); values of `vector(n)` columns are slot numbers in the row, the floats lie in
/// [omendb.engine.vector.VectorColumn].
/// Visibility: row and index trees are versioned by commit timestamp, so a hit at a snapshot is exact; a vector
/// index knows
/// no versions, so its hits are checked against the row ([VectorSearch]).
/// Threading: a [Table] is shared; what it hands out (scans, fetches, searches) belongs to one transaction's thread.
@NullMarked
package omendb.engine.table;

import org.jspecify.annotations.NullMarked;
