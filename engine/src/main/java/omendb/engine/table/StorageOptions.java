package omendb.engine.table;

/// Limits of tables.
///
/// @param bulkBytes           a transaction with more vector bytes syncs the vector files instead of logging them
/// @param vectorReservedBytes address space reserved for each vector column
/// @param indexThreads        threads of an index build
/// @param sortBytes           memory of a btree build before it writes a run
public record StorageOptions(long bulkBytes, long vectorReservedBytes, int indexThreads, long sortBytes) {}
