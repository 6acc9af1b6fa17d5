package omendb.engine.lsm;

/// Asks the kernel for what a walk through tables comes to next. Tables are mapped with the advice not to read ahead,
/// which look-ups want; a cursor that goes from block to block says so itself.
///
/// From the [#WALK]th block on, half a window before it comes to the end of what it asked for, so that short ranges ask
/// for nothing and long ones seldom wait. Threading: one thread.
final class ReadAhead {
    private static final int WALK = 4;

    /// No more than kernels read for one request, whatever the disk's own setting.
    private static final long WINDOW_BYTES = 1 << 20;

    private int walked;
    private long from;
    private long to;

    /// The cursor goes to a block of another table, or jumped.
    void leaveTable() {
        from = 0;
        to = 0;
    }

    /// The cursor comes to a block from the one before.
    void forward(Sstable table, int block) {
        if (++walked < WALK) {
            return;
        }
        long position = table.positionOf(block);
        boolean known = from <= position && position < to;
        if (!known || position + WINDOW_BYTES / 2 > to) {
            long start = known ? to : position;
            from = position;
            to = position + WINDOW_BYTES;
            table.willNeed(start, to - start);
        }
    }

    /// The cursor comes to a block from the one behind.
    void backward(Sstable table, int block) {
        if (++walked < WALK) {
            return;
        }
        long end = table.positionOf(block + 1);
        boolean known = from < end && end <= to;
        if (!known || (end - WINDOW_BYTES / 2 < from && from > 0)) {
            long stop = known ? from : end;
            to = end;
            from = Math.max(0, end - WINDOW_BYTES);
            table.willNeed(from, stop - from);
        }
    }
}
