package omendb.pgwire;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/// `omendb sql`: psql against the local server.
@Command(name = "sql", description = "Opens psql on the running server; further arguments go to psql.")
final class SqlCommand implements Callable<Integer> {
    @Option(names = "--port", description = "port of the server (default ${DEFAULT-VALUE})", defaultValue = "5433")
    private int port;

    @Option(
            names = "--host",
            description = "address of the server (default ${DEFAULT-VALUE})",
            defaultValue = "127.0.0.1")
    private String host = "127.0.0.1";

    @Parameters
    private List<String> words = List.of();

    @Unmatched
    private List<String> options = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("psql"));
        command.addAll(options);
        command.addAll(words);
        ProcessBuilder psql = new ProcessBuilder(command).inheritIO();
        Map<String, String> environment = psql.environment();
        environment.putIfAbsent("PGHOST", host);
        environment.putIfAbsent("PGPORT", Integer.toString(port));
        environment.putIfAbsent("PGUSER", "postgres");
        environment.putIfAbsent("PGDATABASE", "postgres");
        Process process;
        try {
            process = psql.start();
        } catch (IOException e) {
            throw new IOException(
                    "psql is not installed; it comes with PostgreSQL's client package. Any PostgreSQL client will do:"
                            + " host " + host + ", port " + port + ", user postgres, database postgres",
                    e);
        }
        return process.waitFor();
    }
}
