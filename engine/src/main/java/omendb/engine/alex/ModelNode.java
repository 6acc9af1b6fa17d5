package omendb.engine.alex;

import static omendb.memory.NativeMemory.getByte;
import static omendb.memory.NativeMemory.getDouble;
import static omendb.memory.NativeMemory.getInt;
import static omendb.memory.NativeMemory.getLong;
import static omendb.memory.NativeMemory.putByte;
import static omendb.memory.NativeMemory.putDouble;
import static omendb.memory.NativeMemory.putInt;
import static omendb.memory.NativeMemory.putLong;

import omendb.memory.NativeMemory;

/// Inner node of the paper: a linear model leads to one of `2^n` slots, neighbouring slots may share a
/// child.
///
///     offset size field
///     0      5    see [Node]
///     5      1    n
///     8      8    base: least key of slot 1 minus the width
///     16     8    width of a slot in keys, 1 to 2^62
///     24     8    1 / width: the slope
///     32     4    different children
///     64     4*2^n pointers of the children
///
/// The slot is exactly `floor((key - base) / width)`, held to the array: the line is rounded to whole
/// numbers, so that an array that is doubled at either end, or whose slots are halved, leads every key
/// where it led before.
final class ModelNode {
    static final int MAX_FANOUT_LOG = 20;
    static final long MAX_WIDTH = 1L << 62;

    private static final int FANOUT_LOG = 5;
    private static final int BASE = 8;
    private static final int WIDTH = 16;
    private static final int SLOPE = 24;
    private static final int DISTINCT = 32;
    private static final int CHILDREN = 64;

    private ModelNode() {}

    static long bytes(int fanoutLog) {
        return CHILDREN + (4L << fanoutLog);
    }

    static void init(long node, int fanoutLog, long base, long width) {
        assert width > 0 && width <= MAX_WIDTH && fanoutLog <= MAX_FANOUT_LOG;
        Node.setKind(node, Node.MODEL);
        putByte(node + FANOUT_LOG, (byte) fanoutLog);
        putLong(node + BASE, base);
        putLong(node + WIDTH, width);
        putDouble(node + SLOPE, 1.0 / width);
        putInt(node + DISTINCT, 0);
    }

    /// How many children there are, each counted once.
    static int distinct(long node) {
        return getInt(node + DISTINCT);
    }

    static void setDistinct(long node, int children) {
        putInt(node + DISTINCT, children);
    }

    static int fanoutLog(long node) {
        return getByte(node + FANOUT_LOG);
    }

    static int fanout(long node) {
        return 1 << getByte(node + FANOUT_LOG);
    }

    static long base(long node) {
        return getLong(node + BASE);
    }

    static long width(long node) {
        return getLong(node + WIDTH);
    }

    static int slot(long node, long key) {
        long base = getLong(node + BASE);
        if (key < base) {
            return 0;
        }
        int fanout = fanout(node);
        long distance = key - base; // unsigned
        double slot = Entries.toDouble(distance) * getDouble(node + SLOPE);
        if (slot >= fanout + 1) {
            return fanout - 1;
        }
        int guess = (int) slot;
        // the rounding of the product moves it by one at most
        long width = getLong(node + WIDTH);
        long rest = distance - guess * width;
        if (rest < 0) {
            guess--;
        } else if (rest >= width) {
            guess++;
        }
        return Math.min(guess, fanout - 1);
    }

    static int child(long node, int slot) {
        return NativeMemory.getIntAcquire(node + CHILDREN + 4L * slot);
    }

    /// Sets a child of a node that no reader knows yet.
    static void setChild(long node, int slot, int pointer) {
        putInt(node + CHILDREN + 4L * slot, pointer);
    }

    static long childAddress(long node, int slot) {
        return node + CHILDREN + 4L * slot;
    }

    /// Least key of a slot; it is right for slot 0, too, if nothing is below `base`.
    static long leastKey(long node, int slot) {
        return base(node) + slot * width(node);
    }

    /// First slot of the child that has this one.
    static int firstSlot(long node, int slot) {
        int child = child(node, slot);
        int first = slot;
        while (first > 0 && child(node, first - 1) == child) {
            first--;
        }
        return first;
    }

    /// The slot behind the last one of the child that has this one.
    static int endSlot(long node, int slot) {
        int child = child(node, slot);
        int fanout = fanout(node);
        int end = slot + 1;
        while (end < fanout && child(node, end) == child) {
            end++;
        }
        return end;
    }
}
