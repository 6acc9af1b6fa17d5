package omendb.torture.history;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import omendb.torture.history.HistoryTransaction.Outcome;
import omendb.torture.history.Writers.Version;
import org.jspecify.annotations.Nullable;

/// What is wrong with a single read, or with the reads and writes of one transaction; needs no cycles.
///
/// Reads of transactions that aborted are looked at too: PostgreSQL shows nothing wrong to them either.
final class DirectChecks {
    private final List<HistoryTransaction> history;
    private final Writers writers;
    private final VersionOrders orders;
    private final List<Anomaly> found;
    /// Of each key: at index p the earliest answer to a commit that wrote the version at p or a later one.
    private final Map<String, long[]> answered = new HashMap<>();

    DirectChecks(List<HistoryTransaction> history, Writers writers, VersionOrders orders, List<Anomaly> found) {
        this.history = history;
        this.writers = writers;
        this.orders = orders;
        this.found = found;
    }

    void run() {
        orders.all().forEach((key, order) -> answered.put(key, earliestAnswers(key, order)));
        Map<String, HistoryTransaction> lastReaders = new HashMap<>();
        for (HistoryTransaction transaction : history) {
            checkReads(transaction);
            for (Operation operation : transaction.operations()) {
                if (operation instanceof Operation.ReadList) {
                    lastReaders.merge(operation.key(), transaction, (a, b) -> b.invoked() > a.invoked() ? b : a);
                }
            }
        }
        history.forEach(transaction -> checkWrites(transaction, lastReaders));
    }

    private long[] earliestAnswers(String key, List<Integer> order) {
        long[] earliest = new long[order.size() + 1];
        Arrays.fill(earliest, Long.MAX_VALUE);
        for (int i = order.size() - 1; i >= 0; i--) {
            HistoryTransaction writer = writers.of(new Version(key, order.get(i)));
            earliest[i] = earliest[i + 1];
            if (writer != null && writer.outcome() == Outcome.COMMITTED) {
                earliest[i] = Math.min(writer.completed(), earliest[i]);
            }
        }
        return earliest;
    }

    private void report(AnomalyKind kind, String description, HistoryTransaction... transactions) {
        found.add(new Anomaly(kind, description, List.of(transactions)));
    }

    // ---- reads ----

    /// What a transaction knows of a key: what it read before its first own write, and its own writes since.
    private static final class Knowledge {
        @Nullable
        List<Integer> base;

        final List<Integer> own = new ArrayList<>();
    }

    private void checkReads(HistoryTransaction transaction) {
        Map<String, Knowledge> known = new HashMap<>();
        for (Operation operation : transaction.operations()) {
            Knowledge knowledge = known.computeIfAbsent(operation.key(), _ -> new Knowledge());
            switch (operation) {
                case Operation.Append(String key, int element) -> checkFirstWrite(transaction, knowledge, key, element);
                case Operation.Write(String key, int value, int _) ->
                    checkFirstWrite(transaction, knowledge, key, value);
                case Operation.ReadList(String _, List<Integer> elements) -> {
                    checkSources(transaction, operation);
                    checkOwn(transaction, operation, knowledge, elements, knowledge.own);
                }
                case Operation.ReadRegister(String _, int value, int version) -> {
                    checkSources(transaction, operation);
                    List<Integer> own = knowledge.own.isEmpty() ? List.of() : List.of(knowledge.own.getLast());
                    checkOwn(transaction, operation, knowledge, version == 0 ? List.of() : List.of(value), own);
                }
            }
        }
    }

    /// Somebody must have written and committed what was read, and no answered commit may be missing from it.
    private void checkSources(HistoryTransaction reader, Operation read) {
        List<Version> seen = Writers.seenBy(read);
        for (int i = 0; i < seen.size(); i++) {
            Version version = seen.get(i);
            HistoryTransaction writer = writers.of(version);
            if (writer == null) {
                report(AnomalyKind.GARBAGE_READ, "nobody wrote " + version, reader);
            } else if (writer.id() != reader.id()) {
                if (writer.outcome() == Outcome.ABORTED) {
                    report(AnomalyKind.ABORTED_READ, version + " was rolled back", reader, writer);
                } else if (i == seen.size() - 1 && writers.isIntermediate(version)) {
                    report(AnomalyKind.INTERMEDIATE_READ, version + " was replaced before the commit", reader, writer);
                }
            }
        }
        if (read instanceof Operation.ReadRegister(String key, int value, int number) && number != 0) {
            Integer told = writers.number(new Version(key, value));
            if (told != null && told != number) {
                report(AnomalyKind.GARBAGE_READ, read + ", but its writer made version " + told, reader);
            }
        }
        int next = seen.isEmpty() ? 0 : orders.position(seen.getLast()) + 1;
        long[] answers = answered.get(read.key());
        if (answers != null && (next > 0 || seen.isEmpty()) && answers[next] < reader.invoked()) {
            report(
                    AnomalyKind.STALE_READ,
                    "a later version of " + read.key() + " than " + (seen.isEmpty() ? "none" : seen.getLast())
                            + " was committed, and answered at " + answers[next],
                    reader);
        }
    }

    private void checkOwn(
            HistoryTransaction reader, Operation read, Knowledge knowledge, List<Integer> seen, List<Integer> own) {
        int shared = seen.size() - own.size();
        if (shared < 0 || !seen.subList(shared, seen.size()).equals(own)) {
            report(AnomalyKind.OWN_WRITE_MISSED, read + " does not end with " + own, reader);
            return;
        }
        boolean replaced = read instanceof Operation.ReadRegister && !own.isEmpty();
        if (replaced) {
            return; // a register shows nothing of what was there before
        }
        List<Integer> base = seen.subList(0, shared);
        if (knowledge.base != null && !knowledge.base.equals(base)) {
            report(AnomalyKind.NONREPEATABLE_READ, read + " after " + knowledge.base, reader);
        }
        knowledge.base = base;
    }

    // ---- writes ----

    /// Between what a transaction read and what it wrote there must be no version of somebody else's.
    private void checkFirstWrite(HistoryTransaction writer, Knowledge knowledge, String key, int value) {
        int position = orders.position(new Version(key, value));
        if (knowledge.own.isEmpty() && knowledge.base != null && position >= 0 && writers.isCommitted(writer)) {
            List<Integer> base = knowledge.base;
            int read = base.isEmpty() ? -1 : orders.position(new Version(key, base.getLast()));
            if (position > read + 1 && (read >= 0 || base.isEmpty())) {
                int between = orders.of(key).get(position - 1);
                HistoryTransaction other = writers.of(new Version(key, between));
                String description = "of " + key + " it read " + (base.isEmpty() ? "nothing" : base.getLast())
                        + " and replaced " + between + " by " + value;
                if (other == null) {
                    report(AnomalyKind.LOST_UPDATE, description, writer);
                } else {
                    report(AnomalyKind.LOST_UPDATE, description, writer, other);
                }
            }
        }
        knowledge.own.add(value);
    }

    /// What was appended and answered must be in the order, if anybody read the list later.
    private void checkWrites(HistoryTransaction writer, Map<String, HistoryTransaction> lastReaders) {
        for (Operation operation : writer.operations()) {
            if (writer.outcome() == Outcome.COMMITTED
                    && operation instanceof Operation.Append(String key, int element)
                    && orders.position(new Version(key, element)) < 0) {
                HistoryTransaction reader = lastReaders.get(key);
                if (reader != null && reader.invoked() > writer.completed()) {
                    report(AnomalyKind.LOST_WRITE, element + " of " + key + " is in no read", writer, reader);
                }
            }
        }
    }
}
