package omendb.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import omendb.engine.CheckReport;
import omendb.engine.DirectoryCheck;
import omendb.memory.CrashableFileStore;
import omendb.memory.CrashableFileStore.Fault;
import omendb.memory.CrashableFileStore.Operation;
import omendb.memory.FileStore;
import org.jspecify.annotations.Nullable;

/// One round over a simulated disk, drawn from a seed: lives of a server that end by power cuts or failing calls, or
/// bits
/// that flip in the files it left.
///
/// Threading: one thread; the server in it has its own.
final class Simulation {
    private static final int LIVES = 3;
    private static final int FLIPS = 8;
    private static final int RECOVERY_TRIES = 100;
    private static final long RETRY_MILLIS = 50;
    private static final List<String> PARTS = List.of("", "wal/", "rel/", "vec/", "idx/", "manifest", "CURRENT");
    private static final List<Operation> FAILING = List.of(
            Operation.CREATE,
            Operation.WRITE,
            Operation.WRITE,
            Operation.PREALLOCATE,
            Operation.SYNC,
            Operation.SYNC,
            Operation.RENAME,
            Operation.DELETE,
            Operation.SYNC_DIRECTORY,
            Operation.READ,
            Operation.OPEN);

    private final Random random;
    private final Totals totals = new Totals();
    private final Consumer<String> trace;
    private final boolean keepsEvidence;
    private final Oracle oracle = new Oracle();
    private final Workload workload;
    private CrashableFileStore disk = CrashableFileStore.create();
    private int step;

    /// @param trace         told what happens, step by step
    /// @param keepsEvidence whether a violation leaves the simulated disk in a directory that its message names
    Simulation(long seed, Consumer<String> trace, boolean keepsEvidence) {
        this.keepsEvidence = keepsEvidence;
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.trace = trace;
        this.workload = new Workload(0, new Random(random.nextLong()), oracle, true, new Numbers());
    }

    /// Runs the round.
    ///
    /// @throws Violation if the database broke a promise
    Totals run() {
        try {
            TortureServer server = TortureServer.open(disk, false);
            try (Connection connection = server.connect()) {
                Workload.create(connection);
            } finally {
                server.close();
            }
            int kind = random.nextInt(10);
            if (kind < 4) {
                powerCuts();
            } else if (kind < 8) {
                faults();
            } else {
                flips();
            }
            totals.add(0, 0, 0, 0, workload.transactions());
            return totals;
        } catch (SQLException unexpected) {
            throw violation("an error without a reason: " + describe(unexpected), unexpected);
        } catch (Violation known) {
            throw violation(known.getMessage(), known);
        } finally {
            disk.close();
        }
    }

    private Violation violation(@Nullable String what, Throwable cause) {
        String evidence = "";
        if (keepsEvidence) {
            try {
                Path files = Files.createTempDirectory("omendb-torture-evidence-");
                disk.exportTo(files);
                evidence = " (files in " + files + ")";
            } catch (IOException | RuntimeException unreadable) {
                evidence = " (files cannot be kept: " + unreadable + ")";
            }
        }
        return new Violation("step " + step + " (" + workload.lastStep() + "): " + what + evidence, cause);
    }

    private static String describe(SQLException failure) {
        return failure.getSQLState() + " " + failure.getMessage();
    }

    private void trace(String what) {
        trace.accept("step " + step + ": " + what);
    }

    // ---- power ----

    private void powerCuts() throws SQLException {
        for (int life = 0; life < LIVES; life++) {
            TortureServer server = TortureServer.open(disk, random.nextInt(4) == 0);
            CrashableFileStore survivor;
            try {
                if (random.nextInt(3) != 0) {
                    disk.cutAfter(random.nextInt(1 + random.nextInt(600)));
                }
                work(server, 2 + random.nextInt(25));
                survivor = disk.crash(random.nextLong());
            } finally {
                server.close();
            }
            disk = survivor;
            trace("power cut " + (life + 1));
            totals.add(0, 1, 0, 0, 0);
            checkAndVerify();
        }
    }

