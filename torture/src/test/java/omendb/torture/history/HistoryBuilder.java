package omendb.torture.history;

import java.util.ArrayList;
import java.util.List;
import omendb.torture.history.HistoryTransaction.Outcome;

/// Histories in one line per transaction: `a(key, element)`, `r(key, elements...)`.
final class HistoryBuilder {
    final List<HistoryTransaction> transactions = new ArrayList<>();

    /// All begin before any ends, so that real time says nothing.
    HistoryBuilder concurrent(Outcome outcome, Operation... operations) {
        int id = transactions.size() + 1;
        return at(outcome, id, 1_000_000L + id, operations);
    }

    HistoryBuilder at(Outcome outcome, long invoked, long completed, Operation... operations) {
        int id = transactions.size() + 1;
        transactions.add(new HistoryTransaction(id, id, outcome, List.of(operations), invoked, completed));
        return this;
    }

    List<AnomalyKind> kinds(IsolationLevel level) {
        return HistoryChecker.check(transactions, level).stream()
                .map(Anomaly::kind)
                .distinct()
                .toList();
    }

    static Operation a(String key, int element) {
        return new Operation.Append(key, element);
    }

    static Operation r(String key, Integer... elements) {
        return new Operation.ReadList(key, List.of(elements));
    }

    static Operation write(String key, int value, int version) {
        return new Operation.Write(key, value, version);
    }

    static Operation read(String key, int value, int version) {
        return new Operation.ReadRegister(key, value, version);
    }
}
