package omendb.sql.copy;

import java.lang.foreign.MemorySegment;

/// A COPY TO STDOUT, ready to run.
public interface CopyOut {
    /// Receives CopyData payloads: whole rows, several in one segment where they are short.
    @FunctionalInterface
    interface Sink {
        /// @param chunk native, valid during the call only
        void data(MemorySegment chunk);
    }

    /// True for FORMAT binary.
    boolean isBinary();

    int columnCount();

    /// Sends every row.
    ///
    /// @return the tag of CommandComplete: `COPY n`
    String run(Sink sink);
}