    private void work(TortureServer server, int steps) throws SQLException {
        try (Connection connection = server.connect()) {
            for (int i = 0; i < steps && !disk.isCut(); i++) {
                step++;
                try {
                    workload.step(connection);
                    trace(workload.lastStep());
                } catch (SQLException failed) {
                    trace(workload.lastStep() + " failed: " + describe(failed));
                    if (!disk.isCut()) {
                        throw failed;
                    }
                }
            }
        }
    }

    /// The disk as it is must be healthy, open, and hold what was promised.
    private void checkAndVerify() throws SQLException {
        CheckReport report = DirectoryCheck.run(disk);
        if (!report.isHealthy()) {
            throw new Violation("the offline check finds: " + report.problems());
        }
        TortureServer server = open();
        try (Connection connection = server.connect()) {
            oracle.compare(Verifier.facts(connection), true);
            workload.restarted();
            if (random.nextInt(3) == 0) { // and again, once the indexes have caught up
                server.database().indexTails();
                oracle.compare(Verifier.facts(connection), true);
            }
        } finally {
            server.close();
        }
    }

    private TortureServer open() {
        try {
            return TortureServer.open(disk, false);
        } catch (RuntimeException refused) {
            throw new Violation("the database does not open: " + refused.getMessage(), refused);
        }
    }

    // ---- failing calls ----

    private void faults() throws SQLException {
        for (int life = 0; life < LIVES; life++) {
            boolean fills = random.nextInt(3) == 0;
            int before = disk.faultsStruck();
            TortureServer server = TortureServer.open(disk, random.nextInt(4) == 0);
            @Nullable CrashableFileStore survivor = null;
            try {
                boolean stuck = fills ? fullDisk(server) : failingCall(server);
                totals.add(0, 0, disk.faultsStruck() - before, 0, 0);
                disk.clearFaults();
                if (stuck || random.nextBoolean()) {
                    survivor = disk.crash(random.nextLong());
                }
            } finally {
                server.close();
            }
            if (survivor == null) {
                trace("closed");
            } else {
                disk = survivor;
                trace("power cut after faults");
            }
            checkAndVerify();
        }
    }

    /// @return whether the database takes no more writes until it is opened again
    private boolean failingCall(TortureServer server) throws SQLException {
        Operation operation = FAILING.get(random.nextInt(FAILING.size()));
        String part = PARTS.get(random.nextInt(PARTS.size()));
        Fault fault = random.nextInt(3) == 0 ? Fault.DISK_FULL : Fault.IO_ERROR;
        if (operation == Operation.WRITE && random.nextInt(3) == 0) {
            fault = Fault.SHORT_WRITE;
        }
        int nth = 1 + random.nextInt(1 + random.nextInt(40));
        disk.failAt(operation, part, nth, fault);
        trace("ordered: " + fault + " at " + operation + " " + nth + " of \"" + part + "\"");
        boolean struck = false;
        int failures = 0;
        try (Connection connection = server.connect()) {
            for (int i = 0; i < 30 && failures < 4 && !oracle.hasTooManyDoubts(); i++) {
                struck |= !tried(connection);
                failures += struck ? 1 : 0;
            }
            readLive(connection);
        }
        return struck;
    }

    /// One step, which may fail for the reasons that failing calls have.
    private boolean tried(Connection connection) throws SQLException {
        step++;
        try {
            workload.step(connection);
            trace(workload.lastStep());
            return true;
        } catch (SQLException failed) {
            trace(workload.lastStep() + " failed: " + describe(failed));
            requireKnown(failed);
            return false;
        }
    }

    private static void requireKnown(SQLException failed) {
        String state = String.valueOf(failed.getSQLState());
        if (!List.of("53100", "58030", "XX001").contains(state)) {
            throw new Violation("a failing call is reported as " + describe(failed), failed);
        }
    }

    /// Reading goes on, unless the call that fails is the read.
    private void readLive(Connection connection) throws SQLException {
        Map<String, String> found;
        try {
            found = Verifier.facts(connection);
        } catch (SQLException failed) {
            requireKnown(failed);
            return;
        }
        oracle.compare(found, false);
    }

