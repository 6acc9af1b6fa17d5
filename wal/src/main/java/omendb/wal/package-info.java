/// Write-ahead log: makes a commit survive a crash.
///
/// Front door: [Wal]. Files: `wal/NNNNNNNN.wal`, layout in `WalSegmentFormat` and `WalRecordFormat`.
/// Threading: any thread appends and waits; one writer thread writes and syncs; replay is single-threaded,
/// before the first append. Promise: a record whose end LSN is at most [Wal#durableLsn()] is replayed after any
/// crash; a torn tail is cut; damage before the tail is an error. Knows `omendb.memory`. Does not know what
/// payloads mean.
@NullMarked
package omendb.wal;

import org.jspecify.annotations.NullMarked;
