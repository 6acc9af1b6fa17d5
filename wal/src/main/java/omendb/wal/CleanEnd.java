package omendb.wal;

import omendb.memory.FileHeader;
import omendb.memory.FileStore;
import omendb.memory.StoreFile;

/// The file `end` beside the segments, format version 1: one file header ([FileHeader]), kind "wal-end", whose
/// creation LSN is where the log ended when it was closed in good order. No parameters, nothing behind it.
///
/// While it is there, the log is synced up to that LSN and nothing was ever written behind it. So replay need
/// not look for a torn tail, and a log that ends earlier is damaged.
///
/// **Life.** Written at a clean close, when all else is synced: a temporary file, synced, renamed, the directory
/// synced. Removed, durably, before the first write to the log thereafter. An opened log that was never written
/// to keeps it. As a second line, a mark at whose LSN a record begins is not believed.
///
/// Threading: one thread at a time; handed from replay to the writer, from it to close.
final class CleanEnd {
    static final String NAME = "end";
    static final String KIND = "wal-end";
    static final int VERSION = 1;

    /// What [#read] answers if there is no mark.
    static final long NONE = -1;

    private static final String TEMPORARY = "end.tmp";

    private final FileStore store;
    private final String directory;
    private boolean present;

    CleanEnd(FileStore store, String directory) {
        this.store = store;
        this.directory = directory;
        this.present = store.exists(path());
    }

    private String path() {
        return directory + "/" + NAME;
    }

    /// The LSN of the mark, or [#NONE].
    ///
    /// @throws omendb.memory.CorruptFileException if the file is damaged
    /// @throws omendb.memory.FileVersionException if it is of another kind or version
    long read() {
        if (!present) {
            return NONE;
        }
        try (StoreFile file = store.open(path())) {
            return FileHeader.read(file, KIND, VERSION, VERSION).creationLsn();
        }
    }

    /// Takes the mark away, durably on return. To be called before anything is written to the log.
    void remove() {
        if (present) {
            store.delete(path());
            store.syncDirectory(directory);
            present = false;
        }
    }

    /// Marks `lsn` as the end of a log that is closed; keeps a mark that was not removed meanwhile.
    void write(long lsn) {
        if (present) {
            return;
        }
        String temporary = directory + "/" + TEMPORARY;
        if (store.exists(temporary)) {
            store.delete(temporary); // an earlier attempt that ended half-way
        }
        try (StoreFile file = store.create(temporary)) {
            FileHeader.of(KIND, VERSION, 0, lsn).write(file);
            file.sync();
        }
        store.rename(temporary, path());
        store.syncDirectory(directory);
        present = true;
    }
}
