package omendb.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `omendb torture`: kills servers, cuts power, fails calls and flips bits until the time is up.
///
/// Two things go on at once: [KillRounds] on real processes and files, and [Simulation]s in a child process of their
/// own,
/// so that a crash of the JVM is a violation and not the end.
/// Exit codes: 0 nothing found, 1 a violation, 2 wrong usage.
@Command(
        name = "torture",
        description =
                "Kills servers, cuts the power of simulated disks, fails calls and flips bits, and compares what is"
                        + " left with what was acknowledged. Exit code 1 if anything was lost, torn or served wrong.")
public final class Main implements Callable<Integer> {
    private static final Logger CHRONICLE = Logger.getLogger("net.openhft");
    private static final long REPORT_NANOS = 60_000_000_000L;

    @Option(
            names = "--minutes",
            description = "how long (default ${DEFAULT-VALUE}); fractions are fine",
            defaultValue = "5")
    private double minutes;

    @Option(names = "--seed", description = "what everything is drawn from (default: the clock)")
    private @Nullable Long seed;

    @Option(names = "--round", description = "repeat this one simulated round of the seed, step by step, and stop")
    private @Nullable Long round;

    @Option(names = "--json", description = "counts as one line of JSON at the end")
    private boolean json;

    private final Totals totals = new Totals();

    private Main() {}

    public static void main(String[] arguments) {
        CHRONICLE.setLevel(Level.OFF);
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        long chosen = seed == null ? System.nanoTime() & 0xffff_ffffL : seed;
        if (round != null) {
            return repeat(chosen, round);
        }
        System.out.println("torture: seed " + chosen + ", " + minutes + " minutes");
        Path work = Files.createTempDirectory("omendb-torture-");
        long end = System.nanoTime() + (long) (minutes * 60e9);
        Thread simulations = Thread.ofPlatform().name("simulations").start(() -> simulate(chosen, end, work));
        kill(chosen, end, work);
        simulations.join();
        finish(work);
        System.out.println("torture: " + totals);
        if (json) {
            System.out.println(totals.json());
        }
        return totals.isClean() ? 0 : 1;
    }

    private static int repeat(long seed, long round) {
        try {
            System.out.println(SimulatorChild.run(seed, round, true));
            return 0;
        } catch (RuntimeException violation) {
            violation.printStackTrace(System.err);
            return 1;
        }
    }

    // ---- kills ----

    private void kill(long seed, long end, Path work) throws IOException, InterruptedException {
        long nextReport = System.nanoTime() + REPORT_NANOS;
        int number = 0;
        long roundSeed = seed;
        while (System.nanoTime() < end) {
            Path own = Files.createDirectories(work.resolve("kills-" + roundSeed));
            try (KillRounds rounds = new KillRounds(roundSeed, own, totals)) {
                while (System.nanoTime() < end) {
                    number++;
                    rounds.round();
                    if (System.nanoTime() > nextReport) {
                        nextReport += REPORT_NANOS;
                        System.out.println("torture: " + totals);
                    }
                }
            } catch (Violation violation) {
                report("seed " + roundSeed + ", kill " + number + ": " + violation.getMessage() + " (files in " + own
                        + "; the moment of a kill is not repeatable)");
                roundSeed++; // go on with a fresh directory
            }
        }
    }

    private void report(String what) {
        totals.violated(what);
        System.out.println("VIOLATION " + what);
    }

    // ---- simulations ----

    private void simulate(long seed, long end, Path work) {
        long next = 0;
        while (System.nanoTime() < end) {
            long millis = Math.max(1, (end - System.nanoTime()) / 1_000_000);
            List<String> arguments = List.of(Long.toString(seed), Long.toString(next), Long.toString(millis));
            try (ChildProcess child =
                    ChildProcess.start(SimulatorChild.class, work.resolve("simulator.log"), List.of(), arguments)) {
                next = follow(child, seed, next);
            } catch (IOException | InterruptedException failed) {
                report("the simulator cannot be run: " + failed);
                return;
            }
        }
    }

    /// Counts what a simulator says until it ends; returns the round to go on with.
    private long follow(ChildProcess child, long seed, long first) throws IOException, InterruptedException {
        long running = first;
        boolean inRound = false;
        for (String line = child.readLine(); line != null; line = child.readLine()) {
            String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "start" -> {
                    running = Long.parseLong(words[1]);
                    inRound = true;
                }
                case "done" -> {
                    inRound = false;
                    totals.add(Totals.parse(words[2]));
                }
                case "violation" -> {
                    inRound = false;
                    report("seed " + seed + ", round " + words[1] + ", " + words[2] + " (repeat: omendb torture --seed "
                            + seed + " --round " + words[1] + ")");
                }
                default -> System.out.println(line);
            }
        }
        int code = child.exitCode();
        if (inRound || code != 0) {
            report("seed " + seed + ", round " + running + ": the process died with exit code " + code
                    + " (repeat: omendb torture --seed " + seed + " --round " + running + ")");
        }
        return running + 1;
    }

    private void finish(Path work) throws IOException {
        if (totals.isClean()) {
            try (var files = Files.walk(work)) {
                for (Path file :
                        files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } else {
            System.out.println("torture: logs and files are in " + work);
        }
    }
}
