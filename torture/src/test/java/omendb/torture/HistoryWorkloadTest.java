package omendb.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import omendb.memory.CrashableFileStore;
import omendb.torture.history.IsolationLevel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The clients meet often enough to show what a level permits: a history of a weaker level does not pass as one of a
/// stronger, and each passes as one of its own.
class HistoryWorkloadTest {
    private static final int CLIENTS = 4;
    private static final int TRANSACTIONS = 60;
    private static final int MOST_ROUNDS = 100;

    @ParameterizedTest
    @EnumSource
    void a_history_is_of_its_level_and_of_no_stronger_one(IsolationLevel level) throws Exception {
        HistoryWorkload workload = new HistoryWorkload(level);
        List<Client> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            clients.add(new HistoryClient(client, new Random(client), workload));
        }
        try (CrashableFileStore disk = CrashableFileStore.create();
                TortureServer server = TortureServer.open(disk, true)) {
            try (Connection connection = server.connect();
                    Statement statement = connection.createStatement()) {
                HistoryWorkload.create(statement);
            }
            for (IsolationLevel stronger : IsolationLevel.values()) {
                boolean permits = stronger.compareTo(level) > 0;
                for (int round = 0; round == 0 || (permits && round < MOST_ROUNDS); round++) {
                    run(server, clients);
                    if (!workload.anomalies(stronger).isEmpty()) {
                        break;
                    }
                }
                if (permits) {
                    assertFalse(workload.anomalies(stronger).isEmpty(), stronger.sql() + " finds nothing");
                }
            }
            assertEquals(List.of(), workload.anomalies(level));
        }
    }

    private static void run(TortureServer server, List<Client> clients) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        for (Client client : clients) {
            threads.add(Thread.ofPlatform().start(() -> run(server, client, failures)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), failures);
    }

    private static void run(TortureServer server, Client client, List<Throwable> failures) {
        try (Connection connection = server.connect()) {
            for (int i = 0; i < TRANSACTIONS; i++) {
                try {
                    client.step(connection);
                } catch (SQLException failed) {
                    if (!HistoryClient.isConflict(failed)) {
                        throw failed;
                    }
                }
            }
        } catch (SQLException | RuntimeException failed) {
            synchronized (failures) {
                failures.add(failed);
            }
        }
    }
}
