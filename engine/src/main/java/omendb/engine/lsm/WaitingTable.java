package omendb.engine.lsm;

/// A table of a spill ([SpilledRuns]) that the manifest knows and that is part of no tree yet.
record WaitingTable(long relationId, TableMeta meta) {}
