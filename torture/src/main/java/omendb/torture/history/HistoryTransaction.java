package omendb.torture.history;

import java.util.List;

/// A transaction as its client saw it.
///
/// @param id         unique in its history
/// @param operations in order, with the answers; what ROLLBACK TO SAVEPOINT undid belongs to an aborted one of its own
/// @param invoked    when it began, on a clock that all clients share
/// @param completed  when its commit was answered; means nothing unless it committed
public record HistoryTransaction(
        int id, int client, Outcome outcome, List<Operation> operations, long invoked, long completed) {
    /// How it ended.
    public enum Outcome {
        COMMITTED,
        ABORTED,
        /// No answer came to the commit: it counts as committed from the moment that somebody saw a write of it.
        INDETERMINATE
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("T" + id + " (client " + client + ", " + outcome + ", " + invoked + ".."
                + (outcome == Outcome.COMMITTED ? completed : "") + "):");
        for (Operation operation : operations) {
            text.append(
                    switch (operation) {
                        case Operation.Append(String key, int element) -> " append(" + key + ", " + element + ")";
                        case Operation.ReadList(String key, List<Integer> elements) ->
                            " read(" + key + ") = " + elements;
                        case Operation.Write(String key, int value, int version) ->
                            " write(" + key + ", " + value + ") v" + version;
                        case Operation.ReadRegister(String key, int value, int version) ->
                            " read(" + key + ") = " + (version == 0 ? "nothing" : value + " v" + version);
                    });
        }
        return text.toString();
    }
}
