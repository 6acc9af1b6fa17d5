package omendb.ann.hnsw;

/// The `k` smallest of the numbers offered: a heap with the largest of them at the top. For one thread.
final class NearestDistances {
    private float[] heap = new float[16];
    private int size;
    private int room;

    void begin(int k) {
        room = k;
        size = 0;
        if (heap.length < k) {
            heap = new float[k];
        }
    }

    boolean isFull() {
        return size == room;
    }

    /// The k-th smallest; only if full.
    float worst() {
        return heap[0];
    }

    void offer(float distance) {
        if (size < room) {
            int at = size++;
            while (at > 0 && heap[(at - 1) >> 1] < distance) {
                heap[at] = heap[(at - 1) >> 1];
                at = (at - 1) >> 1;
            }
            heap[at] = distance;
        } else if (distance < heap[0]) {
            int at = 0;
            for (int child = 1; child < size; child = 2 * at + 1) {
                if (child + 1 < size && heap[child + 1] > heap[child]) {
                    child++;
                }
                if (heap[child] <= distance) {
                    break;
                }
                heap[at] = heap[child];
                at = child;
            }
            heap[at] = distance;
        }
    }
}
