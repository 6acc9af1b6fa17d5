package omendb.ann;

/// Told now and then how far a build is, and asked whether to go on. Called by the building threads, possibly by
/// several at a time.
@FunctionalInterface
public interface BuildProgress {
    /// Ignores progress and never stops.
    BuildProgress SILENT = (done, total) -> true;

    /// @param done  slots linked so far
    /// @param total slots to link
    /// @return false to abandon the build: it then throws [java.util.concurrent.CancellationException]
    boolean report(long done, long total);
}
