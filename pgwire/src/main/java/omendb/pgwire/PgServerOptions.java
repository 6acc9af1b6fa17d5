package omendb.pgwire;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import omendb.pgwire.auth.Credentials;

/// What a [PgServer] is started with. Every limit that a client could reach has its name here.
///
/// @param host address to bind; anything but loopback needs a password in `credentials`
/// @param port TCP port, 0 = any free one
/// @param credentials the superuser, its password (if any) and the database that exists beside `postgres`
/// @param maxConnections sessions at one time; one more is refused with 53300
/// @param maxUnauthenticatedConnections connections that have not yet said who they are; one more is closed at once
/// @param authenticationTimeout how long a connection may take until it is authenticated
/// @param maxMessageBytes largest message of an authenticated client (PostgreSQL: 1 GiB)
/// @param ioThreads event loop threads, 0 = one for every two processors
public record PgServerOptions(
        String host,
        int port,
        Credentials credentials,
        int maxConnections,
        int maxUnauthenticatedConnections,
        Duration authenticationTimeout,
        int maxMessageBytes,
        int ioThreads) {

    /// Before authentication no message may be longer than this.
    public static final int MAX_UNAUTHENTICATED_MESSAGE_BYTES = 10_000;

    public static final int DEFAULT_PORT = 5433;

    public PgServerOptions {
        check(port >= 0 && port <= 65_535, "port", port);
        check(maxConnections > 0, "maxConnections", maxConnections);
        check(maxUnauthenticatedConnections > 0, "maxUnauthenticatedConnections", maxUnauthenticatedConnections);
        check(authenticationTimeout.isPositive(), "authenticationTimeout", authenticationTimeout);
        check(maxMessageBytes >= MAX_UNAUTHENTICATED_MESSAGE_BYTES, "maxMessageBytes", maxMessageBytes);
        check(ioThreads >= 0, "ioThreads", ioThreads);
        if (!credentials.hasPassword() && !isLoopback(host)) {
            throw new IllegalArgumentException("refusing to listen on " + host
                    + " without a password: set POSTGRES_PASSWORD (or POSTGRES_PASSWORD_FILE), or bind to 127.0.0.1");
        }
    }

    /// Loopback, trust, PostgreSQL's limits.
    public static PgServerOptions defaults() {
        return new PgServerOptions(
                "127.0.0.1",
                DEFAULT_PORT,
                Credentials.trust("postgres"),
                5_000,
                256,
                Duration.ofSeconds(10),
                1 << 30,
                0);
    }

    public PgServerOptions withAddress(String host, int port, Credentials credentials) {
        return new PgServerOptions(
                host,
                port,
                credentials,
                maxConnections,
                maxUnauthenticatedConnections,
                authenticationTimeout,
                maxMessageBytes,
                ioThreads);
    }

    private static boolean isLoopback(String host) {
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) {
                    return false;
                }
            }
            return true;
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("cannot resolve the address to listen on: " + host, e);
        }
    }

    private static void check(boolean holds, String name, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is out of range: " + value);
        }
    }
}
