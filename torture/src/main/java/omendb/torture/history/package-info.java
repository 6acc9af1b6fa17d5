/// Checks recorded histories of concurrent transactions against an isolation level, after Elle (Kingsbury & Alvaro,
/// "Elle: Inferring Isolation Anomalies from Experimental Observations", VLDB 2020).
///
/// Front door: [HistoryChecker]. Values are written once each, so a read says whose write it saw. [VersionOrders] finds
/// the order of each key's versions, [DirectChecks] what is wrong with single reads, [DependencyGraph] who must come
/// before whom (write-write, write-read, read-write, real time), [CycleSearch] the cycles in it and their names in
/// Adya's terms. Knows nothing of databases: whoever records a history fills in [HistoryTransaction]s.
@NullMarked
package omendb.torture.history;

import org.jspecify.annotations.NullMarked;
