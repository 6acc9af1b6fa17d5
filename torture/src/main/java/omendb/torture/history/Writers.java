package omendb.torture.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who wrote which value, and which transactions count as committed.
final class Writers {
    /// One value of one key.
    record Version(String key, int value) {}

    private final Map<Version, HistoryTransaction> writers = new HashMap<>();
    private final Map<Version, Integer> numbers = new HashMap<>();
    private final Set<Version> intermediate = new HashSet<>();
    private final Set<Integer> committed = new HashSet<>();

    private Writers() {}

    static Writers of(List<HistoryTransaction> history) {
        Writers writers = new Writers();
        history.forEach(writers::addWrites);
        history.forEach(writers::addReads);
        return writers;
    }

    private void addWrites(HistoryTransaction transaction) {
        Map<String, Version> last = new HashMap<>();
        for (Operation operation : transaction.operations()) {
            Version version = switch (operation) {
                case Operation.Append(String key, int element) -> new Version(key, element);
                case Operation.Write(String key, int value, int _) -> new Version(key, value);
                case Operation.ReadList _, Operation.ReadRegister _ -> null;
            };
            if (version == null) {
                continue;
            }
            if (writers.put(version, transaction) != null) {
                throw new IllegalArgumentException(version + " is written twice: nothing can be said");
            }
            if (operation instanceof Operation.Write write && write.version() != Operation.UNKNOWN_VERSION) {
                numbers.put(version, write.version());
            }
            Version replaced = last.put(operation.key(), version);
            if (replaced != null) {
                intermediate.add(replaced);
            }
        }
        if (transaction.outcome() == HistoryTransaction.Outcome.COMMITTED) {
            committed.add(transaction.id());
        }
    }

    /// A write that another transaction saw was committed, if it can have been.
    private void addReads(HistoryTransaction reader) {
        for (Operation operation : reader.operations()) {
            for (Version seen : seenBy(operation)) {
                HistoryTransaction writer = writers.get(seen);
                if (writer != null
                        && writer.id() != reader.id()
                        && writer.outcome() == HistoryTransaction.Outcome.INDETERMINATE) {
                    committed.add(writer.id());
                }
            }
        }
    }

    /// The values that an operation read.
    static List<Version> seenBy(Operation operation) {
        return switch (operation) {
            case Operation.ReadList(String key, List<Integer> elements) -> {
                List<Version> seen = new ArrayList<>(elements.size());
                elements.forEach(element -> seen.add(new Version(key, element)));
                yield seen;
            }
            case Operation.ReadRegister(String key, int value, int version) ->
                version == 0 ? List.of() : List.of(new Version(key, value));
            case Operation.Append _, Operation.Write _ -> List.of();
        };
    }

    @Nullable
    HistoryTransaction of(Version version) {
        return writers.get(version);
    }

    /// The number that the writer was told, or null.
    @Nullable
    Integer number(Version version) {
        return numbers.get(version);
    }

    /// Whether its own transaction replaced it.
    boolean isIntermediate(Version version) {
        return intermediate.contains(version);
    }

    /// Whether it committed, or must have, since somebody saw a write of it.
    boolean isCommitted(HistoryTransaction transaction) {
        return committed.contains(transaction.id());
    }
}
