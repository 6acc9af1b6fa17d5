package omendb.pgwire;

import java.io.IOException;
import java.nio.file.Path;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import omendb.pgwire.session.EngineBackend;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The running server of a process: a database and its listener, opened together and closed in order.
///
/// SIGTERM and SIGINT end it cleanly: no new connections, sessions told 57P01, database closed, exit code 0.
final class ServerProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);

    private final Database database;
    private final PgServer server;
    private final WarmUp warmUp;

    private ServerProcess(Database database, PgServer server, String user) {
        this.database = database;
        this.server = server;
        this.warmUp = new WarmUp(EngineBackend.opener(database), user);
    }

    static ServerProcess open(Path directory, PgServerOptions options) throws IOException {
        return open(directory, options, DatabaseOptions.defaults());
    }

    static ServerProcess open(Path directory, PgServerOptions options, DatabaseOptions limits) throws IOException {
        Database database = Database.open(directory, limits);
        try {
            return new ServerProcess(
                    database,
                    PgServer.start(database, options),
                    options.credentials().user());
        } catch (IOException | RuntimeException e) {
            database.close();
            throw e;
        }
    }

    PgServer server() {
        return server;
    }

    WarmUp warmUp() {
        return warmUp;
    }

    /// Arranges the clean end. The hook halts with 0 when all is closed: a JVM that ends by a signal would else say
    /// 143.
    void closeOnSignal() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::closeAndHalt, "omendb-shutdown"));
    }

    private void closeAndHalt() {
        int status = 0;
        try {
            close();
        } catch (RuntimeException e) {
            LOG.error("the shutdown was not clean; the next start recovers", e);
            status = 1;
        }
        Runtime.getRuntime().halt(status);
    }

    @Override
    public void close() {
        try (database;
                server) {
            warmUp.close();
        }
    }
}
