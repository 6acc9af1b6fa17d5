package omendb.engine.lsm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Merges runs into one sequence of versions: forward by key, newest first within a key; backward the exact
/// reverse.
///
/// A version that occurs in two runs comes twice: the newer run's copy first when going forward, last when
/// going backward. A binary heap, because it touches two runs only when one run leads for long. Threading:
/// one thread. Owns the runs.
final class RunMerge implements AutoCloseable {
    /// No version is older.
    private static final long OLDEST = 0;

    static final RunMerge OF_NOTHING = new RunMerge(List.of(), false);

    private final RunCursor[] runs;
    private final RunCursor[] heap;
    private final boolean backward;
    private int size;

    /// @param runs newest first
    RunMerge(List<RunCursor> runs, boolean backward) {
        this.runs = runs.toArray(RunCursor[]::new);
        this.heap = new RunCursor[this.runs.length];
        this.backward = backward;
        for (int i = 0; i < this.runs.length; i++) {
            this.runs[i].age = i;
        }
    }

    /// To the first entry in the direction of the merge.
    void start() {
        for (RunCursor run : runs) {
            if (backward) {
                run.last();
            } else {
                run.first();
            }
        }
        heapify();
    }

    /// Forward: to the first version of the first key not before `key`. Backward: to the last version
    /// before `key`.
    void startAt(long key, int keyLength, long prefix) {
        for (RunCursor run : runs) {
            if (backward) {
                run.seekBefore(key, keyLength, prefix);
            } else {
                run.seek(key, keyLength, prefix, Long.MAX_VALUE);
            }
        }
        heapify();
    }

    /// The run that holds the current entry; null at the end.
    @Nullable
    RunCursor current() {
        return size == 0 ? null : heap[0];
    }

    /// Steps over the current entry.
    void advance() {
        RunCursor top = heap[0];
        if (backward) {
            top.previous();
        } else {
            top.next();
        }
        if (!top.valid) {
            size--;
            heap[0] = heap[size];
            heap[size] = top;
        }
        if (size > 1) {
            siftDown(0);
        }
    }

    /// Forward: steps over what is left of the versions of a key, however many.
    void skipVersions(long key, int keyLength, long prefix) {
        for (RunCursor run : runs) {
            if (run.valid && Keys.compare(run.keyAddress, run.keyLength, run.prefix, key, keyLength, prefix) == 0) {
                run.seek(key, keyLength, prefix, OLDEST);
            }
        }
        heapify();
    }

    private void heapify() {
        size = 0;
        for (RunCursor run : runs) {
            if (run.valid) {
                heap[size++] = run;
            }
        }
        for (int i = size / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    private void siftDown(int from) {
        RunCursor moved = heap[from];
        int i = from;
        while (2 * i + 1 < size) {
            int child = 2 * i + 1;
            if (child + 1 < size && leads(heap[child + 1], heap[child])) {
                child++;
            }
            if (!leads(heap[child], moved)) {
                break;
            }
            heap[i] = heap[child];
            i = child;
        }
        heap[i] = moved;
    }

    private boolean leads(RunCursor a, RunCursor b) {
        int order = a.compareTo(b);
        if (order == 0) {
            order = Integer.compare(a.age, b.age);
        }
        return backward ? order > 0 : order < 0;
    }

    void releasePassed() {
        for (RunCursor run : runs) {
            run.releasePassed();
        }
    }

    @Override
    public void close() {
        for (RunCursor run : runs) {
            run.close();
        }
    }
}
