package omendb.pgwire.auth;

import java.security.SecureRandom;
import omendb.engine.error.OmenException;
import omendb.engine.error.SqlState;
import omendb.engine.error.UserException;
import org.jspecify.annotations.Nullable;

/// Decides how a connection has to prove itself and whether its user and database exist.
///
/// Threading: immutable; used by all event loops.
public final class Authenticator {
    private static final String MAINTENANCE_DATABASE = "postgres";

    private final Credentials credentials;
    private final byte[] mockSecret = new byte[32];

    public Authenticator(Credentials credentials) {
        this.credentials = credentials;
        new SecureRandom().nextBytes(mockSecret);
    }

    /// @return the exchange this user has to pass, or null for trust. An unknown user gets one that cannot be passed.
    public @Nullable ScramExchange exchangeFor(String user) {
        ScramVerifier verifier = credentials.verifier();
        if (verifier == null) {
            return null;
        }
        return new ScramExchange(user.equals(credentials.user()) ? verifier : ScramVerifier.mock(user, mockSecret));
    }

    /// To be called once the user is proven: only then may an answer depend on what exists.
    ///
    /// @throws UserException 28000 or 3D000
    public void checkUserAndDatabase(String user, String database) {
        if (!user.equals(credentials.user())) {
            throw new UserException(
                    SqlState.INVALID_AUTHORIZATION_SPECIFICATION, "role \"" + user + "\" does not exist");
        }
        if (!database.equals(MAINTENANCE_DATABASE) && !database.equals(credentials.database())) {
            throw new UserException(SqlState.INVALID_CATALOG_NAME, "database \"" + database + "\" does not exist");
        }
    }

    public static OmenException passwordFailed(String user) {
        return new UserException(SqlState.INVALID_PASSWORD, "password authentication failed for user \"" + user + "\"");
    }
}
