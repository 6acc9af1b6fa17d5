/// Key-value stores side by side: OmenDB's storage engine (LSM store and write-ahead log) against stores that
/// a Java program could call instead, with the same keys, values, seed and durability, in one run.
///
/// Front door: [StorageBench] (`./omendb bench storage`) and [VersusSqlite] (`./omendb benchmark_vs_sqlite`).
/// Each store is a [Contender]; how it is configured, and why that is fair, stands above its class.
@NullMarked
package omendb.jmh.storage;

import org.jspecify.annotations.NullMarked;
