package omendb.ann.hnsw;

import omendb.memory.NativeMemory;

/// The best candidates of a walk in order of distance, at most `ef` of them, and behind it everything that fell out
/// or
/// never got in, from which the next beam is filled when a search resumes. For one thread.
///
/// Where it sits in the walk: the walk expands the nearest candidate not yet expanded until none is left in the
/// beam.
final class Beam implements AutoCloseable {
    private static final int LONG = Long.BYTES;

    private long[] candidates = new long[64];
    private int size;
    private int width;

    // no candidate before it is unexpanded
    private int cursor;

    private boolean keepsRest;
    private final OffHeapArray rest = new OffHeapArray(4 << 10);
    private int restSize;

    // the first beam only appends to the rest; it becomes a heap when it is first needed in order
    private boolean restIsHeap;

    /// Empties the beam.
    ///
    /// @param keepsRest whether the walk may be resumed
    void begin(int ef, boolean keepsRest) {
        if (candidates.length < ef) {
            candidates = new long[ef];
        }
        this.width = ef;
        this.keepsRest = keepsRest;
        size = 0;
        cursor = 0;
        restSize = 0;
        restIsHeap = false;
    }

    int size() {
        return size;
    }

    long get(int index) {
        return candidates[index];
    }

    /// Offers a candidate.
    void add(long candidate) {
        int last = size - 1;
        if (size == width) {
            if (candidate >= candidates[last]) {
                addRest(candidate);
                return;
            }
            addRest(candidates[last]);
            size--;
        }
        int at = position(candidate);
        System.arraycopy(candidates, at, candidates, at + 1, size - at);
        candidates[at] = candidate;
        size++;
        if (at < cursor) {
            cursor = at;
        }
    }

    // number of candidates that are nearer; halving without a branch, since each step is a coin toss
    private int position(long candidate) {
        int low = 0;
        int length = size;
        while (length > 1) {
            int half = length >>> 1;
            low += candidates[low + half - 1] < candidate ? half : 0;
            length -= half;
        }
        return length == 1 && candidates[low] < candidate ? low + 1 : low;
    }

    /// Marks the nearest unexpanded candidate as expanded and returns its slot, -1 if there is none.
    int expandNext() {
        while (cursor < size) {
            long candidate = candidates[cursor];
            if (!Candidate.isExpanded(candidate)) {
                candidates[cursor++] = candidate | Candidate.EXPANDED;
                return Candidate.slot(candidate);
            }
            cursor++;
        }
        return -1;
    }

    /// Slot that [#expandNext] would return now, -1 if there is none.
    int peekNext() {
        for (int i = cursor; i < size; i++) {
            if (!Candidate.isExpanded(candidates[i])) {
                return Candidate.slot(candidates[i]);
            }
        }
        return -1;
    }

    /// Starts the next beam with the best of the rest.
    ///
    /// @return false if there is none
    boolean refill() {
        size = 0;
        cursor = 0;
        if (!restIsHeap) {
            for (int i = restSize / 2 - 1; i >= 0; i--) {
                sink(i, rest(i));
            }
            restIsHeap = true;
        }
        while (size < width && restSize > 0) {
            candidates[size++] = rest(0);
            restSize--;
            if (restSize > 0) {
                sink(0, rest(restSize));
            }
        }
        return size > 0;
    }

    private void addRest(long candidate) {
        if (!keepsRest) {
            return;
        }
        rest.ensure((long) (restSize + 1) * LONG);
        int at = restSize++;
        if (restIsHeap) {
            while (at > 0 && candidate < rest((at - 1) >> 1)) {
                putRest(at, rest((at - 1) >> 1));
                at = (at - 1) >> 1;
            }
        }
        putRest(at, candidate);
    }

    private void sink(int from, long candidate) {
        int at = from;
        for (int child = 2 * at + 1; child < restSize; child = 2 * at + 1) {
            if (child + 1 < restSize && rest(child + 1) < rest(child)) {
                child++;
            }
            if (candidate <= rest(child)) {
                break;
            }
            putRest(at, rest(child));
            at = child;
        }
        putRest(at, candidate);
    }

    private long rest(int index) {
        return NativeMemory.getLong(rest.address() + (long) index * LONG);
    }

    private void putRest(int index, long candidate) {
        NativeMemory.putLong(rest.address() + (long) index * LONG, candidate);
    }

    @Override
    public void close() {
        rest.close();
    }
}
