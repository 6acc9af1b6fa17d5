package omendb.pgwire;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import omendb.engine.DatabaseOptions;
import omendb.pgwire.auth.Credentials;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `omendb start`: serves until a signal ends it.
@Command(
        name = "start",
        description = "Serves the PostgreSQL protocol in the foreground; SIGTERM or Ctrl-C stops it cleanly.")
final class StartCommand implements Callable<Integer> {
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli puts its own here

    @Mixin
    private DataDirectory data = new DataDirectory();

    @Option(names = "--port", description = "PostgreSQL protocol (default ${DEFAULT-VALUE})", defaultValue = "5433")
    private int port;

    @SuppressWarnings("UnusedVariable") // accepted so that launchers need not change when the HTTP interface comes
    @Option(
            names = "--http-port",
            description = "reserved for the HTTP interface (default ${DEFAULT-VALUE})",
            defaultValue = "8080")
    private int httpPort;

    @Option(
            names = "--host",
            paramLabel = "ADDR",
            description = "address to bind (default ${DEFAULT-VALUE}); any other than loopback needs POSTGRES_PASSWORD",
            defaultValue = "127.0.0.1")
    private String host = "127.0.0.1";

    @Option(
            names = "--row-cache-mb",
            paramLabel = "N",
            description = "memory for hot rows in MiB, 0 for none (default: a sixteenth of the memory, 16 to 1024)")
    private @Nullable Integer rowCacheMebibytes;

    @Option(
            names = "--write-set-mb",
            paramLabel = "N",
            description = "memory for the writes of a transaction in MiB; beyond it they go to disk (default: 64)")
    private @Nullable Integer writeSetMebibytes;

    StartCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        PgServerOptions options =
                PgServerOptions.defaults().withAddress(host, port, Credentials.fromEnvironment(environment));
        ServerProcess process = ServerProcess.open(data.path(), options, limits());
        process.closeOnSignal();
        announce(process.server().address(), System.out);
        process.warmUp().inBackground();
        new CountDownLatch(1).await();
        return 0;
    }

    private DatabaseOptions limits() {
        DatabaseOptions limits = DatabaseOptions.defaults();
        if (writeSetMebibytes != null) {
            if (writeSetMebibytes < 1) {
                throw new ParameterException(
                        spec.commandLine(), "--write-set-mb is not positive: " + writeSetMebibytes);
            }
            limits = limits.withWriteSetBytes((long) writeSetMebibytes << 20);
        }
        if (rowCacheMebibytes == null) {
            return limits;
        }
        if (rowCacheMebibytes < 0) {
            throw new ParameterException(spec.commandLine(), "--row-cache-mb is negative: " + rowCacheMebibytes);
        }
        return limits.withRowCacheBytes((long) rowCacheMebibytes << 20);
    }

    private void announce(InetSocketAddress address, PrintStream out) {
        long sinceStart = System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime();
        // the address as it was asked for: a socket on 0.0.0.0 calls itself 0:0:0:0:0:0:0:0
        String shown = host.contains(":") ? "[" + host + "]" : host;
        out.println("OmenDB " + Version.current() + " ready on " + shown + ":" + address.getPort() + ", data "
                + data.path() + ", " + sinceStart + " ms");
        out.flush();
    }
}
