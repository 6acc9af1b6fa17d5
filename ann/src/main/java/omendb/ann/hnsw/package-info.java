/// The HNSW graph (Malkov & Yashunin 2016): memory layout, insertion, beam search, checkpoint files.
///
/// Not a front door: callers use [omendb.ann.HnswIndex]. File layout: `HnswFileFormat`. Who may write what, and in
/// which order it is published: `Graph`.
@NullMarked
package omendb.ann.hnsw;

import org.jspecify.annotations.NullMarked;
