package omendb.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// An open file of a [FileStore], for positional reads and writes, sync and mapping.
///
/// Rules that keep mappings safe: a file never shrinks and is never extended sparsely while mapped; it is
/// preallocated, written by positional write, synced, and then mapped. Segments passed in must be native
/// (off-heap).
///
/// Threading: all methods may be called by any thread, also at the same time; a close waits for nothing, calls
/// that come after it fail with [IllegalStateException], calls in progress finish.
public abstract class StoreFile implements AutoCloseable {
    private final String name;

    StoreFile(String name) {
        this.name = name;
    }

    /// Name relative to the store it was opened from (renames are not followed).
    public final String name() {
        return name;
    }

    /// Full path for messages.
    public abstract String path();

    /// Writes all of `source` at `position`, looping over short writes.
    ///
    /// @throws DiskFullException if there is no room; some of the bytes may have been written
    /// @throws StorageException on any other failure; the same holds
    public abstract void write(MemorySegment source, long position);

    /// Fills `target` from `position`.
    ///
    /// @throws TruncatedFileException if the file ends before
    public abstract void read(MemorySegment target, long position);

    /// Bytes in the file now.
    public abstract long size();

    /// Makes sure that the file has at least `bytes` bytes and that all of them have room on the disk; new ones
    /// read as zero. Never shrinks.
    ///
    /// @throws DiskFullException if there is no room
    public abstract void preallocate(long bytes);

    /// Makes everything written so far durable (fdatasync).
    ///
    /// A failure means that the state of the written data is unknown for good: never call sync again and hope,
    /// stop acknowledging instead.
    public abstract void sync();

    /// Maps a part of the file; unmapped when `arena` closes. `offset` may be any position; `offset + length`
    /// must lie within the file.
    ///
    /// @throws TruncatedFileException if the file is shorter
    /// @throws AddressSpaceException if the kernel refuses the mapping
    public abstract MemorySegment map(long offset, long length, MapMode mode, Arena arena);

    /// Closes the handle; mappings stay. Idempotent.
    @Override
    public abstract void close();

    /// Maps page-aligned file bytes at a fixed address inside a range of ours.
    abstract void mapFixed(long address, long fileOffset, long bytes, MapMode mode);
}
