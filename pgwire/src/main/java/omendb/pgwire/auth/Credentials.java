package omendb.pgwire.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The one superuser of a server, its SCRAM verifier if it has a password, and the database named by POSTGRES_DB.
///
/// @param user name of the superuser; no other role exists yet
/// @param database a database that exists beside `postgres`; the same data under either name
/// @param verifier null = no password: everybody on loopback is trusted
public record Credentials(
        String user, String database, @Nullable ScramVerifier verifier) {

    public static Credentials trust(String user) {
        return new Credentials(user, user, null);
    }

    public static Credentials password(String user, String database, String password) {
        return new Credentials(user, database, ScramVerifier.of(password));
    }

    /// POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB and their `_FILE` forms, with the meaning they have for
    /// PostgreSQL's container image: the database defaults to the user, the user to `postgres`.
    ///
    /// @throws IllegalArgumentException if both forms of one are set, or a file cannot be read
    public static Credentials fromEnvironment(Map<String, String> environment) {
        String user = orDefault(setting(environment, "POSTGRES_USER"), "postgres");
        String database = orDefault(setting(environment, "POSTGRES_DB"), user);
        String password = setting(environment, "POSTGRES_PASSWORD");
        return password == null || password.isEmpty()
                ? new Credentials(user, database, null)
                : password(user, database, password);
    }

    public boolean hasPassword() {
        return verifier != null;
    }

    private static String orDefault(@Nullable String value, String defaultValue) {
        return value == null || value.isEmpty() ? defaultValue : value;
    }

    private static @Nullable String setting(Map<String, String> environment, String name) {
        String value = environment.get(name);
        String file = environment.get(name + "_FILE");
        if (file == null || file.isEmpty()) {
            return value;
        }
        if (value != null && !value.isEmpty()) {
            throw new IllegalArgumentException(name + " and " + name + "_FILE are both set; set one of them");
        }
        try {
            // the shell of PostgreSQL's image drops the newlines that end the file
            return Files.readString(Path.of(file)).replaceAll("\\R+$", "");
        } catch (IOException e) {
            throw new IllegalArgumentException(name + "_FILE: cannot read " + file, e);
        }
    }
}
