package omendb.memory;

/// Lets a platform thread that works in the background give way to threads that clients wait for.
public final class BackgroundPriority {
    private static final int LOWEST = 19;

    private BackgroundPriority() {}

    /// Gives the calling thread the lowest scheduling priority, for good: a process without privileges cannot
    /// take it back. Only for a thread that holds no lock that others wait for. Linux only; elsewhere, and where
    /// the system refuses, nothing changes.
    public static void enter() {
        Libc.setThreadNice(LOWEST);
    }
}
