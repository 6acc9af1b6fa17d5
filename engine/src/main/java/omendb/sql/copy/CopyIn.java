package omendb.sql.copy;

import java.lang.foreign.MemorySegment;

/// A COPY FROM STDIN in progress.
public interface CopyIn {
    /// True for FORMAT binary: the overall and per-column formats of CopyInResponse.
    boolean isBinary();

    int columnCount();

    /// One CopyData message. A row may be split between messages anywhere. The segment is native and valid during the
    /// call only.
    void data(MemorySegment chunk);

    /// CopyDone: checks the trailer, inserts what is buffered.
    ///
    /// @return the tag of CommandComplete: `COPY n`
    String end();

    /// CopyFail: raises 57014 `COPY from stdin failed: <reason>`; what was read is rolled back.
    void fail(String reason);
}
