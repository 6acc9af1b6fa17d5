package omendb.memory;

/// What we tell the kernel about a range of memory. All but the first are hints that may be ignored.
public enum Advice {
    /// Reads every page in now and reports an unreadable one as [CorruptFileException] instead of a SIGBUS later.
    POPULATE_READ,
    /// Starts reading ahead, without waiting.
    WILL_NEED,
    /// Drops pages: an anonymous page reads as zero afterwards, a private copy of a file page is lost.
    DONT_NEED,
    /// Back anonymous memory with huge pages where possible.
    HUGE_PAGES,
    /// Accesses will jump: do not read ahead.
    RANDOM,
    /// Accesses will walk: read ahead.
    SEQUENTIAL
}
