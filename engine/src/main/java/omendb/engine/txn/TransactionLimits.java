package omendb.engine.txn;

import java.util.function.LongPredicate;

/// What transactions may keep in memory.
///
/// @param writeSetBytes a transaction whose writes take more spills them to disk
/// @param spillable     relations whose writes may be spilled
public record TransactionLimits(long writeSetBytes, LongPredicate spillable) {}
