package omendb.memory;

import java.nio.file.Path;
import java.util.List;

/// One data directory and the files in it. All file I/O of the database goes through here, so that a test twin
/// can lose power, run full or return errors (`CrashableFileStore` in the test jar).
///
/// Names are relative, parts separated by `/`; the empty name is the directory itself. `..`, absolute names and
/// empty parts are refused with [IllegalArgumentException].
///
/// What survives a power cut: the bytes of a file up to its last successful [StoreFile#sync()]; a create,
/// rename or delete after [#syncDirectory] of its directory; a directory once [#createDirectories] has
/// returned. Anything newer may survive wholly, partly or not at all.
///
/// Threading: all methods may be called by any thread.
public interface FileStore extends AutoCloseable {
    /// Opens a directory of the real file system and creates it if it is missing. Takes no lock: see
    /// [DirectoryLock].
    static FileStore open(Path directory) {
        return DirectoryFileStore.open(directory);
    }

    /// Opens an existing directory to look at it: nothing in it can be changed through the store.
    ///
    /// @throws MissingFileException if there is no such directory
    static FileStore openReadOnly(Path directory) {
        return new ReadOnlyFileStore(DirectoryFileStore.openReadOnly(directory));
    }

    /// This store's files, unchangeable.
    default FileStore readOnly() {
        return new ReadOnlyFileStore(this);
    }

    /// The directory itself; for messages, the lock and the disk-space check, not for I/O.
    Path directory();

    /// Creates an empty file for reading and writing. Its directory must exist.
    ///
    /// @throws StorageException if the name is taken
    StoreFile create(String name);

    /// Opens an existing file for reading and writing.
    ///
    /// @throws MissingFileException if there is none
    StoreFile open(String name);

    /// Removes a file; open handles and mappings of it stay good until closed.
    ///
    /// @throws MissingFileException if there is none
    void delete(String name);

    /// Removes a directory with all that is in it; nothing happens if it does not exist. Durable when it returns.
    void deleteDirectory(String name);

    /// Gives a file a new name in the same directory, replacing what had that name, in one step.
    void rename(String from, String to);

    /// Names (without the directory) of the files and directories directly below `directory`, sorted; empty if
    /// it does not exist.
    List<String> list(String directory);

    /// Whether a file or directory has that name.
    boolean exists(String name);

    /// Bytes in a file.
    ///
    /// @throws MissingFileException if there is none
    long size(String name);

    /// Creates a directory and its missing parents. Durable when it returns.
    void createDirectories(String name);

    /// Makes creates, renames and deletes directly below `name` durable (fsync of the directory).
    void syncDirectory(String name);

    /// Forgets the directory. Files opened through it stay open; their owners close them.
    @Override
    void close();
}
