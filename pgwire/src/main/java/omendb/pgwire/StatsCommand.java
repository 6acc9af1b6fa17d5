package omendb.pgwire;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import omendb.engine.DirectoryStats;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `omendb stats`: levels, sizes and amplification of a data directory that no server uses.
@Command(
        name = "stats",
        description = "Prints levels, sizes and amplification of a data directory that no server uses.")
final class StatsCommand implements Callable<Integer> {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "data directory (default ${DEFAULT-VALUE})",
            defaultValue = "./data")
    private Path data = Path.of("data");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(DirectoryStats.read(data).toTable());
        out.flush();
        return 0;
    }
}
