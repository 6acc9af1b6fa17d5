/// ALEX: an updatable learned index (Ding et al., SIGMOD 2020) from 64-bit keys to row ids, off-heap.
///
/// Front door: [AlexIndex], walked by an [AlexCursor]; [EntryStream] feeds a bulk load.
///
/// **Entries** are pairs (key, payload), each once, ordered by key, then payload, both signed.
///
/// **Nodes** lie in one reserved range (`NodeSpace`) as blocks of 64-byte units (`BlockAllocator`); a
/// pointer is the number of a block's first unit, so that nodes mean the same at whatever address the range
/// lies.
///
/// - `ModelNode`: a line from keys to a power-of-two array of children;
/// - `SeparatorNode`: children told apart by binary search, for what no line tells apart (equal keys, for
///   one);
/// - `GappedNode`: data node that takes inserts: an array with gaps, filled where its line predicts;
/// - `CompactNode`: data node as it is built: keys and payloads as bit-packed residuals of the node's own
///   lines (LeCo, SIGMOD 2024), no gaps; becomes gapped when something is inserted or removed.
///
/// Each data node knows the interval of entries that lead to it (`DataNode`): a scan goes on at the
/// interval's end.
///
/// **Threading.** One writer at a time for each index (a lock; what an insert costs is small beside the
/// commit that caused it). Readers take no lock and write nothing:
/// - they hold an `Epochs` pin, and a replaced node is freed when no older pin is left;
/// - a compact or separator node never changes, except for a separator's child pointers;
/// - a child pointer or the root is replaced by one release store, and what was there before stays whole:
///   it is no longer changed. Model nodes and data nodes that grow or split are built anew beside the old
///   one and then published;
/// - a gapped node changes in place under a version, odd while it changes: a reader that finds it odd, or
///   another one at the end than at the start, reads the node again. All it may read by mistake lies inside
///   the node.
///
/// So a reader sees each entry that was there all along, and of those that come and go each as it was at
/// one moment.
///
/// Knows `omendb.memory`. Does not know rows, visibility or SQL.
@NullMarked
package omendb.engine.alex;

import org.jspecify.annotations.NullMarked;
