package omendb.engine.txn;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// LISTEN and NOTIFY: what transactions tell each other when they commit.
///
/// A transaction collects its LISTEN, UNLISTEN and NOTIFY as [Pending]. Its commit hands them over with
/// its timestamp, before the timestamp is published; whoever finds them published carries them out, in
/// the order of timestamps. So all listeners hear the same order, that of the commits, and a listener
/// that hears of a commit sees it.
/// Threading: any thread; one lock, held while messages are put into the inboxes, which never blocks.
public final class Notifications {
    private final LongSupplier visible;
    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Batch> queue = new PriorityQueue<>();
    private final Map<Backend, Listener> listeners = new ConcurrentHashMap<>();
    private long handedOver;

    /// One message.
    ///
    /// @param processId of the sender
    public record Notification(int processId, String channel, String payload) {}

    private sealed interface Action {
        record Listen(String channel) implements Action {}

        /// Null = all channels.
        record Unlisten(@Nullable String channel) implements Action {}

        record Notify(String channel, String payload) implements Action {}
    }

    /// What one commit did; `number` keeps the order of batches without a timestamp of their own.
    private record Batch(long timestamp, long number, Backend backend, List<Action> actions)
            implements Comparable<Batch> {
        @Override
        public int compareTo(Batch other) {
            int order = Long.compare(timestamp, other.timestamp);
            return order != 0 ? order : Long.compare(number, other.number);
        }
    }

    private static final class Listener {
        private final Set<String> channels = new HashSet<>();
        private final Consumer<Notification> inbox;

        private Listener(Consumer<Notification> inbox) {
            this.inbox = inbox;
        }
    }

    /// @param visible newest published timestamp
    Notifications(LongSupplier visible) {
        this.visible = visible;
    }

    /// The commands of one transaction.
    private final class Pending implements TransactionParticipant {
        private final Backend backend;
        private final List<Action> actions = new ArrayList<>();
        private final Set<Action> known = new HashSet<>();

        private Pending(Backend backend) {
            this.backend = backend;
        }

        void add(Action action) {
            // equal notifications of one transaction are one
            if (!(action instanceof Action.Notify) || known.add(action)) {
                actions.add(action);
            }
        }

        @Override
        public void prepare(CommitRecord record) {}

        @Override
        public void committed(long commitTimestamp) {
            lock.lock();
            try {
                queue.add(new Batch(commitTimestamp, handedOver++, backend, List.copyOf(actions)));
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void rolledBack() {}

        @Override
        public Object mark() {
            return actions.size();
        }

        @Override
        public void rollbackTo(@Nullable Object mark) {
            int keep = mark == null ? 0 : (Integer) mark;
            while (actions.size() > keep) {
                known.remove(actions.removeLast());
            }
        }
    }

    private Pending pending(Transaction transaction) {
        return transaction.participant(Pending.class, () -> new Pending(transaction.backend()));
    }

    /// Whether the transaction executed LISTEN, UNLISTEN or NOTIFY.
    static boolean isUsedBy(Transaction transaction) {
        Pending pending = transaction.participantIfAny(Pending.class);
        return pending != null && !pending.actions.isEmpty();
    }

    /// Says where the messages for a session go; called on other threads.
    void connect(Backend backend, Consumer<Notification> inbox) {
        listeners.put(backend, new Listener(inbox));
    }

    void disconnect(Backend backend) {
        listeners.remove(backend);
    }

    /// LISTEN, from the commit on.
    public void listen(Transaction transaction, String channel) {
        pending(transaction).add(new Action.Listen(channel));
    }

    /// UNLISTEN, from the commit on; null = all channels.
    public void unlisten(Transaction transaction, @Nullable String channel) {
        pending(transaction).add(new Action.Unlisten(channel));
    }

    /// NOTIFY, at the commit.
    public void send(Transaction transaction, String channel, String payload) {
        pending(transaction).add(new Action.Notify(channel, payload));
    }

    /// Channels that a session listens to.
    public List<String> channels(Backend backend) {
        lock.lock();
        try {
            Listener listener = listeners.get(backend);
            return listener == null
                    ? List.of()
                    : listener.channels.stream().sorted().toList();
        } finally {
            lock.unlock();
        }
    }

    /// Carries out what published commits handed over.
    void deliver() {
        lock.lock();
        try {
            long published = visible.getAsLong();
            while (!queue.isEmpty() && queue.peek().timestamp() <= published) {
                Batch batch = queue.remove();
                batch.actions().forEach(action -> carryOut(batch.backend(), action));
            }
        } finally {
            lock.unlock();
        }
    }

    private void carryOut(Backend backend, Action action) {
        Listener own = listeners.get(backend);
        switch (action) {
            case Action.Listen(String channel) -> {
                if (own != null) {
                    own.channels.add(channel);
                }
            }
            case Action.Unlisten(String channel) -> {
                if (own != null && channel == null) {
                    own.channels.clear();
                } else if (own != null) {
                    own.channels.remove(channel);
                }
            }
            case Action.Notify(String channel, String payload) -> {
                Notification message = new Notification(backend.processId(), channel, payload);
                for (Listener listener : listeners.values()) {
                    if (listener.channels.contains(channel)) {
                        listener.inbox.accept(message);
                    }
                }
            }
        }
    }
}
