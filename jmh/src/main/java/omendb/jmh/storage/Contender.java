package omendb.jmh.storage;

import java.nio.file.Path;

/// A key-value store under measurement.
///
/// Opened in a directory of its own by a static `open` of each class; [#close] is a clean close. Threading:
/// one thread, but sessions of several threads work at once.
interface Contender extends AutoCloseable {
    /// Opens or creates the store of a class in a directory.
    interface Opener {
        Contender open(Path directory);
    }

    String name();

    /// Loads rows 0..rows-1, whose keys ascend, into the empty store by the fastest way that the store
    /// offers; synced on return.
    void bulkLoad(Rows rows);

    /// A thread's access; closed by that thread.
    Session session(Rows rows);

    /// Writes out what is buffered and waits until background work has caught up.
    void settle();

    /// Opens no transaction and holds no lock between two calls. All reads see the newest state.
    interface Session extends AutoCloseable {
        /// One row in a transaction of its own, in the log or otherwise safe from a crash of the process;
        /// not synced.
        void put(Row row);

        /// As [#put], and synced when it returns.
        void commit(Row row);

        /// Many rows in one transaction, not synced.
        void putAll(int[] ordinals, int from, int to);

        /// First eight bytes of the row's value, -1 if there is none.
        long get(Row row);

        /// Reads key and value of up to `limit` rows from `from` on; the sum of the first eight bytes of the
        /// values.
        long range(Row from, int limit);

        @Override
        void close();
    }

    @Override
    void close();
}
