package omendb.engine.txn;

import java.util.ArrayList;
import java.util.List;

/// Who waits for one lock, in order.
///
/// Threading: guarded by the lock of [LockQueues], but [#objectsTo].
final class LockQueue {
    private final LockSpace space;
    private final Object key;
    private final List<LockRequest> requests = new ArrayList<>();
    private volatile int waitedFor;

    /// @param key what `space` knows the lock by
    LockQueue(LockSpace space, Object key) {
        this.space = space;
        this.key = key;
    }

    LockSpace space() {
        return space;
    }

    Object key() {
        return key;
    }

    /// In order; the list is the queue's own.
    List<LockRequest> requests() {
        return requests;
    }

    void add(int position, LockRequest request) {
        requests.add(position, request);
        request.enter(this);
        count();
    }

    void remove(LockRequest request) {
        requests.remove(request);
        count();
    }

    void reorder(List<LockRequest> order) {
        requests.clear();
        requests.addAll(order);
        count();
    }

    private void count() {
        int modes = 0;
        for (LockRequest request : requests) {
            modes |= request.mode().bit();
        }
        waitedFor = modes;
    }

    /// Whether somebody waits for a mode that conflicts with this one; any thread.
    boolean objectsTo(LockMode mode) {
        return mode.conflictsWith(waitedFor);
    }

    /// Where a request belongs: at the end, but ahead of everyone who has to wait for what its session holds
    /// already; behind those it could only wait with them for each other.
    int position(LockRequest request) {
        for (int i = 0; i < requests.size(); i++) {
            if (requests.get(i).mode().conflictsWith(request.heldModes())) {
                return i;
            }
        }
        return requests.size();
    }

    /// Whether the session holds the lock and wants more of it, as somebody does who waits: neither can ever have
    /// it (`ProcSleep` in PostgreSQL).
    boolean isUpgradeDeadlock(LockRequest request) {
        if (!space.refusesUpgrades()) {
            return false;
        }
        for (LockRequest other : requests) {
            if (other != request && other.mode().conflictsWith(request.heldModes())) {
                return request.mode().conflictsWith(other.heldModes());
            }
        }
        return false;
    }

    /// Whether a request may pass those ahead of `position`.
    boolean mayPass(LockRequest request, int position) {
        for (int i = 0; i < position; i++) {
            LockRequest ahead = requests.get(i);
            if (ahead.session() != request.session()
                    && request.mode().conflictsWith(ahead.mode().bit())) {
                return false;
            }
        }
        return true;
    }

    /// Whether no conflicting request is ahead of this one.
    boolean isFirst(LockRequest request) {
        return mayPass(request, requests.indexOf(request));
    }
}
