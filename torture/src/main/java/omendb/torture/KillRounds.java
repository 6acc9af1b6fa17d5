package omendb.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import omendb.engine.CheckReport;
import omendb.engine.DirectoryCheck;

/// A server in a child process, on real files, with several clients at work: killed at random moments and at named
/// crash
/// points, checked offline, started again and compared with what each client was told.
///
/// Threading: one thread, and one for each client while it works.
final class KillRounds implements AutoCloseable {
    private static final int LANES = 3;
    private static final int SHARING_CLIENTS = 2;
    private static final int HISTORY_CLIENTS = 4;
    /// Exit code after SIGKILL, and at crash points.
    private static final int KILLED = 137;

    private static final int LONGEST_MILLIS = 4_000;
    /// Starts in half the time; every fourth server has the optimizing compiler too.
    private static final String QUICK_START = "-XX:TieredStopAtLevel=1";
    /// A crash point that does not come is replaced by a kill.
    private static final long CRASH_POINT_NANOS = 4_000_000_000L;

    private final Random random;
    private final Path directory;
    private final Path log;
    private final Path crashReport;
    private final Totals totals;
    private final List<Oracle> oracles = new ArrayList<>();
    private final List<Workload> workloads = new ArrayList<>();
    private final Numbers numbers = new Numbers();
    private final HistoryWorkload history;
    private final List<Client> clients = new ArrayList<>();
    private boolean created;
    private boolean violated;
    private String lastKill = "none yet";
    private int histories;

    /// @param workDirectory data and the child's log come here
    KillRounds(long seed, Path workDirectory, Totals totals) {
        this.random = new Random(seed ^ 0x5851F42D4C957F2DL);
        this.directory = workDirectory.resolve("data");
        this.log = workDirectory.resolve("server.log");
        this.crashReport = workDirectory.resolve("hs_err.log");
        this.totals = totals;
        for (int lane = 0; lane < LANES; lane++) {
            Oracle oracle = new Oracle();
            oracles.add(oracle);
            Workload workload = new Workload(lane, new Random(random.nextLong()), oracle, lane == 0, numbers);
            workloads.add(workload);
            clients.add(workload);
        }
        for (int client = 0; client < SHARING_CLIENTS; client++) {
            clients.add(new Bank(new Random(random.nextLong())));
            clients.add(new Relatives(new Random(random.nextLong())));
        }
        this.history = new HistoryWorkload(new Random(random.nextLong()));
        for (int client = 0; client < HISTORY_CLIENTS; client++) {
            clients.add(new HistoryClient(client, new Random(random.nextLong()), history));
        }
    }

    /// Starts the server, compares, lets the clients work, kills it, and checks what is left.
    ///
    /// @throws Violation if the database broke a promise
    void round() throws IOException, InterruptedException {
        boolean atPoint = created && random.nextBoolean();
        List<String> arguments = new ArrayList<>(List.of(directory.toString()));
        String kill = "SIGKILL";
        if (atPoint) {
            CrashPoint point = CrashPoint.any(random);
            String moment = List.of("BEFORE", "HALFWAY", "AFTER").get(random.nextInt(3));
            int nth = 1 + random.nextInt(point.most());
            arguments.addAll(List.of(point.operation().name(), point.namePart(), Integer.toString(nth), moment));
            kill = "crash point " + point.name() + " " + nth + " " + moment;
        }
        String errorFile = "-XX:ErrorFile=" + crashReport;
        List<String> flags = random.nextInt(4) == 0 ? List.of(errorFile) : List.of(errorFile, QUICK_START);
        try (ChildProcess server = ChildProcess.start(ServerChild.class, log, flags, arguments)) {
            String ready = server.readLine();
            if (ready != null && ready.startsWith("ready ")) {
                serve(server, Integer.parseInt(ready.substring("ready ".length())), atPoint);
            } else if (!atPoint) {
                throw violation("the server does not start: \"" + ready + "\", exit code " + server.exitCode()
                        + "; see " + log);
            }
            server.kill();
            int code = server.exitCode();
            if (code != KILLED) {
                throw violation("the server ended by itself, with exit code " + code + "; see " + log);
            }
        }
        if (Files.exists(crashReport)) {
            throw violation("the server crashed; see " + crashReport);
        }
        lastKill = kill;
        totals.add(1, 0, 0, 0, 0);
        CheckReport report = DirectoryCheck.run(directory);
        if (!report.isHealthy()) {
            throw violation("the offline check finds: " + report.problems());
        }
    }

    private Violation violation(String what) {
        violated = true;
        return new Violation("after " + lastKill + ": " + what);
    }

    private void serve(ChildProcess server, int port, boolean atPoint) throws InterruptedException {
        try (Connection connection = TortureServer.connect(port)) {
            if (created) {
                Map<String, String> facts = Verifier.facts(connection);
                for (int lane = 0; lane < LANES; lane++) {
                    oracles.get(lane).compare(Verifier.ofLane(facts, lane), true);
                }
                workloads.forEach(Workload::restarted);
                history.check(connection, log.resolveSibling("history-" + ++histories + ".txt"));
            } else {
                Workload.create(connection);
                created = true;
            }
            history.begin(connection);
        } catch (Violation known) {
            throw violation(String.valueOf(known.getMessage()));
        } catch (SQLException failed) {
            if (atPoint && server.ends()) {
                return; // it died where it should, before it could answer
            }
            throw violation("the server answers " + failed.getSQLState() + " " + failed.getMessage());
        }
        work(server, port, atPoint);
    }

    private void work(ChildProcess server, int port, boolean atPoint) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        List<String> surprises = new ArrayList<>();
        for (Client client : clients) {
            threads.add(Thread.ofPlatform().start(() -> run(server, port, client, surprises)));
        }
        long started = System.nanoTime();
        long end = started + (atPoint ? CRASH_POINT_NANOS : random.nextInt(LONGEST_MILLIS) * 1_000_000L);
        while (server.isAlive() && System.nanoTime() < end) {
            Thread.sleep(1);
        }
        server.kill();
        for (Thread thread : threads) {
            thread.join();
        }
        if (!surprises.isEmpty()) {
            throw violation("clients were told: " + surprises);
        }
    }

    private void run(ChildProcess server, int port, Client client, List<String> surprises) {
        long before = client.transactions();
        try (Connection connection = TortureServer.connect(port)) {
            while (server.isAlive()) {
                step(connection, client);
            }
        } catch (SQLException failed) {
            boolean gone = String.valueOf(failed.getSQLState()).startsWith("08");
            if (!gone) {
                surprised(surprises, client, failed.getSQLState() + " " + failed.getMessage());
            }
        } catch (RuntimeException wrong) {
            surprised(surprises, client, String.valueOf(wrong.getMessage()));
        }
        totals.add(0, 0, 0, 0, client.transactions() - before);
    }

    private static void surprised(List<String> surprises, Client client, String what) {
        synchronized (surprises) {
            surprises.add(client.lastStep() + ": " + what);
        }
    }

    /// Clients get into each other's way: a deadlock or a lost race is no surprise.
    private static void step(Connection connection, Client client) throws SQLException {
        try {
            client.step(connection);
        } catch (SQLException failed) {
            if (!String.valueOf(failed.getSQLState()).startsWith("40")) {
                throw failed;
            }
        }
    }

    @Override
    public void close() throws IOException {
        // what is left after a violation is evidence
        if (!violated && Files.exists(directory)) {
            try (var files = Files.walk(directory)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