    private boolean fullDisk(TortureServer server) throws SQLException {
        try (Connection connection = server.connect()) {
            disk.setFull(true);
            trace("the disk is full");
            for (int i = 0; i < 25 && !oracle.hasTooManyDoubts(); i++) {
                step++;
                try {
                    workload.step(connection);
                    trace(workload.lastStep());
                } catch (SQLException failed) {
                    trace(workload.lastStep() + " failed: " + describe(failed));
                    if (!"53100".equals(failed.getSQLState())) {
                        throw new Violation("a full disk is reported as " + describe(failed), failed);
                    }
                }
            }
            readLive(connection);
            disk.setFull(false);
            trace("there is room again");
            requireWorksAgain(connection);
        }
        return false;
    }

    private void requireWorksAgain(Connection connection) throws SQLException {
        for (int tries = 1; ; tries++) {
            step++;
            try {
                workload.step(connection);
                trace(workload.lastStep());
                return;
            } catch (SQLException failed) {
                trace(workload.lastStep() + " failed: " + describe(failed));
                if (tries == RECOVERY_TRIES) {
                    throw new Violation("there is room again, but still: " + describe(failed), failed);
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- flipped bits ----

    private void flips() throws SQLException {
        TortureServer server = TortureServer.open(disk, false);
        try {
            work(server, 15 + random.nextInt(25));
            if (random.nextBoolean()) {
                server.database().indexTails();
            }
        } finally {
            server.close();
        }
        oracle.everythingIsDurable();
        for (int i = 0; i < FLIPS; i++) {
            step++;
            List<String> files =
                    disk.files().stream().filter(name -> disk.size(name) > 0).toList();
            String name = files.get(random.nextInt(files.size()));
            long position = usedByte(name);
            if (position >= 0) {
                flip(name, position, random.nextInt(8));
                totals.add(0, 0, 0, 1, 0);
            }
        }
    }

    /// A byte of the written part of a file, not inside a run of zeros; -1 if none was found.
    private long usedByte(String name) {
        byte[] content = disk.content(name);
        for (int tries = 0; tries < 400; tries++) {
            int at = random.nextInt(content.length);
            for (int near = Math.max(0, at - 8); near < Math.min(content.length, at + 8); near++) {
                if (content[near] != 0) {
                    return at;
                }
            }
        }
        return -1;
    }

    private void flip(String name, long position, int bit) {
        String where = "bit " + bit + " of byte " + position + " of " + name;
        trace("flipped: " + where);
        try (CrashableFileStore damaged = disk.copy()) {
            damaged.flip(name, position, bit);
            CheckReport report = DirectoryCheck.run(damaged);
            String file = name.substring(name.lastIndexOf('/') + 1);
            boolean named = report.problems().stream().anyMatch(problem -> problem.contains(file));
            String refusal = refusal(damaged);
            if (!report.isHealthy() && !named) {
                throw new Violation(where + ": the check names other files: " + report.problems());
            }
            if (refusal != null && report.isHealthy()) {
                throw new Violation(where + ": refused, but healthy to the check: " + refusal);
            }
            if (refusal != null && !refusal.contains(file)) {
                throw new Violation(where + ": the error names another file: " + refusal);
            }
        } catch (Violation known) {
            throw new Violation(where + ": " + known.getMessage(), known);
        }
    }

    /// Opens and reads a damaged directory: null if everything is there as before, else the error. Wrong data is a
    /// violation.
    private @Nullable String refusal(FileStore damaged) {
        TortureServer server;
        try {
            server = TortureServer.open(damaged, false);
        } catch (RuntimeException refused) {
            return String.valueOf(refused.getMessage());
        }
        try (Connection connection = server.connect()) {
            server.database().indexTails();
            oracle.compare(Verifier.facts(connection), false);
            return null;
        } catch (SQLException refused) {
            return describe(refused);
        } catch (omendb.engine.error.OmenException refused) {
            return refused.getMessage();
        } finally {
            server.close();
        }
    }
}
