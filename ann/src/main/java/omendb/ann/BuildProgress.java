package omendb.ann;

/// Told now and then how far a build is, and asked whether to go on. Called by the building threads, possibly by
/// several at a time.
@FunctionalInterface
public interface BuildProgress {
    /// Ignores progress and never stops.
    BuildProgress SILENT = (done, total) -> true;

    /// Called by any of the build's threads, often: whoever says false wants to see the build end soon.
    ///
    /// @param done  slots linked so far, 0 while codes are trained
    /// @param total slots to link
    /// @return false to abandon the build: it then throws [java.util.concurrent.CancellationException]
    boolean report(long done, long total);
}
