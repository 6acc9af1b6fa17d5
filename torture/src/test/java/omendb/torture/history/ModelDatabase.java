package omendb.torture.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import omendb.torture.history.HistoryTransaction.Outcome;

/// Lists under snapshot isolation, in a few lines: interleaves random transactions step by step.
final class ModelDatabase {
    private static final int CLIENTS = 5;

    private static final class Running {
        final int id;
        final long began;
        final Map<String, List<Integer>> snapshot;
        final Map<String, Integer> versions;
        final Map<String, List<Integer>> own = new HashMap<>();
        final List<Operation> operations = new ArrayList<>();

        Running(int id, long began, Map<String, List<Integer>> snapshot, Map<String, Integer> versions) {
            this.id = id;
            this.began = began;
            this.snapshot = snapshot;
            this.versions = versions;
        }
    }

    private final Random random;
    private final boolean firstCommitterWins;
    private final Map<String, List<Integer>> lists = new HashMap<>();
    private final Map<String, Integer> versions = new HashMap<>();
    private final List<HistoryTransaction> history = new ArrayList<>();
    private int nextElement;
    private long clock;

    ModelDatabase(Random random, boolean firstCommitterWins) {
        this.random = random;
        this.firstCommitterWins = firstCommitterWins;
    }

    List<HistoryTransaction> run(int transactions, int keys) {
        Running[] clients = new Running[CLIENTS];
        for (int begun = 0; begun < transactions; ) {
            int client = random.nextInt(CLIENTS);
            Running running = clients[client];
            if (running == null) {
                clients[client] = new Running(begun++, ++clock, copy(), Map.copyOf(versions));
            } else if (random.nextInt(4) == 0) {
                end(running, client);
                clients[client] = null;
            } else {
                step(running, "list" + random.nextInt(keys));
            }
        }
        return history;
    }

    private Map<String, List<Integer>> copy() {
        Map<String, List<Integer>> copy = new HashMap<>();
        lists.forEach((key, list) -> copy.put(key, List.copyOf(list)));
        return copy;
    }

    private void step(Running running, String key) {
        List<Integer> own = running.own.getOrDefault(key, List.of());
        if (random.nextBoolean()) {
            running.own.computeIfAbsent(key, _ -> new ArrayList<>()).add(++nextElement);
            running.operations.add(new Operation.Append(key, nextElement));
        } else {
            List<Integer> seen = new ArrayList<>(running.snapshot.getOrDefault(key, List.of()));
            seen.addAll(own);
            running.operations.add(new Operation.ReadList(key, seen));
        }
    }

    private void end(Running running, int client) {
        boolean lost = running.own.keySet().stream()
                .anyMatch(key -> versions.getOrDefault(key, 0) > running.versions.getOrDefault(key, 0));
        boolean commits = !(lost && firstCommitterWins) && random.nextInt(10) != 0;
        if (commits) {
            running.own.forEach((key, elements) -> {
                lists.computeIfAbsent(key, _ -> new ArrayList<>()).addAll(elements);
                versions.merge(key, 1, Integer::sum);
            });
        }
        Outcome outcome = commits ? Outcome.COMMITTED : Outcome.ABORTED;
        if (commits && random.nextInt(10) == 0) {
            outcome = Outcome.INDETERMINATE;
        }
        history.add(new HistoryTransaction(running.id, client, outcome, running.operations, running.began, ++clock));
    }
}
