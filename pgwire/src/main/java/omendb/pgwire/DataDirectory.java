package omendb.pgwire;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/// The `--data` option of every command that works on a data directory.
final class DataDirectory {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "data directory (default ${DEFAULT-VALUE})",
            defaultValue = "./data")
    private Path path = Path.of("data");

    Path path() {
        return path;
    }
}
