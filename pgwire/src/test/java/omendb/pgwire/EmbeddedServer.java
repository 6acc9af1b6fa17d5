package omendb.pgwire;

import java.io.IOException;
import java.nio.file.Path;
import omendb.pgwire.auth.Credentials;

/// A whole server inside the test's JVM, on a free port.
final class EmbeddedServer implements AutoCloseable {
    private final ServerProcess process;

    private EmbeddedServer(ServerProcess process) {
        this.process = process;
    }

    static EmbeddedServer start(Path data) throws IOException {
        return start(data, Credentials.trust("postgres"));
    }

    static EmbeddedServer start(Path data, Credentials credentials) throws IOException {
        return new EmbeddedServer(
                ServerProcess.open(data, PgServerOptions.defaults().withAddress("127.0.0.1", 0, credentials)));
    }

    java.net.InetSocketAddress address() {
        return process.server().address();
    }

    int port() {
        return process.server().address().getPort();
    }

    String jdbcUrl(String... parameters) {
        String url = "jdbc:postgresql://127.0.0.1:" + port() + "/postgres?user=postgres";
        return parameters.length == 0 ? url : url + "&" + String.join("&", parameters);
    }

    @Override
    public void close() {
        process.close();
    }
}
