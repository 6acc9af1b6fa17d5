package omendb.wal;

import omendb.memory.FileStore;

/// The file `end` beside the segments, an [LsnFile] of kind "wal-end": where the log ended when it was closed in
/// good order.
///
/// While it is there, the log is synced up to that LSN and nothing was ever written behind it. So replay need
/// not look for a torn tail, and a log that ends earlier is damaged.
///
/// **Life.** Written at a clean close, when all else is synced. Removed, durably, before the first write to the
/// log thereafter. An opened log that was never written to keeps it. As a second line, a mark at whose LSN a
/// record begins is not believed.
///
/// Threading: one thread at a time; handed from replay to the writer, from it to close.
final class CleanEnd {
    static final String NAME = "end";
    static final String KIND = "wal-end";

    /// What [#read] answers if there is no mark.
    static final long NONE = -1;

    private final LsnFile file;
    private boolean present;

    CleanEnd(FileStore store, String directory) {
        this.file = new LsnFile(store, directory, NAME, KIND);
        this.present = file.exists();
    }

    /// The LSN of the mark, or [#NONE].
    ///
    /// @throws omendb.memory.CorruptFileException if the file is damaged
    /// @throws omendb.memory.FileVersionException if it is of another kind or version
    long read() {
        return present ? file.read() : NONE;
    }

    /// Takes the mark away, durably on return. To be called before anything is written to the log.
    void remove() {
        if (present) {
            file.remove();
            present = false;
        }
    }

    /// Marks `lsn` as the end of a log that is closed; keeps a mark that was not removed meanwhile.
    void write(long lsn) {
        if (!present) {
            file.write(lsn);
            present = true;
        }
    }
}
