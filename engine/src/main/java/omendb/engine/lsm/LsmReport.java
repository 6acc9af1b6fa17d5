package omendb.engine.lsm;

/// Where a check of a store says what it sees; see [LsmStore#verify(LsmReport)] and [LsmStore#check].
public interface LsmReport {
    /// A file that is not what was written, or does not fit the others.
    ///
    /// @param path the file
    /// @param position byte in it where the problem lies, 0 if it is one of the whole file
    void problem(String path, long position, String problem);

    /// A table was looked at, whether it is whole or not.
    ///
    /// @param bytes size of the file
    /// @param entries versions and tombstones that the manifest counts in it
    default void table(String path, long relationId, int level, long bytes, long entries) {}

    /// A file that nothing names: what a crash left behind; the next start removes it. Not a problem.
    default void leftover(String path) {}
}
