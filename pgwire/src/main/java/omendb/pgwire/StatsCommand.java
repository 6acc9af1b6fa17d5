package omendb.pgwire;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import omendb.engine.DirectoryStats;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `omendb stats`: levels, sizes and amplification of a data directory that no server uses.
@Command(
        name = "stats",
        description = "Prints levels, sizes and amplification of a data directory that no server uses.")
final class StatsCommand implements Callable<Integer> {
    @Mixin
    private DataDirectory data = new DataDirectory();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(DirectoryStats.read(data.path()).toTable());
        out.flush();
        return 0;
    }
}
