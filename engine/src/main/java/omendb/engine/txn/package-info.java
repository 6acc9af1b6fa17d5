/// Transactions: snapshots, private write sets, locks, commit.
///
/// Front door: [Transaction] (begun by [TransactionManager]). A transaction reads at a snapshot (a commit
/// timestamp), keeps
/// its writes in an off-heap [WriteSet], locks rows and unique keys in the [LockTable] as it writes, and commits
/// through
/// [TransactionManager]: draw a timestamp and append one WAL record under one short mutex, wait for the group's fsync
/// without it, apply to the memtables, publish timestamps in order. Locks are released after publishing, so who
/// waited for
/// one sees what its holder committed.
/// Threading: a transaction belongs to one session at a time; [Transaction#cancel] may come from any thread.
/// Knows `omendb.engine.lsm` and `omendb.wal`. Does not know what keys and values mean.
@NullMarked
package omendb.engine.txn;

import org.jspecify.annotations.NullMarked;
