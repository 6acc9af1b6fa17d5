package omendb.pgwire;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command line: `start`, `check`, `stats`, `sql`, `version`, `help`.
///
/// Exit codes: 0 done or stopped cleanly, 1 it did not work (one line on stderr says why), 2 wrong usage.
@Command(
        name = "omendb",
        description = "PostgreSQL-compatible vector database",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            StartCommand.class,
            CheckCommand.class,
            StatsCommand.class,
            SqlCommand.class,
            VersionCommand.class,
            TrainCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    private static final int USAGE = 2;
    /// Chronicle's complaint of JVM flags for parts of it that we do not use; held, or the level would be forgotten.
    private static final Logger CHRONICLE = Logger.getLogger("net.openhft");

    private Main() {}

    public static void main(String[] arguments) {
        // read by Netty when its first class loads; with Unsafe allowed a read after close crashed the JVM (design,
        // section 12)
        System.setProperty("io.netty.noUnsafe", "true");
        CHRONICLE.setLevel(Level.OFF);
        System.exit(run(arguments, System.getenv()));
    }

    static int run(String[] arguments, Map<String, String> environment) {
        CommandLine line = new CommandLine(new Main(), new Commands(environment));
        line.setOverwrittenOptionsAllowed(true); // the last one wins, so that a script can append to a line
        line.registerConverter(Path.class, Main::directory);
        if (arguments.length == 0) {
            line.usage(System.err);
            return USAGE;
        }
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            PrintWriter err = command.getErr();
            err.println("omendb: " + failure.getMessage());
            err.flush();
            return 1;
        });
        return line.execute(arguments);
    }

    /// An empty name, as of a variable that is not set, would mean the current directory.
    private static Path directory(String name) {
        if (name.isBlank()) {
            throw new CommandLine.TypeConversionException("the name of the directory is empty");
        }
        return Path.of(name);
    }

    /// Makes the commands that need the environment.
    private record Commands(Map<String, String> environment) implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            return type == StartCommand.class
                    ? type.cast(new StartCommand(environment))
                    : CommandLine.defaultFactory().create(type);
        }
    }
}
