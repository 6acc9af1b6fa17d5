package omendb.wal;

import omendb.memory.FileHeader;
import omendb.memory.FileStore;
import omendb.memory.StoreFile;

/// A file beside the segments that says one LSN, format version 1: one file header ([FileHeader]) whose creation
/// LSN is the answer. No parameters, nothing behind it.
///
/// Replaced as a whole: a temporary file, synced, renamed, the directory synced. So it says the old or the new.
///
/// Threading: one thread at a time.
final class LsnFile {
    static final int VERSION = 1;

    private final FileStore store;
    private final String directory;
    private final String name;
    private final String kind;

    LsnFile(FileStore store, String directory, String name, String kind) {
        this.store = store;
        this.directory = directory;
        this.name = name;
        this.kind = kind;
    }

    private String path() {
        return directory + "/" + name;
    }

    boolean exists() {
        return store.exists(path());
    }

    /// What the file says; it must exist.
    ///
    /// @throws omendb.memory.CorruptFileException if the file is damaged
    /// @throws omendb.memory.FileVersionException if it is of another kind or version
    long read() {
        try (StoreFile file = store.open(path())) {
            return FileHeader.read(file, kind, VERSION, VERSION).creationLsn();
        }
    }

    /// Makes the file say `lsn`, durably on return.
    void write(long lsn) {
        String temporary = path() + ".tmp";
        if (store.exists(temporary)) {
            store.delete(temporary); // an earlier attempt that ended half-way
        }
        try (StoreFile file = store.create(temporary)) {
            FileHeader.of(kind, VERSION, 0, lsn).write(file);
            file.sync();
        }
        store.rename(temporary, path());
        store.syncDirectory(directory);
    }

    /// Removes the file, durably on return.
    void remove() {
        store.delete(path());
        store.syncDirectory(directory);
    }
}
