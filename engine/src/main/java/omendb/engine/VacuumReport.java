package omendb.engine;

import java.util.List;

/// What VACUUM of one table came to.
///
/// @param removed   row versions taken away
/// @param remaining live rows
/// @param dead      row versions that a snapshot may still see, or too few to be worth it
/// @param bytes     on disk afterwards, without vectors
public record VacuumReport(
        long removed, long remaining, long dead, long bytesBefore, long bytes, List<IndexReport> indexes) {
    /// @param removed entries taken away
    /// @param entries left
    public record IndexReport(String name, long removed, long entries) {}
}
