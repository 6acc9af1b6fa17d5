/// Log-structured merge trees: the versioned, ordered key-value storage under every table, index and
/// catalog.
///
/// Front door: [LsmStore] (one per database) and its [LsmTree]s (one per relation); writes come as a
/// [WriteBatch], ranges are read through an [LsmCursor]. Files: `rel/<relation>/NNNNNN.sst`
/// ([SstableFormat]), `manifest-N` and `CURRENT` ([ManifestFormat]).
///
/// One memtable (an arena with a skiplist per tree) takes the writes of all trees; a flush turns it into
/// one SSTable per tree and one manifest edit, which also says up to which LSN the log is no longer needed.
/// Compaction is leveled. Threading: any thread reads under an `Epochs` pin without locks; any thread
/// applies batches; one thread flushes and `compactionThreads` compact; the state of a tree is an immutable
/// object swapped under the store's lock. Promise: what a manifest names exists, is complete and carries
/// checksums; nothing damaged is served as data. Knows `omendb.memory`. Does not write the WAL (its caller
/// does, before `apply`), knows no transactions and no rows.
@NullMarked
package omendb.engine.lsm;

import org.jspecify.annotations.NullMarked;
