package omendb.torture;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import omendb.engine.Database;
import omendb.engine.DatabaseOptions;
import omendb.memory.FileStore;
import omendb.pgwire.PgServer;
import omendb.pgwire.PgServerOptions;
import omendb.pgwire.auth.Credentials;

/// A server over any file store, with sizes so small that everything happens often.
final class TortureServer implements AutoCloseable {
    private final Database database;
    private final PgServer server;

    private TortureServer(Database database, PgServer server) {
        this.database = database;
        this.server = server;
    }

    /// @param background whether checkpoints, vacuum and indexing run by themselves; without them a round is repeatable
    static DatabaseOptions options(boolean background) {
        return DatabaseOptions.forTests()
                .withSizes(64 << 10, 32 << 10, 64 << 10)
                .withBulkBytes(2_000)
                .withWriteSetBytes(20_000)
                .withCheckpoints(256 << 10, 300)
                .withBackgroundWork(background);
    }

    /// @throws RuntimeException if the database cannot be opened
    static TortureServer open(FileStore files, boolean background) {
        Database database = Database.open(files, options(background));
        try {
            Credentials credentials = Credentials.fromEnvironment(Map.of());
            return new TortureServer(
                    database,
                    PgServer.start(database, PgServerOptions.defaults().withAddress("127.0.0.1", 0, credentials)));
        } catch (IOException failed) {
            database.close();
            throw new IllegalStateException(failed);
        }
    }

    Database database() {
        return database;
    }

    int port() {
        return server.address().getPort();
    }

    Connection connect() throws SQLException {
        return connect(port());
    }

    /// A connection that gives up after a minute without an answer.
    static Connection connect(int port) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port
                + "/postgres?user=postgres&preferQueryMode=simple&sslmode=disable&socketTimeout=60&connectTimeout=10");
    }

    @Override
    public void close() {
        server.close();
        database.close();
    }
}
