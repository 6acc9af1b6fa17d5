package omendb.engine.table;

/// Receives what a check finds wrong.
@FunctionalInterface
public interface CheckFindings {
    /// @param problem names the file and the position in it, where there is one
    void damaged(String problem);
}
