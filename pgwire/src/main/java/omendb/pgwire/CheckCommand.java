package omendb.pgwire;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import omendb.engine.CheckReport;
import omendb.engine.DirectoryCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `omendb check`: verifies a data directory that no server uses; exit code 1 if anything in it is damaged.
@Command(
        name = "check",
        description = "Verifies every checksum and cross-reference of a data directory that no server uses, and"
                + " changes nothing in it. Exit code 0: healthy, 1: damaged (or it could not be read).")
final class CheckCommand implements Callable<Integer> {
    @Mixin
    private DataDirectory data = new DataDirectory();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        long started = System.nanoTime();
        CheckReport report = DirectoryCheck.run(data.path());
        PrintWriter out = spec.commandLine().getOut();
        report.problems().forEach(problem -> out.println("damaged: " + problem));
        if (report.problemCount() > report.problems().size()) {
            out.println("... " + report.problemCount() + " problems in all");
        }
        report.notes().forEach(note -> out.println("note: " + note));
        out.println((report.isHealthy() ? "healthy: " : "DAMAGED: ") + report.summary() + ", checked in "
                + (System.nanoTime() - started) / 1_000_000 + " ms");
        out.flush();
        return report.isHealthy() ? 0 : 1;
    }
}
