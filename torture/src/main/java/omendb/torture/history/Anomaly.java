package omendb.torture.history;

import java.util.List;

/// Something in a history that its level forbids.
///
/// @param description  what is wrong; for a cycle each edge with its reason
/// @param transactions those involved
public record Anomaly(AnomalyKind kind, String description, List<HistoryTransaction> transactions) {
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(kind + ": " + description);
        transactions.forEach(transaction -> text.append("\n    ").append(transaction));
        return text.toString();
    }
}
