package omendb.engine.lsm;

/// Versions that a tree holds, those that nobody can see any more included.
///
/// @param values     with a value
/// @param tombstones marks of deletes
public record VersionCount(long values, long tombstones) {
    public long all() {
        return values + tombstones;
    }
}
