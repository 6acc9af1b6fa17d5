package omendb.torture.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import omendb.torture.history.Writers.Version;

/// The order of each key's versions: of a list what its longest read shows, of a register what the numbers say.
final class VersionOrders {
    private final Map<String, List<Integer>> values = new TreeMap<>();
    private final Map<Version, Integer> positions = new HashMap<>();

    private VersionOrders() {}

    /// @param found reads that do not fit together are added here
    static VersionOrders infer(List<HistoryTransaction> history, Writers writers, List<Anomaly> found) {
        VersionOrders orders = new VersionOrders();
        new Lists(writers, found).infer(history, orders.values);
        new Registers(writers, found).infer(history, orders.values);
        orders.values.forEach((key, order) -> {
            for (int i = 0; i < order.size(); i++) {
                orders.positions.putIfAbsent(new Version(key, order.get(i)), i);
            }
        });
        return orders;
    }

    Map<String, List<Integer>> all() {
        return values;
    }

    /// The values of a key, oldest first.
    List<Integer> of(String key) {
        return values.getOrDefault(key, List.of());
    }

    /// Index of a value in its key's order; -1 if no read and no number shows it.
    int position(Version version) {
        return positions.getOrDefault(version, -1);
    }

    /// A list's order is its longest read; every other read must be a prefix of it.
    private record Lists(Writers writers, List<Anomaly> found) {
        private record Seen(HistoryTransaction reader, List<Integer> elements) {}

        void infer(List<HistoryTransaction> history, Map<String, List<Integer>> orders) {
            Map<String, List<Seen>> reads = new TreeMap<>();
            for (HistoryTransaction reader : history) {
                for (Operation operation : reader.operations()) {
                    if (operation instanceof Operation.ReadList(String key, List<Integer> elements)) {
                        reads.computeIfAbsent(key, _ -> new ArrayList<>())
                                .add(new Seen(reader, withoutOwn(reader, key, elements)));
                    }
                }
            }
            reads.forEach((key, all) -> orders.put(key, order(key, all)));
        }

        private List<Integer> order(String key, List<Seen> reads) {
            Seen longest = reads.getFirst();
            for (Seen seen : reads) {
                longest = seen.elements.size() > longest.elements.size() ? seen : longest;
            }
            List<Integer> order = longest.elements;
            for (Seen seen : reads) {
                if (!seen.elements.equals(order.subList(0, seen.elements.size()))) {
                    found.add(new Anomaly(
                            AnomalyKind.INCOMPATIBLE_ORDER,
                            key + " was read as " + order + " and as " + seen.elements,
                            List.of(longest.reader, seen.reader)));
                    break; // one for each key
                }
            }
            Set<Integer> once = new HashSet<>();
            for (int element : order) {
                if (!once.add(element)) {
                    found.add(new Anomaly(
                            AnomalyKind.DUPLICATE_WRITE,
                            key + " holds " + element + " twice: " + order,
                            List.of(longest.reader)));
                }
            }
            return order;
        }

        /// What a transaction appended itself is part of the order only if it committed.
        private List<Integer> withoutOwn(HistoryTransaction reader, String key, List<Integer> elements) {
            int end = elements.size();
            while (end > 0 && !writers.isCommitted(reader)) {
                HistoryTransaction writer = writers.of(new Version(key, elements.get(end - 1)));
                if (writer == null || writer.id() != reader.id()) {
                    break;
                }
                end--;
            }
            return elements.subList(0, end);
        }
    }

    /// A register's order is that of its version numbers.
    private record Registers(Writers writers, List<Anomaly> found) {
        void infer(List<HistoryTransaction> history, Map<String, List<Integer>> orders) {
            Map<String, TreeMap<Integer, Integer>> numbered = new TreeMap<>();
            Map<Version, HistoryTransaction> sources = new HashMap<>();
            for (HistoryTransaction transaction : history) {
                for (Operation operation : transaction.operations()) {
                    switch (operation) {
                        case Operation.Write(String key, int value, int version) -> {
                            if (version != Operation.UNKNOWN_VERSION && writers.isCommitted(transaction)) {
                                add(numbered, sources, key, version, value, transaction);
                            }
                        }
                        case Operation.ReadRegister(String key, int value, int version) -> {
                            HistoryTransaction writer = writers.of(new Version(key, value));
                            boolean own = writer != null && writer.id() == transaction.id();
                            if (version != 0 && (!own || writers.isCommitted(transaction))) {
                                add(numbered, sources, key, version, value, transaction);
                            }
                        }
                        case Operation.Append _, Operation.ReadList _ -> {}
                    }
                }
            }
            numbered.forEach((key, order) -> orders.put(key, List.copyOf(order.values())));
        }

        private void add(
                Map<String, TreeMap<Integer, Integer>> numbered,
                Map<Version, HistoryTransaction> sources,
                String key,
                int version,
                int value,
                HistoryTransaction source) {
            Integer other = numbered.computeIfAbsent(key, _ -> new TreeMap<>()).putIfAbsent(version, value);
            HistoryTransaction first = sources.putIfAbsent(new Version(key, version), source);
            if (other != null && other != value && first != null) {
                found.add(new Anomaly(
                        AnomalyKind.DUPLICATE_WRITE,
                        "version " + version + " of " + key + " is both " + other + " and " + value,
                        List.of(first, source)));
            }
        }
    }
}
